"""Grades brought back from sheets: every row accounted for, importing twice changes nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cskpi.errors import InputError
from cskpi.quality.grade_rows import Grade, RowError, missing_fields, read_grade
from cskpi.quality.grade_sheet import HEADER_ROW, fields_by_heading
from cskpi.store.database import transaction
from cskpi.texts import say

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

PLAN_KEYS = (
    "SELECT 'Q' || substr(md5(concat_ws(chr(31), shop_id, session_id)), 1, 12) AS key,"
    " shop_id, session_id FROM qa_plan_sessions"
)
"""What stands in a sheet for a session: nothing of a customer's name, never a number or formula."""

_Place = tuple[str, str, str]
"""Shop, session, grader."""

_TABLES = ("qa_grades", "qa_grade_items", "qa_verdicts")
_ENCODINGS = ("utf-8-sig", "gb18030")
_FIRST_ROW = HEADER_ROW + 1


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row that was not taken: its place as the spreadsheet numbers it, what stands there, why."""

    sheet: str
    row: int
    field: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class SheetOutcome:
    """What became of a sheet's rows; they add up to `rows`."""

    sheet: str
    rows: int
    new: int
    changed: int
    unchanged: int
    blank: int
    faults: tuple[RowFault, ...]


def import_sheets(con: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> list[SheetOutcome]:
    """Take the grades of sheets, each sheet in one transaction.

    A grade of the same session and grader takes the place of the one before.

    Raises:
        InputError: a file cannot be read, or is no grading sheet; sheets before it are taken.
    """
    outcomes = []
    for path in paths:
        rows = list(_read_rows(path))
        with transaction(con):
            outcomes.append(_import_rows(con, path.name, rows))
    return outcomes


def _import_rows(
    con: duckdb.DuckDBPyConnection, sheet: str, rows: list[dict[str, str]]
) -> SheetOutcome:
    sessions = {key: (shop, session) for key, shop, session in con.execute(PLAN_KEYS).fetchall()}
    taken: dict[_Place, Grade] = {}
    faults: list[RowFault] = []
    counts = dict.fromkeys(("new", "changed", "unchanged", "blank"), 0)
    for number, cells in enumerate(rows, start=_FIRST_ROW):
        try:
            grade = read_grade(cells)
            place = _place(grade, sessions, taken) if grade else None
        except RowError as error:
            faults.append(RowFault(sheet, number, error.field, error.value, error.reason))
            continue
        counts[_store(con, place, grade) if grade and place else "blank"] += 1
    return SheetOutcome(sheet=sheet, rows=len(rows), faults=tuple(faults), **counts)


def _place(
    grade: Grade, sessions: Mapping[str, tuple[str, str]], taken: dict[_Place, Grade]
) -> _Place:
    """Return whose grade of which session it is.

    Raises:
        RowError: no plan holds the session, or the sheet graded it otherwise before.
    """
    if grade.key not in sessions:
        raise RowError("key", grade.key, say("grading.fault_key"))
    place = (*sessions[grade.key], grade.grader)
    if taken.setdefault(place, grade) != grade:
        raise RowError("grader", grade.grader, say("grading.fault_twice"))
    return place


def _store(con: duckdb.DuckDBPyConnection, place: _Place, grade: Grade) -> str:
    """Store a grade and return what it was: new, changed or unchanged."""
    wanted: dict[str, list[tuple[Any, ...]]] = {
        "qa_grades": [
            (
                *place,
                *(grade.score, grade.is_fatal, grade.remark),
                *(grade.appeal_reason, grade.appeal_result, grade.revised_score),
            )
        ],
        "qa_grade_items": sorted((*place, *level) for level in grade.levels),
        "qa_verdicts": sorted((*place, *verdict) for verdict in grade.verdicts),
    }
    where = "WHERE shop_id = ? AND session_id = ? AND grader = ?"
    stored = {
        table: sorted(con.execute(f"FROM {table} {where}", place).fetchall()) for table in _TABLES
    }
    if stored == wanted:
        return "unchanged"
    for table, rows in wanted.items():
        con.execute(f"DELETE FROM {table} {where}", place)
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            con.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
    return "changed" if stored["qa_grades"] else "new"


def _read_rows(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows below the headings as field -> text.

    Raises:
        InputError: the file cannot be read, or is no grading sheet.
    """
    lines = _csv_lines(path) if path.suffix.lower() == ".csv" else _workbook_lines(path)
    headings = next(lines, [])
    if missing := missing_fields(headings):
        names = {field: heading for heading, field in reversed(fields_by_heading().items())}
        columns = ", ".join(names[name] for name in missing)
        raise InputError("qa_sheet_headings", path=path, columns=columns)
    known = fields_by_heading()
    fields = [known.get(heading.strip(), "") for heading in headings]
    for line in lines:
        yield {field: cell.strip() for field, cell in zip(fields, line, strict=False) if field}


def _csv_lines(path: Path) -> Iterator[list[str]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError("qa_sheet_unreadable", path=path) from error
    for encoding in _ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return iter(list(csv.reader(io.StringIO(text, newline=""))))
    raise InputError("qa_sheet_unreadable", path=path)


def _workbook_lines(path: Path) -> Iterator[list[str]]:
    import fastexcel

    try:
        if not path.is_file():
            raise InputError("qa_sheet_unreadable", path=path)
        sheet = fastexcel.read_excel(str(path)).load_sheet(0, header_row=None, dtypes="string")
        frame = sheet.to_polars()
    except fastexcel.FastExcelError as error:
        raise InputError("qa_sheet_unreadable", path=path) from error
    return ([cell or "" for cell in row] for row in frame.iter_rows())
