"""Control charts as graphs: the line by day, its limits, and the days beyond chance."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cskpi.present.axes import day_ticks, value_axis
from cskpi.present.cells import number_cell, value_cell
from cskpi.present.control import control_table, signal_cell, signal_section
from cskpi.present.graphs import LimitChart, LimitGrid, Limits, Signal
from cskpi.present.plotting import day_abouts, day_points
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from cskpi.metrics.control_chart import ControlChart, ControlPoint
    from cskpi.metrics.finding import Finding
    from cskpi.present.control import DayAbouts
    from cskpi.present.document import About, Cell, Section, Tone
    from cskpi.present.inputs import ReportInputs


def signal_chapter(inputs: ReportInputs) -> Section:
    """Return the days out of limits as a table, and above it the charts that have such days."""
    charts = [chart for chart in inputs.charts if chart.signals]
    names = {chart.metric for chart in charts}
    abouts = day_abouts(finding for finding in inputs.by_day if finding.metric in names)
    section = signal_section(inputs, abouts)
    if not charts:
        return section
    return replace(section, blocks=(limit_grid(charts, inputs.totals, abouts), *section.blocks))


def limit_grid(
    charts: Sequence[ControlChart],
    totals: Sequence[Finding],
    abouts: DayAbouts | None = None,
) -> LimitGrid:
    """Return charts with limits as graphs; those without have no line to be judged by."""
    found, told = {total.metric: total for total in totals}, abouts or {}
    drawn = tuple(
        _limit_chart(chart, found.get(chart.metric), told.get(chart.metric, {}))
        for chart in charts
        if chart.state == "ok"
    )
    table = replace(control_table(charts, only_signals=False, abouts=told), is_collapsed=True)
    return LimitGrid(drawn, table, say("graph.limits_legend"))


def _limit_chart(
    chart: ControlChart, total: Finding | None, abouts: Mapping[date, About]
) -> LimitChart:
    label, unit = pick(chart.labels), chart.unit
    days = [point.day for point in chart.points]
    heights = [point.value for point in chart.points]
    bounds = [bound for point in chart.points for bound in (point.low, point.high)]
    axis = value_axis((*heights, *bounds), unit)
    signals = tuple(
        Signal(at, *_signal(chart, point))
        for at, point in enumerate(chart.points)
        if point in chart.signals
    )
    value: Cell = value_cell(total) if total else number_cell(None, unit, "muted")
    return LimitChart(
        title=label,
        ref=chart.metric,
        value=value,
        alt=say("graph.limits_alt", label=label, count=len(signals)),
        points=day_points(days, heights, unit, abouts),
        limits=tuple(_limits(chart, point) for point in chart.points),
        signals=signals,
        y_ticks=axis.ticks,
        x_ticks=day_ticks(days),
        bottom=axis.bottom,
        top=axis.top,
        note=say("graph.signals", count=len(signals)),
    )


def _signal(chart: ControlChart, point: ControlPoint) -> tuple[str, Tone]:
    cell = signal_cell(chart, point)
    return cell.text, cell.tone


def _limits(chart: ControlChart, point: ControlPoint) -> Limits | None:
    if point.low is None or point.high is None or chart.centre is None:
        return None
    return Limits(point.low, chart.centre, point.high)
