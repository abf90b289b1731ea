"""The Excel sheet people grade sessions in: drop-downs, masked conversations, never a formula."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cskpi.present.cleaning import clean_for_terminal, guard_formula
from cskpi.present.formatting import format_moment
from cskpi.quality.grade_sheet import SheetColumn, sheet_columns, word
from cskpi.quality.rubric import ITEMS
from cskpi.texts import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cskpi.quality.graded_sessions import GradedSession
    from cskpi.quality.sampling import Plan

_MOST_CHARACTERS = 30_000
_MOST_LINES, _LINE_HEIGHT, _MOST_HEIGHT = 26, 15.0, 409.0
_WIDTHS = {
    "key": 15,
    "shop": 16,
    "agent": 20,
    "session": 18,
    "started": 17,
    "stratum": 12,
    "transcript": 72,
    "remark": 30,
    "appeal_reason": 26,
}
_FINDING_WIDTH, _WIDTH = 30, 11
_ABOUT_WIDTHS = (24, 24, 12, 12, 12)


@dataclass(frozen=True, slots=True)
class _Formats:
    head: Any
    cell: Any
    answer: Any
    share: Any
    title: Any


def grading_xlsx(plan: Plan, sessions: Sequence[GradedSession], week_start: datetime) -> bytes:
    """Return the workbook of a plan; the same plan gives the same bytes."""
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, options)
    title = say("grading.title", week=plan.week)
    book.set_properties({"title": title, "created": week_start})
    wrapped = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#d5dae0"}
    formats = _Formats(
        book.add_format({"bold": True, "bg_color": "#eef1f4", **wrapped}),
        book.add_format(wrapped),
        book.add_format({**wrapped, "bg_color": "#fffbe6"}),
        book.add_format({**wrapped, "num_format": "0.0%"}),
        book.add_format({"bold": True, "font_size": 14}),
    )
    _write_grades(book, formats, sessions)
    _write_about(book, formats, plan)
    book.close()
    return buffer.getvalue()


def _write_grades(book: Any, formats: _Formats, sessions: Sequence[GradedSession]) -> None:
    sheet = book.add_worksheet(say("grading.sheet_grades"))
    columns = sheet_columns(max((len(session.findings) for session in sessions), default=0))
    shown = {"key", "shop", "agent", "session", "started", "stratum", "transcript"}
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.heading, formats.head)
        width = _FINDING_WIDTH if column.field.startswith("finding_") else _WIDTH
        hidden = {"hidden": 1} if column.is_hidden else {}
        sheet.set_column(place, place, _WIDTHS.get(column.field, width), None, hidden)
        _offer(sheet, place, column, len(sessions))
    for number, session in enumerate(sessions, start=1):
        cells = _cells(session)
        for place, column in enumerate(columns):
            given = column.field in shown or column.field.startswith("finding_")
            text = cells.get(column.field, "")
            style = formats.cell if given else formats.answer
            if text:
                sheet.write_string(number, place, _fit(text), style)
            else:
                sheet.write_blank(number, place, None, style)
        lines = min(_MOST_LINES, cells["transcript"].count("\n") + 2)
        sheet.set_row(number, min(_MOST_HEIGHT, lines * _LINE_HEIGHT))
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(1, len(sessions)), len(columns) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _offer(sheet: Any, place: int, column: SheetColumn, count: int) -> None:
    """Put the drop-down or the bounds on a column's cells."""
    if not count:
        return
    if column.words:
        rule: dict[str, Any] = {"validate": "list", "source": [word(w) for w in column.words]}
    elif column.field == "revised_score":
        rule = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 100}
    else:
        return
    sheet.data_validation(1, place, count, place, rule)


def _cells(session: GradedSession) -> dict[str, str]:
    cells = {
        "key": session.key,
        "shop": session.shop_id,
        "agent": session.agent_id or "",
        "session": session.shown_id,
        "started": format_moment(session.started_at),
        "stratum": say(f"grading.{session.stratum}"),
        "transcript": session.transcript,
    }
    for number, finding in enumerate(session.findings, start=1):
        cells[f"finding_{number}"] = finding.text
        cells[f"finding_key_{number}"] = f"{finding.rule}|{finding.message_key}"
    return cells


def _write_about(book: Any, formats: _Formats, plan: Plan) -> None:
    sheet = book.add_worksheet(say("grading.sheet_about"))
    for place, width in enumerate(_ABOUT_WIDTHS):
        sheet.set_column(place, place, width)
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, say("grading.title", week=plan.week), formats.title)
    at = 2
    for number in range(1, 7):
        sheet.merge_range(at, 0, at, 4, say(f"grading.about_{number}"), formats.cell)
        sheet.set_row(at, 2.4 * _LINE_HEIGHT)
        at += 1
    sheet.write_string(at + 1, 0, say("grading.about_items"), formats.head)
    at += 2
    for item in ITEMS:
        sheet.write_string(at, 0, say(f"item.{item}"), formats.cell)
        sheet.merge_range(at, 1, at, 4, say(f"item_about.{item}"), formats.cell)
        at += 1
    share = f"{plan.share:.0%}"
    text = say("grading.about_plan", week=plan.week, share=share, seed=plan.seed)
    sheet.write_string(at + 1, 0, text)
    heads = ("shop", "stratum", "sessions", "planned", "inclusion")
    for place, name in enumerate(heads):
        sheet.write_string(at + 2, place, say(f"grading.{name}"), formats.head)
    for line, row in enumerate(plan.rows, start=at + 3):
        sheet.write_string(line, 0, _fit(row.shop_id), formats.cell)
        sheet.write_string(line, 1, say(f"grading.{row.stratum}"), formats.cell)
        sheet.write_number(line, 2, row.session_count, formats.cell)
        sheet.write_number(line, 3, row.planned_count, formats.cell)
        sheet.write_number(line, 4, row.planned_count / row.session_count, formats.share)


def _fit(text: str) -> str:
    clean = guard_formula(clean_for_terminal(text))
    if len(clean) <= _MOST_CHARACTERS:
        return clean
    return clean[:_MOST_CHARACTERS] + say("grading.cut")
