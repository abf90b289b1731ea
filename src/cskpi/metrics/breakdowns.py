"""Breakdowns: tables of `queries/breakdowns/` that are no single number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from cskpi.errors import DefinitionError
from cskpi.resources import data_dir
from cskpi.store.sqlfile import SqlFile, read_sql_file

if TYPE_CHECKING:
    import duckdb

    from cskpi.metrics.declaration import Labels
    from cskpi.metrics.finding import Unit
    from cskpi.periods import Period


@dataclass(frozen=True, slots=True)
class BreakdownColumn:
    """A column of a breakdown; without a unit it holds names, not numbers."""

    name: str
    labels: Labels
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One breakdown as its file declares it; the body takes `$period_start` and `$period_end`."""

    name: str
    labels: Labels
    descriptions: Labels
    columns: tuple[BreakdownColumn, ...]
    sources: tuple[str, ...]
    origin: str
    file: SqlFile


BreakdownValue = str | int | float | date | datetime | None


@dataclass(frozen=True, slots=True)
class BreakdownTable:
    """A breakdown's rows in one period, cells in the order of `columns`.

    With the columns `weekday` (1 = Monday) and `hour` (0..23) it is drawn as a heat map of its
    last column.
    """

    name: str
    labels: Labels
    columns: tuple[BreakdownColumn, ...]
    rows: tuple[tuple[BreakdownValue, ...], ...]


def load_breakdowns() -> tuple[Breakdown, ...]:
    """Return the shipped breakdowns by name.

    Raises:
        DefinitionError: a header lacks a key.
    """
    files = [read_sql_file(p) for p in sorted((data_dir("queries") / "breakdowns").glob("*.sql"))]
    try:
        return tuple(_declare(file) for file in files)
    except KeyError as error:
        raise DefinitionError([f"queries/breakdowns: missing key {error}"]) from None


def run_breakdown(
    con: duckdb.DuckDBPyConnection, breakdown: Breakdown, period: Period
) -> BreakdownTable:
    """Return the rows of a breakdown in the order its file gives them."""
    names = ", ".join(column.name for column in breakdown.columns)
    rows = con.execute(
        f"SELECT {names} FROM ({breakdown.file.body.strip().rstrip(';')}) AS shown",
        {"period_start": period.start, "period_end": period.end},
    ).fetchall()
    shown = tuple(tuple(row) for row in rows)
    return BreakdownTable(breakdown.name, breakdown.labels, breakdown.columns, shown)


def _declare(file: SqlFile) -> Breakdown:
    head = file.header
    columns = tuple(
        BreakdownColumn(column["name"], column["label"], column.get("unit"))
        for column in head["column"]
    )
    return Breakdown(
        file.name,
        head["label"],
        head["description"],
        columns,
        tuple(head["sources"]),
        head["origin"],
        file,
    )
