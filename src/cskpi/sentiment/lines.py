"""What one customer message tells of satisfaction without labels, whatever stands around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cskpi.enrich.emotion import emotions

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

NEGATIVE = ("anxious", "disappointed", "angry")
"""Emotions of a customer who is not well served."""

_MARKS = r"[\s\p{P}\p{S}]"
_CONSENT = (
    r"^(?:[\s\p{P}\p{S}]|好|的|嗯|恩|呢|哈|吧|了|啊|呀|哦|那|我|就|行|等|你们?|您|消息|知道|明白|收到|了解|清楚|懂|没问题"
    r"|谢谢|ok|okay|got it|i see|sure|thanks)+$"
)
_ANSWER = (
    r"^(?:[\s\p{P}\p{S}]|对|是|的|有|要|可以|需要|没错|哦|噢|喔|呢|啊|了|嗯|yes|yeah|yep|right)+$"
)
_DENIAL = (
    r"不|没|无法|别|\b(?:not|no|never|nothing|can't|cannot|won't|don't|doesn't|didn't|isn't)\b"
)
_SOFT_DENIAL = r"没事|没问题|没关系|不客气|不用了|没有了|没了|不着急|不急|不好意思|对不对|是不是|有没有|能不能|可不可以|要不要|会不会|好不好|行不行|no problem|no worries"
_ASKING = r"[?]|[吗么嘛呢]$|怎么|为什么|为啥|什么|多久|多少|哪|几|能不能|是不是|可不可以|有没有|如何|谁|\b(?:when|where|why|how|what)\b"
_POLITE = r"麻烦|请|帮|亲|您|please|could you"
_THANKS = r"谢|辛苦|thank|thx"

# A thanks outweighs what it is said beside; answering a question is no consent; asking and denying
# is what people do who have not got what they came for.
_WEIGHTS = {
    "thanks": 0.35,
    "consents": 0.3,
    "answers": 0.15,
    "polite": 0.1,
    "asks": -0.3,
    "denies": -0.35,
}


def line_features(
    forms: pl.Series, own: Path | None = None, told: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return what each normalised text of a customer says: `mood`, signs, `length` and `score`.

    `mood` and `emotion` are those of the words (`enrich.emotion`), `score` adds the signs to it:
    the untrained score of a message, higher where its writer is better served; not bounded. `told`
    is what `emotions` says of the forms, where that is known already.
    """
    import polars as pl

    told = emotions(forms, own) if told is None else told
    form = pl.col("form")
    bare = form.str.replace_all(r"\{[a-z_]+\}", " ")
    read = pl.DataFrame([forms.fill_null("").rename("form"), *told.get_columns()]).lazy()
    signs = read.with_columns(
        pl.col("sentiment").fill_null(0.0).alias("mood"),
        bare.str.contains(_THANKS).alias("thanks"),
        bare.str.contains(_CONSENT).alias("consents"),
        bare.str.contains(_ANSWER).alias("answers"),
        bare.str.contains(_POLITE).alias("polite"),
        bare.str.contains(_ASKING).alias("asks"),
        bare.str.replace_all(_SOFT_DENIAL, " ").str.contains(_DENIAL).alias("denies"),
        bare.str.replace_all(rf"{_MARKS}|[a-z0-9]", "").eq("").alias("wordless"),
        form.str.len_chars().alias("length"),
        form.str.count_matches("!").clip(0, 3).alias("bangs"),
    ).with_columns(
        (pl.col("consents") & ~pl.col("wordless")).alias("consents"),
        (pl.col("answers") & ~pl.col("consents") & ~pl.col("wordless")).alias("answers"),
    )
    score = sum((w * pl.col(name).cast(pl.Float64) for name, w in _WEIGHTS.items()), pl.col("mood"))
    return signs.with_columns(score.alias("score")).drop("form", "sentiment").collect()
