"""`cskpi platform`: what platforms computed themselves beside our own numbers."""

from __future__ import annotations

from typing import Annotated

import typer

from cskpi.cli import app
from cskpi.cli.options import (
    Db,
    End,
    Lang,
    LastMonth,
    Month,
    Output,
    Start,
    Wait,
    one_of,
    period_from,
    settings_from,
)
from cskpi.texts import say

FORMATS = ("table", "csv", "json")


@app.command(help=say("help.platform"), epilog=say("example.platform"))
def platform(
    month: Month = None,
    start: Start = None,
    end: End = None,
    last_month: LastMonth = False,
    output_format: Annotated[str, typer.Option("--format", help=say("option.format"))] = "table",
    output: Output = None,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Print the platforms' numbers, ours of the same days, and why they differ."""
    settings = settings_from(db, lang)
    one_of(output_format, FORMATS, "--format")
    period = period_from(month, start, end, last_month=last_month)
    from cskpi.cli.talk import model_progress
    from cskpi.diagnostics import note
    from cskpi.metrics.catalog import load_catalog
    from cskpi.metrics.platform import platform_figures
    from cskpi.pipeline import open_facts
    from cskpi.present.answers import write_answer
    from cskpi.present.outputs import show_table
    from cskpi.present.platform import platform_rows, platform_table, reasons

    with model_progress() as progress, open_facts(settings, progress, wait) as con:
        figures = platform_figures(con, load_catalog(), settings, period)
    if output_format != "table":
        write_answer(platform_rows(figures), output_format, output)
        return
    show_table(platform_table(figures), output)
    for reason in reasons(figures):
        note(reason)
