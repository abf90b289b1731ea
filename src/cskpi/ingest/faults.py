"""Which rows are rejected, for what; a file without any fault is never searched for one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cskpi.ingest.cells import word_forms
from cskpi.ingest.raw import count
from cskpi.store.database import literal

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.staging import Staging, TypedColumn

BLANK = "blank_row"
"""Not a reject: a row without any value is no row, and is not counted."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """A reason to reject a row, with the column it lies in."""

    condition: str
    reason: str
    header: str | None
    cell: str | None


def find_faults(
    con: duckdb.DuckDBPyConnection,
    staging: Staging,
    *,
    required: Sequence[str],
    keys: Sequence[str] = (),
    first: Iterable[RowFault] = (),
    further: Iterable[RowFault] = (),
    joins: str = "",
) -> bool:
    """Fill the temporary table `faults` with the rows that are rejected or blank.

    Args:
        con: the database connection.
        staging: the typed columns.
        required: columns without which a row says nothing.
        keys: columns in which a summary label marks a summary row.
        first: conditions only this kind of file has, named before any other.
        further: the same, named last.
        joins: what those conditions need joined to the rows.

    Returns:
        Whether any row is in `faults(row_no, reason, column_name, raw_value)`.
    """
    conditions = [
        # Of the erased nothing is kept, whatever else is wrong with the row.
        *staging.privacy.purged_faults(staging),
        *_summary_faults(con, staging, keys),
        *_drop_faults(con, staging),
        *first,
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
    con.execute(_search(con, staging, conditions, joins))
    return count(con, "faults") > 0


def _search(
    con: duckdb.DuckDBPyConnection, staging: Staging, conditions: Sequence[RowFault], joins: str
) -> str:
    cells = staging.raw.columns
    blank = " AND ".join(f"coalesce(trim({cell}), '') = ''" for cell in cells)
    numbered = " ".join(
        f"WHEN {fault.condition} THEN {index}" for index, fault in enumerate(conditions)
    )
    return f"""
        CREATE TEMP TABLE faults AS
        SELECT row_no,
            CASE
                WHEN fault = -1 THEN '{BLANK}'
                WHEN {_is_label(con, staging, f"coalesce({_filled(cells)})")} THEN 'summary_row'
                {_pick(conditions, "reason")}
            END AS reason,
            CAST(CASE {_pick(conditions, "header")} END AS VARCHAR) AS column_name,
            CAST(CASE {_pick_cell(conditions)} END AS VARCHAR) AS raw_value
        FROM (
            SELECT *, CASE WHEN {blank} THEN -1 {numbered} END AS fault
            FROM {staging.layer} AS layer {joins})
        WHERE fault IS NOT NULL
        """


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
        condition = f"coalesce(word_form({column.cell}), '') IN ({words})"
        if drop.regex:
            condition = f"regexp_matches({column.cell}, {literal(drop.regex)})"
        elif drop.is_negated:
            condition = f"NOT {condition}"
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
    labels = word_forms(con, staging.match.source.preset.summary_labels)
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
