"""`cskpi findings`: what is worth telling about a period."""

from __future__ import annotations

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
    Output,
    Start,
    Wait,
    one_of,
    period_from,
    settings_from,
)
from cskpi.texts import say

FORMATS = ("table", "json", "md")


@app.command(help=say("help.findings"), epilog=say("example.findings"))
def findings(
    month: Month = None,
    start: Start = None,
    end: End = None,
    last_month: LastMonth = False,
    output_format: Annotated[str, typer.Option("--format", help=say("findings.format"))] = "table",
    output: Output = None,
    business_hours: BusinessHours = None,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Print insights."""
    settings = settings_from(db, lang, business_hours=business_hours)
    one_of(output_format, FORMATS, "--format")
    period = period_from(month, start, end, last_month=last_month)
    from cskpi.cli.talk import model_progress, or_newest_month
    from cskpi.gathering import report_inputs
    from cskpi.metrics.catalog import load_catalog
    from cskpi.pipeline import open_facts
    from cskpi.present.finding_list import write_insights

    with model_progress() as progress, open_facts(settings, progress, wait, texts=True) as con:
        chosen = or_newest_month(con, period)
        insights = report_inputs(con, load_catalog(), chosen, settings).insights
    write_insights(insights, chosen, output_format, output)
