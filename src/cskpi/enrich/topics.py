"""What a message is about: the first class of `topics.txt` that hits."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from cskpi.enrich.lexicons import Lexicons, Near


def topics(forms: pl.Series, lexicons: Lexicons, near: Mapping[tuple[str, str], Near]) -> pl.Series:
    """Return the issue type of each normalised text, null where none is named.

    Args:
        forms: normalised texts.
        lexicons: the words in force.
        near: of each class in which texts it can stand, as `Lexicons.near` tells.
    """
    import numpy as np
    import polars as pl

    classes = lexicons.classes.get("topics", {})
    decided = np.full(forms.len(), len(classes), dtype=np.uint32)
    for number, (name, words) in enumerate(classes.items()):
        open_ones = np.flatnonzero((decided == len(classes)) & near["topics", name].any(axis=0))
        found = words.hits(forms.gather(open_ones), near["topics", name][:, open_ones])
        decided[open_ones[found.to_numpy()]] = number
    return pl.Series([*classes, None], dtype=pl.String).gather(decided)
