"""Tables that are no KPI: plain ones, and hour by weekday as a heat map."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from cskpi.insight.agents import short_name
from cskpi.present.about import about_table, session_key
from cskpi.present.cells import day_cell, number_cell, text_cell
from cskpi.present.cleaning import one_line
from cskpi.present.document import Cell, Column, Row, Section, Table
from cskpi.present.formatting import format_count, format_hour, format_moment, format_value
from cskpi.present.graphs import HeatMap
from cskpi.present.masking import mask_quote, mask_session_id
from cskpi.texts import LANGS, has_text, language, pick, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cskpi.metrics.breakdown_files import BreakdownColumn
    from cskpi.metrics.breakdowns import BreakdownTable, BreakdownValue
    from cskpi.metrics.finding import Unit
    from cskpi.present.document import About, Place
    from cskpi.present.inputs import ReportInputs

_WEEKDAYS = range(1, 8)
_HOURS = range(24)
_GRID_COLUMNS = ("weekday", "hour")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_IDS = ("rule",)
_PRIVATE = ("customer_id", "customer_name", "phone", "address")
_PLACES = {"shop_id": "shop", "agent_id": "agent", "session_id": "session", "work_on": "day"}
_QUOTES = ("said", "script")
"""Columns of chat text, besides those that end in `_text`."""


def public(breakdown: BreakdownTable) -> BreakdownTable:
    """Return a breakdown without whom its rows are about: what is shown gets forwarded.

    Ids of sessions made of the customer's name and the moment keep its first character only. Of
    columns `x_zh` and `x_en` that of the language in force is shown.
    """
    others = tuple(f"_{lang}" for lang in LANGS if lang != language())
    kept = [
        at
        for at, column in enumerate(breakdown.columns)
        if column.name not in _PRIVATE and not column.name.endswith(others)
    ]
    return replace(
        breakdown,
        columns=tuple(breakdown.columns[at] for at in kept),
        rows=tuple(zip(*(_unnamed(breakdown, at) for at in kept), strict=True)),
    )


def _unnamed(breakdown: BreakdownTable, at: int) -> list[BreakdownValue]:
    """The values of a column as they may be shown."""
    values = [row[at] for row in breakdown.rows]
    if breakdown.columns[at].name != "session_id":
        return values
    return [mask_session_id(value) if isinstance(value, str) else value for value in values]


def breakdown_table(breakdown: BreakdownTable, *, most_rows: int = 0) -> Table:
    """Return what may be shown of a breakdown as a table.

    Args:
        breakdown: the rows.
        most_rows: keep the rows after these for files and say how many they are; 0 shows all.
    """
    breakdown = public(breakdown)
    columns, told = breakdown.columns, about_table(breakdown)
    cells = (_cells(breakdown, at) for at in range(len(columns)))
    rows = list(zip(*cells, strict=True))
    shown, further = (rows[:most_rows], rows[most_rows:]) if most_rows else (rows, [])
    return Table(
        tuple(Column(one_line(pick(c.labels)), c.unit or "text", rank=c.rank) for c in columns),
        tuple(Row(cells, about=told) for cells in shown),
        note=_left_out(breakdown, len(further) + breakdown.left_out),
        empty=_nothing(breakdown),
        more=tuple(Row(cells) for cells in further),
        more_note=_left_out(breakdown, breakdown.left_out),
    )


def _left_out(breakdown: BreakdownTable, count: int) -> str:
    return say("breakdown.more", n=format_count(count), name=breakdown.name) if count else ""


def _placed(breakdown: BreakdownTable, table: Table) -> tuple[Row, ...]:
    """Say where rows belong by the full names of their accounts."""
    return tuple(
        replace(shown, about=replace(shown.about, place=_place(breakdown.columns, row)))
        if shown.about
        else shown
        for shown, row in zip(table.rows, breakdown.rows, strict=False)
    )


def _place(columns: Sequence[BreakdownColumn], row: Sequence[BreakdownValue]) -> Place:
    """Return where a row belongs, so that its sessions are found."""
    return tuple(
        (
            _PLACES[column.name],
            session_key(str(value)) if column.name == "session_id" else one_line(str(value)),
        )
        for column, value in zip(columns, row, strict=True)
        if column.name in _PLACES and value is not None
    )


def _nothing(breakdown: BreakdownTable) -> str:
    if not breakdown.missing:
        return say("table.no_rows")
    kinds = (
        say(f"data_kind.{name}") if has_text(f"data_kind.{name}") else name
        for name in breakdown.missing
    )
    return say("breakdown.missing", kinds=say("format.list_comma").join(kinds))


def breakdown_section(inputs: ReportInputs, breakdown: BreakdownTable) -> Section:
    """Return a breakdown as a part of its group's chapter."""
    title = one_line(pick(breakdown.labels))
    lead = one_line(pick(breakdown.descriptions)) if breakdown.descriptions else ""
    if breakdown.view == "heat_map":
        block = _heat_map(inputs, breakdown)
        return Section(
            breakdown.name, title, say("section.load_sheet"), (block,), lead=lead, level=2
        )
    shown = _short_names(breakdown if inputs.reveal else _masked(breakdown))
    table = breakdown_table(shown, most_rows=breakdown.most_rows)
    table = replace(table, columns=_without_ids(shown, table), rows=_placed(breakdown, table))
    return Section(breakdown.name, title, title, (table,), lead=lead, level=2)


def _without_ids(breakdown: BreakdownTable, table: Table) -> tuple[Column, ...]:
    """Keep ids that stand beside their names to the workbook."""
    return tuple(
        replace(column, scope="sheet") if source.name in _IDS else column
        for source, column in zip(public(breakdown).columns, table.columns, strict=True)
    )


