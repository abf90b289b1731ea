"""`cskpi kpi`: KPIs of a period by any dimension."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cskpi.cli import app
from cskpi.cli.comparing import Asked, compare_measure
from cskpi.cli.options import (
    Agent,
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
from cskpi.errors import UsageError
from cskpi.texts import say

if TYPE_CHECKING:
    from cskpi.metrics.catalog import Catalog
    from cskpi.settings import Settings

FORMATS = ("table", "csv", "json", "md")


@app.command(help=say("help.kpi"), epilog=say("example.kpi"))
def kpi(
    names: Annotated[list[str] | None, typer.Argument(help=say("option.names"))] = None,
    month: Month = None,
    start: Start = None,
    end: End = None,
    last_month: LastMonth = False,
    by: Annotated[str, typer.Option("--by", help=say("option.by"))] = "",
    compare: Annotated[str | None, typer.Option("--compare", help=say("option.compare"))] = None,
    profile: Annotated[str | None, typer.Option("--profile", help=say("option.profile"))] = None,
    shop: Shop = None,
    agent: Agent = None,
    channel: Channel = None,
    output_format: Annotated[str, typer.Option("--format", help=say("option.format"))] = "table",
    output: Output = None,
    business_hours: BusinessHours = None,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Print KPIs."""
    settings = settings_from(db, lang, business_hours=business_hours)
    one_of(output_format, FORMATS, "--format")
    period = period_from(month, start, end, last_month=last_month)
    from cskpi.metrics.catalog import load_catalog

    grouping = tuple(part.strip() for part in by.split(",") if part.strip())
    filters = filters_from(shop, agent, channel)
    asked = Asked(names or [], period, grouping, filters, output_format, output, wait)
    catalog = load_catalog()
    if compare is None:
        _write(catalog, asked, profile, settings)
    elif profile is not None:
        raise UsageError("compare_with_profile")
    else:
        compare_measure(catalog, compare, asked, settings)


def _write(catalog: Catalog, asked: Asked, profile: str | None, settings: Settings) -> None:
    from cskpi.cli.talk import model_progress, note_missing, or_newest_month
    from cskpi.metrics.breakdowns import load_breakdowns, split_names
    from cskpi.metrics.evaluate import evaluate
    from cskpi.metrics.text_tables import read_texts
    from cskpi.pipeline import beside_kpis, open_facts
    from cskpi.present.outputs import write_findings

    kpis, breakdowns = split_names(asked.names, load_breakdowns(catalog.groups))
    metrics = catalog.select(kpis, profile) if kpis or profile or not breakdowns else ()
    wait, texts = asked.wait, read_texts(metrics, breakdowns)
    with model_progress() as progress, open_facts(settings, progress, wait, texts=texts) as con:
        period = or_newest_month(con, asked.period)
        findings = evaluate(
            con,
            metrics,
            period,
            [asked.grouping],
            settings,
            filters=asked.filters,
            last_year=True,
        )
        beside = beside_kpis(con, metrics, breakdowns, period, settings, filters=asked.filters)
        note_missing(con, metrics, [f.metric for f in findings if f.value is not None])
    write_findings(
        findings, period, asked.grouping, asked.output_format, asked.output, beside=beside
    )
