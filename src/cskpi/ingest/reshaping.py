"""Rows that hold less or more than one item each: blanks under merged cells, items joined in a cell.

What is an item and what the whole order's is said by the preset (`fill_down`, `explode`), so that
no amount of an order is counted once for each of its items.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cskpi.ingest.cells import word_forms
from cskpi.ingest.faults import RowFault
from cskpi.ingest.raw import count, numbered
from cskpi.ingest.report import Told
from cskpi.ingest.staging import number_rows
from cskpi.store.database import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import duckdb

    from cskpi.ingest.detect import Match
    from cskpi.ingest.raw import RawTable
    from cskpi.ingest.staging import Staging

ITEM = "item."
_SPACE = "' ' || chr(9) || chr(10) || chr(13)"


@dataclass(frozen=True, slots=True)
class Reshaped:
    """A table whose rows are one item each; how many rows took the order above, or were split."""

    raw: RawTable
    match: Match
    filled: int = 0
    split: int = 0

    @property
    def told(self) -> tuple[Told, ...]:
        """What the report says of it."""
        counts = {"filled_down": self.filled, "split": self.split}
        return tuple(Told(key, {"count": n}) for key, n in counts.items() if n)


def one_item_a_row(con: duckdb.DuckDBPyConnection, raw: RawTable, match: Match) -> Reshaped:
    """Give further rows of an order its columns, and every item joined in a cell its own row.

    Args:
        con: the database connection; `raw_rows` is replaced where rows change.
        raw: what it holds.
        match: the source and its columns.
    """
    filled = _fill_down(con, raw, match) if match.source.fill_down else 0
    reshaped = Reshaped(raw, match, filled)
    return _split(con, reshaped) if match.source.explode_separators else reshaped


def parts_faults(staging: Staging) -> list[RowFault]:
    """Return the fault of a row whose joined cells have different numbers of parts."""
    source = staging.match.source
    if not source.explode_separators:
        return []
    keys = [staging.columns[name].cell for name in source.explode_by if name in staging.columns]
    if not keys:
        return []
    whole = _most_parts(source.explode_separators, keys)
    faults = []
    for name in (*source.explode_columns, *source.sums):
        if column := staging.columns.get(name):
            parts = _parts(source.explode_separators, column.cell)
            fitting = f"0, 1, {whole}" if name in source.sums else f"0, {whole}"
            condition = f"{whole} > 1 AND len({parts}) NOT IN ({fitting})"
            faults.append(RowFault(condition, "parts_differ", column.header, column.cell))
    return faults


def _fill_down(con: duckdb.DuckDBPyConnection, raw: RawTable, match: Match) -> int:
    cells = _cells(match, match.source.fill_down)
    items = _cells(match, [name for name in match.columns if name.startswith(ITEM)])
    if not cells or not items:
        return 0
    blank = " AND ".join(f"coalesce(trim({cell}), '') = ''" for cell in cells)
    named = " OR ".join(f"coalesce(trim({cell}), '') <> ''" for cell in items)
    first = ", ".join(f"nullif(trim({cell}), '')" for cell in raw.columns)
    labels = word_forms(con, match.source.preset.summary_labels) or ["''"]
    further = (
        f"{blank} AND ({named}) AND word_form(coalesce({first}, '')) NOT IN ({', '.join(labels)})"
    )
    rows = numbered("raw_rows")
    filled = count(
        con,
        f"{rows} WHERE {further} AND row_no > (SELECT min(row_no) FROM {rows} WHERE NOT ({further}))",
    )
    if not filled:
        return 0
    above = "OVER (ORDER BY row_no ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    taken = ", ".join(
        f"CASE WHEN is_further THEN last_value(CASE WHEN NOT is_further THEN coalesce({cell}, '') END"
        f" IGNORE NULLS) {above} ELSE {cell} END AS {cell}"
        for cell in cells
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE raw_rows AS
        SELECT {", ".join(raw.columns)} FROM (
            SELECT * REPLACE ({taken})
            FROM (SELECT *, coalesce({further}, FALSE) AS is_further
                  FROM {numbered("raw_rows")}))
        ORDER BY row_no
        """
    )
    return filled


