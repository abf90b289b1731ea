"""The way of a grading sheet: sessions drawn and written out, grades brought back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cskpi.errors import DatabaseError, UsageError
from cskpi.model.shops import unify_shops
from cskpi.pipeline import ModelProgress, open_facts
from cskpi.present.grading_sheet import grading_xlsx
from cskpi.present.masking import mask_quote
from cskpi.quality.graded_sessions import sessions_to_grade
from cskpi.quality.grading import SheetOutcome, import_sheets
from cskpi.quality.sampling import Plan, make_plan
from cskpi.store.database import Limits, open_database

if TYPE_CHECKING:
    import duckdb

    from cskpi.periods import Period
    from cskpi.settings import Settings


def grading_plan(
    settings: Settings,
    week: Period,
    share: float,
    progress: ModelProgress | None = None,
    wait_seconds: float = 0,
) -> tuple[Plan, bytes]:
    """Draw and store the sessions of a week to grade; return the plan and its Excel sheet.

    Raises:
        UsageError: the week holds no session to grade.
        DatabaseError: missing, locked, or not a cskpi database.
    """
    with open_facts(settings, progress, wait_seconds, texts=True):
        pass
    with _writable(settings, wait_seconds) as con:
        plan = make_plan(con, week, settings, share=share)
        if not plan.rows:
            raise UsageError("qa_no_sessions", week=week.label)
        sessions = sessions_to_grade(con, week.label, mask_quote)
    return plan, grading_xlsx(plan, sessions, week.start)


def import_grades(
    settings: Settings, sheets: Sequence[Path], wait_seconds: float = 0
) -> list[SheetOutcome]:
    """Take the grades of sheets into the database.

    Raises:
        InputError: a sheet cannot be read; those before it are taken.
        DatabaseError: missing, locked, or not a cskpi database.
    """
    with _writable(settings, wait_seconds) as con:
        return import_sheets(con, sheets)


@contextmanager
def _writable(settings: Settings, wait_seconds: float) -> Iterator[duckdb.DuckDBPyConnection]:
    path, limits = Path(settings.text("db")), Limits.of(settings)
    if not path.is_file():
        raise DatabaseError("db_missing", path=path)
    with open_database(path, limits, write=True, wait_seconds=wait_seconds) as con:
        unify_shops(con)
        yield con
