"""The report as a workbook: a sheet per table, numbers as numbers, text never as formula.

Font colours repeat the report's own (better or worse than the team); fills show targets and follow
the numbers, should somebody change one.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from math import ceil
from typing import TYPE_CHECKING, Any

from cskpi.present.document import (
    AgentPage,
    Cell,
    Column,
    Facts,
    Hint,
    Note,
    Row,
    Sentences,
    Table,
)
from cskpi.present.excel_book import (
    MOST_WIDTH,
    MUTED,
    PLACES,
    Book,
    Side,
    excel_number,
    fit,
    write_cell,
    write_text,
)
from cskpi.present.excel_charts import Place, add_charts
from cskpi.present.formatting import cell_width
from cskpi.present.graphs import HeatMap
from cskpi.present.tables import block_tables
from cskpi.texts import say

if TYPE_CHECKING:
    from cskpi.present.document import Block, Bounds, CellUnit, Document, Section

_LEAST_WIDTH = 9
_FIRST_TABLE_ROW = 3
_LINE_WIDTH = 110
_READABLE_WIDTH = 260
_LINE_POINTS, _MOST_LINES = 15, 25
_FILLED = 0.88
"""How much of a line holds text, on average: words and numbers move to the next one whole."""
_WIDE_SCALE = 75
_A4 = 9
_ROWS_OF_A_PAGE = 40
_HEAD_FILL, _SHADE = "#eef1f4", "#7fb0cf"
_HEAD = {"bold": True, "bg_color": _HEAD_FILL, "text_wrap": True, "valign": "vcenter", "bottom": 1}
_FILLS = {"good": "#dcefe3", "warn": "#fbeccb", "bad": "#f8dcd8"}


@dataclass(frozen=True, slots=True)
class _Part:
    """A table and the block it comes from."""

    block: Block
    table: Table


@dataclass(frozen=True, slots=True)
class _Plan:
    """A sheet: the tables one under the other, the first one frozen and filtered, then the prose."""

    name: str
    section: Section
    parts: tuple[_Part, ...]
    lines: tuple[str, ...] = ()


def render_xlsx(document: Document) -> bytes:
    """Return the workbook; the same document gives the same bytes."""
    import xlsxwriter

    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }
    book = Book(xlsxwriter.Workbook(buffer, options))
    created = datetime.combine(document.dated, time())
    book.workbook.set_properties({"title": fit(document.title)[:255], "created": created})
    for section in document.sections:
        for plan in _plans(section):
            _write_sheet(book, document, plan)
    book.workbook.close()
    return buffer.getvalue()


def _plans(section: Section) -> Iterator[_Plan]:
    """Divide a section: small lists and agents' scorecards share a sheet, other tables have their own."""
    parts = [_Part(block, t.whole()) for block in section.blocks for t in block_tables(block)]
    is_prose = not parts
    if is_prose:
        parts = [
            _Part(block, _sentence_table(block))
            for block in section.blocks
            if isinstance(block, Sentences) and block.items
        ]
    parts = [_named(part) for part in parts]
    stacked = [part for part in parts if _is_stacked(part)]
    alone = [part for part in parts if not _is_stacked(part)]
    filled = [part for part in alone if part.table.rows]
    main = (filled or alone)[:1]
    lines = [section.lead] if section.lead else []
    for block in section.blocks:
        if not (is_prose and isinstance(block, Sentences)):
            lines += _prose(block)
    lines += [part.table.empty for part in alone if not part.table.rows and part not in main]
    yield _Plan(section.sheet, section, tuple(main + stacked), tuple(filter(None, lines)))
    for part in filled[1:]:
        name = getattr(part.block, "title", "") or part.table.caption or section.sheet
        yield _Plan(name, section, (part,), tuple(filter(None, [part.table.note])))


def _sentence_table(block: Sentences) -> Table:
    """Sentences, what they rest on and the next step: each sentence a row."""
    heads = [say("findings.text"), say("findings.note"), say("findings.step")]
    texts = [(item.text, item.note, item.step) for item in block.items]
    shown = [at for at in range(len(heads)) if any(row[at] for row in texts)]
    return Table(
        tuple(Column(heads[at]) for at in shown),
        tuple(Row(tuple(Cell(row[at], row[at]) for at in shown)) for row in texts),
    )


def _named(part: _Part) -> _Part:
    if isinstance(part.block, AgentPage) and part.table is part.block.scorecard:
        page = part.block
        caption = say("trace.fact", label=page.shop, text=page.name) if page.shop else page.name
        return _Part(page, replace(part.table, caption=caption))
    return part


