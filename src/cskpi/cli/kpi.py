"""`cskpi kpi`: KPIs of a period by any dimension."""

from __future__ import annotations

from typing import Annotated

import typer

from cskpi.cli import app
from cskpi.cli.options import (
    Agent,
    Channel,
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


@app.command(help=say("help.kpi"), epilog=say("example.kpi"))
def kpi(
    names: Annotated[list[str] | None, typer.Argument(help=say("option.names"))] = None,
    month: Month = None,
    start: Start = None,
    end: End = None,
    last_month: LastMonth = False,
    by: Annotated[str, typer.Option("--by", help=say("option.by"))] = "",
    shop: Shop = None,
    agent: Agent = None,
    channel: Channel = None,
    output_format: Annotated[str, typer.Option("--format", help=say("option.format"))] = "table",
    output: Output = None,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Print KPIs."""
    settings = settings_from(db, lang)
    one_of(output_format, FORMATS, "--format")
    period = period_from(month, start, end, last_month=last_month)
    from cskpi.cli.talk import model_progress, or_newest_month
    from cskpi.metrics.catalog import load_catalog
    from cskpi.metrics.evaluate import evaluate
    from cskpi.pipeline import open_facts
    from cskpi.present.outputs import write_findings

    metrics = load_catalog().select(names or [])
    grouping = tuple(part.strip() for part in by.split(",") if part.strip())
    filters = filters_from(shop, agent, channel)
    with model_progress() as progress, open_facts(settings, progress, wait) as con:
        chosen = or_newest_month(con, period)
        findings = evaluate(con, metrics, chosen, [grouping], settings, filters=filters)
    write_findings(findings, chosen, grouping, output_format, output)
