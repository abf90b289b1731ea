"""Breakdowns: tables of `queries/breakdowns/` that are no single number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cskpi.errors import DefinitionError, UsageError
from cskpi.metrics.breakdown_files import (
    PERIOD_PARAMETERS,
    Breakdown,
    body_problems,
    declare_breakdown,
)
from cskpi.metrics.evaluate import filled_tables
from cskpi.metrics.statement import filter_conditions
from cskpi.resources import data_dir, user_dir
from cskpi.store.database import quote
from cskpi.store.sqlfile import HeaderError, read_sql_file

if TYPE_CHECKING:
    import duckdb

    from cskpi.metrics.breakdown_files import BreakdownColumn, View
    from cskpi.metrics.declaration import Labels
    from cskpi.periods import Period
    from cskpi.settings import Settings, Value

_CHUNK = 10_000

BreakdownValue = str | int | float | Decimal | date | datetime | None


@dataclass(frozen=True, slots=True)
class BreakdownTable:
    """A breakdown's rows in one period, cells in the order of `columns`.

    A heat map has the columns `weekday` (1 = Monday) and `hour` (0..23) and draws its last column.
    `missing` names the source tables that hold no row at all: then nothing is known. `left_out` counts
    the rows beyond those that were asked for.
    """

    name: str
    labels: Labels
    columns: tuple[BreakdownColumn, ...]
    rows: tuple[tuple[BreakdownValue, ...], ...]
    descriptions: Labels | None = None
    group: str = ""
    view: View = "table"
    most_rows: int = 0
    missing: tuple[str, ...] = ()
    left_out: int = 0


def load_breakdowns(groups: Iterable[str] = (), *, prove: bool = False) -> tuple[Breakdown, ...]:
    """Return all breakdowns, shipped and the shop's own, in the order of `groups`.

    Args:
        groups: ids of the catalogue's groups in report order.
        prove: also bind the bodies of shipped files; the shop's own are always bound.

    Raises:
        DefinitionError: with every problem of every file.
    """
    shipped = data_dir("queries") / "breakdowns"
    own = user_dir("queries") / "breakdowns"
    paths = [(path, prove) for path in sorted(shipped.glob("*.sql"))]
    if own.resolve() != shipped.resolve():
        paths += [(path, True) for path in sorted(own.glob("*.sql"))]
    found: dict[str, Breakdown] = {}
    problems: list[str] = []
    order = {group: place for place, group in enumerate(groups)}
    for path, binds in paths:
        read = _read_shipped if path.parent == shipped else _read
        breakdown, faults = read(path, binds=binds)
        if breakdown is not None and order and breakdown.group not in order:
            faults = [*faults, f"{path}:1: unknown group '{breakdown.group}'"]
        problems += faults
        if breakdown is not None:
            found[breakdown.name] = breakdown
    if problems:
        raise DefinitionError(problems)
    place = len(order)
    ordered = sorted(found.values(), key=lambda b: (order.get(b.group, place), b.rank, b.name))
    return tuple(ordered)


def run_breakdown(
    con: duckdb.DuckDBPyConnection,
    breakdown: Breakdown,
    period: Period,
    settings: Settings,
    filters: Mapping[str, str] | None = None,
    *,
    most_rows: int | None = None,
    filled: Mapping[str, bool] | None = None,
) -> BreakdownTable:
    """Return the rows of a breakdown in the order its file gives them, at most `most_rows`.

    `filled` tells which tables hold a row, where that is known already.

    Raises:
        UsageError: it is to be kept to a dimension it does not have.
    """
    filled = filled_tables(con, breakdown.sources) if filled is None else filled
    missing = tuple(name for name in breakdown.sources if not filled.get(name))
    sql, given = _statement(con, breakdown, period, settings, filters or {})
    rows, left_out = ([], 0) if missing else _fetched(con, sql, given, most_rows)
    return BreakdownTable(
        breakdown.name,
        breakdown.labels,
        breakdown.columns,
        tuple(tuple(row) for row in rows),
        breakdown.descriptions,
        breakdown.group,
        breakdown.view,
        breakdown.most_rows,
        missing,
        left_out,
    )


def split_names(
    names: Iterable[str], known: Iterable[Breakdown]
) -> tuple[list[str], list[Breakdown]]:
    """Return which names are no breakdown's, and the breakdowns named, in their own order."""
    wanted = list(names)
    chosen = [breakdown for breakdown in known if breakdown.name in wanted]
    taken = {breakdown.name for breakdown in chosen}
    return [name for name in wanted if name not in taken], chosen


def breakdown_parameters(breakdown: Breakdown, settings: Settings) -> dict[str, Value]:
    """Return the parameters in force: `params.<breakdown>.<name>` of the settings, else its own."""
    own = {
        name: settings.values[param["setting"]] if isinstance(param, dict) else param
        for name, param in breakdown.params.items()
    }
    told = settings.section(f"params.{breakdown.name}")
    return own | {name: value for name, value in told.items() if name in own}


def _statement(
    con: duckdb.DuckDBPyConnection,
    breakdown: Breakdown,
    period: Period,
    settings: Settings,
    filters: Mapping[str, str],
) -> tuple[str, dict[str, Any]]:
    """Return a breakdown's statement and what it takes."""
    columns = {column.name for column in breakdown.columns}
    for name in filters:
        if filter_conditions({name: ""})[0][0].split(" ", 1)[0] not in columns:
            raise UsageError("breakdown_filter", name=breakdown.name, dimension=name)
    conditions, kept = filter_conditions(filters)
    keep = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    shown = ", ".join(quote(column.name) for column in breakdown.columns)
    sql = f"SELECT {shown} FROM ({breakdown.body}) AS shown{keep}"
    used = con.extract_statements(sql)[0].named_parameters
    bounds = dict(zip(PERIOD_PARAMETERS, (period.start, period.end), strict=True))
    given = breakdown_parameters(breakdown, settings) | kept | bounds
    return sql, {name: given[name] for name in used}


def _fetched(
    con: duckdb.DuckDBPyConnection, sql: str, given: Mapping[str, Any], most_rows: int | None
) -> tuple[Sequence[tuple[BreakdownValue, ...]], int]:
    """Return the first rows, and how many there are beyond them."""
    cursor = con.execute(sql, given)
    if most_rows is None:
        return cursor.fetchall(), 0
    rows, left_out = cursor.fetchmany(most_rows), 0
    # Counting the others by a second statement would make the whole table twice.
    while others := len(cursor.fetchmany(_CHUNK)):
        left_out += others
    return rows, left_out


def _read(path: Path, *, binds: bool) -> tuple[Breakdown | None, list[str]]:
    try:
        file = read_sql_file(path)
    except HeaderError as error:
        return None, [str(error)]
    breakdown, problems = declare_breakdown(file)
    if breakdown is not None and binds:
        problems = body_problems(breakdown)
    return breakdown, problems


# Shipped files do not change while the program runs.
_read_shipped = cache(_read)
