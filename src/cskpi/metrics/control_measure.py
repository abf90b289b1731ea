"""From a daily series to its control chart: baseline, limits, the days that fall outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from cskpi.metrics.control_chart import ChartKind, ChartState, ControlChart, ControlPoint, Side
from cskpi.metrics.control_limits import (
    THREE_SIGMA,
    ShareLimits,
    ValueLimits,
    share_limits,
    value_limits,
)
from cskpi.metrics.control_rules import fired_rules

if TYPE_CHECKING:
    from cskpi.metrics.control_rules import Scores
    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.finding import Finding, Unit
    from cskpi.periods import Period

Limits = ShareLimits | ValueLimits

LEAST_DAYS = 12
"""Fewer days than this give no limits (peers-and-trust B.3)."""
FULL_BASELINE = 20 / 28
"""The share of the days before that must have data, or the series is measured by itself."""
LEAST_SHARE = 0.25
"""A day of a mean needs this share of the usual number of cases: with a quarter of them its standard
deviation is twice the usual one, and limits for usual days say nothing about it."""

_BOUNDS: Mapping[Unit, tuple[float, float | None]] = {"score": (1.0, 5.0), "percent": (0.0, 1.0)}


@dataclass(frozen=True, slots=True)
class _Series:
    """A KPI's days with data; `judged` are those with enough cases, in order."""

    metric: Metric
    found: Mapping[date, Finding]
    judged: tuple[date, ...]
    is_share: bool

    def values(self, days: Sequence[date]) -> Scores:
        return np.asarray([self.found[day].value for day in days], dtype=np.float64)

    def parts(self, days: Sequence[date]) -> tuple[Scores, Scores]:
        hits = [self.found[day].numerator for day in days]
        trials = [self.found[day].denominator for day in days]
        return np.asarray(hits, dtype=np.float64), np.asarray(trials, dtype=np.float64)

    def limits(self, base: Sequence[date]) -> Limits:
        if self.is_share:
            return share_limits(*self.parts(base))
        return value_limits(self.values(base))

    def scores(self, limits: Limits) -> Scores:
        if isinstance(limits, ShareLimits):
            return limits.scores(*self.parts(self.judged))
        return limits.scores(self.values(self.judged))


def chart_of(
    metric: Metric,
    found: Mapping[date, Finding],
    dimensions: dict[str, str | None],
    period: Period,
    *,
    rules: tuple[str, ...],
    before: int,
) -> ControlChart:
    """Return the chart of one series.

    Args:
        metric: the KPI.
        found: its days with data, those of the baseline included.
        dimensions: whose days they are.
        period: the days shown.
        rules: names of the rules applied.
        before: how many days before the period are the baseline.
    """
    first = period.start.date()
    last = first + timedelta(days=period.days - 1)
    series = _series(metric, found)
    base, is_own = _baseline(series, first, before)
    limits, state = _limits(series, base)
    spread = limits.spread if isinstance(limits, ShareLimits) and limits.spread > 1 else None
    shares: ChartKind = "p" if spread is None else "p_prime"
    return ControlChart(
        metric=metric.name,
        labels=metric.labels,
        unit=metric.unit,
        direction=metric.direction,
        dimensions=dimensions,
        kind=shares if series.is_share else "xmr",
        state=state,
        rules=rules,
        baseline_from=first if is_own else first - timedelta(days=before),
        baseline_to=last if is_own else first - timedelta(days=1),
        baseline_days=len(base),
        is_own_baseline=is_own,
        centre=None if limits is None else float(limits.centre),
        spread=spread,
        points=_points(series, (first, last), limits, rules),
    )


def _baseline(series: _Series, first: date, before: int) -> tuple[list[date], bool]:
    """Return the days limits are made from, and whether they are the days shown themselves."""
    earlier = [day for day in series.judged if day < first]
    is_own = len(earlier) < max(LEAST_DAYS, round(before * FULL_BASELINE))
    return ([day for day in series.judged if day >= first] if is_own else earlier), is_own


def _series(metric: Metric, found: Mapping[date, Finding]) -> _Series:
    is_share = _is_share(metric, found)
    least = 0.0
    if not is_share and metric.type not in ("count", "sum", "max"):
        least = LEAST_SHARE * median(finding.sample_size for finding in found.values())
    judged = (day for day, finding in found.items() if finding.sample_size >= least)
    return _Series(metric, found, tuple(sorted(judged)), is_share)


def _is_share(metric: Metric, found: Mapping[date, Finding]) -> bool:
    """A share of whole things, each counted once, is binomial; amounts are not."""
    return (
        metric.type == "ratio"
        and metric.unit == "percent"
        and metric.interval in (None, "wilson")
        and all(
            f.numerator is not None
            and f.denominator is not None
            and f.numerator.is_integer()
            and 0 <= f.numerator <= f.denominator
            for f in found.values()
        )
    )


def _limits(series: _Series, base: Sequence[date]) -> tuple[Limits | None, ChartState]:
    if len(base) < LEAST_DAYS:
        return None, "too_few"
    limits = series.limits(base)
    if isinstance(limits, ValueLimits) and float(limits.sigma) == 0:
        return None, "flat"
    return limits, "ok"


def _points(
    series: _Series, span: tuple[date, date], limits: Limits | None, rules: tuple[str, ...]
) -> tuple[ControlPoint, ...]:
    first, last = span
    fired = {} if limits is None else _fired(series, limits, rules)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    points = []
    for day in days:
        finding = series.found.get(day)
        if finding is None:
            points.append(ControlPoint(day))
        elif limits is None or day not in fired:
            points.append(ControlPoint(day, finding.value, finding.sample_size))
        else:
            low, high = _bounds(series.metric, finding, limits)
            names, side = fired[day]
            points.append(
                ControlPoint(
                    day=day,
                    value=finding.value,
                    sample_size=finding.sample_size,
                    low=low,
                    high=high,
                    is_judged=True,
                    rules=names,
                    side=side if names else None,
                )
            )
    return tuple(points)


def _fired(
    series: _Series, limits: Limits, rules: tuple[str, ...]
) -> dict[date, tuple[tuple[str, ...], Side]]:
    """Return for each judged day the rules it completes; runs reach back before the period."""
    scores = series.scores(limits)
    marks = fired_rules(rules, scores, series.values(series.judged))
    return {
        day: (
            tuple(name for name in rules if marks[name][place]),
            "high" if scores[place] > 0 else "low",
        )
        for place, day in enumerate(series.judged)
    }


def _bounds(metric: Metric, finding: Finding, limits: Limits) -> tuple[float, float]:
    if isinstance(limits, ShareLimits):
        return limits.bounds(int(finding.denominator or 0))
    centre, half = float(limits.centre), float(limits.sigma) * THREE_SIGMA
    least, most = _BOUNDS.get(metric.unit, (0.0, None))
    high = centre + half
    return max(centre - half, least), high if most is None else min(high, most)
