"""Typing a file: the canonical columns of a source as expressions over `raw_rows`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from cskpi.ingest.cells import Kind, kind_of, odd_steps, plain_value
from cskpi.ingest.profile import keep_odd_values, kept_name, longest_plain_word, profile_cells
from cskpi.ingest.raw import count, numbered
from cskpi.store.database import literal

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.detect import Match
    from cskpi.ingest.raw import RawTable


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """A canonical column: the raw cell it is read from, its value, and what speaks against it.

    `form` and `shape` name what time columns keep beside their value; `fault` is the condition
    under which a cell cannot be read, for `reason`.
    """

    name: str
    cell: str
    header: str
    kind: Kind
    value: str
    is_plain: bool
    has_null: bool
    is_too_long: bool
    fault: str | None = None
    reason: str = ""

    @property
    def form(self) -> str:
        """The cell's form, kept for odd times."""
        return f"{kept_name(self.cell, self.kind)}_form"

    @property
    def shape(self) -> str:
        """The shape of the form, kept for odd times."""
        return f"{kept_name(self.cell, self.kind)}_shape"


@dataclass(frozen=True, slots=True)
class Staging:
    """A file's columns as typed."""

    raw: RawTable
    match: Match
    columns: Mapping[str, TypedColumn]
    max_cell_characters: int

    @property
    def layer(self) -> str:
        """The rows all values are expressions over."""
        return numbered("raw_rows")

    def value(self, name: str) -> str:
        """Return the expression of a column, `NULL` or its fixed value where no header has it."""
        if name in self.columns:
            return self.columns[name].value
        fixed = self.match.source.const.get(name)
        return "NULL" if fixed is None else literal(fixed)

    def with_clock_day(self, name: str, day: date) -> Staging:
        """Return a staging in which a clock time in a time column falls on a given day."""
        column = self.columns.get(name)
        if column is None or column.is_plain:
            return self
        clock = (
            f"CASE WHEN clock_is_given({column.form}) THEN TIMESTAMP '{day} 00:00:00'"
            f" + to_microseconds(clock_microseconds({column.form})) END"
        )
        value = f"coalesce({column.value}, {clock})"
        fault = f"({column.form} IS NOT NULL AND {value} IS NULL)"
        dated = replace(column, value=value, fault=fault)
        return replace(self, columns={**self.columns, name: dated})

    def without_faults(self, names: Collection[str]) -> Staging:
        """Return a staging whose named columns are judged elsewhere."""
        kept = {
            name: replace(column, fault=None) if name in names else column
            for name, column in self.columns.items()
        }
        return replace(self, columns=kept)


@dataclass(frozen=True, slots=True)
class Numbering:
    """How `row_no` becomes the row number of the file: an expression, and what it needs joined."""

    source_row: str
    join: str


def number_rows(con: duckdb.DuckDBPyConnection, raw: RawTable) -> Numbering:
    """Number rows as a spreadsheet would, lines that are no rows included.

    A quoted line end does not begin a row; JSON counts lines or places in the array.
    """
    if raw.header_row is None or not count(con, "malformed_rows"):
        return Numbering(f"row_no + {raw.first_row}", "")
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE row_shifts AS
        SELECT max(shift) AS shift, from_row FROM (
            SELECT shift, source_row - {raw.first_row} - shift + 1 AS from_row
            FROM (SELECT source_row, row_number() OVER (ORDER BY source_row) AS shift
                  FROM (SELECT DISTINCT source_row FROM malformed_rows)))
        GROUP BY from_row
        """
    )
    return Numbering(
        f"row_no + {raw.first_row} + coalesce(row_shifts.shift, 0)",
        "ASOF LEFT JOIN row_shifts ON row_no >= row_shifts.from_row",
    )


def extra_value(staging: Staging, prefix: str = "") -> str:
    """Return the JSON of the columns a preset keeps as `extra.x`, NULL where it keeps none."""
    start = f"{prefix}extra."
    kept = [name for name in staging.columns if name.startswith(start)]
    if not kept:
        return "NULL"
    pairs = ", ".join(
        f"{literal(name.removeprefix(start))}, {staging.value(name)}" for name in kept
    )
    return f"CAST(json_object({pairs}) AS VARCHAR)"


def schema_types(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """Return the columns of a table with their types, in table order."""
    rows = con.execute(
        "SELECT column_name, data_type FROM duckdb_columns()"
        f" WHERE table_name = {literal(table)} AND NOT internal"
        " AND database_name = current_database() ORDER BY column_index"
    ).fetchall()
    return {str(name): str(data_type) for name, data_type in rows}


def stage(
    con: duckdb.DuckDBPyConnection, raw: RawTable, match: Match, max_cell_characters: int
) -> Staging:
    """Look over the raw rows and decide how each mapped column is read."""
    types = schema_types(con, match.source.target)
    for table in match.source.also:
        types |= {f"item.{name}": kind for name, kind in schema_types(con, table).items()}
    kinds = {
        name: "label"
        if name in match.source.values
        else kind_of(name.removeprefix("item."), types.get(name, "VARCHAR"), match.source.types)
        for name in match.columns
    }
    cells = {name: f"c{index}" for name, index in match.columns.items()}
    pairs = sorted({(cells[name], kind) for name, kind in kinds.items()})
    longest_null = longest_plain_word(match.source.nulls)
    profile = profile_cells(con, pairs, longest_null)
    odd = [pair for pair in pairs if not profile[pair].is_plain]
    keep_odd_values(con, odd, longest_null)
    columns = {}
    for name, kind in kinds.items():
        cell = cells[name]
        found = profile[cell, kind]
        steps = odd_steps(kind, cell, "FALSE")
        kept = kept_name(cell, kind)
        columns[name] = TypedColumn(
            name=name,
            cell=cell,
            header=raw.header[match.columns[name]],
            kind=kind,
            value=plain_value(kind, cell) if found.is_plain else kept,
            is_plain=found.is_plain,
            has_null=found.has_null,
            is_too_long=found.longest > max_cell_characters,
            fault=f"{kept}_fault" if steps.fault and not found.is_plain else None,
            reason=steps.reason or "",
        )
    return Staging(raw, match, columns, max_cell_characters)
