"""Replies that speak of another matter than the question, judged by the shop's own replies.

All of this must hold: the matter of the reply is one that hardly any reply to such questions speaks
of; its words belong to replies to that other matter far rather than to the question's own; and it
shares no two Chinese characters in a row with the question.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from cskpi.enrich.tokens import tokens

if TYPE_CHECKING:
    import polars as pl

LEAST_WORDS = 2
"""So many words of the reply must be known from replies to the other matter."""

LEAST_SURPRISE = 4.0
"""How much likelier the reply must be as one to the other matter, as a logarithm: 55 times."""

KEYS = ("shop_no", "question_topic", "question_form_no", "form_no")

_SMOOTHING = 0.5
_SHORTEST = 2


def off_topic(
    answers: pl.DataFrame, least: int, rare: float, product_names: tuple[str, ...] = ()
) -> pl.DataFrame:
    """Return which replies to which questions are off topic, by `KEYS`.

    Args:
        answers: `KEYS`, topic, question, reply and times (how often) of replies to questions whose
            matter is known; topic is NULL where the reply has none or several.
        least: replies to questions of a matter a shop must have before any is judged.
        rare: largest share of replies of a matter that is rare.
        product_names: words of the shop, which count as one word each.
    """
    import polars as pl

    candidates = _rare_pairs(answers, least, rare)
    if candidates.is_empty():
        return candidates.select(KEYS)
    likely = _surprise(answers, candidates, product_names).filter(
        (pl.col("words") >= LEAST_WORDS) & (pl.col("surprise") >= LEAST_SURPRISE)
    )
    found = candidates.join(likely, on=["shop_no", "question_topic", "topic", "reply"], how="semi")
    unique = found.select("question", "reply").unique(maintain_order=True)
    apart = [not (_pieces(question) & _pieces(reply)) for question, reply in unique.iter_rows()]
    kept = unique.filter(pl.Series(apart, dtype=pl.Boolean))
    return found.join(kept, on=["question", "reply"], how="semi").select(KEYS)


def _rare_pairs(answers: pl.DataFrame, least: int, rare: float) -> pl.DataFrame:
    import polars as pl

    named = answers.filter(pl.col("topic").is_not_null())
    by_question = ["shop_no", "question_topic"]
    pairs = named.group_by([*by_question, "topic"]).agg(pair=pl.col("times").sum())
    shares = pairs.with_columns(every=pl.col("pair").sum().over(by_question)).filter(
        (pl.col("topic") != pl.col("question_topic"))
        & (pl.col("every") >= least)
        & (pl.col("pair") <= rare * pl.col("every"))
    )
    return named.join(shares, on=[*by_question, "topic"], how="semi")


def _surprise(
    answers: pl.DataFrame, candidates: pl.DataFrame, product_names: tuple[str, ...]
) -> pl.DataFrame:
    """Return for each candidate how much likelier its words are in replies to its own matter.

    Only words known from replies to questions of that matter count; where the same reply was given
    to questions of the other matter, it is left out of what is usual there.
    """
    import polars as pl

    cut = answers.select(reply=pl.col("reply").unique(maintain_order=True))
    cut = cut.with_columns(word=tokens(cut["reply"], product_names).list.unique()).explode("word")
    cut = cut.filter(pl.col("word").str.len_chars() >= _SHORTEST)
    said = answers.group_by("shop_no", "question_topic", "reply").agg(pl.col("times").sum())
    usual = (
        said.join(cut, on="reply")
        .group_by("shop_no", "question_topic", "word")
        .agg(count=pl.col("times").sum())
    )
    totals = said.group_by("shop_no", "question_topic").agg(replies=pl.col("times").sum())
    judged = (
        candidates.select("shop_no", "question_topic", "topic", "reply")
        .unique()
        .join(said, on=["shop_no", "question_topic", "reply"])
        .join(cut, on="reply")
    )
    here = _chance(judged, usual, totals, "question_topic", pl.col("times"))
    there = _chance(here, usual, totals, "topic", pl.lit(0)).filter(pl.col("seen_topic") > 0)
    return there.group_by("shop_no", "question_topic", "topic", "reply").agg(
        surprise=(pl.col("chance_topic") / pl.col("chance_question_topic")).log().sum(),
        words=pl.len(),
    )


def _chance(
    judged: pl.DataFrame, usual: pl.DataFrame, totals: pl.DataFrame, topic: str, own: pl.Expr
) -> pl.DataFrame:
    """Add the replies to questions of a matter that hold the word, and their share of all."""
    import polars as pl

    keys = ["shop_no", topic]
    renamed = {"question_topic": topic}
    joined = judged.join(usual.rename(renamed), on=[*keys, "word"], how="left").join(
        totals.rename(renamed), on=keys, how="left"
    )
    seen = pl.col("count").fill_null(0) - own
    chance = (seen + _SMOOTHING) / (pl.col("replies").fill_null(0) - own + 2 * _SMOOTHING)
    return joined.with_columns(seen.alias(f"seen_{topic}"), chance.alias(f"chance_{topic}")).drop(
        "count", "replies"
    )


def _pieces(text: str) -> set[str]:
    pairs = {a + b for a, b in itertools.pairwise(text) if a > "\u2e80" and b > "\u2e80"}
    return pairs | {word for word in text.split() if word.isascii()}
