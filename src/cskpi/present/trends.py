"""Lines by day: small multiples of the headline KPIs, measured here and drawn elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from cskpi.present.axes import day_ticks, value_axis
from cskpi.present.cells import day_cell, number_cell, value_cell
from cskpi.present.document import Column, Row, Section, Table
from cskpi.present.formatting import format_day, format_target, format_value
from cskpi.present.graphs import LineChart, LineGrid, Tick
from cskpi.present.overview import headline_metrics
from cskpi.present.pivots import by_key, metric_columns, present_metrics
from cskpi.present.plotting import day_abouts, day_points
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.finding import Finding
    from cskpi.present.document import About, Cell
    from cskpi.present.inputs import ReportInputs


def trend_section(inputs: ReportInputs) -> Section:
    """Return the headline KPIs by day, and all KPIs by day as a table."""
    days = _days(inputs)
    lookup = {key[0]: found for key, found in by_key(inputs.by_day, ("day",)).items()}
    metrics = present_metrics(inputs.metrics, inputs.by_day)
    totals = {finding.metric: finding for finding in inputs.totals}
    main = {metric.name for metric in headline_metrics(metrics)}
    abouts = day_abouts(finding for finding in inputs.by_day if finding.metric in main)
    charts = tuple(
        _chart(totals[name], days, [_on(lookup, day, name) for day in days], abouts.get(name, {}))
        for name in (metric.name for metric in metrics)
        if name in totals and name in main
    )
    grid = LineGrid(charts, _day_table(days, lookup, metrics, abouts))
    title, sheet = say("section.trends"), say("section.trends_sheet")
    return Section("trends", title, sheet, (grid,), lead=say("section.trends_lead"), level=2)


def _days(inputs: ReportInputs) -> list[date]:
    first = inputs.period.start.date()
    return [first + timedelta(days=offset) for offset in range(inputs.period.days)]


def _on(lookup: Mapping[str | None, Mapping[str, Finding]], day: date, metric: str) -> float | None:
    finding = lookup.get(day.isoformat(), {}).get(metric)
    return finding.value if finding else None


def _day_table(
    days: Sequence[date],
    lookup: Mapping[str | None, Mapping[str, Finding]],
    metrics: Sequence[Metric],
    abouts: Mapping[str, Mapping[date, About]],
) -> Table:
    rows = []
    for day in days:
        found = lookup.get(day.isoformat(), {})
        cells = [
            _day_cell(found.get(metric.name), metric, abouts.get(metric.name, {}).get(day))
            for metric in metrics
        ]
        rows.append(Row((day_cell(day), *cells)))
    columns = (Column(say("dimension.day"), "date"), *metric_columns(metrics))
    shown = tuple(rows) if metrics else ()
    return Table(columns, shown, empty=say("table.no_rows"), is_collapsed=True)


def _day_cell(found: Finding | None, metric: Metric, told: About | None) -> Cell:
    if found is None:
        return number_cell(None, metric.unit, "muted")
    return replace(number_cell(found.value, metric.unit), about=told)


def _chart(
    total: Finding,
    days: Sequence[date],
    heights: Sequence[float | None],
    abouts: Mapping[date, About],
) -> LineChart:
    label = pick(total.labels)
    points = day_points(days, heights, total.unit, abouts)
    axis = value_axis((*heights, total.target), total.unit)
    return LineChart(
        title=label,
        ref=total.metric,
        value=value_cell(total),
        alt=_alt(total, label, days, heights),
        points=points,
        y_ticks=axis.ticks,
        x_ticks=day_ticks(days),
        bottom=axis.bottom,
        top=axis.top,
        target=_target_tick(total),
    )


def _target_tick(total: Finding) -> Tick | None:
    if total.target is None:
        return None
    target = format_target(total.target, total.unit, total.direction)
    return Tick(total.target, say("card.target", value=target))


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
