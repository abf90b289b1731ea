"""What changed against the period before and a year ago, and what clearly misses its target."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cskpi.insight.drivers import drivers_of
from cskpi.insight.insight import Insight
from cskpi.metrics.comparison import SIGNIFICANT
from cskpi.metrics.uncertainty import benjamini_hochberg, normal_p_value

if TYPE_CHECKING:
    from cskpi.insight.insight import Kind, Side
    from cskpi.insight.material import Material
    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.finding import Against, Comparison, Finding
    from cskpi.periods import Period

_MATTERS_FROM = 0.05
"""A total is counted, not sampled: a smaller share of it nobody would act on."""

MOST_OPEN = 0.25
"""Of a period of which more is still open, a change may be nothing but outcomes not yet known."""

_KINDS: Mapping[Against, Kind] = {"previous": "change", "last_year": "last_year"}
_SIDES: Mapping[str, Side] = {"better": "better", "worse": "worse"}


@dataclass(frozen=True, slots=True)
class Change:
    """A KPI that differs from another period by more than chance, all tests of the report counted."""

    finding: Finding
    metric: Metric
    comparison: Comparison
    p_value: float | None


def changes(
    totals: Sequence[Finding], metrics: Iterable[Metric], against: Against, period: Period
) -> list[Change]:
    """Return the KPIs that changed, in the order given.

    Left out are KPIs of whose period more than `MOST_OPEN` has no settled outcome yet. All KPIs of a report are tested at once, so their p-values are corrected together
    (Benjamini-Hochberg): of what is called a change, at most one in twenty is chance.
    """
    known = {metric.name: metric for metric in metrics}
    tested: list[tuple[Finding, Comparison, float]] = []
    counted: list[tuple[Finding, Comparison]] = []
    for finding in totals:
        comparison = finding.compared(against)
        if comparison is None or finding.metric not in known or not comparison.difference:
            continue
        if open_share(finding, period) > MOST_OPEN:
            continue
        p_value = _p_value(finding, comparison, known[finding.metric])
        if p_value is not None:
            tested.append((finding, comparison, p_value))
        elif _is_total(finding, known[finding.metric]) and _matters(comparison):
            counted.append((finding, comparison))
    corrected = benjamini_hochberg([p_value for *_, p_value in tested])
    found = {
        finding.metric: Change(finding, known[finding.metric], comparison, p_value)
        for (finding, comparison, _), p_value in zip(tested, corrected, strict=True)
        if p_value <= SIGNIFICANT and (comparison.p_value is not None or _matters(comparison))
    }
    found |= {f.metric: Change(f, known[f.metric], c, None) for f, c in counted}
    return [found[finding.metric] for finding in totals if finding.metric in found]


def change_insights(material: Material) -> list[Insight]:
    """Return what changed against the period before, with what drove it, and against last year."""
    now = changes(material.totals, material.metrics, "previous", material.period)
    told = {(change.finding.metric, _side(change)) for change in now}
    year = [
        change
        for change in changes(material.totals, material.metrics, "last_year", material.period)
        if (change.finding.metric, _side(change)) not in told
    ]
    return [
        *(_insight(change, "previous", material) for change in now),
        *(_insight(change, "last_year", material) for change in year),
    ]


def target_insights(material: Material) -> list[Insight]:
    """Return the KPIs whose whole 95 % interval lies on the wrong side of the target."""
    known = {metric.name: metric for metric in material.metrics}
    found = []
    for finding in material.totals:
        metric = known.get(finding.metric)
        if metric is None or finding.status not in ("bad", "warn") or finding.target is None:
            continue
        if finding.value is None or finding.low is None or finding.high is None:
            continue
        is_up = finding.direction == "up"
        if not (finding.high < finding.target if is_up else finding.low > finding.target):
            continue
        gap = finding.value - finding.target
        found.append(
            Insight(
                kind="target",
                id=f"target:{finding.metric}",
                side="worse",
                ref=metric.group,
                step=step_of(metric, "worse"),
                group=metric.group,
                metric=finding.metric,
                labels=finding.labels,
                unit=finding.unit,
                direction=finding.direction,
                value=finding.value,
                reference=finding.target,
                difference=gap,
                low=finding.low - finding.target,
                high=finding.high - finding.target,
                sample_size=finding.sample_size,
                affected=affected(finding, gap),
                certainty=0.95,
                score=effect(finding, finding.target),
            )
        )
    return found


def open_share(finding: Finding, period: Period) -> float:
    """Return the share of the period whose outcomes are still open (provisional)."""
    ends = [flag.final_on for flag in finding.flags if flag.kind == "provisional" and flag.final_on]
    if not ends:
        return 0.0
    return min(max((max(ends) - period.end.date()).days, 1) / period.days, 1.0)


def effect(finding: Finding, reference: float) -> float:
    """Return how large a difference is for the customer, comparable across units, at most 3.

    A ratio is measured against its rarer side: replies falling from 99 % to 97 % triple the
    customers nobody answered. A score is measured in points.
    """
    if finding.value is None:
        return 0.0
    base = abs(reference)
    if finding.unit == "percent":
        base = max(min(base, 1 - base), 0.02)
    elif finding.unit == "score":
        base = 1.0
    return min(abs(finding.value - reference) / base, 3.0) if base else 3.0


def affected(finding: Finding, difference: float) -> float:
    """Return how many cases a difference stands for: excess cases of a ratio, else all behind it."""
    if finding.unit == "percent":
        return abs(difference) * finding.sample_size
    return float(finding.sample_size)


def step_of(metric: Metric, side: Side) -> str:
    """Return the key of the next step for a KPI; its own where there is one, else its group's."""
    return f"{side}.{metric.name}|{side}.{metric.group}"


def _insight(change: Change, against: Against, material: Material) -> Insight:
    finding, comparison = change.finding, change.comparison
    side = _side(change)
    drivers = drivers_of(change.finding, material) if against == "previous" else ()
    return Insight(
        kind=_KINDS[against],
        id=f"{_KINDS[against]}:{finding.metric}",
        side=side,
        ref=change.metric.group,
        step=step_of(change.metric, side),
        group=change.metric.group,
        metric=finding.metric,
        labels=finding.labels,
        unit=finding.unit,
        direction=finding.direction,
        value=finding.value,
        reference=comparison.value,
        difference=comparison.difference,
        low=comparison.low,
        high=comparison.high,
        p_value=change.p_value,
        sample_size=finding.sample_size,
        affected=affected(finding, comparison.difference),
        money=abs(comparison.difference) if finding.unit == "money" else None,
        certainty=1 - change.p_value if change.p_value is not None else 1.0,
        score=effect(finding, comparison.value),
        drivers=drivers,
    )


def _side(change: Change) -> Side:
    word = change.comparison.word
    return _SIDES.get(word or "", "changed")


def _p_value(finding: Finding, comparison: Comparison, metric: Metric) -> float | None:
    if comparison.p_value is not None:
        return comparison.p_value
    if metric.type != "count" or finding.value is None or comparison.word is not None:
        return None
    both = finding.value + comparison.value
    return normal_p_value(comparison.difference / math.sqrt(both)) if both > 0 else None


def _is_total(finding: Finding, metric: Metric) -> bool:
    return metric.type == "sum" and finding.unit == "money" and finding.value is not None


def _matters(comparison: Comparison) -> bool:
    return abs(comparison.difference) >= _MATTERS_FROM * abs(comparison.value)
