"""Business time: how much of a wait fell into opening hours, exact to the millisecond.

A table holds, per calendar and day, the opening time before that day and the day's intervals. The
opening time between two moments is the difference of what lies before each of them: two joins on
the day, however long the wait.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from cskpi.errors import UsageError
from cskpi.metrics.business_days import EPOCH, HOURS, TABLE, lay_out
from cskpi.opening_hours import opening_hours
from cskpi.store.database import literal, quote
from cskpi.texts import LANGS, table

if TYPE_CHECKING:
    import duckdb

    from cskpi.metrics.declaration import Labels, Metric
    from cskpi.settings import Settings

SWITCH = f"{HOURS}.use"


@dataclass(frozen=True, slots=True)
class BusinessClock:
    """How the rows of a metric find their calendar: shops with their own are numbered from 1."""

    shops: tuple[str, ...]
    interval_count: int

    def timed(self, metric: Metric) -> Metric:
        """Return a metric with a clock so that it counts business time, under a name that says so."""
        if metric.clock is None:
            return metric
        file = replace(metric.file, body=self._body(metric, *metric.clock))
        return replace(_renamed(metric), file=file, timed="business")

    def _body(self, metric: Metric, *clock: str) -> str:
        """Return the metric's SELECT with `measure` in business seconds.

        A wait wholly inside opening hours keeps its measure, which is the true elapsed time: local
        clocks jump when daylight saving begins or ends.
        """
        begin, end = (f"counted.{quote(column)}" for column in clock)
        opened, span = (
            f"{self._before(end, 'ended')} - {self._before(begin, 'begun')}",
            f"epoch_ms({end}) - epoch_ms({begin})",
        )
        return (
            "SELECT * EXCLUDE (open_ms, span_ms, is_open) REPLACE (CASE"
            " WHEN open_ms IS NULL THEN NULL"
            " WHEN open_ms = span_ms AND is_open THEN CAST(measure AS DOUBLE)"
            " ELSE greatest(open_ms, 0) / 1000.0 END AS measure) FROM ("
            f"SELECT counted.*, CASE WHEN counted.measure IS NOT NULL THEN {opened} END AS open_ms,"
            f" {span} AS span_ms, {self._is_open(begin, 'begun')} AS is_open"
            f" FROM ({metric.body}) AS counted"
            f" LEFT JOIN {TABLE} AS begun ON {self._join(begin, 'begun')}"
            f" LEFT JOIN {TABLE} AS ended ON {self._join(end, 'ended')}) AS clocked\n"
        )

    def _join(self, moment: str, side: str) -> str:
        chosen = "".join(
            f" WHEN {literal(shop)} THEN {number}" for number, shop in enumerate(self.shops, 1)
        )
        calendar = f"CASE counted.shop_id{chosen} ELSE 0 END" if chosen else "0"
        return f"{side}.calendar_no = {calendar} AND {side}.day = CAST({moment} AS DATE)"

    def _before(self, moment: str, side: str) -> str:
        clock = f"(epoch_ms({moment}) - {side}.day_ms)"
        within = "".join(
            f" + greatest(0, least({clock}, {side}.end_{n}) - {side}.start_{n})"
            for n in self._numbers()
        )
        return f"({side}.before_ms{within})"

    def _is_open(self, moment: str, side: str) -> str:
        clock = f"(epoch_ms({moment}) - {side}.day_ms)"
        inside = (
            f"{clock} >= {side}.start_{n} AND {clock} < {side}.end_{n}" for n in self._numbers()
        )
        return f"({' OR '.join(inside)})"

    def _numbers(self) -> range:
        return range(1, self.interval_count + 1)


def named(metric: Metric, settings: Settings) -> Metric:
    """Return the metric under the name its numbers carry: one with a clock says which it is."""
    return _renamed(metric) if settings.flag(SWITCH) and metric.clock is not None else metric


def wall_clock(settings: Settings) -> Settings:
    """Return the settings with business hours off, for numbers that others took by the clock."""
    return replace(settings, values={**settings.values, SWITCH: False})


def _renamed(metric: Metric) -> Metric:
    label = table()["format.business_label"]
    labels: Labels = {lang: label[lang].format(label=metric.labels[lang]) for lang in LANGS}
    return replace(metric, labels=labels)


def in_business_time(
    con: duckdb.DuckDBPyConnection,
    metrics: Sequence[Metric],
    settings: Settings,
    where: str,
    parameters: Callable[[Metric], Mapping[str, Any]],
) -> tuple[Metric, ...]:
    """Return the metrics as they are counted: those with a clock in business time, if that is on.

    Args:
        con: the database; it gets a temporary table of the days the rows touch.
        metrics: those without a clock stay as they are.
        settings: the switch, opening hours, calendar, shops.
        where: which rows count.
        parameters: what a metric's SELECT and `where` take.

    Raises:
        UsageError: no opening hours are set, or a country is unknown.
    """
    clocked = [metric for metric in metrics if metric.clock is not None]
    if not settings.flag(SWITCH) or not clocked:
        return tuple(metrics)
    if opening_hours(settings.section(HOURS)) is None:
        raise UsageError("hours_missing")
    spans = [_span(con, metric, where, parameters(metric)) for metric in clocked]
    touched = [day for span in spans for day in span if day is not None] or [EPOCH]
    clock = BusinessClock(*lay_out(con, settings, min(touched), max(touched)))
    return tuple(clock.timed(metric) for metric in metrics)


def _span(
    con: duckdb.DuckDBPyConnection, metric: Metric, where: str, parameters: Mapping[str, Any]
) -> tuple[date | None, date | None]:
    begin, end = (quote(column) for column in metric.clock or ())
    row = con.execute(
        f"SELECT CAST(min(least({begin}, {end})) AS DATE),"
        f" CAST(max(greatest({begin}, {end})) AS DATE)"
        f" FROM ({metric.body}) AS counted WHERE measure IS NOT NULL AND ({where})",
        dict(parameters),
    ).fetchone() or (None, None)
    return row[0], row[1]
