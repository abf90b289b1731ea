"""What a day's or a week's board shows: numbers beside the usual ones, who waits, what comes today."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from cskpi.errors import UsageError
from cskpi.insight.alarms import Alarm, watch
from cskpi.insight.examples import SLOW_SECONDS, session_examples
from cskpi.metrics.business_time import named
from cskpi.metrics.catalog import load_catalog
from cskpi.metrics.evaluate import evaluate, parameters_in_force
from cskpi.metrics.uncertainty import CONFIDENCE, t_point
from cskpi.periods import Period, day_period
from cskpi.resources import data_dir
from cskpi.store.sqlfile import read_sql_file

if TYPE_CHECKING:
    import duckdb

    from cskpi.insight.examples import SessionExample
    from cskpi.metrics.declaration import Labels, Metric
    from cskpi.metrics.finding import Finding
    from cskpi.settings import Settings

BoardUnit = Literal["day", "week"]

BEFORE = 4
"""How many weekdays, or weeks, before are the usual."""
LEAST_BEFORE = 3
"""Fewer say nothing about how much such days differ among themselves."""
LINES = 10
"""Sessions listed under a heading; the count above them is complete."""
MOST_QUOTED = 40
"""Sessions quoted behind the numbers of a page, beside those its lists name."""


@dataclass(frozen=True, slots=True)
class Usual:
    """The mean of the weekdays or weeks before that have data.

    `reach` is how far one more such day lies from it by chance, as far as the days differ among
    themselves (95 % prediction interval); None where they are too few to tell.
    """

    value: float
    days: int
    reach: float | None


@dataclass(frozen=True, slots=True)
class BoardNumber:
    """A headline KPI of the board's day or week and what is usual."""

    finding: Finding
    usual: Usual | None


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session of a list.

    `seconds` is its wait, None where the day alone is known; `rules` name what inspection found.
    `customer_id` is given only where the session is called by it, for want of an id of its own.
    """

    shop_id: str
    session_id: str
    customer_id: str | None
    agent_id: str | None
    asked_at: datetime
    seconds: float | None
    rules: tuple[Labels, ...] = ()
    severity: str = ""


@dataclass(frozen=True, slots=True)
class StaffingGap:
    """An hour of the roster with fewer agents than the chats of the same weekdays need."""

    shop_id: str
    hour_at: datetime
    expected: float
    needed: int
    staffed: float


@dataclass(frozen=True, slots=True)
class SessionList:
    """The first sessions of a list and how many there are; None where nothing could be looked at."""

    lines: tuple[SessionLine, ...]
    total: int


@dataclass(frozen=True, slots=True)
class BoardInputs:
    """One day or week of one database.

    `data_until` is the newest message; `today` the day after the period, on which the board is
    read. `gaps` is None where there is no roster of that day. `metrics` are what the numbers mean,
    `parameters` those in force by KPI; `examples` are sessions behind the numbers of a page.
    """

    unit: BoardUnit
    period: Period
    shops: tuple[str, ...]
    data_until: datetime | None
    numbers: tuple[BoardNumber, ...]
    alarms: tuple[Alarm, ...]
    waiting: SessionList
    longest: SessionList
    risks: SessionList | None
    gaps: tuple[StaffingGap, ...] | None
    metrics: tuple[Metric, ...] = ()
    groups: Mapping[str, Labels] = field(default_factory=dict)
    parameters: Mapping[str, Mapping[str, str | int | float]] = field(default_factory=dict)
    examples: tuple[SessionExample, ...] = ()

    @property
    def totals(self) -> tuple[Finding, ...]:
        """The numbers without what is usual."""
        return tuple(number.finding for number in self.numbers)

    @property
    def today(self) -> date:
        """The day after the period."""
        return self.period.end.date()

    @property
    def has_sessions(self) -> bool:
        """Whether anything was said in the period."""
        return any(number.finding.value is not None for number in self.numbers)


def board_inputs(
    con: duckdb.DuckDBPyConnection,
    unit: BoardUnit,
    period: Period,
    settings: Settings,
    *,
    is_page: bool = False,
) -> BoardInputs:
    """Gather a board.

    Args:
        con: a database whose facts and text work are built.
        unit: what the period is one of.
        period: a day, or a week from Monday.
        settings: targets, control limits and capacity in force.
        is_page: also gather the sessions a page shows behind its numbers.

    Raises:
        DefinitionError: a metric file breaks the rules.
    """
    shops = con.execute("SELECT DISTINCT shop_id FROM sessions ORDER BY shop_id").fetchall()
    (until,) = _row(con, "SELECT max(ended_at) FROM session_facts")
    bounds = {"period_start": period.start, "period_end": period.end}
    catalog = load_catalog()
    metrics = catalog.headline()
    lists = (
        _sessions(con, "waiting", bounds),
        _sessions(con, "longest", bounds),
        _risks(con, bounds),
    )
    return BoardInputs(
        unit,
        period,
        tuple(shop for (shop,) in shops),
        until,
        tuple(_numbers(con, unit, period, settings, metrics)),
        watch(con, period, settings, prove=False).alarms,
        *lists,
        _gaps(con, period.end, settings),
        metrics=tuple(named(metric, settings) for metric in metrics),
        groups=catalog.groups,
        parameters={m.name: parameters_in_force(m, settings) for m in metrics},
        examples=_examples(con, period, settings, lists) if is_page else (),
    )


def newest_day(con: duckdb.DuckDBPyConnection, until: date) -> Period:
    """Return `until`, or the newest day of the data where they end before it.

    Raises:
        UsageError: nothing is loaded.
    """
    (last,) = _row(con, "SELECT CAST(max(started_at) AS DATE) FROM session_facts")
    if last is None:
        raise UsageError("no_sessions")
    return day_period(min(last, until))


def usual(values: Sequence[float]) -> Usual | None:
    """Return what is usual by the values of earlier days; None without any."""
    if not values:
        return None
    reach = None
    if len(values) >= LEAST_BEFORE:
        spread = statistics.stdev(values)
        reach = t_point(1 - CONFIDENCE, len(values) - 1) * spread * math.sqrt(1 + 1 / len(values))
    return Usual(statistics.fmean(values), len(values), reach)


def _examples(
    con: duckdb.DuckDBPyConnection,
    period: Period,
    settings: Settings,
    lists: Sequence[SessionList | None],
) -> tuple[SessionExample, ...]:
    listed = [(line.shop_id, line.session_id) for one in lists if one for line in one.lines]
    # A wait over night is none in opening hours.
    slow = None if settings.flag("business_hours.use") else SLOW_SECONDS
    return session_examples(con, period, MOST_QUOTED, slow_after_seconds=slow, listed=listed)


def _numbers(
    con: duckdb.DuckDBPyConnection,
    unit: BoardUnit,
    period: Period,
    settings: Settings,
    metrics: Sequence[Metric],
) -> list[BoardNumber]:
    before = Period(period.start - timedelta(weeks=BEFORE), period.start, period.label)
    earlier = evaluate(con, metrics, before, [(unit,)], settings, compare=False)
    found = {(f.metric, f.dimensions[unit]): f.value for f in earlier}
    marks = [_mark(unit, period.start - timedelta(weeks=back)) for back in range(1, BEFORE + 1)]
    totals = evaluate(con, metrics, period, [()], settings, compare=False)
    return [
        BoardNumber(
            total,
            usual([v for mark in marks if (v := found.get((total.metric, mark))) is not None]),
        )
        for total in totals
    ]


def _mark(unit: BoardUnit, start: datetime) -> str:
    return f"{start:%Y-%m-%d}" if unit == "day" else f"{start:%G-W%V}"


def _sessions(con: duckdb.DuckDBPyConnection, name: str, bounds: Mapping[str, Any]) -> SessionList:
    file = read_sql_file(data_dir("queries") / "boards" / f"{name}.sql")
    rows = con.execute(file.body, dict(bounds)).fetchall()
    return SessionList(tuple(SessionLine(*row) for row in rows[:LINES]), len(rows))


def _risks(con: duckdb.DuckDBPyConnection, bounds: Mapping[str, Any]) -> SessionList | None:
    """Return the sessions of the risk queue, each with its rules; None where none was inspected."""
    (inspected,) = _row(con, "SELECT count(*) FROM qa_inspected")
    if not inspected:
        return None
    file = read_sql_file(data_dir("queries") / "boards" / "risks.sql")
    rows = con.execute(file.body, dict(bounds)).fetchall()
    by_session: dict[tuple[Any, ...], list[Labels]] = {}
    for *session, name_zh, name_en in rows:
        by_session.setdefault(tuple(session), []).append({"zh": name_zh, "en": name_en})
    lines = tuple(
        SessionLine(shop, session, customer, agent, at, None, tuple(rules), severity)
        for (shop, session, customer, agent, at, severity), rules in by_session.items()
    )
    return SessionList(lines[:LINES], len(lines))


def _gaps(
    con: duckdb.DuckDBPyConnection, today: datetime, settings: Settings
) -> tuple[StaffingGap, ...] | None:
    file = read_sql_file(data_dir("queries") / "boards" / "staffing.sql")
    given = {"today": today, "capacity": settings.whole("workload.capacity")}
    (rostered,) = _row(
        con,
        "SELECT count(*) FROM staff_hours"
        " WHERE has_roster AND CAST(hour_at AS DATE) = CAST($today AS DATE)",
        {"today": today},
    )
    if not rostered:
        return None
    return tuple(StaffingGap(*row) for row in con.execute(file.body, given).fetchall())


def _row(
    con: duckdb.DuckDBPyConnection, sql: str, given: Mapping[str, Any] | None = None
) -> tuple[Any, ...]:
    row = con.execute(sql, dict(given or {})).fetchone()
    assert row is not None  # noqa: S101  an aggregate gives a row
    return tuple(row)
