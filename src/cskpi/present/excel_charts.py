"""Native charts beside a sheet's table, drawn by Excel from the cells themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cskpi.present.excel_book import FORMATS, Book, fit
from cskpi.present.graphs import Bars, Distribution, Funnel, LineGrid, Waterfall

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cskpi.present.document import Block, CellUnit, Section, Table

_MOST_LINES = 12
_MOST_BARS = 3
_MOST_CATEGORIES = 40
_WIDTH, _HEIGHT = 460, 260
_ROWS_A_CHART, _GAP = 14, 12
_PER_ROW = 2
_WIDE = 16
_INK, _GRID = "#1c5d84", "#e1e5ea"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table stands: its first and last row of data, and the sheet's column of each of its own."""

    sheet: str
    first: int
    last: int
    columns: dict[int, int]


@dataclass(frozen=True, slots=True)
class _Series:
    """A column to draw against the first one of its table."""

    title: str
    column: int
    unit: CellUnit
    kind: str


def add_charts(
    book: Book, section: Section, block: Block, table: Table, *, place: Place, below: int
) -> None:
    """Draw what a block shows: beside its table, or from the row `below` on where that is wide."""
    if place.last <= place.first:
        return
    right = max(place.columns.values()) + 2
    is_wide = right > _WIDE
    top, at = (below, 0) if is_wide else (place.first - 1, right)
    drawn = [s for s in _series(section, block, table) if s.column in place.columns]
    for number, series in enumerate(drawn):
        chart = _chart(book, table, series, place)
        down, across = divmod(number, _PER_ROW)
        row = top + down * _ROWS_A_CHART
        # Columns are as wide as their texts: side by side is told in pixels.
        book.workbook.get_worksheet_by_name(place.sheet).insert_chart(
            row, at, chart, {"x_offset": across * (_WIDTH + _GAP)}
        )


def _series(section: Section, block: Block, table: Table) -> Iterator[_Series]:
    if isinstance(block, LineGrid):
        by_ref = {column.ref: at for at, column in enumerate(table.columns) if column.ref}
        for line in block.charts[:_MOST_LINES]:
            if line.ref in by_ref:
                at = by_ref[line.ref]
                yield _Series(line.title, at, table.columns[at].unit, "line")
    elif isinstance(block, Bars | Funnel | Waterfall | Distribution):
        numbers = _numbers(table)
        if numbers and len(table.rows) <= _MOST_CATEGORIES:
            kind = "column" if isinstance(block, Waterfall | Distribution) else "bar"
            yield _Series(block.title, numbers[0], _unit(table, numbers[0]), kind)
    elif section.id in ("agents", "shops") and table is block:
        for at in _numbers(table, shown=True)[:_MOST_BARS]:
            if len(table.rows) <= _MOST_CATEGORIES:
                yield _Series(table.columns[at].title, at, table.columns[at].unit, "bar")


def _numbers(table: Table, *, shown: bool = False) -> list[int]:
    return [
        at
        for at, column in enumerate(table.columns)
        if at and column.is_number and not (shown and column.scope != "all")
    ]


def _unit(table: Table, column: int) -> CellUnit:
    """The unit of a column's cells, which may differ from the head's."""
    units = {row.cells[column].unit for row in table.rows if row.cells[column].value is not None}
    return units.pop() if len(units) == 1 else table.columns[column].unit


def _parts(table: Table, place: Place) -> tuple[int, int]:
    """Return the rows to draw: a total at either end is no bar among its parts."""
    rows = table.rows
    first = place.first + (1 if rows[0].is_total else 0)
    return first, place.last - (1 if rows[-1].is_total and len(rows) > 1 else 0)


def _chart(book: Book, table: Table, series: _Series, place: Place) -> Any:
    chart = book.workbook.add_chart({"type": series.kind})
    column, names = place.columns[series.column], place.columns[0]
    first, last = _parts(table, place)
    drawn: dict[str, Any] = {"fill": {"color": _INK}, "gap": 60}
    if series.kind == "line":
        drawn = {"line": {"color": _INK, "width": 1.75}}
    chart.add_series(
        {
            "name": fit(series.title)[:255],
            "categories": [place.sheet, first, names, last, names],
            "values": [place.sheet, first, column, last, column],
            **drawn,
        }
    )
    number_format = FORMATS.get(series.unit, "General")
    lines: dict[str, Any] = {"visible": True, "line": {"color": _GRID}}
    value_axis = {"num_format": number_format, "major_gridlines": lines}
    name_axis: dict[str, Any] = {"num_format": "mm-dd"} if table.columns[0].unit == "date" else {}
    if series.kind == "bar":
        # Excel draws bars from the bottom up; turned round they follow the table.
        name_axis |= {"reverse": True}
    chart.set_x_axis({**name_axis, "label_position": "low"})
    chart.set_y_axis(value_axis)
    chart.set_title({"name": fit(series.title)[:255], "name_font": {"size": 11}})
    chart.set_legend({"none": True})
    chart.show_blanks_as("gap")
    chart.set_size({"width": _WIDTH, "height": _HEIGHT})
    return chart
