"""`cskpi gaming`: patterns that make KPIs look better than the service was."""

from __future__ import annotations

from typing import Annotated

import typer

from cskpi.cli import app
from cskpi.cli.options import (
    Agent,
    Db,
    End,
    Lang,
    LastMonth,
    Month,
    Output,
    Shop,
    Start,
    Wait,
    filters_from,
    one_of,
    period_from,
    settings_from,
)
from cskpi.texts import say

FORMATS = ("table", "csv", "json", "md")


@app.command(help=say("help.gaming"), epilog=say("example.gaming"))
def gaming(
    names: Annotated[list[str] | None, typer.Argument(help=say("option.detectors"))] = None,
    month: Month = None,
    start: Start = None,
    end: End = None,
    last_month: LastMonth = False,
    by: Annotated[str, typer.Option("--by", help=say("option.gaming_by"))] = "",
    show_all: Annotated[bool, typer.Option("--all", help=say("option.gaming_all"))] = False,
    shop: Shop = None,
    agent: Agent = None,
    reveal: Annotated[bool, typer.Option("--reveal", help=say("option.reveal"))] = False,
    output_format: Annotated[str, typer.Option("--format", help=say("option.format"))] = "table",
    output: Output = None,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Print patterns worth a look, and the sessions behind them."""
    settings = settings_from(db, lang)
    one_of(output_format, FORMATS, "--format")
    by_agent = one_of(by, ("", "agent"), "--by") == "agent"
    period = period_from(month, start, end, last_month=last_month)
    from cskpi.cli.talk import model_progress, or_newest_month
    from cskpi.metrics.gaming import find_patterns
    from cskpi.metrics.gaming_file import load_detectors
    from cskpi.pipeline import open_facts
    from cskpi.present.gaming import write_patterns

    detectors = load_detectors()
    for name in names or ():
        one_of(name, tuple(detector.name for detector in detectors), "DETECTOR")
    chosen = [detector for detector in detectors if not names or detector.name in names]
    filters = filters_from(shop, agent, None)
    with model_progress() as progress, open_facts(settings, progress, wait) as con:
        when = or_newest_month(con, period)
        found = find_patterns(con, chosen, when, settings, filters=filters, show_all=show_all)
    write_patterns(found, when, output_format, output, by_agent=by_agent, reveal=reveal)