def _is_stacked(part: _Part) -> bool:
    return isinstance(part.block, Facts | Hint | AgentPage)


def _prose(block: Block) -> list[str]:
    if isinstance(block, Sentences):
        return [
            " ".join(filter(None, (sentence.text, sentence.note, sentence.step)))
            for sentence in block.items
        ]
    if isinstance(block, Note | Hint):
        return [block.text]
    if isinstance(block, Table):
        return [block.whole().note]
    legend = getattr(block, "legend", "")
    return [legend] if isinstance(legend, str) else []


def _write_sheet(book: Book, document: Document, plan: _Plan) -> None:
    name = book.sheet_name(plan.name)
    sheet = book.workbook.add_worksheet(name)
    tables = [part.table for part in plan.parts]
    widths = _widths(tables)
    _set_page(sheet, widths)
    write_text(book, sheet, (0, 0), plan.section.title, bold=True, font_size=14)
    about = f"{document.title}　{document.subtitle}"
    write_text(book, sheet, (1, 0), about, font_color=MUTED)
    at, places = _FIRST_TABLE_ROW, []
    for number, part in enumerate(plan.parts):
        place = _write_table(book, sheet, name, part.table, at, is_main=number == 0)
        _grow_rows(sheet, part.table, place, widths)
        places.append(place)
        at = max(place.last, place.first) + 2
        if isinstance(part.block, HeatMap):
            _shade(sheet, part.table, place)
        _fill_by_targets(book, sheet, part.table, place)
    lines = list(plan.lines)
    if any(cell.unit == "duration" for t in tables for row in t.rows for cell in row.cells):
        lines.append(say("table.durations"))
    if any(column.bounds for t in tables for column in t.columns):
        lines.append(say("table.fills"))
    elif any(row.bounds for t in tables for row in t.rows):
        lines.append(say("table.fills_kpi"))
    for line in lines:
        _write_line(book, sheet, at, line, widths)
        at += 1
    for part, place in zip(plan.parts, places, strict=True):
        add_charts(book, plan.section, part.block, part.table, place=place, below=at + 1)


def _set_page(sheet: Any, widths: dict[int, int]) -> None:
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer("&C&P / &N")
    for column, width in widths.items():
        sheet.set_column(column, column, width)
    if sum(widths.values()) <= _READABLE_WIDTH:
        sheet.fit_to_pages(1, 0)
    else:
        # Shrunk to one page nobody could read it: it runs over several, its names on each.
        sheet.set_print_scale(_WIDE_SCALE)
        sheet.repeat_columns(0, 0)