def _short_names(breakdown: BreakdownTable) -> BreakdownTable:
    """Leave the shop out of agents' names where it stands in a column of its own."""
    names = [column.name for column in breakdown.columns]
    if "shop_id" not in names:
        return breakdown
    shop_at = names.index("shop_id")
    agents = {at for at, name in enumerate(names) if name.endswith("agent_id")}

    def short(row: tuple[BreakdownValue, ...]) -> tuple[BreakdownValue, ...]:
        shop = str(row[shop_at] or "")
        return tuple(
            short_name(shop, item) if at in agents and isinstance(item, str) else item
            for at, item in enumerate(row)
        )

    return replace(breakdown, rows=tuple(short(row) for row in breakdown.rows))


def _masked(breakdown: BreakdownTable) -> BreakdownTable:
    """Mask what quotes say of people: a report gets forwarded."""
    places = [
        at
        for at, column in enumerate(breakdown.columns)
        if column.name in _QUOTES or column.name.endswith("_text")
    ]
    rows = tuple(
        tuple(
            mask_quote(item) if at in places and isinstance(item, str) else item
            for at, item in enumerate(row)
        )
        for row in breakdown.rows[: breakdown.most_rows or None]
    )
    rest = breakdown.rows[len(rows) :]
    return replace(breakdown, rows=(*rows, *rest)) if places else breakdown


def _cells(breakdown: BreakdownTable, at: int) -> list[Cell]:
    """The cells of a column; names come again and again, and what is immutable is made once."""
    column = breakdown.columns[at]
    made: dict[str, Cell] = {}
    cells = []
    for row in breakdown.rows:
        value = row[at]
        if not isinstance(value, str):
            cells.append(_cell(value, column))
            continue
        cell = made.get(value)
        if cell is None:
            cell = made[value] = _cell(value, column)
        cells.append(cell)
    return cells


def _cell(value: BreakdownValue, column: BreakdownColumn) -> Cell:
    if column.unit and (value is None or isinstance(value, int | float | Decimal)):
        return number_cell(None if value is None else float(value), column.unit)
    if column.name == "weekday" and isinstance(value, int) and value in _WEEKDAYS:
        return text_cell(say(f"weekday.d{value}"))
    if column.name == "hour" and isinstance(value, int):
        return text_cell(format_hour(value))
    if isinstance(value, datetime):
        return text_cell(format_moment(value))
    if isinstance(value, date):
        return day_cell(value)
    return text_cell(_word(value, column))


def _word(value: BreakdownValue, column: BreakdownColumn) -> str:
    """A value as text; a word of the column's own closed list in the language in force."""
    closed = f"{column.name}.{value}"
    if value is None:
        return say("format.none")
    return say(closed) if has_text(closed) else readable(str(value))


def readable(text: str) -> str:
    """Return a normalised text for reading: what it holds in place of data and pictures in words."""

    def word(match: re.Match[str]) -> str:
        key = f"placeholder.{match[1]}"
        return say(key) if has_text(key) else match[0]

    return _PLACEHOLDER.sub(word, text)


def _heat_map(inputs: ReportInputs, breakdown: BreakdownTable) -> HeatMap:
    measure = breakdown.columns[-1]
    unit = measure.unit or "count"
    found = _grid(breakdown)
    covered = _covered_weekdays(inputs)
    values = [
        [found.get((day, hour), 0.0 if day in covered else None) for hour in _HOURS]
        for day in _WEEKDAYS
    ]
    most = max((value for line in values for value in line if value is not None), default=0.0)
    title = one_line(pick(breakdown.labels))
    legend = say("chart.heat_legend", measure=pick(measure.labels), value=format_value(most, unit))
    return HeatMap(
        title=title,
        alt=_alt(title, found, unit),
        shades=tuple(
            tuple(None if v is None else v / most if most else 0.0 for v in line) for line in values
        ),
        table=_grid_table(values, unit, about_table(breakdown)),
        legend=legend,
    )


def _grid(breakdown: BreakdownTable) -> dict[tuple[int, int], float]:
    names = [column.name for column in breakdown.columns]
    day_at, hour_at = (names.index(name) for name in _GRID_COLUMNS)
    found: dict[tuple[int, int], float] = {}
    for row in breakdown.rows:
        day, hour, value = row[day_at], row[hour_at], row[-1]
        if isinstance(day, int) and isinstance(hour, int) and isinstance(value, int | float):
            found[day, hour] = float(value)
    return found


def _covered_weekdays(inputs: ReportInputs) -> set[int]:
    """An hour without rows is a quiet one only on a weekday the data cover at all."""
    missing = set(inputs.coverage.days_without_data)
    first = inputs.period.start.date()
    days = (first + timedelta(days=offset) for offset in range(inputs.period.days))
    return {day.isoweekday() for day in days if day not in missing}


def _grid_table(values: list[list[float | None]], unit: Unit, told: About) -> Table:
    columns = (
        Column(say("dimension.weekday")),
        *(Column(format_hour(hour), unit) for hour in _HOURS),
    )
    rows = tuple(
        Row(
            (text_cell(say(f"weekday.d{day}")), *(number_cell(value, unit) for value in line)),
            about=told,
        )
        for day, line in zip(_WEEKDAYS, values, strict=True)
    )
    return Table(columns, rows, is_collapsed=True)


def _alt(title: str, found: Mapping[tuple[int, int], float], unit: Unit) -> str:
    if not found:
        return say("chart.heat_alt_empty", label=title)
    day, hour = max(found, key=lambda place: (found[place], -place[0], -place[1]))
    return say(
        "chart.heat_alt",
        label=title,
        day=say(f"weekday.d{day}"),
        hour=format_hour(hour),
        value=format_value(found[day, hour], unit),
    )
