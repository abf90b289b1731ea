"""Typing a file: the canonical columns of a source as expressions over `raw_rows`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from cskpi.ingest.cells import ROUNDED_ID, Kind, kind_of, odd_steps, plain_value
from cskpi.ingest.headers import header_unit
from cskpi.ingest.privacy import Privacy
from cskpi.ingest.profile import (
    ROUNDED_DIGITS,
    CellProfile,
    is_rounded,
    keep_odd_values,
    kept_name,
    longest_plain_word,
    percent_scale,
    profile_cells,
)
from cskpi.ingest.raw import count, numbered
from cskpi.ingest.trimming import cut_cells
from cskpi.ingest.zones import Zones
from cskpi.store.database import literal, quote

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.detect import Match
    from cskpi.ingest.raw import RawTable
    from cskpi.ingest.report import Told


NUMBERED = ("order_id", "item_key", "refund_id", "ticket_id", "complaint_id", "goods_id")
"""Columns of ids that platforms make of digits alone."""

UNIT_SECONDS = {
    "seconds": 1,
    "minutes": 60,
    "hours": 3600,
    "秒": 1,
    "分": 60,
    "分钟": 60,
    "时": 3600,
    "小时": 3600,
    "天": 86_400,
}


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
    """A file's columns as typed.

    `constants` are the columns no header has, whose value holds for the whole file; `period` is
    the first and last day its numbers are of, where it says so; `told` is what the report says of
    its rows; `shift_codes` gives the clocks a
    shift code stands for, as `09:00-17:30`, `zones` the shops' time zones.
    """

    raw: RawTable
    match: Match
    columns: Mapping[str, TypedColumn]
    max_cell_characters: int
    constants: Mapping[str, str] = field(default_factory=dict)
    period: tuple[date, date] | None = None
    shift_codes: Mapping[str, str] = field(default_factory=dict)
    zones: Zones = field(default_factory=lambda: Zones("UTC"))
    privacy: Privacy = field(default_factory=Privacy)
    told: tuple[Told, ...] = ()

    @property
    def given(self) -> set[str]:
        """The columns the file has, or that hold for all of it."""
        return {*self.columns, *self.constants}

    @property
    def layer(self) -> str:
        """The rows all values are expressions over."""
        return numbered("raw_rows")

    def value(self, name: str) -> str:
        """Return the expression of a column, `NULL` or its fixed value where no header has it."""
        if name in self.columns:
            return self.columns[name].value
        fixed = self.constants.get(name)
        return "NULL" if fixed is None else literal(fixed)

    def with_column(self, column: TypedColumn) -> Staging:
        """Return a staging in which a column is read otherwise."""
        return replace(self, columns={**self.columns, column.name: column})

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
    if raw.has_origins:
        return Numbering("row_origins.source_row", "LEFT JOIN row_origins USING (row_no)")
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
    """Return the JSON of the columns a preset keeps as `extra.x`, NULL where it keeps none.

    Personal columns that the user wants kept stand there too, under their headers.
    """
    start = f"{prefix}extra."
    kept = {
        name.removeprefix(start): staging.value(name)
        for name in staging.columns
        if name.startswith(start)
    }
    if not prefix:
        kept |= staging.privacy.kept_cells(staging.raw)
    if not kept:
        return "NULL"
    pairs = ", ".join(f"{literal(name)}, {value}" for name, value in kept.items())
    return f"CAST(json_object({pairs}) AS VARCHAR)"


def schema_types(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """Return the columns of a table with their types, in table order."""
    rows = con.execute(f"DESCRIBE {quote(table)}").fetchall()
    return {str(name): str(data_type) for name, data_type, *_ in rows}


def stage(
    con: duckdb.DuckDBPyConnection,
    raw: RawTable,
    match: Match,
    max_cell_characters: int,
    *,
    constants: Mapping[str, str] | None = None,
    timezone: str | None = None,
) -> Staging:
    """Look over the raw rows and decide how each mapped column is read.

    Args:
        con: the database connection; `raw_rows` is replaced where cells need cleaning.
        raw: what it holds.
        match: the source and its columns.
        max_cell_characters: longest cell accepted.
        constants: values of columns no header has.
        timezone: the zone the file's times are in, where it is not the shop's.
    """
    cells = cut_cells(con, match)
    kinds = _kinds(con, raw, match, cells)
    longest_null = longest_plain_word(match.source.preset.nulls)
    pairs = sorted({(cells[name], kind) for name, kind in kinds.items()})
    profile = profile_cells(con, pairs, longest_null)
    _mark_rounded(con, cells, kinds, profile)
    pairs = sorted({(cells[name], kind) for name, kind in kinds.items()})
    odd = [
        pair
        for pair in pairs
        if not profile[pair].is_plain or (timezone and pair[1] in {"time", "date"})
    ]
    shop = (
        f"present(id_form({cells['shop_id']}))"
        if "shop_id" in cells
        else literal((constants or {}).get("shop_id", ""))
    )
    keep_odd_values(con, odd, longest_null, timezone, shop)
    columns = {}
    for name, kind in kinds.items():
        pair, header = (cells[name], kind), raw.header[match.columns[name]]
        found = profile[pair]
        column = _typed(name, header, pair, found, is_plain=pair not in odd)
        columns[name] = replace(column, is_too_long=found.longest > max_cell_characters)
    return Staging(raw, match, columns, max_cell_characters, dict(constants or {}))


def _mark_rounded(
    con: duckdb.DuckDBPyConnection,
    cells: Mapping[str, str],
    kinds: dict[str, Kind],
    profile: dict[tuple[str, Kind], CellProfile],
) -> None:
    """Let ids that a spreadsheet rounded be read as such."""
    for name in [name for name in NUMBERED if kinds.get(name) == "id"]:
        cell = cells[name]
        found = profile[cell, "id"]
        if found.longest >= ROUNDED_DIGITS and is_rounded(con, cell):
            kinds[name] = ROUNDED_ID
            profile[cell, ROUNDED_ID] = replace(found, is_plain=False)


def _typed(
    name: str, header: str, pair: tuple[str, Kind], found: CellProfile, *, is_plain: bool
) -> TypedColumn:
    cell, kind = pair
    steps = odd_steps(kind, cell, "FALSE")
    kept = kept_name(cell, kind)
    value = plain_value(kind, cell) if is_plain else kept
    return TypedColumn(
        name=name,
        cell=cell,
        header=header,
        kind=kind,
        value=f"({value} / 60)" if is_in_minutes(name, kind) else value,
        is_plain=is_plain,
        has_null=found.has_null,
        is_too_long=False,
        fault=f"{kept}_fault" if steps.fault and not is_plain else None,
        reason=steps.reason or "",
    )


def is_in_minutes(name: str, kind: Kind) -> bool:
    """Tell whether a column keeps minutes; durations are read as seconds."""
    return kind.startswith("duration") and name.endswith("_minutes")


def _kinds(
    con: duckdb.DuckDBPyConnection, raw: RawTable, match: Match, cells: Mapping[str, str]
) -> dict[str, Kind]:
    """Return how each column is read; durations and percentages with their unit."""
    source = match.source
    types = schema_types(con, source.target)
    for table in set(source.also) & {"order_items"}:
        types |= {f"item.{name}": kind for name, kind in schema_types(con, table).items()}
    kinds: dict[str, Kind] = {}
    for name, index in match.columns.items():
        if name in source.values or name == "score":
            kinds[name] = "label"
            continue
        data_type = types.get(name, "DOUBLE" if name.startswith("metric.") else "VARCHAR")
        kind = kind_of(name.removeprefix("item."), data_type, source.types)
        if kind.startswith("duration"):
            named = UNIT_SECONDS.get(header_unit(raw.header[index]) or "")
            kind = f"duration:{named or UNIT_SECONDS[kind.partition(':')[2] or 'seconds']}"
        elif kind == "percent":
            kind = f"percent:{percent_scale(con, cells[name])}"
        kinds[name] = kind
    return kinds
