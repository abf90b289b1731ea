"""A session's customer messages drawn together: how it felt, above all towards its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cskpi.sentiment.lines import NEGATIVE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

LAST = 5
"""Messages that make the end of a session."""

PEAKS = 3
"""Messages that make a peak."""

UNANSWERED = 0.1
"""What a message loses that follows one nobody replied to."""

DIGITS = 8
"""Further ones depend on the order in which sums are made."""

UNTRAINED = (
    "mood_mean",
    "mood_late",
    "glad",
    "glad_end",
    "upset",
    "upset_late",
    "score_mean",
    "score_late",
)


def session_score(features: pl.DataFrame) -> pl.Series:
    """Return the untrained score of each session, -1 to 1: half its course, half its end."""
    import polars as pl

    course = (pl.col("score_mean") + pl.col("score_late")) / 2
    return features.select((1.5 * course).tanh().alias("score"))["score"]


def session_features(lines: pl.LazyFrame, chances: Sequence[str] = ()) -> pl.LazyFrame:
    """Return one row a session, in order: UNTRAINED, and what becomes of `chances`.

    Of each of these the mean (`_mean`), the mean weighed towards the end (`_late`) and the mean of its
    highest values (`_peak`).

    Args:
        lines: one row a customer message: session, place (rising within the session), mood, score,
            emotion, is_after_silence (the message before had no reply) and `chances`.
        chances: further columns that stand for a message's mood.
    """
    import polars as pl

    size, rank = pl.len().over("session"), pl.col("place").rank("ordinal").over("session")
    weighed = lines.with_columns(
        (rank / size).alias("part"),
        (size - rank < LAST).alias("is_end"),
        (pl.col("score") - UNANSWERED * pl.col("is_after_silence").cast(pl.Float64)).alias("score"),
        (pl.col("emotion") == "pleased").alias("is_glad"),
        pl.col("emotion").is_in(list(NEGATIVE)).alias("is_upset"),
    ).with_columns((pl.col("part") * pl.col("part")).alias("weight"))
    return (
        weighed.group_by("session")
        .agg(
            pl.col("mood").mean().alias("mood_mean"),
            _late("mood").alias("mood_late"),
            pl.col("is_glad").mean().alias("glad"),
            (pl.col("is_glad") & pl.col("is_end")).any().cast(pl.Float64).alias("glad_end"),
            pl.col("is_upset").mean().alias("upset"),
            _late("is_upset").alias("upset_late"),
            pl.col("score").mean().alias("score_mean"),
            _late("score").alias("score_late"),
            *(pl.col(name).mean().alias(f"{name}_mean") for name in chances),
            *(_late(name).alias(f"{name}_late") for name in chances),
            *(pl.col(name).top_k(PEAKS).mean().alias(f"{name}_peak") for name in chances),
        )
        .sort("session")
        .with_columns(pl.col(pl.Float64).round(DIGITS))
    )


def _late(name: str) -> pl.Expr:
    import polars as pl

    told = pl.col(name).cast(pl.Float64)
    return (told * pl.col("weight")).sum() / pl.col("weight").sum()
