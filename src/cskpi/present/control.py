"""Control charts as a table, as records, and as the report's list of days out of limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cskpi.metrics.trace import Rows
from cskpi.present.answers import write_answer
from cskpi.present.cells import (
    day_cell,
    dimension_cell,
    dimension_title,
    number_cell,
    text_cell,
)
from cskpi.present.document import Cell, Column, Note, Row, Section, Table
from cskpi.present.formatting import format_interval, format_number, format_span
from cskpi.present.outputs import show_table, write_bytes
from cskpi.present.streams import content_bytes, md_bytes, period_record
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from cskpi.metrics.control_chart import ControlChart, ControlPoint
    from cskpi.periods import Period
    from cskpi.present.document import About, Tone
    from cskpi.present.inputs import ReportInputs

DayAbouts = Mapping[str, Mapping["date", "About"]]
"""What stands behind the numbers of days, by KPI and day."""

_POINT_KEYS = ("value", "sample_size", "low", "high", "is_judged", "side")


def write_control(
    charts: Sequence[ControlChart],
    period: Period,
    output_format: str,
    path: Path | None,
    *,
    only_signals: bool,
) -> None:
    """Write charts as table, csv, json or md to a file, or to stdout without one."""
    if output_format == "json":
        write_bytes(control_json(charts, period), path)
    elif output_format == "csv":
        write_answer(control_rows(charts), "csv", path)
    elif output_format == "md":
        write_bytes(md_bytes(control_table(charts, only_signals=only_signals)), path)
    else:
        show_table(control_table(charts, only_signals=only_signals), path)


def control_table(
    charts: Sequence[ControlChart], *, only_signals: bool, abouts: DayAbouts | None = None
) -> Table:
    """Return the days of charts, one under the other; below stands what the limits rest on."""
    told = abouts or {}
    dimensions = list(dict.fromkeys(name for chart in charts for name in chart.dimensions))
    columns = (
        *(Column(dimension_title(name)) for name in dimensions),
        Column(say("dimension.day"), "date"),
        Column(say("column.value"), "count"),
        Column(say("column.sample"), "count", rank=2),
        Column(say("control.centre"), "count", rank=3),
        Column(say("control.limits"), "count", rank=1),
        Column(say("control.signal")),
    )
    rows = tuple(
        _row(chart, point, dimensions, told.get(chart.metric, {}).get(point.day))
        for chart in charts
        for point in (chart.signals if only_signals else chart.points)
    )
    note = "\n".join(dict.fromkeys(_basis(chart) for chart in charts))
    empty = say("control.none") if charts else say("table.no_rows")
    # Without a row the table prints its empty line alone, and the basis must not get lost.
    empty = "\n".join(filter(None, (empty, note)))
    return Table(columns, rows, note=note, group_title=say("column.metric"), empty=empty)


def signal_section(inputs: ReportInputs, abouts: DayAbouts | None = None) -> Section:
    """Return the days on which a headline KPI left its limits, in the order of days."""
    told = abouts or {}
    found = sorted(
        ((point.day, place, chart, point) for place, chart in enumerate(inputs.charts)
         for point in chart.signals),
        key=lambda item: item[:2],
    )  # fmt: skip
    columns = (
        Column(say("dimension.day"), "date"),
        Column(say("column.metric")),
        Column(say("column.value"), "count"),
        Column(say("control.limits"), "count"),
        Column(say("column.sample"), "count"),
        Column(say("control.signal")),
    )
    rows = tuple(
        Row(
            (
                day_cell(point.day),
                text_cell(pick(chart.labels)),
                number_cell(point.value, chart.unit, _tone(chart, point)),
                text_cell(format_interval(point.low, point.high, chart.unit)),
                number_cell(point.sample_size, "count"),
                signal_cell(chart, point),
            ),
            about=told.get(chart.metric, {}).get(point.day),
        )
        for _, _, chart, point in found
    )
    table = Table(columns, rows, empty=say("control.none"))
    notes = tuple(Note(line, "muted") for line in dict.fromkeys(_warnings(inputs.charts)))
    return Section(
        "signals",
        say("section.signals"),
        say("section.signals_sheet"),
        (table, *notes),
        lead=say("section.signals_lead"),
        level=2,
    )


def control_json(charts: Sequence[ControlChart], period: Period) -> bytes:
    """Return charts as JSON: the period, and for each chart its basis and every day of the period."""
    return content_bytes(
        {"period": period_record(period), "charts": [_record(chart) for chart in charts]}
    )


def control_rows(charts: Sequence[ControlChart]) -> Rows:
    """Return the days of charts as records."""
    dimensions = list(dict.fromkeys(name for chart in charts for name in chart.dimensions))
    columns = ("metric", *dimensions, "day", "centre", *_POINT_KEYS, "rules", "chart", "state")
    rows = tuple(
        (
            chart.metric,
            *(chart.dimensions.get(name) for name in dimensions),
            point.day,
            chart.centre,
            *(getattr(point, key) for key in _POINT_KEYS),
            " ".join(point.rules),
            chart.kind,
            chart.state,
        )
        for chart in charts
        for point in chart.points
    )
    return Rows(columns, rows, len(rows))


def _row(
    chart: ControlChart, point: ControlPoint, dimensions: Sequence[str], told: About | None
) -> Row:
    return Row(
        (
            *(dimension_cell(name, chart.dimensions.get(name)) for name in dimensions),
            day_cell(point.day),
            number_cell(point.value, chart.unit, _tone(chart, point)),
            number_cell(point.sample_size if point.value is not None else None, "count"),
            number_cell(chart.centre, chart.unit),
            text_cell(format_interval(point.low, point.high, chart.unit)),
            signal_cell(chart, point),
        ),
        group=pick(chart.labels),
        about=told,
    )


def signal_cell(chart: ControlChart, point: ControlPoint) -> Cell:
    """Return which rules a day fulfils, in words and tone; empty where it fulfils none."""
    if point.value is None:
        return text_cell(say("control.gap"), "muted")
    if not point.is_judged:
        return text_cell(say("control.small") if chart.state == "ok" else "", "muted")
    if not point.rules:
        return text_cell("")
    rules = say("format.list_comma").join(say(f"rule.{name}") for name in point.rules)
    word = _word(chart, point)
    return text_cell(say(f"control.{word}", rules=rules), _tone(chart, point))


def _word(chart: ControlChart, point: ControlPoint) -> str:
    if chart.direction == "neutral":
        return f"{point.side}_plain"
    is_good = (point.side == "high") == (chart.direction == "up")
    return f"{point.side}_{'better' if is_good else 'worse'}"


def _tone(chart: ControlChart, point: ControlPoint) -> Tone:
    if not point.rules or chart.direction == "neutral":
        return "plain"
    return "good" if (point.side == "high") == (chart.direction == "up") else "bad"


def _basis(chart: ControlChart) -> str:
    """Say in a line what kind of chart it is and which days its limits come from."""
    return say(
        "control.basis",
        label=say("format.list_comma").join(
            [pick(chart.labels), *(part or say("dimension.unnamed") for part in _parts(chart))]
        ),
        chart=say(f"control.{chart.kind}", spread=format_number(round(chart.spread or 1.0, 2))),
        basis=_days(chart),
    )


def _days(chart: ControlChart) -> str:
    if chart.state != "ok":
        return say(f"control.{chart.state}", days=chart.baseline_days)
    span = format_span(chart.baseline_from, chart.baseline_to)
    key = "control.own_baseline" if chart.is_own_baseline else "control.baseline"
    return say(key, span=span, days=chart.baseline_days)


def _warnings(charts: Sequence[ControlChart]) -> Iterable[str]:
    """Only what departs from the rule: everything else stands in the section's lead."""
    told: dict[str, list[str]] = {}
    for chart in charts:
        if chart.state != "ok" or chart.is_own_baseline:
            told.setdefault(_days(chart), []).append(pick(chart.labels))
    for basis, labels in told.items():
        names = say("format.list_comma").join(dict.fromkeys(labels))
        yield say("control.warning", label=names, basis=basis)


def _parts(chart: ControlChart) -> Iterable[str | None]:
    return chart.dimensions.values()


def _record(chart: ControlChart) -> dict[str, Any]:
    return {
        "metric": chart.metric,
        "label": pick(chart.labels),
        "dimensions": dict(chart.dimensions),
        "unit": chart.unit,
        "chart": chart.kind,
        "state": chart.state,
        "centre": chart.centre,
        "spread": chart.spread,
        "baseline": {
            "from": chart.baseline_from.isoformat(),
            "to": chart.baseline_to.isoformat(),
            "days": chart.baseline_days,
            "is_period": chart.is_own_baseline,
        },
        "rules": list(chart.rules),
        "points": [
            {
                "day": point.day.isoformat(),
                **{key: getattr(point, key) for key in _POINT_KEYS},
                "rules": list(point.rules),
            }
            for point in chart.points
        ],
    }
