"""Alarms: data checks that failed, targets that were missed, days outside the limits of chance.

An alarm names a KPI or a check and carries totals only, never an agent, a customer or a text: it
leaves the machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from cskpi.metrics.catalog import load_catalog
from cskpi.metrics.checks import CheckResult, run_data_checks, target_checks
from cskpi.metrics.control import ControlOptions, control_charts
from cskpi.metrics.evaluate import evaluate
from cskpi.metrics.targets import target_in_force

if TYPE_CHECKING:
    import duckdb

    from cskpi.metrics.control_chart import ControlChart, ControlPoint, Side
    from cskpi.metrics.declaration import Labels
    from cskpi.metrics.finding import Direction, Finding, Unit
    from cskpi.periods import Period
    from cskpi.settings import Settings

AlarmKind = Literal["check", "target", "signal"]


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that is not as it should be.

    `check`: `faults` rows break a data check. `target`: `value` misses `bound`, the target. `signal`:
    on `day` `value` lay on `side` of the limits, of which `bound` is the near one (None where it was
    a run of days that told).
    """

    kind: AlarmKind
    name: str
    labels: Labels
    unit: Unit = "count"
    direction: Direction = "neutral"
    value: float | None = None
    bound: float | None = None
    day: date | None = None
    side: Side | None = None
    faults: int = 0

    @property
    def key(self) -> str:
        """What makes it the same alarm tomorrow: the number may move, the day of a signal may not."""
        return ":".join([self.kind, self.name, *([self.day.isoformat()] if self.day else [])])


@dataclass(frozen=True, slots=True)
class Watch:
    """All checks of a period, the alarms among them, and those of the control charts."""

    results: tuple[CheckResult, ...]
    alarms: tuple[Alarm, ...]


def watch(
    con: duckdb.DuckDBPyConnection,
    period: Period,
    settings: Settings,
    *,
    strict: bool = False,
    prove: bool = True,
) -> Watch:
    """Run the checks of a period and look at the control charts of the headline KPIs.

    Args:
        con: a database whose facts are built.
        period: what the checks cover; of the charts its newest day with data counts.
        settings: targets, baseline and rules in force.
        strict: warnings are alarms, too.
        prove: also bind every shipped metric file to the tables it declares.

    Raises:
        DefinitionError: a metric file breaks the rules.
    """
    catalog = load_catalog(prove=prove)
    first = period.start.date()
    judged = [metric for metric in catalog.own() if target_in_force(metric, settings, first)]
    findings = evaluate(con, judged, period, [()], settings, compare=False)
    data, targets = run_data_checks(con, period), target_checks(findings)
    options = ControlOptions.of(settings)
    charts = control_charts(con, catalog.headline(), period, settings, options)
    found = [
        *_of_checks(data, strict=strict),
        *_of_targets(targets, findings, strict=strict),
        *signals(charts),
    ]
    return Watch((*data, *targets), tuple(found))


def signals(charts: Sequence[ControlChart]) -> list[Alarm]:
    """Return the KPIs that left their limits for the worse on the newest day of any chart.

    A KPI of which neither side is good is out on both.
    """
    days = [p.day for chart in charts for p in chart.points if p.value is not None]
    found = []
    for chart in charts:
        for point in chart.signals:
            good = (point.side == "high") == (chart.direction == "up")
            if point.day != max(days) or (good and chart.direction != "neutral"):
                continue
            found.append(
                Alarm(
                    "signal",
                    chart.metric,
                    chart.labels,
                    chart.unit,
                    chart.direction,
                    point.value,
                    _crossed(point),
                    point.day,
                    point.side,
                )
            )
    return found


def _crossed(point: ControlPoint) -> float | None:
    """Return the limit a day lies beyond; None where it is the run of days that tells."""
    if point.value is None:
        return None
    if point.high is not None and point.value > point.high:
        return point.high
    return point.low if point.low is not None and point.value < point.low else None


def _of_checks(results: Iterable[CheckResult], *, strict: bool) -> list[Alarm]:
    return [
        Alarm("check", result.name, result.labels, faults=result.fault_count)
        for result in results
        if result.fault_count and (strict or result.severity == "fail")
    ]


def _of_targets(
    results: Iterable[CheckResult], findings: Iterable[Finding], *, strict: bool
) -> list[Alarm]:
    by_name = {finding.metric: finding for finding in findings}
    return [
        Alarm("target", f.metric, f.labels, f.unit, f.direction, f.value, f.target)
        for result in results
        if result.fault_count and (strict or result.severity == "fail")
        for f in [by_name[result.name]]
    ]
