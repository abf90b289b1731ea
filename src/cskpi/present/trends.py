"""Lines by day: small multiples of the headline KPIs, measured here and drawn elsewhere."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from cskpi.present.cells import day_cell, number_cell, value_cell
from cskpi.present.document import Column, Row, Section, Table
from cskpi.present.formatting import format_day, format_short_day, format_target, format_value
from cskpi.present.graphs import LineChart, LineGrid, Point, Tick
from cskpi.present.overview import headline_metrics
from cskpi.present.pivots import by_key, metric_columns, present_metrics
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.finding import Finding, Unit
    from cskpi.present.inputs import ReportInputs

_MOST_Y_STEPS = 3
_DAY_LABEL_EVERY = 7
_MOST_DAY_LABELS = 5
# A line of these starts at zero; ratios and scores may live in a narrow band far from it.
_FROM_ZERO = ("count", "duration", "money")
_SECOND_STEPS = (1, 2, 5, 10, 15, 20, 30)
_MINUTE_STEPS = (60, 120, 300, 600, 900, 1200, 1800)
_HOUR_STEPS = (3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 345_600, 691_200)
_DURATION_STEPS = (*_SECOND_STEPS, *_MINUTE_STEPS, *_HOUR_STEPS)
_NICE = (1.0, 2.0, 5.0, 10.0)
# Less than this is no movement, and no reason to blow a flat line up to a mountain range.
_LEAST_SPAN: dict[Unit, float] = {
    "count": 3.0,
    "duration": 3.0,
    "money": 3.0,
    "percent": 0.01,
    "score": 0.3,
}
_HAIR = 1e-9


def trend_section(inputs: ReportInputs) -> Section:
    """Return the headline KPIs by day, and all KPIs by day as a table."""
    days = _days(inputs)
    lookup = {key[0]: found for key, found in by_key(inputs.by_day, ("day",)).items()}
    metrics = present_metrics(inputs.metrics, inputs.by_day)
    totals = {finding.metric: finding for finding in inputs.totals}
    charts = tuple(
        _chart(totals[metric.name], days, [_on(lookup, day, metric) for day in days])
        for metric in headline_metrics(metrics)
        if metric.name in totals
    )
    grid = LineGrid(charts, _day_table(days, lookup, metrics))
    title, sheet = say("section.trends"), say("section.trends_sheet")
    return Section("trends", title, sheet, (grid,), lead=say("section.trends_lead"))


def _days(inputs: ReportInputs) -> list[date]:
    first = inputs.period.start.date()
    return [first + timedelta(days=offset) for offset in range(inputs.period.days)]


def _on(
    lookup: Mapping[str | None, Mapping[str, Finding]], day: date, metric: Metric
) -> float | None:
    finding = lookup.get(day.isoformat(), {}).get(metric.name)
    return finding.value if finding else None


def _day_table(
    days: Sequence[date],
    lookup: Mapping[str | None, Mapping[str, Finding]],
    metrics: Sequence[Metric],
) -> Table:
    rows = []
    for day in days:
        found = lookup.get(day.isoformat(), {})
        cells = [
            number_cell(found[metric.name].value, metric.unit)
            if metric.name in found
            else number_cell(None, metric.unit, "muted")
            for metric in metrics
        ]
        rows.append(Row((day_cell(day), *cells)))
    columns = (Column(say("dimension.day"), "date"), *metric_columns(metrics))
    shown = tuple(rows) if metrics else ()
    return Table(columns, shown, empty=say("table.no_rows"), is_collapsed=True)


def _chart(total: Finding, days: Sequence[date], heights: Sequence[float | None]) -> LineChart:
    label = pick(total.labels)
    points = tuple(
        Point(position, height, f"{format_day(day)} {format_value(height, total.unit)}")
        for position, (day, height) in enumerate(zip(days, heights, strict=True))
    )
    bottom, top, step = _scale(heights, total.target, total.unit)
    ticks = [bottom + step * count for count in range(round((top - bottom) / step) + 1)]
    return LineChart(
        title=label,
        ref=total.metric,
        value=value_cell(total),
        alt=_alt(total, label, days, heights),
        points=points,
        y_ticks=tuple(Tick(at, format_value(at, total.unit)) for at in ticks),
        x_ticks=_day_ticks(days),
        bottom=bottom,
        top=top,
        target=_target_tick(total),
    )


def _target_tick(total: Finding) -> Tick | None:
    if total.target is None:
        return None
    target = format_target(total.target, total.unit, total.direction)
    return Tick(total.target, say("card.target", value=target))


def _day_ticks(days: Sequence[date]) -> tuple[Tick, ...]:
    every = max(_DAY_LABEL_EVERY, -(-len(days) // _MOST_DAY_LABELS))
    if len(days) <= _DAY_LABEL_EVERY:
        every = 1 if len(days) <= _MOST_DAY_LABELS else 2
    return tuple(Tick(at, format_short_day(days[at])) for at in range(0, len(days), every))


def _scale(
    heights: Sequence[float | None], target: float | None, unit: Unit
) -> tuple[float, float, float]:
    """Return bottom, top and step of an axis whose labels are round numbers."""
    values = [value for value in (*heights, target) if value is not None]
    low, high = (min(values), max(values)) if values else (0.0, 0.0)
    if unit in _FROM_ZERO or 0 <= low <= high / 2:
        low = min(0.0, low)
    if high - low < _LEAST_SPAN[unit]:
        high = low + _LEAST_SPAN[unit]
    step = _step((high - low) / _MOST_Y_STEPS, unit)
    bottom = math.floor(low / step + _HAIR) * step
    top = math.ceil(high / step - _HAIR) * step
    return bottom, top, step


def _step(least: float, unit: Unit) -> float:
    if unit == "duration":
        for step in _DURATION_STEPS:
            if step >= least:
                return float(step)
    size = 10.0 ** math.floor(math.log10(least))
    smallest = 1.0 if unit in ("count", "money") else 0.0
    return next(max(size * nice, smallest) for nice in _NICE if size * nice >= least * (1 - _HAIR))


def _alt(total: Finding, label: str, days: Sequence[date], heights: Sequence[float | None]) -> str:
    known = [(h, day) for h, day in zip(heights, days, strict=True) if h is not None]
    if not known:
        return say("chart.line_alt_empty", label=label)
    low, high = min(known), max(known)
    return say(
        "chart.line_alt",
        label=label,
        low=format_value(low[0], total.unit),
        low_day=format_day(low[1]),
        high=format_value(high[0], total.unit),
        high_day=format_day(high[1]),
        value=format_value(total.value, total.unit),
    )
