"""Replies that speak of another matter than the question.

All of this must hold: a word list knows what the reply is about, and that no reply about it answers
such a question; the two share no two Chinese characters in a row; the reply opens with no yes or no
(with no denial, where yes or no cannot answer), asks nothing back, handles nothing and is short; hardly any reply of the shop to such questions is about that; and the
customer had not spoken of it before.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from cskpi.quality.matters import matters

if TYPE_CHECKING:
    import polars as pl

KEYS = ("shop_no", "question_form_no", "form_no", "asks")

_OPENING = r"^(?:亲+,?|嗯+,?|哦+,?|您好,?|你好,?|亲爱的,?)*"
_ANSWERS_YES_OR_NO = (
    _OPENING
    + r"(?:可以|没问题|有的|没有|没|不|无法|暂|还没|还未|已|未|能|行|是|对|会(?:的|有|给)|好|支持|抱歉|很抱歉|非常抱歉|对不起)"
)
DENIES = (
    _OPENING
    + r"(?:没|不|无法|暂|还没|还未|已|未|好|行|是|对|可以的|有的|会的|抱歉|很抱歉|非常抱歉|对不起)"
)
_ASKS_OPENLY = r"怎么|咋|为什么|为啥|多久|什么时候|啥时候|几[点天号孔寸个月年]|多少|哪(?:里|个|款|家|天)|什么|到什么|谁出"
_ASKS_BACK = r"[?]|吗|请问|什么|哪|核实|提供"
_HANDLES = (
    r"(?:帮|给|为|替|跟|和)(?:您|你|亲)(?:看|查|问|核|登记|反馈|处理|联系|申请|催|补|安排|改|转|跟|退|换|重|撤|拦|量|确认)|发(?:我|过来|一下|下|给我)|拍(?:照|个|一下|张|下来)|登记|反馈|记录"
    r"|我(?:这边|们)?(?:先|马上|去|来|这就)?(?:看|查|问|核|处理|联系)|报(?:一下|下|给我)|麻烦(?:您|你)"
)
_LONGEST_NAME = 4
"""Characters of a name a reply begins with."""
LONGEST = 45
"""Characters; longer replies speak of many things, or are a product's title."""

_WANTS = ("damage", "missing", "address", "price", "invoice", "returns")
"""Such a message wants an answer without asking."""


def off_topic(answers: pl.DataFrame, forms: pl.DataFrame, least: int, rare: float) -> pl.DataFrame:
    """Return which replies to which messages are off topic, by `KEYS`, and what they are about.

    Args:
        answers: `KEYS` and times (how often), a row for each pair of texts.
        forms: form_no and form of all these texts.
        least: so many replies to questions of a matter tell what a shop usually answers.
        rare: largest share of these that is rare.
    """
    import polars as pl

    book = matters()
    about = forms.select("form_no", bits=book.read(forms["form"]))
    read = answers.join(about.rename({"bits": "told"}), on="form_no").join(
        about.rename({"form_no": "question_form_no", "bits": "asked"}), on="question_form_no"
    )
    answering = {bits: book.answering(bits) for bits in read["asked"].unique().to_list()}
    candidates = read.filter(
        pl.col("told") != 0,
        pl.col("asks") | (pl.col("asked") & book.named(_WANTS) != 0),
        pl.col("asked").replace_strict(answering, return_dtype=pl.Int64) & pl.col("told") == 0,
        (pl.col("asked") != 0) | (pl.col("told") & ~book.remote == 0),
    )
    for asked, usual in (
        ("asked", _usual(read, least, rare)),
        ("question_form_no", _twice(read, rare)),
    ):
        candidates = candidates.join(usual, on=["shop_no", asked, "told"], how="anti")
    return _apart(candidates, forms, book.remote).select(*KEYS, "told")


def _apart(candidates: pl.DataFrame, forms: pl.DataFrame, remote: int) -> pl.DataFrame:
    """Keep the pairs whose words leave no other reading."""
    import polars as pl

    texts = candidates.join(forms.rename({"form": "reply"}), on="form_no").join(
        forms.rename({"form_no": "question_form_no", "form": "question"}), on="question_form_no"
    )
    texts = texts.filter(
        ~pl.when(pl.col("question").str.contains(_ASKS_OPENLY))
        .then(pl.col("reply").str.contains(DENIES))
        .otherwise(pl.col("reply").str.contains(_ANSWERS_YES_OR_NO)),
        ~pl.col("reply").str.contains(_ASKS_BACK),
        ~pl.col("reply").str.contains(_HANDLES),
        pl.col("reply").str.len_chars() <= LONGEST,
    )
    is_near = pl.col("told") & ~remote != 0
    unique = texts.select("question", "reply", near=is_near).unique(maintain_order=True)
    apart = [not shared(q, reply, by_name=near) for q, reply, near in unique.iter_rows()]
    kept = unique.filter(pl.Series(apart, dtype=pl.Boolean))
    return texts.join(kept, on=["question", "reply"], how="semi")


def spoken_of_before(found: pl.DataFrame) -> pl.Series:
    """Return the rows whose reply takes up what the customer had written earlier in the session.

    Args:
        found: row_key, told (what the reply is about) and earlier (a text of the customer).
    """
    same = (_read(found["earlier"]) & found["told"]) != 0
    return found.filter(same)["row_key"].unique()


def _read(texts: pl.Series) -> pl.Series:
    """Return what texts are about, each unique one looked at once."""
    import polars as pl

    unique = texts.unique(maintain_order=True)
    known = pl.DataFrame({"text": unique, "bits": matters().read(unique)})
    told = pl.DataFrame({"text": texts})
    return told.join(known, on="text", how="left", maintain_order="left")["bits"]


def _usual(read: pl.DataFrame, least: int, rare: float) -> pl.DataFrame:
    """Return what a shop answers to questions of a matter too often for it to be a slip."""
    import polars as pl

    told = read.group_by("shop_no", "asked", "told").agg(pl.col("times").sum())
    every = pl.col("times").sum().over("shop_no", "asked")
    return told.filter((every >= least) & (pl.col("times") > rare * every))


def _twice(read: pl.DataFrame, rare: float) -> pl.DataFrame:
    """Return what a shop answered more than once, and not rarely, to the very same question."""
    import polars as pl

    told = read.group_by("shop_no", "question_form_no", "told").agg(pl.col("times").sum())
    every = pl.col("times").sum().over("shop_no", "question_form_no")
    return told.filter((pl.col("times") > 1) & (pl.col("times") > rare * every))


def says_yes_or_no(reply: str) -> bool:
    """Tell whether a normalised reply opens with a yes or a no."""
    return re.match(_ANSWERS_YES_OR_NO, reply) is not None


def shared(question: str, reply: str, *, by_name: bool = True) -> bool:
    """Tell whether two normalised texts share two Chinese characters in a row, or a Latin word.

    Args:
        question: the one.
        reply: the other.
        by_name: whether the goods a reply begins with count: 鼠标能连苹果吗, 鼠标支持七天无理由.
    """
    said = re.sub(_OPENING, "", reply)
    sizes = range(_LONGEST_NAME, 1, -1)
    named = 0 if by_name else next((n for n in sizes if said[:n] in question), 0)
    return not _pieces(question).isdisjoint(_pieces(said[named:]))


def _pieces(text: str) -> set[str]:
    pairs = {a + b for a, b in itertools.pairwise(text) if a > "\u2e80" and b > "\u2e80"}
    return pairs | {word for word in text.split() if word.isascii()}