def _split(con: duckdb.DuckDBPyConnection, whole: Reshaped) -> Reshaped:
    raw, match = whole.raw, whole.match
    source = match.source
    separators = source.explode_separators
    keys = _cells(match, source.explode_by)
    sums = _cells(match, source.sums)
    cells = [cell for cell in _cells(match, source.explode_columns) if cell not in sums]
    if not keys or not cells:
        return whole
    number = _most_parts(separators, keys)
    fitting = [f"len({_parts(separators, cell)}) IN (0, {number})" for cell in cells]
    fitting += [f"len({_parts(separators, cell)}) IN (0, 1, {number})" for cell in sums]
    is_joined = f"({number} > 1 AND {' AND '.join(fitting)})"
    split = count(con, f"raw_rows WHERE {is_joined}")
    if not split:
        return whole
    match, own = _own_amounts(raw, match, sums)
    listed = _listed(raw, separators, number, cells=cells, sums=sums, own=own)
    _lay_split(con, raw, is_joined, number, listed)
    header = (*raw.header, *(raw.header[int(cell[1:])] for cell in own))
    raw = replace(raw, header=header, has_origins=True)
    return Reshaped(raw, match, whole.filled, split)


def _listed(
    raw: RawTable,
    separators: str,
    number: str,
    *,
    cells: Sequence[str],
    sums: Sequence[str],
    own: Sequence[str],
) -> str:
    values = {cell: _part(separators, cell) for cell in cells}
    # What the order adds up to stands on the first of its items only.
    values |= {
        cell: f"CASE WHEN len({_parts(separators, cell)}) = {number} THEN {_part(separators, cell)}"
        f" WHEN part_no = 1 THEN {cell} END"
        for cell in sums
    }
    listed = ", ".join(
        f"CASE WHEN is_joined THEN {values[cell]} ELSE {cell} END AS {cell}"
        if cell in values
        else cell
        for cell in raw.columns
    )
    return listed + "".join(
        f", CASE WHEN NOT is_joined THEN {cell} WHEN len({_parts(separators, cell)}) = {number}"
        f" THEN {_part(separators, cell)} END AS c{len(raw.header) + place}"
        for place, cell in enumerate(own)
    )


def _lay_split(
    con: duckdb.DuckDBPyConnection, raw: RawTable, is_joined: str, number: str, listed: str
) -> None:
    numbering = number_rows(con, raw)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE split_rows AS
        SELECT row_no, {numbering.source_row} AS source_row, part_no, {listed}
        FROM (SELECT *, {is_joined} AS is_joined,
                  unnest(generate_series(1, CASE WHEN {is_joined} THEN {number} ELSE 1 END)) AS part_no
              FROM {numbered("raw_rows")}) AS rows {numbering.join}
        ORDER BY row_no, part_no
        """
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE row_origins AS SELECT row_number() OVER"
        " (ORDER BY row_no, part_no) - 1 AS row_no, source_row FROM split_rows"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE raw_rows AS SELECT * EXCLUDE (row_no, source_row, part_no)"
        " FROM split_rows ORDER BY row_no, part_no"
    )
    con.execute("DROP TABLE split_rows")


def _own_amounts(raw: RawTable, match: Match, sums: Sequence[str]) -> tuple[Match, list[str]]:
    """Let items that take the order's amount for theirs read a copy, which split rows leave blank."""
    columns = dict(match.columns)
    own: list[str] = []
    for name, index in match.columns.items():
        if name.startswith(ITEM) and f"c{index}" in sums:
            columns[name] = len(raw.header) + len(own)
            own.append(f"c{index}")
    return replace(match, columns=columns), own


def _cells(match: Match, names: Iterable[str]) -> list[str]:
    found = (match.columns[name] for name in names if name in match.columns)
    return [f"c{index}" for index in dict.fromkeys(found)]


def _parts(separators: str, cell: str) -> str:
    """Return the list of a cell's parts, an empty one for a blank cell."""
    return (
        f"list_filter(regexp_split_to_array(coalesce({cell}, ''), {literal(f'[{separators}]')}),"
        f" lambda part: trim(part, {_SPACE}) <> '')"
    )


def _part(separators: str, cell: str) -> str:
    return f"trim({_parts(separators, cell)}[part_no], {_SPACE})"


def _most_parts(separators: str, cells: Sequence[str]) -> str:
    return f"greatest({', '.join(f'len({_parts(separators, cell)})' for cell in cells)})"
