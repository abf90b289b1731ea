"""What a run writes: boards of the days since the last one, the pack of the month before."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cskpi.errors import UsageError
from cskpi.insight.board import board_inputs
from cskpi.pack import is_pack, write_pack
from cskpi.periods import day_period, month_period, week_period
from cskpi.present.board import build_board
from cskpi.present.html import render_html
from cskpi.present.look import load_look
from cskpi.present.streams import write_atomic
from cskpi.texts import say

if TYPE_CHECKING:
    from collections.abc import Collection

    import duckdb

    from cskpi.insight.board import BoardUnit
    from cskpi.periods import Period
    from cskpi.settings import Settings

DAYS_OF_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a step: in words, as a word for the log, and how many files were written."""

    text: str
    outcome: str
    files: int = 0


def boards(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    today: date,
    memory: dict[str, Any],
    state: str,
    *,
    is_dry: bool,
) -> Made:
    """Write the boards due today that are not there for this `state` of data, settings and program.

    `memory` keeps the state each board was written from.

    Raises:
        UsageError: `run.board_weekdays` are no weekdays.
    """
    due = _due_boards(settings, today)
    if not due:
        return Made(say("run.board_not_due"), "not_due")
    comma, folder = say("format.list_comma"), Path(settings.text("run.out")) / "boards"
    paths = {folder / f"{period.label}.html": (unit, period) for unit, period in due}
    known = memory.setdefault("boards", {})
    missing = [p for p in paths if known.get(p.name) != state or not p.is_file()]
    names = comma.join(str(path) for path in (missing or paths))
    if not missing:
        return Made(say("run.board_kept", path=names), "kept")
    if is_dry:
        return Made(say("run.board_would", path=names), "dry")
    look = replace(load_look(settings), sections=())
    for path in missing:
        document = build_board(board_inputs(con, *paths[path], settings, is_page=True))
        write_atomic(path, render_html(document, look))
        known[path.name] = state
    return Made(names, "written", len(missing))


def monthly_pack(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    today: date,
    memory: dict[str, Any],
    state: str,
    *,
    is_dry: bool,
) -> Made:
    """Write the pack of the month before from its day on, once, and remove those beyond the kept.

    A pack is made once: what people were sent does not change under them. `cskpi pack` makes it anew.
    """
    month = month_period(today.replace(day=1) - timedelta(days=1))
    folder = Path(settings.text("run.out")) / "packs" / month.label
    if today.day < settings.whole("run.pack_day") or is_pack(folder):
        return Made(say("run.pack_not_due", month=month.label), "not_due")
    if is_dry:
        return Made(say("run.board_would", path=folder), "dry")
    try:
        files = write_pack(con, month, settings, folder, zipped=settings.flag("run.zip"))
    except UsageError as error:
        if error.key != "period_without_data":
            raise
        return Made(say("run.pack_no_data", month=month.label), "no_data")
    memory.setdefault("packs", {})[month.label] = state
    removed = _remove_old(folder.parent, settings.whole("run.keep_packs"))
    text = say("pack.written", path=folder, files=len(files))
    if removed:
        months = say("format.list_comma").join(removed)
        text += say("run.pack_removed", months=months)
    return Made(text, "written", len(files))


def _due_boards(settings: Settings, today: date) -> list[tuple[BoardUnit, Period]]:
    """Return yesterday's board and those of the days before on whose morrow none was due.

    The first board day of a week also brings the board of the week before.
    """
    weekdays = _weekdays(settings)
    if today.isoweekday() not in weekdays:
        return []
    days = [today - timedelta(days=1)]
    while days[-1].isoweekday() not in weekdays and len(days) < DAYS_OF_A_WEEK:
        days.append(days[-1] - timedelta(days=1))
    due: list[tuple[BoardUnit, Period]] = [("day", day_period(day)) for day in reversed(days)]
    if today.isoweekday() == min(weekdays):
        last_week = today - timedelta(days=DAYS_OF_A_WEEK)
        due.append(("week", week_period(f"{last_week:%G-W%V}")))
    return due


def _weekdays(settings: Settings) -> Collection[int]:
    words = settings.text("run.board_weekdays")
    found = {int(word) for word in words.split(",") if re.fullmatch("[1-7]", word)}
    if words and len(found) != len(set(words.split(","))):
        raise UsageError("setting_value", key="run.board_weekdays", raw=words, origin="cskpi.toml")
    return found


def _remove_old(folder: Path, keep: int) -> list[str]:
    """Remove the oldest packs beyond `keep`; what is no pack of ours stays."""
    if keep <= 0:
        return []
    packs = sorted(
        path
        for path in folder.iterdir()
        if re.fullmatch(r"\d{4}-\d{2}", path.name) and not path.is_symlink() and is_pack(path)
    )
    for path in packs[:-keep]:
        shutil.rmtree(path)
        path.with_name(f"{path.name}.zip").unlink(missing_ok=True)
    return [path.name for path in packs[:-keep]]
