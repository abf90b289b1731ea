"""When a definition was in force: platforms change their rules, and a month may fall on both sides.

A number is made only of rows of the days on which its definition held. Where they are a part of the
period the finding says which, and carries no comparison with periods under another rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from cskpi.metrics.finding import Flag

if TYPE_CHECKING:
    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.finding import Finding
    from cskpi.periods import Period


def in_force(metrics: Iterable[Metric], period: Period) -> tuple[Metric, ...]:
    """Return the metrics so that each counts only rows of days on which its definition held."""
    return tuple(_clipped(metric, period) for metric in metrics)


def effective_flags(metric: Metric, finding: Finding, period: Period) -> tuple[Flag, ...]:
    """Return the flag of a finding whose definition held for a part of the period, or not at all."""
    start, end = _range(metric)
    if (start <= period.start and period.end <= end) or "day" in finding.dimensions:
        return ()
    first, last = max(start, period.start), min(end, period.end)
    if first >= last:
        return (Flag("outside", first_on=metric.effective_from, last_on=metric.effective_to),)
    return (Flag("part", first_on=first.date(), last_on=(last - timedelta(microseconds=1)).date()),)


def _clipped(metric: Metric, period: Period) -> Metric:
    start, end = _range(metric)

    def covers(span: Period) -> bool:
        return start <= span.start and span.end <= end

    # A span under two rules is no measure of another one: rows from before the last whole span are
    # out of sight, so that neither comparison finds any.
    before, last_year = period.previous(), period.year_before()
    if not (covers(period) and covers(before)):
        lower = max(start, period.start)
    elif last_year is not None and not covers(last_year):
        lower = before.start
    else:
        return metric
    where = f"occurred_at >= TIMESTAMP '{lower}' AND occurred_at < TIMESTAMP '{end}'"
    body = f"SELECT * FROM ({metric.body}) AS dated WHERE {where}\n"
    return replace(metric, file=replace(metric.file, body=body))


def _range(metric: Metric) -> tuple[datetime, datetime]:
    first, last = metric.effective_from, metric.effective_to
    start = datetime.combine(first, time()) if first else datetime.min  # noqa: DTZ901  naive
    end = datetime.combine(last, time()) + timedelta(days=1) if last else datetime.max  # noqa: DTZ901
    return start, end
