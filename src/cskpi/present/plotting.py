"""KPIs of many agents, shops or days measured into graphic blocks; charts only draw the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from cskpi.present.about import about
from cskpi.present.axes import Axis, day_ticks, value_axis
from cskpi.present.cells import (
    day_cell,
    dimension_title,
    interval_cell,
    number_cell,
    text_cell,
    value_cell,
)
from cskpi.present.document import Column, Row, Table
from cskpi.present.formatting import (
    format_count,
    format_day,
    format_interval,
    format_target,
    format_value,
)
from cskpi.present.graphs import Bar, Bars, Mark, Panel, Point, SmallMultiples, Sparkline, Tick
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cskpi.metrics.finding import Finding, Unit
    from cskpi.present.document import About

Series = tuple["Finding", "Sequence[float | None]"]

_AXIS_STEPS = 4


def sparkline(
    heights: Sequence[float | None], unit: Unit, alt: str, target: float | None = None
) -> Sparkline:
    """Return a line of daily values without axes, on the scale a chart of them would have."""
    axis = value_axis((*heights, target), unit)
    return Sparkline(tuple(heights), alt, target, axis.bottom, axis.top)


def day_points(
    days: Sequence[date],
    heights: Sequence[float | None],
    unit: Unit,
    abouts: Mapping[date, About] | None = None,
) -> tuple[Point, ...]:
    """Return the points of a line by day, each with its day and value in words."""
    told = abouts or {}
    return tuple(
        Point(position, height, f"{format_day(day)} {format_value(height, unit)}", told.get(day))
        for position, (day, height) in enumerate(zip(days, heights, strict=True))
    )


def day_abouts(findings: Iterable[Finding]) -> dict[str, dict[date, About]]:
    """Return what stands behind the numbers of days, by KPI and day."""
    found: dict[str, dict[date, About]] = {}
    for finding in findings:
        day, told = finding.dimensions.get("day"), about(finding)
        if day and told:
            found.setdefault(finding.metric, {})[date.fromisoformat(day)] = told
    return found


def target_tick(total: Finding) -> Tick | None:
    """Return the target's place and words, None without a target."""
    if total.target is None:
        return None
    target = format_target(total.target, total.unit, total.direction)
    return Tick(total.target, say("card.target", value=target))


def small_multiples(
    total: Finding,
    series: Sequence[Series],
    days: Sequence[date],
    *,
    names: Sequence[str],
    legend: str = "",
    abouts: Sequence[Mapping[date, About]] = (),
) -> SmallMultiples:
    """Return one KPI by day for many agents or shops; a series is (finding, value of each day).

    `abouts` are what stands behind the days' numbers of each series.
    """
    told = [*abouts, *[{}] * (len(series) - len(abouts))]
    every = (height for _, heights in series for height in heights)
    axis = value_axis((*every, total.target), total.unit)
    label = pick(total.labels)
    return SmallMultiples(
        title=label,
        ref=total.metric,
        alt=say("graph.multiples_alt", label=label, count=len(series)),
        panels=tuple(
            _panel(found, name, day_points(days, heights, total.unit, own))
            for (found, heights), name, own in zip(series, names, told, strict=True)
        ),
        y_ticks=axis.ticks,
        x_ticks=day_ticks(days),
        bottom=axis.bottom,
        top=axis.top,
        table=_series_table(series, days, names, told),
        target=target_tick(total),
        legend=legend,
    )


def ranking_bars(
    title: str,
    total: Finding,
    findings: Sequence[Finding],
    *,
    names: Sequence[str],
    dimension: str = "agent",
) -> Bars:
    """Return findings of one KPI as bars in the order given, each with its interval.

    The axis starts at zero, and the KPI of all together and its target are marked across.
    """
    values = [value for f in findings for value in (f.value, f.low, f.high)]
    axis = value_axis((*values, total.value), total.unit, from_zero=True, most_steps=_AXIS_STEPS)
    bars = tuple(_bar(f, name, axis) for f, name in zip(findings, names, strict=True))
    words = say("format.list_comma").join(f"{bar.label} {bar.value.text}" for bar in bars)
    return Bars(
        title=title,
        ref=total.metric,
        alt=say("graph.alt", title=title, words=words),
        bars=bars,
        ticks=axis.placed_ticks(),
        table=_ranking_table(total, findings, names, dimension),
        marks=tuple(_bar_marks(total, axis)),
        legend=say("graph.bars_legend"),
        start=axis.place(0.0),
    )


def _panel(found: Finding, name: str, points: tuple[Point, ...]) -> Panel:
    value = value_cell(found)
    return Panel(
        title=name,
        value=value,
        points=points,
        alt=say("graph.panel_alt", name=name, value=value.text),
        note=say("card.sample", n=format_count(found.sample_size)),
    )


def _series_table(
    series: Sequence[Series],
    days: Sequence[date],
    names: Sequence[str],
    abouts: Sequence[Mapping[date, About]],
) -> Table:
    heads = (Column(n, f.unit) for n, (f, _) in zip(names, series, strict=True))
    columns = (Column(say("dimension.day"), "date"), *heads)
    rows = tuple(
        Row(
            (
                day_cell(day),
                *(
                    replace(number_cell(heights[at], found.unit), about=own.get(day))
                    for (found, heights), own in zip(series, abouts, strict=True)
                ),
            )
        )
        for at, day in enumerate(days)
    )
    return Table(columns, rows, empty=say("table.no_rows"), is_collapsed=True)


def _bar(found: Finding, name: str, axis: Axis) -> Bar:
    value = value_cell(found)
    low, high = found.low, found.high
    notes = [say("card.sample", n=format_count(found.sample_size))]
    if low is not None and high is not None:
        notes.append(say("card.interval", interval=format_interval(low, high, found.unit)))
    return Bar(
        label=name,
        value=value,
        end=axis.place(found.value or 0.0),
        low=None if low is None else axis.place(low),
        high=None if high is None else axis.place(high),
        note=say("format.list_semicolon").join(notes),
        tone=value.tone,
    )


def _bar_marks(total: Finding, axis: Axis) -> Sequence[Mark]:
    marks = []
    if total.value is not None:
        value = format_value(total.value, total.unit)
        marks.append(Mark(axis.place(total.value), say("graph.all", value=value), "mean"))
    target = target_tick(total)
    if target is not None and axis.bottom <= target.at <= axis.top:
        marks.append(Mark(axis.place(target.at), target.label, "target"))
    return marks


def _ranking_table(
    total: Finding, findings: Sequence[Finding], names: Sequence[str], dimension: str
) -> Table:
    columns = (
        Column(dimension_title(dimension)),
        Column(say("column.value"), total.unit, ref=total.metric),
        Column(say("column.interval"), "count"),
        Column(say("column.sample"), "count"),
    )
    rows = tuple(_ranking_row(f, name) for f, name in zip(findings, names, strict=True))
    return Table(columns, rows, empty=say("table.no_rows"), is_collapsed=True)


def _ranking_row(found: Finding, name: str) -> Row:
    value, size = value_cell(found), number_cell(found.sample_size, "count")
    return Row((text_cell(name), value, interval_cell(found), size), about=value.about)
