"""Character n-grams of forms, counted by a search for all of a vocabulary at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

LONGEST = 3
MOST = 3_000
"""N-grams learnt from, the most frequent ones."""
FORMS_AT_ONCE = 200_000

EDGE_START, EDGE_END = "\x02", "\x03"


def anchored(forms: pl.Series) -> pl.Series:
    """Return forms with marked ends and all numbers alike: 好的 alone is not 好的 inside."""
    return EDGE_START + forms.fill_null("").str.replace_all(r"\d+", "0") + EDGE_END


def vocabulary(forms: pl.Series, often: pl.Series, least: int) -> list[str]:
    """Return the n-grams that were said at least `least` times, the most frequent first.

    Args:
        forms: each text once.
        often: in how many sessions each was said.
        least: an n-gram said in fewer is left out.
    """
    import polars as pl

    texts = anchored(forms).rename("text").to_frame().with_row_index("row").lazy()
    letters = texts.select("row", pl.col("text").str.extract_all(r"(?s).").alias("a")).explode("a")
    after = letters.with_columns(
        pl.col("a").shift(-1).over("row").alias("b"), pl.col("a").shift(-2).over("row").alias("c")
    )
    grams = pl.concat(
        [
            after.select("row", pl.col("a").alias("gram")),
            after.select("row", (pl.col("a") + pl.col("b")).alias("gram")),
            after.select("row", (pl.col("a") + pl.col("b") + pl.col("c")).alias("gram")),
        ]
    ).drop_nulls()
    numbers = often.rename("often").to_frame().with_row_index("row").lazy()
    counted = (
        grams.unique()
        .join(numbers, on="row")
        .group_by("gram")
        .agg(pl.col("often").sum().alias("len"))
        .filter(pl.col("len") >= least)
    )
    return (
        counted.sort(["len", "gram"], descending=[True, False])
        .head(MOST)
        .collect()["gram"]
        .to_list()
    )


def occurrences(forms: pl.Series, words: list[str]) -> pl.DataFrame:
    """Return row (of the forms), gram (place in `words`) and count of each n-gram found."""
    import polars as pl

    if not words:
        return pl.DataFrame(schema={"row": pl.UInt32, "gram": pl.UInt32, "count": pl.UInt32})
    found = (
        anchored(forms)
        .str.extract_many(words, overlapping=True)
        .rename("word")
        .to_frame()
        .with_row_index("row")
        .explode("word")
        .drop_nulls()
    )
    places = pl.DataFrame({"word": words}).with_row_index("gram")
    return (
        found.join(places, on="word", how="inner")
        .group_by("row", "gram")
        .agg(pl.len().alias("count"))
        .sort("row", "gram")
    )


def weigh(forms: pl.Series, weights: Mapping[str, float]) -> pl.Series:
    """Return the sum of the weights of all n-grams in each form."""
    import polars as pl

    words = list(weights)
    if not words:
        return pl.repeat(0.0, forms.len(), eager=True)
    table = pl.DataFrame({"word": words, "weight": list(weights.values())})
    parts = []
    for start in range(0, forms.len(), FORMS_AT_ONCE):
        part = anchored(forms.slice(start, FORMS_AT_ONCE)).rename("word")
        found = part.str.extract_many(words, overlapping=True).to_frame().with_row_index("row")
        sums = (
            found.explode("word")
            .join(table, on="word", how="inner")
            .group_by("row")
            .agg(pl.col("weight").sum())
        )
        everywhere = found.select("row")
        joined = everywhere.join(sums, on="row", how="left", maintain_order="left")
        parts.append(joined["weight"].fill_null(0.0))
    return pl.concat(parts) if parts else pl.Series([], dtype=pl.Float64)
