"""`cskpi board`: yesterday, or a week, at a glance."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal

import typer

from cskpi.cli import app
from cskpi.cli.options import Db, Lang, Wait, settings_from
from cskpi.errors import UsageError
from cskpi.periods import Period, day_period, today, week_period
from cskpi.texts import say


@app.command(help=say("help.board"), epilog=say("example.board"))
def board(
    day: Annotated[str | None, typer.Option("--day", help=say("option.board_day"))] = None,
    week: Annotated[str | None, typer.Option("--week", help=say("option.board_week"))] = None,
    out: Annotated[Path | None, typer.Option("--out", help=say("option.board_out"))] = None,
    reveal: Annotated[bool, typer.Option("--reveal", help=say("option.board_reveal"))] = False,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Print the board, and write it as a page where asked."""
    settings = settings_from(db, lang)
    period = _period(day, week)
    from cskpi.cli.talk import model_progress
    from cskpi.insight.board import board_inputs, newest_day
    from cskpi.pipeline import open_facts
    from cskpi.present.board import build_board
    from cskpi.present.document_text import write_document
    from cskpi.present.html import render_html
    from cskpi.present.look import load_look
    from cskpi.present.streams import write_atomic

    unit: Literal["day", "week"] = "week" if week else "day"
    with model_progress() as progress, open_facts(settings, progress, wait, texts=True) as con:
        period = period or newest_day(con, today() - timedelta(days=1))
        inputs = board_inputs(con, unit, period, settings, is_page=out is not None)
        document = build_board(inputs, reveal=reveal)
    write_document(document)
    if out:
        write_atomic(out, render_html(document, replace(load_look(settings), sections=())))


def _period(day: str | None, week: str | None) -> Period | None:
    if day is not None and week is not None:
        raise UsageError("board_two")
    if week is not None:
        return week_period(week)
    if day is None:
        return None
    try:
        return day_period(date.fromisoformat(day))
    except ValueError:
        raise UsageError("date_format", text=day) from None
