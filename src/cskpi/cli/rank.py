"""`cskpi rank`: agents or shops in the order of one KPI, as far as an order can be told."""

from __future__ import annotations

from typing import Annotated

import typer

from cskpi.cli import app
from cskpi.cli.options import (
    BusinessHours,
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
BY = ("agent", "shop")


@app.command(help=say("help.rank"), epilog=say("example.rank"))
def rank(
    name: Annotated[str, typer.Argument(help=say("option.rank_name"))],
    month: Month = None,
    start: Start = None,
    end: End = None,
    last_month: LastMonth = False,
    by: Annotated[str, typer.Option("--by", help=say("option.rank_by"))] = "agent",
    adjust: Annotated[bool, typer.Option("--adjust", help=say("option.adjust"))] = False,
    shop: Shop = None,
    channel: Channel = None,
    output_format: Annotated[str, typer.Option("--format", help=say("option.format"))] = "table",
    output: Output = None,
    business_hours: BusinessHours = None,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Print a ranking."""
    settings = settings_from(db, lang, business_hours=business_hours)
    one_of(output_format, FORMATS, "--format")
    one_of(by, BY, "--by")
    period = period_from(month, start, end, last_month=last_month)
    from cskpi.cli.talk import model_progress, or_newest_month
    from cskpi.metrics import ranking
    from cskpi.metrics.catalog import load_catalog
    from cskpi.metrics.text_tables import read_texts
    from cskpi.pipeline import open_facts
    from cskpi.present.ranking import write_ranking

    (metric,) = load_catalog().select([name])
    whom: ranking.By = "agent" if by == "agent" else "shop"
    filters = filters_from(shop, None, channel)
    texts = read_texts([metric])
    with model_progress() as progress, open_facts(settings, progress, wait, texts=texts) as con:
        chosen = or_newest_month(con, period)
        found = ranking.rank(con, metric, chosen, settings, by=whom, adjust=adjust, filters=filters)
    write_ranking(found, chosen, output_format, output)
