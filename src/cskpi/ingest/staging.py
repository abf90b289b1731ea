"""Typing a file: which columns are read how, and which rows are rejected for what.

`raw_rows` is looked over once. The columns that turn out plain are then cast as they are, and a
file without any fault is never searched for one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from cskpi.ingest.cells import (
    Kind,
    exact_test,
    kind_of,
    odd_steps,
    plain_test,
    plain_value,
    word_forms,
)
from cskpi.ingest.raw import count, numbered
from cskpi.store.database import literal

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.detect import Match
    from cskpi.ingest.raw import RawTable

ID_WORD = re.compile(r"[0-9A-Za-z_-]+")
"""The words `id_is_plain` lets pass."""

SAMPLE_ROWS = 20_000
REPEATING_SHARE = 0.2

BLANK = "blank_row"
"""Not a reject: a row without any value is no row, and is not counted."""


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
        return f"{_kept_name(self.cell, self.kind)}_form"

    @property
    def shape(self) -> str:
        """The shape of the form, kept for odd times."""
        return f"{_kept_name(self.cell, self.kind)}_shape"


@dataclass(frozen=True, slots=True)
class RowFault:
    """A reason to reject a row, with the column it lies in."""

    condition: str
    reason: str
    header: str | None
    cell: str | None


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
    longest_null = max((len(w) for w in match.source.nulls if ID_WORD.fullmatch(w)), default=0)
    pairs = sorted({(cells[name], kind) for name, kind in kinds.items()})
    profile = _profile(con, pairs, longest_null)
    odd = [pair for pair in pairs if not profile[pair].is_plain]
    _keep_odd_values(con, odd, longest_null)
    columns = {}
    for name, kind in kinds.items():
        cell = cells[name]
        found = profile[cell, kind]
        steps = odd_steps(kind, cell, "FALSE")
        kept = _kept_name(cell, kind)
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


def _kept_name(cell: str, kind: Kind) -> str:
    return f"{cell}_{kind.replace(':', '_')}"


def _keep_odd_values(
    con: duckdb.DuckDBPyConnection, odd: Sequence[tuple[str, Kind]], longest_null: int
) -> None:
    """Add the values of odd columns to `raw_rows`, so that their many steps run once."""
    if not odd:
        return
    layer = "raw_rows"
    steps = {_kept_name(c, k): odd_steps(k, c, plain_test(k, c, longest_null)) for c, k in odd}
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


def find_faults(
    con: duckdb.DuckDBPyConnection,
    staging: Staging,
    *,
    required: Sequence[str],
    keys: Sequence[str] = (),
    further: Iterable[RowFault] = (),
    joins: str = "",
) -> bool:
    """Fill the temporary table `faults` with the rows that are rejected or blank.

    Args:
        con: the database connection.
        staging: the typed columns.
        required: columns without which a row says nothing.
        keys: columns in which a summary label marks a summary row.
        further: conditions only this kind of file has.
        joins: what those conditions need joined to the rows.

    Returns:
        Whether any row is in `faults(row_no, reason, column_name, raw_value)`.
    """
    conditions = [
        *_summary_faults(con, staging, keys),
        *_drop_faults(con, staging),
        *(fault for column in staging.columns.values() for fault in _cell_faults(staging, column)),
        *(fault for name in required for fault in _missing_faults(staging, name)),
        *further,
    ]
    con.execute("DROP TABLE IF EXISTS faults")
    is_full = any(column.is_plain and not column.has_null for column in staging.columns.values())
    if not conditions and is_full:
        con.execute(
            "CREATE TEMP TABLE faults"
            " (row_no BIGINT, reason VARCHAR, column_name VARCHAR, raw_value VARCHAR)"
        )
        return False
    cells = staging.raw.columns
    blank = " AND ".join(f"coalesce(trim({cell}), '') = ''" for cell in cells)
    numbered = " ".join(
        f"WHEN {fault.condition} THEN {index}" for index, fault in enumerate(conditions)
    )
    con.execute(
        f"""
        CREATE TEMP TABLE faults AS
        SELECT row_no,
            CASE
                WHEN fault = -1 THEN '{BLANK}'
                WHEN {_is_label(con, staging, f"coalesce({_filled(cells)})")} THEN 'summary_row'
                {_pick(conditions, "reason")}
            END AS reason,
            CASE {_pick(conditions, "header")} END AS column_name,
            CASE {_pick_cell(conditions)} END AS raw_value
        FROM (
            SELECT *, CASE WHEN {blank} THEN -1 {numbered} END AS fault
            FROM {staging.layer} AS layer {joins})
        WHERE fault IS NOT NULL
        """
    )
    return count(con, "faults") > 0


@dataclass(frozen=True, slots=True)
class _Profile:
    is_plain: bool
    has_null: bool
    longest: int


def _profile(
    con: duckdb.DuckDBPyConnection, pairs: Sequence[tuple[str, Kind]], longest_null: int
) -> dict[tuple[str, Kind], _Profile]:
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
    profile = {}
    for place, (cell, kind) in enumerate(pairs):
        has_null, longest, is_plain = found[3 * place : 3 * place + 3]
        exact = exact_test(kind, cell)
        if not is_plain and exact:
            plain = plain_test(kind, cell, longest_null)
            rest = "" if (cell, kind) in repeating else f" WHERE NOT {plain}"
            words = f"(SELECT DISTINCT {cell} FROM raw_rows{rest})"
            row = con.execute(
                f"SELECT coalesce(bool_and({plain} OR ({exact})), TRUE) FROM {words}"
            ).fetchone()
            is_plain = bool(row and row[0])
        profile[cell, kind] = _Profile(bool(is_plain), bool(has_null), int(longest))
    return profile


def _repeating(
    con: duckdb.DuckDBPyConnection, pairs: Sequence[tuple[str, Kind]]
) -> set[tuple[str, Kind]]:
    """Return the id and label columns in whose first rows most words repeat."""
    asked = [pair for pair in pairs if pair[1] in {"id", "label"}]
    if not asked:
        return set()
    counted = ", ".join(f"count(DISTINCT {cell})" for cell, _ in asked)
    first = f"(SELECT * FROM raw_rows LIMIT {SAMPLE_ROWS})"
    *distinct, rows = con.execute(f"SELECT {counted}, count(*) FROM {first}").fetchone() or (0,)
    limit = rows * REPEATING_SHARE
    return {pair for pair, number in zip(asked, distinct, strict=True) if number < limit}


def _cell_faults(staging: Staging, column: TypedColumn) -> list[RowFault]:
    faults = []
    if column.is_too_long:
        condition = f"length({column.cell}) > {staging.max_cell_characters}"
        faults.append(RowFault(condition, "cell_too_long", column.header, column.cell))
    if column.fault:
        faults.append(RowFault(column.fault, column.reason, column.header, column.cell))
    return faults


def _missing_faults(staging: Staging, name: str) -> list[RowFault]:
    column = staging.columns.get(name)
    if column is None or (column.is_plain and not column.has_null):
        return []
    missing = f"({column.value}) IS NULL"
    return [RowFault(missing, "missing_value", column.header, column.cell)]


def _drop_faults(con: duckdb.DuckDBPyConnection, staging: Staging) -> list[RowFault]:
    faults = []
    for drop in staging.match.source.drops:
        column = staging.columns.get(drop.field)
        if column is None:
            continue
        words = ", ".join(word_forms(con, drop.words)) or "NULL"
        condition = (
            f"regexp_matches({column.cell}, {literal(drop.regex)})"
            if drop.regex
            else f"word_form({column.cell}) IN ({words})"
        )
        faults.append(RowFault(condition, "left_out", column.header, column.cell))
    return faults


def _summary_faults(
    con: duckdb.DuckDBPyConnection, staging: Staging, keys: Sequence[str]
) -> list[RowFault]:
    columns = [staging.columns[name] for name in keys if name in staging.columns]
    return [
        RowFault(_is_label(con, staging, column.cell), "summary_row", column.header, column.cell)
        for column in columns
    ]


def _is_label(con: duckdb.DuckDBPyConnection, staging: Staging, cell: str) -> str:
    labels = word_forms(con, staging.match.source.summary_labels)
    return f"word_form({cell}) IN ({', '.join(sorted(set(labels)))})" if labels else "FALSE"


def _filled(cells: Sequence[str]) -> str:
    return ", ".join(f"nullif(trim({cell}), '')" for cell in cells) + ", ''"


def _pick(conditions: Sequence[RowFault], field: str) -> str:
    return (
        " ".join(
            f"WHEN fault = {index} THEN {literal(text)}"
            for index, fault in enumerate(conditions)
            if (text := getattr(fault, field)) is not None
        )
        or "WHEN FALSE THEN NULL"
    )


def _pick_cell(conditions: Sequence[RowFault]) -> str:
    return (
        " ".join(
            f"WHEN fault = {index} THEN {fault.cell}"
            for index, fault in enumerate(conditions)
            if fault.cell is not None
        )
        or "WHEN FALSE THEN NULL"
    )
