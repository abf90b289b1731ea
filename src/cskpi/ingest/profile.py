"""Looking over raw cells once: which columns are plain, and the values of those that are not."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cskpi.ingest.cells import Kind, exact_test, odd_steps, plain_test
from cskpi.ingest.raw import count

if TYPE_CHECKING:
    import duckdb

PLAIN_WORD = re.compile(r"[0-9A-Za-z_-]+")
"""The words `id_is_plain` lets pass."""

SAMPLE_ROWS = 20_000
LARGEST_SHARE = 1.5
"""A conversion or satisfaction beyond this is written in hundredths."""

ROUNDED_DIGITS = 16
FEWEST_ROUNDED = 3
"""Fewer ids that all end in 0 may be chance."""

REPEATING_SHARE = 0.2
"""A column with fewer different words than this, in its first rows, is looked at word by word."""


def longest_plain_word(words: Sequence[str]) -> int:
    """Return the length of the longest word that the cheap test of ids cannot tell from an id."""
    return max((len(word) for word in words if PLAIN_WORD.fullmatch(word)), default=0)


@dataclass(frozen=True, slots=True)
class CellProfile:
    """What a look over one cell of all rows found; `longest` in bytes."""

    is_plain: bool
    has_null: bool
    longest: int


def profile_cells(
    con: duckdb.DuckDBPyConnection, pairs: Sequence[tuple[str, Kind]], longest_null: int
) -> dict[tuple[str, Kind], CellProfile]:
    """Look over each cell once: is it plain throughout, is it ever NULL, its longest in bytes.

    Words that repeat are looked at once each; the rest by the cheap test, and only what fails that
    by the exact one.
    """
    if not pairs:
        return {}
    repeating = _repeating(con, pairs)
    measures = ", ".join(
        f"count({cell}) < count(*), coalesce(max(strlen({cell})), 0), "
        + (
            "FALSE"
            if (cell, kind) in repeating
            else f"coalesce(bool_and({plain_test(kind, cell, longest_null)}), TRUE)"
        )
        for cell, kind in pairs
    )
    found = con.execute(f"SELECT {measures} FROM raw_rows").fetchone() or ()
    profile = {
        pair: CellProfile(bool(found[3 * n + 2]), bool(found[3 * n]), int(found[3 * n + 1]))
        for n, pair in enumerate(pairs)
    }
    for kind in dict.fromkeys(kind for _, kind in pairs):
        unsure = [pair for pair in pairs if pair[1] == kind and not profile[pair].is_plain]
        if unsure and exact_test(kind, "word"):
            for pair, is_plain in _exactly(con, unsure, longest_null, repeating).items():
                profile[pair] = replace(profile[pair], is_plain=is_plain)
    return profile


def _exactly(
    con: duckdb.DuckDBPyConnection,
    pairs: Sequence[tuple[str, Kind]],
    longest_null: int,
    repeating: Collection[tuple[str, Kind]],
) -> dict[tuple[str, Kind], bool]:
    """Look closer at columns of one kind that failed the cheap test.

    All at once: preparing the patterns takes longer than matching the words of a small file.
    """
    kind = pairs[0][1]
    plain, exact = plain_test(kind, "word", longest_null), exact_test(kind, "word")
    words = " UNION ALL ".join(
        f"SELECT DISTINCT {place} AS place, {cell} AS word FROM raw_rows"
        + (
            ""
            if (cell, kind) in repeating
            else f" WHERE NOT {plain_test(kind, cell, longest_null)}"
        )
        for place, (cell, _) in enumerate(pairs)
    )
    rows = con.execute(
        f"SELECT place, coalesce(bool_and({plain} OR ({exact})), TRUE) FROM ({words}) GROUP BY place"
    ).fetchall()
    verdicts = dict(rows)
    # Where only NULLs are left there is nothing to clean.
    return {pair: bool(verdicts.get(place, True)) for place, pair in enumerate(pairs)}


def _repeating(
    con: duckdb.DuckDBPyConnection, pairs: Sequence[tuple[str, Kind]]
) -> set[tuple[str, Kind]]:
    """Return the id and label columns in whose first rows most words repeat."""
    asked = [pair for pair in pairs if pair[1] in {"id", "label"}]
    if count(con, "raw_rows") <= SAMPLE_ROWS:
        return set(asked)
    if not asked:
        return set()
    counted = ", ".join(f"count(DISTINCT {cell})" for cell, _ in asked)
    first = f"(SELECT * FROM raw_rows LIMIT {SAMPLE_ROWS})"
    *distinct, rows = con.execute(f"SELECT {counted}, count(*) FROM {first}").fetchone() or (0,)
    limit = rows * REPEATING_SHARE
    return {pair for pair, number in zip(asked, distinct, strict=True) if number < limit}


def kept_name(cell: str, kind: Kind) -> str:
    """Return the name under which the value of an odd cell is kept beside it."""
    return f"{cell}_{kind.replace(':', '_').replace('.', '_')}"


def percent_scale(con: duckdb.DuckDBPyConnection, cell: str) -> float:
    """Return what the numbers of a percentage column are multiplied by: 0.01 where any is over 1.5."""
    row = con.execute(
        f"SELECT max(TRY_CAST(decimal_text(percent_form({cell})) AS DOUBLE)) FROM raw_rows"
    ).fetchone()
    return 0.01 if row and row[0] is not None and row[0] > LARGEST_SHARE else 1.0


def is_rounded(con: duckdb.DuckDBPyConnection, cell: str) -> bool:
    """Tell whether a spreadsheet rounded a column of 16-digit ids: one in ten should end in 0."""
    row = con.execute(
        f"""
        SELECT count(*), count(*) FILTER (suffix(id, '0')) FROM (
            SELECT DISTINCT id_form({cell}) AS id FROM (SELECT {cell} FROM raw_rows LIMIT {SAMPLE_ROWS}))
        WHERE length(id) = {ROUNDED_DIGITS} AND regexp_full_match(id, '[0-9]+')
        """
    ).fetchone() or (0, 0)
    return bool(row[0] >= FEWEST_ROUNDED and row[1] > row[0] / 2)


def keep_odd_values(
    con: duckdb.DuckDBPyConnection,
    odd: Sequence[tuple[str, Kind]],
    longest_null: int,
    timezone: str | None = None,
    shop: str = "NULL",
) -> None:
    """Add the values of odd columns to `raw_rows`, so that their many steps run once.

    Times without an offset are read in `timezone` where one is given; `shop` is the SQL of the
    row's shop.
    """
    if not odd:
        return
    layer = "raw_rows"
    steps = {
        kept_name(c, k): odd_steps(k, c, plain_test(k, c, longest_null), timezone, shop)
        for c, k in odd
    }
    dropped = [f"{name}_form" for name, step in steps.items() if step.shape is None]
    for suffix in ("form", "shape", "value", "fault"):
        added = []
        for name, step in steps.items():
            sql = getattr(step, suffix)
            if sql is not None:
                filled = sql.replace("{form}", f"{name}_form").replace("{shape}", f"{name}_shape")
                target = name if suffix == "value" else f"{name}_{suffix}"
                added.append(f"{filled.replace('{value}', name)} AS {target}")
        if added:
            layer = f"(SELECT *, {', '.join(added)} FROM {layer})"
    excluded = f" EXCLUDE ({', '.join(dropped)})" if dropped else ""
    con.execute(f"CREATE OR REPLACE TEMP TABLE raw_rows AS SELECT *{excluded} FROM {layer}")
