"""The report as a workbook: one sheet per section, numbers as numbers, text never as formula."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from cskpi.present.cleaning import clean_for_terminal, guard_formula
from cskpi.present.document import (
    AgentPage,
    CardGrid,
    Cell,
    Column,
    DefinitionList,
    Examples,
    Facts,
    Note,
    Row,
    Sentences,
    Table,
)
from cskpi.present.formatting import cell_width
from cskpi.present.graphs import Graph, HeatMap
from cskpi.texts import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cskpi.present.document import Block, Document, Section, Tone

_MOST_CHARACTERS = 32_767
_SHEET_NAME_LENGTH = 31
_SECONDS_PER_DAY = 86_400
_LEAST_WIDTH, _MOST_WIDTH = 9, 56
_FIRST_TABLE_ROW = 3
_A4 = 9
_FORMATS: dict[str, str] = {
    "percent": "0.0%",
    "duration": "[h]:mm:ss",
    "money": '"¥"#,##0.00',
    "count": "#,##0",
    "score": "0.00",
    "date": "yyyy-mm-dd",
}
_FRACTION = "#,##0.0"
_COLOURS: dict[Tone, str] = {"good": "#1d7044", "warn": "#8a5a00", "bad": "#b03028"}
_MUTED, _HEAD_FILL, _SHADE = "#75808c", "#eef1f4", "#7fb0cf"
_HEAD = {"bold": True, "bg_color": _HEAD_FILL, "text_wrap": True, "valign": "vcenter", "bottom": 1}
_PLACES: dict[str, dict[str, Any]] = {
    "left": {"align": "left", "indent": 1},
    "right": {"align": "right"},
}


@dataclass(slots=True)
class _Book:
    """The workbook under way; formats are shared, since Excel keeps only so many."""

    workbook: Any
    formats: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def style(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format({"valign": "top", **properties})
        return self.formats[key]

    def sheet_name(self, wished: str) -> str:
        plain = re.sub(r"[\[\]:*?/\\]", " ", clean_for_terminal(wished)).strip(" '") or "sheet"
        name, number = plain[:_SHEET_NAME_LENGTH], 1
        while name.casefold() in self.names:
            number += 1
            name = f"{plain[: _SHEET_NAME_LENGTH - 4]} {number}"
        self.names.add(name.casefold())
        return name


def render_xlsx(document: Document) -> bytes:
    """Return the workbook; the same document gives the same bytes."""
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = _Book(xlsxwriter.Workbook(buffer, options))
    created = datetime.combine(document.dated, time())
    book.workbook.set_properties({"title": document.title, "created": created})
    for section in document.sections:
        _write_section(book, document, section)
    book.workbook.close()
    return buffer.getvalue()


def _write_section(book: _Book, document: Document, section: Section) -> None:
    sheet = book.workbook.add_worksheet(book.sheet_name(section.sheet))
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer("&C&P / &N")
    sheet.write_string(0, 0, section.title, book.style(bold=True, font_size=14))
    about = f"{document.title}　{document.subtitle}"
    sheet.write_string(1, 0, _fit(about), book.style(font_color=_MUTED))
    grids = [block.table for block in section.blocks if isinstance(block, HeatMap)]
    tables = [table for block in section.blocks for table in _tables(block)]
    at = _FIRST_TABLE_ROW
    for place, table in enumerate(tables):
        top, at = at, _write_table(book, sheet, table, at, is_main=place == 0)
        if table in grids:
            _shade(sheet, table, top + 1)
    at = _write_lines(book, sheet, section, at)
    _set_widths(sheet, tables)
    if any(cell.unit == "duration" for t in tables for row in t.rows for cell in row.cells):
        sheet.write_string(at, 0, say("table.durations"), book.style(font_color=_MUTED))


def _tables(block: Block) -> list[Table]:
    if isinstance(block, Table):
        return [block]
    if isinstance(block, CardGrid | DefinitionList | Examples | Graph):
        return [block.table]
    if isinstance(block, AgentPage):
        return [block.scorecard]
    if isinstance(block, Facts):
        columns = (Column(say("column.item")), Column(say("column.value")))
        remark = Column(say("column.remark"))
        rows = tuple(
            Row((Cell(fact.label, fact.label), fact.cell, Cell(fact.remark, fact.remark)))
            for fact in block.items
        )
        return [Table((*columns, remark), rows, caption=block.caption)]
    return []


def _write_lines(book: _Book, sheet: Any, section: Section, at: int) -> int:
    lines = [section.lead] if section.lead else []
    for block in section.blocks:
        if isinstance(block, Sentences):
            lines += [sentence.text for sentence in block.items]
        elif isinstance(block, Note):
            lines.append(block.text)
        elif isinstance(block, HeatMap):
            lines.append(block.legend)
    for line in lines:
        sheet.write_string(at, 0, _fit(line), _text_style(book, line))
        at += 1
    return at + 1


def _write_table(book: _Book, sheet: Any, table: Table, at: int, *, is_main: bool) -> int:
    places = _places(table)
    has_groups = any(row.group for row in table.rows)
    if table.caption:
        sheet.write_string(at, 0, _fit(table.caption), book.style(bold=True))
        at += 1
    heads = [*([table.group_title] if has_groups else []), *_heads(table, places)]
    sides = [*(["left"] if has_groups else []), *(_side(table.columns[p]) for p in places)]
    for column, head in enumerate(heads):
        sheet.write_string(at, column, _fit(head), book.style(**_HEAD, **_PLACES[sides[column]]))
    first = at + 1
    for place, row in enumerate(table.rows, start=first):
        if has_groups:
            sheet.write_string(place, 0, _fit(row.group), _text_style(book, row.group))
        for column, index in enumerate(places, start=int(has_groups)):
            look = _look(row.cells[index], is_bold=row.is_total) | _PLACES[sides[column]]
            _write_cell(book, sheet, (place, column), row.cells[index], look)
    last = first + len(table.rows) - 1
    if not table.rows:
        sheet.write_string(first, 0, table.empty, book.style(font_color=_MUTED, italic=True))
    if is_main and table.rows:
        sheet.freeze_panes(first, 1 + int(has_groups))
        sheet.autofilter(at, 0, last, len(heads) - 1)
        sheet.repeat_rows(at)
    return max(last, first) + 2


def _shade(sheet: Any, table: Table, first: int) -> None:
    last, right = first + len(table.rows) - 1, len(table.columns) - 1
    scale = {"type": "2_color_scale", "min_color": "#ffffff", "max_color": _SHADE}
    sheet.conditional_format(first, 1, last, right, scale)


def _write_cell(
    book: _Book, sheet: Any, at: tuple[int, int], cell: Cell, look: dict[str, Any]
) -> None:
    value = cell.value
    if isinstance(value, date):
        sheet.write_datetime(*at, value, book.style(num_format=_FORMATS["date"], **look))
    elif isinstance(value, str) or cell.unit in ("text", "date"):
        text = cell.text if value is None else str(value)
        wrap = {"text_wrap": True} if cell_width(text) + 2 > _MOST_WIDTH else {}
        sheet.write_string(*at, _fit(text), _text_style(book, text, **look, **wrap))
    elif value is None:
        sheet.write_blank(*at, None, book.style(**look))
    else:
        number_format = _FORMATS[cell.unit]
        if cell.unit == "count" and value != int(value):
            number_format = _FRACTION
        shown = value / _SECONDS_PER_DAY if cell.unit == "duration" else value
        sheet.write_number(*at, shown, book.style(num_format=number_format, **look))


def _look(cell: Cell, *, is_bold: bool) -> dict[str, Any]:
    look: dict[str, Any] = {"bold": True} if is_bold else {}
    if cell.tone == "muted":
        look |= {"font_color": _MUTED, "italic": True}
    elif cell.tone in _COLOURS:
        look["font_color"] = _COLOURS[cell.tone]
    return look


def _text_style(book: _Book, text: str, **look: Any) -> Any:
    """Mark what looks like a formula as quoted: it stays text even when someone edits the cell."""
    is_risky = guard_formula(text) != text
    return book.style(**look, **({"quote_prefix": True} if is_risky else {}))


def _side(column: Column) -> str:
    return "right" if column.is_number else "left"


def _places(table: Table) -> list[int]:
    return [place for place, column in enumerate(table.columns) if column.scope != "page"]


def _heads(table: Table, places: Sequence[int]) -> list[str]:
    return [table.columns[place].title for place in places]


def _fit(text: str) -> str:
    """Cut at Excel's limit, which counts UTF-16 units, and say so."""
    clean = clean_for_terminal(text)
    units = clean.encode("utf-16-le")
    if len(units) <= _MOST_CHARACTERS * 2:
        return clean
    mark = say("format.truncated")
    return units[: (_MOST_CHARACTERS - len(mark)) * 2].decode("utf-16-le", "ignore") + mark


def _set_widths(sheet: Any, tables: Sequence[Table]) -> None:
    widths: dict[int, int] = {}
    for table in tables:
        places = _places(table)
        has_groups = any(row.group for row in table.rows)
        columns = [
            [table.columns[p].title, *(row.cells[p].text for row in table.rows)] for p in places
        ]
        if has_groups:
            columns.insert(0, [table.group_title, *(row.group for row in table.rows)])
        for column, texts in enumerate(columns):
            # Heads wrap, so they need half their length; the filter arrow takes the rest.
            head = cell_width(texts[0]) // 2 + 4
            widest = max([head, *(cell_width(text) + 2 for text in texts[1:])])
            widths[column] = max(widths.get(column, 0), widest)
    for column, width in widths.items():
        sheet.set_column(column, column, min(max(width, _LEAST_WIDTH), _MOST_WIDTH))
