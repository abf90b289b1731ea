"""Words of texts by jieba's dictionary: rjieba is the fast way, jieba the reference.

Both read the same dictionary by the same method (a test counts where they differ: rjieba keeps
`a-b` and `a_b` in one piece, jieba cuts there). A shop's product names come on top.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from cskpi.enrich.normalise import placeholders

if TYPE_CHECKING:
    import duckdb
    import polars as pl

MOST_TITLES = 20_000
"""Titles looked at for product names; more of them bring no new names."""

_BREAK, _MARK = "\n", "\x1f"
_PART = re.compile(r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{2,6}(?![\u4e00-\u9fff])")
_OFTEN = 2
_TITLES = f"SELECT DISTINCT title FROM order_items WHERE title IS NOT NULL ORDER BY title LIMIT {MOST_TITLES}"


def tokens(texts: pl.Series, product_names: tuple[str, ...] = ()) -> pl.Series:
    """Return the words of each text as a list without spaces; placeholders stay in one piece.

    Args:
        texts: normalised texts; null counts as empty.
        product_names: words of the shop, kept in one piece.
    """
    import polars as pl

    lines = texts.fill_null("").str.replace_all(rf"[\s{_MARK}]+", " ")
    signs = _signs()
    coded = lines.str.replace_many(list(signs), list(signs.values()))
    # One call for many texts is twice as fast; the break between two texts is a word of its own.
    joined = coded.str.join(_BREAK).item() or ""
    cut = _MARK.join(_cutter(product_names).cut(joined)).replace(f"{_MARK} {_MARK}", _MARK)
    rows = pl.Series(texts.name, cut.split(_BREAK), dtype=pl.String).str.strip_chars(f"{_MARK} ")
    rows = rows.str.replace_many(list(signs.values()), list(signs))
    nothing = pl.lit([], dtype=pl.List(pl.String))
    return pl.select(
        pl.when(rows == "").then(nothing).otherwise(rows.str.split(_MARK)).alias(texts.name)
    ).to_series()


def reference_tokens(text: str) -> list[str]:
    """Return the words of one text as jieba cuts it."""
    import jieba

    return [word for word in jieba.cut(text) if word.strip()]


def product_names(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Return the names in the titles of the items sold: what stands between signs in several titles.

    Args:
        con: a database with orders loaded; without them there are no names.
    """
    counts: dict[str, int] = {}
    for (title,) in con.execute(_TITLES).fetchall():
        for part in set(_PART.findall(title)):
            counts[part] = counts.get(part, 0) + 1
    known = _cutter(())
    return tuple(sorted(p for p, n in counts.items() if n >= _OFTEN and not known.has_word(p)))


@cache
def _cutter(names: tuple[str, ...]) -> Any:
    import rjieba

    cutter = rjieba.Jieba()
    for name in names:
        cutter.add_word(name, None, None)
    return cutter


@cache
def _signs() -> dict[str, str]:
    """Return placeholder -> a letter nobody writes."""
    return {name: chr(0xE300 + number) for number, name in enumerate(placeholders())}
