"""`cskpi report`: the monthly report as HTML and Excel."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cskpi.cli import app
from cskpi.cli.options import (
    BusinessHours,
    Db,
    End,
    Lang,
    LastMonth,
    Month,
    Start,
    Wait,
    period_from,
    settings_from,
)
from cskpi.texts import say


@app.command(help=say("help.report"), epilog=say("example.report"))
def report(
    month: Month = None,
    start: Start = None,
    end: End = None,
    last_month: LastMonth = False,
    out: Annotated[Path, typer.Option("--out", help=say("option.out"))] = Path(),
    reveal: Annotated[bool, typer.Option("--reveal", help=say("option.reveal"))] = False,
    business_hours: BusinessHours = None,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Write report.html and report.xlsx and print their paths."""
    settings = settings_from(db, lang, business_hours=business_hours)
    period = period_from(month, start, end, last_month=last_month)
    from cskpi.cli.talk import model_progress, or_newest_month
    from cskpi.pipeline import open_facts, write_report

    with model_progress() as progress, open_facts(settings, progress, wait, texts=True) as con:
        paths = write_report(con, or_newest_month(con, period), settings, out, reveal=reveal)
    for path in paths:
        typer.echo(path)
