"""Days on which headline KPIs left their control limits, days that lie together told as one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from cskpi.insight.insight import Insight
from cskpi.metrics.control_chart import ALONE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cskpi.insight.insight import Side
    from cskpi.insight.material import Material
    from cskpi.metrics.control_chart import ControlChart, ControlPoint

_TOGETHER = timedelta(days=2)
_LEAST_KPIS = 2
"""One day of one KPI beyond three standard deviations happens by chance every few months."""

_MOST_DAYS = 5
"""A KPI with more such days has moved as a whole: that is told as its change, not as days."""

CERTAINTY = 0.9973
"""How often a day of no change stays inside three standard deviations."""


class Outlier(NamedTuple):
    """A KPI on a day that lies outside its limits by itself."""

    chart: ControlChart
    point: ControlPoint


def day_insights(material: Material) -> list[Insight]:
    """Return stretches of days on which at least two headline KPIs left their limits."""
    return [
        insight
        for cluster in clusters(outliers(material.charts))
        if (insight := _insight(cluster)) is not None
    ]


def outliers(charts: Iterable[ControlChart]) -> list[Outlier]:
    """Return the single days outside the limits of KPIs that have few of them, in order."""
    found: list[Outlier] = []
    for chart in charts:
        own = [
            Outlier(chart, point)
            for point in chart.points
            if set(point.rules) & set(ALONE) and point.value is not None
        ]
        if not chart.dimensions and len(own) <= _MOST_DAYS:
            found += own
    return sorted(found, key=lambda item: (item.point.day, item.chart.metric))


def clusters(found: Iterable[Outlier]) -> list[list[Outlier]]:
    """Return outliers by stretches of days of which none lies more than two days after another."""
    cut: list[list[Outlier]] = []
    last = date.min
    for outlier in found:
        if outlier.point.day - last > _TOGETHER or not cut:
            cut.append([])
        cut[-1].append(outlier)
        last = outlier.point.day
    return cut


def is_bad(outlier: Outlier) -> bool:
    """Tell whether a day lies on the bad side."""
    bad = {"up": "low", "down": "high"}.get(outlier.chart.direction)
    return outlier.point.side == bad


def _insight(cluster: list[Outlier]) -> Insight | None:
    kpis = list(dict.fromkeys(outlier.chart.metric for outlier in cluster))
    if len(kpis) < _LEAST_KPIS:
        return None
    worst = max(cluster, key=_distance)
    bad = sum(is_bad(outlier) for outlier in cluster)
    side: Side = "worse" if bad else "changed"
    days = sorted({outlier.point.day for outlier in cluster})
    peaks = [
        max((o for o in cluster if o.chart.metric == metric), key=_distance) for metric in kpis
    ]
    peaks = sorted(peaks, key=lambda peak: (not is_bad(peak), -_distance(peak)))
    return Insight(
        kind="days",
        id=f"days:{days[0]}",
        side=side,
        ref="signals",
        step=f"{side}.days",
        group="days",
        metric=worst.chart.metric,
        labels=worst.chart.labels,
        unit=worst.chart.unit,
        direction=worst.chart.direction,
        value=worst.point.value,
        reference=worst.chart.centre,
        low=worst.point.low,
        high=worst.point.high,
        sample_size=worst.point.sample_size,
        affected=float(max(outlier.point.sample_size for outlier in cluster)),
        certainty=CERTAINTY,
        score=min(len(kpis) / 2, 3.0),
        facts={"days": tuple(days), "peaks": tuple(peaks)},
    )


def _distance(outlier: Outlier) -> float:
    """How far a day lies outside its limits, in widths of the limits."""
    point = outlier.point
    if point.value is None or point.low is None or point.high is None:
        return 0.0
    width = (point.high - point.low) or 1.0
    return max(point.value - point.high, point.low - point.value, 0.0) / width
