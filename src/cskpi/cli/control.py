"""`cskpi control`: control charts of daily series."""

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
GROUPS = ("", "shop", "agent")


@app.command(help=say("help.control"), epilog=say("example.control"))
def control(
    names: Annotated[list[str] | None, typer.Argument(help=say("option.control_names"))] = None,
    month: Month = None,
    start: Start = None,
    end: End = None,
    last_month: LastMonth = False,
    by: Annotated[str, typer.Option("--by", help=say("option.control_by"))] = "",
    shop: Shop = None,
    agent: Agent = None,
    channel: Channel = None,
    rules: Annotated[str, typer.Option("--rules", help=say("option.rules"))] = "",
    baseline: Annotated[int, typer.Option("--baseline", min=0, help=say("option.baseline"))] = 0,
    signals: Annotated[bool, typer.Option("--signals", help=say("option.signals"))] = False,
    output_format: Annotated[str, typer.Option("--format", help=say("option.format"))] = "table",
    output: Output = None,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Print which days lie outside the limits of chance."""
    settings = settings_from(db, lang)
    one_of(output_format, FORMATS, "--format")
    groups = (by,) if one_of(by, GROUPS, "--by") else ()
    period = period_from(month, start, end, last_month=last_month)
    from cskpi.cli.talk import model_progress, or_newest_month
    from cskpi.metrics.catalog import load_catalog
    from cskpi.metrics.control import ControlOptions, control_charts
    from cskpi.metrics.text_tables import read_texts
    from cskpi.pipeline import open_facts
    from cskpi.present.control import write_control

    catalog = load_catalog()
    metrics = catalog.select(names) if names else catalog.headline()
    options = ControlOptions.of(settings, rules=rules, baseline_days=baseline)
    filters = filters_from(shop, agent, channel)
    texts = read_texts(metrics)
    with model_progress() as progress, open_facts(settings, progress, wait, texts=texts) as con:
        chosen = or_newest_month(con, period)
        charts = control_charts(con, metrics, chosen, settings, options, by=groups, filters=filters)
    write_control(charts, chosen, output_format, output, only_signals=signals)
