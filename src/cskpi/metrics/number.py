"""One number: what a row of the wrapper's statement says, with its interval and how good it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cskpi.metrics.against import is_mean, method_of, sample_of
from cskpi.metrics.finding import Finding, Status, Unit
from cskpi.metrics.uncertainty import Interval, mean_interval, wilson

if TYPE_CHECKING:
    from cskpi.metrics.declaration import Metric, Target

SCALES: Mapping[Unit, tuple[float | None, float | None]] = {
    "count": (0.0, None),
    "percent": (0.0, 1.0),
    "duration": (0.0, None),
    "score": (1.0, 5.0),
}
Key = tuple[tuple[str, str | None], ...]


def finding_of(
    metric: Metric,
    key: Key,
    row: Mapping[str, Any],
    previous: float | None = None,
    target: Target | None = None,
) -> Finding:
    """Return the number of a row of the wrapper's statement, set against its target."""
    value, size = row.get("measured"), round(row.get("sample_size") or 0)
    low, high = _interval(metric, row)
    return Finding(
        metric=metric.name,
        labels=metric.labels,
        unit=metric.unit,
        direction=metric.direction,
        dimensions=dict(key),
        value=value,
        numerator=row.get("numerator"),
        denominator=row.get("denominator"),
        sample_size=size,
        low=low,
        high=high,
        median=row.get("median"),
        p90=row.get("p90"),
        previous=previous,
        target=target.good if target else None,
        status=_status(metric, value, size, target) if target else None,
        clock=metric.timed if metric.unit == "duration" else None,
        flagged=row.get("flagged"),
    )


def _interval(metric: Metric, row: Mapping[str, Any]) -> Interval:
    value, method = row.get("measured"), method_of(metric)
    if value is None or method == "none":
        return None, None
    if method == "hits":
        return wilson(row["numerator"] or 0.0, row["denominator"])
    if method == "quantile":
        low, high = row.get("low"), row.get("high")
        return (None, None) if low is None or high is None else (low, high)
    if is_mean(metric):
        size = int(row["sample_size"])
        ends = mean_interval(value, row["spread"], size, row["skewness"])
        return inside(metric, *ends)
    sample = sample_of(metric, row)
    low, high = sample.ends() if sample else (None, None)
    # A quotient of amounts may leave 0 to 1 by itself, as sales after refunds do.
    least, most = scale_of(metric)
    fits = (least is None or value >= least) and (most is None or value <= most)
    return inside(metric, low, high) if fits else (low, high)


def scale_of(metric: Metric) -> tuple[float | None, float | None]:
    """Return the least and the most a KPI can be."""
    return metric.scale or SCALES.get(metric.unit, (None, None))


def inside(metric: Metric, low: float | None, high: float | None) -> Interval:
    """An interval ends where the scale does: no wait is negative, no rating outside 1 to 5."""
    if low is None or high is None:
        return low, high
    least, most = scale_of(metric)
    return (
        low if least is None else max(low, least),
        high if most is None else min(high, most),
    )


def _status(metric: Metric, value: float | None, size: int, target: Target) -> Status | None:
    if value is None or metric.direction == "neutral":
        return None
    if size < metric.min_sample:
        return "small_sample"
    sign = 1 if metric.direction == "up" else -1
    if sign * value >= sign * target.good:
        return "good"
    if target.warn is not None and sign * value >= sign * target.warn:
        return "warn"
    return "bad"