def _write_line(book: Book, sheet: Any, at: int, line: str, widths: dict[int, int]) -> None:
    """Write prose across the table's width, as high as it needs; merged cells do not grow alone."""
    room, last = 0, 0
    for last in range(len(widths)):
        room += widths[last]
        if room >= _LINE_WIDTH:
            break
    needed = -(-cell_width(line) // max(room - 2, 1))
    sheet.set_row(at, _LINE_POINTS * min(needed, _MOST_LINES))
    if last:
        sheet.merge_range(at, 0, at, last, "", book.style(text_wrap=True))
    write_text(book, sheet, (at, 0), line, text_wrap=True)


def _write_table(
    book: Book, sheet: Any, name: str, table: Table, at: int, *, is_main: bool
) -> Place:
    has_groups = any(row.group for row in table.rows)
    columns = {p: to for to, p in enumerate(_places(table), start=int(has_groups))}
    if table.caption:
        write_text(book, sheet, (at, 0), table.caption, bold=True)
        at += 1
    if has_groups:
        write_text(book, sheet, (at, 0), table.group_title, **_HEAD, **PLACES["left"])
    for index, column in columns.items():
        head = table.columns[index]
        write_text(book, sheet, (at, column), head.title, **_HEAD, **PLACES[_side(head)])
    first = at + 1
    sides = [(index, to, _side(table.columns[index])) for index, to in columns.items()]
    for row_at, row in enumerate(table.rows, start=first):
        if has_groups:
            write_text(book, sheet, (row_at, 0), row.group)
        for index, column, side in sides:
            at_cell = row_at, column
            write_cell(book, sheet, at_cell, row.cells[index], side, is_bold=row.is_total)
    last = first + len(table.rows) - 1
    if not table.rows:
        write_text(book, sheet, (first, 0), table.empty, font_color=MUTED, italic=True)
    if is_main and table.rows:
        sheet.freeze_panes(first, 1 + int(has_groups))
        sheet.autofilter(at, 0, last, max(columns.values(), default=0))
        if len(table.rows) > _ROWS_OF_A_PAGE:
            # LibreOffice lays out every page of the book for each sheet with repeated rows.
            sheet.repeat_rows(at)
    return Place(name, first, last, columns)


def _grow_rows(sheet: Any, table: Table, place: Place, widths: dict[int, int]) -> None:
    """Make rows as high as their wrapped texts need; not every program does when it opens a book."""
    needed: dict[int, int] = {}
    for index, column in place.columns.items():
        width = widths[column]
        for at, row in enumerate(table.rows, start=place.first):
            text = row.cells[index].text
            # No character is wider than two cells.
            if len(text) * 2 > width:
                lines = ceil(cell_width(text) / (width * _FILLED))
                needed[at] = max(needed.get(at, 1), lines)
    for at, lines in needed.items():
        if lines > 1:
            sheet.set_row(at, _LINE_POINTS * min(lines, _MOST_LINES))


def _shade(sheet: Any, table: Table, place: Place) -> None:
    right = len(table.columns) - 1
    scale = {"type": "2_color_scale", "min_color": "#ffffff", "max_color": _SHADE}
    sheet.conditional_format(place.first, 1, place.last, right, scale)


def _fill_by_targets(book: Book, sheet: Any, table: Table, place: Place) -> None:
    """Colour what meets, nearly meets or misses its target; too few cases are not judged."""
    for index, column in place.columns.items():
        bounds = table.columns[index].bounds
        if bounds is None:
            continue
        unit = table.columns[index].unit
        for first, last in _judged(table, index):
            area = (place.first + first, column, place.first + last, column)
            _fill(book, sheet, area, bounds, unit)
    for at, row in enumerate(table.rows, start=place.first):
        if row.bounds is not None and _is_judged(row.cells[1]):
            area = (at, place.columns[1], at, place.columns[1])
            _fill(book, sheet, area, row.bounds, row.cells[1].unit)


def _fill(
    book: Book, sheet: Any, area: tuple[int, int, int, int], bounds: Bounds, unit: CellUnit
) -> None:
    for word, criteria, bound in _conditions(bounds):
        rule = {
            "type": "cell",
            "criteria": criteria,
            "value": excel_number(bound, unit),
            "format": book.fill(_FILLS[word]),
            "stop_if_true": True,
        }
        sheet.conditional_format(*area, rule)


def _conditions(bounds: Bounds) -> list[tuple[str, str, float]]:
    reached, missed = (">=", "<") if bounds.is_up else ("<=", ">")
    found = [("good", reached, bounds.good)]
    if bounds.warn is not None:
        found.append(("warn", reached, bounds.warn))
    return [*found, ("bad", missed, bounds.good if bounds.warn is None else bounds.warn)]


def _judged(table: Table, index: int) -> Iterator[tuple[int, int]]:
    """Yield stretches of rows whose cell holds a number that is no small sample's."""
    start = None
    for at, row in enumerate(table.rows):
        is_judged = _is_judged(row.cells[index])
        if is_judged and start is None:
            start = at
        if not is_judged and start is not None:
            yield start, at - 1
            start = None
    if start is not None:
        yield start, len(table.rows) - 1


def _is_judged(cell: Cell) -> bool:
    return isinstance(cell.value, int | float) and cell.tone != "muted"


def _side(column: Column) -> Side:
    return "right" if column.is_number else "left"


def _places(table: Table) -> list[int]:
    return [place for place, column in enumerate(table.columns) if column.scope != "page"]


def _widths(tables: Sequence[Table]) -> dict[int, int]:
    """Return how wide the columns of a sheet must be; one with prose alone has one for reading."""
    widths: dict[int, int] = {}
    for table in tables:
        places = _places(table)
        columns = [
            [table.columns[p].title, *(row.cells[p].text for row in table.rows)] for p in places
        ]
        if any(row.group for row in table.rows):
            columns.insert(0, [table.group_title, *(row.group for row in table.rows)])
        for column, texts in enumerate(columns):
            # Heads wrap, so they need half their length; the filter arrow takes the rest.
            head = cell_width(texts[0]) // 2 + 4
            widest = max([head, *(cell_width(text) + 2 for text in set(texts[1:]))])
            width = min(max(widest, _LEAST_WIDTH), MOST_WIDTH)
            widths[column] = max(widths.get(column, 0), width)
    return widths or {0: _LINE_WIDTH}
