"""What a message is about: the first class of `topics.txt` that hits."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from cskpi.enrich.lexicons import Lexicons


def topics(forms: pl.Series, lexicons: Lexicons) -> pl.Series:
    """Return the issue type of each normalised text, null where none is named."""
    import polars as pl

    named = pl.repeat(None, forms.len(), dtype=pl.String, eager=True)
    for name, words in reversed(lexicons.classes.get("topics", {}).items()):
        places = words.hits(forms).arg_true()
        named = named.scatter(places, name) if len(places) else named
    return named
