"""`cskpi explain`: from a number, a session or an order back to the messages."""

from __future__ import annotations

from typing import Annotated

import typer

from cskpi.cli import app
from cskpi.cli.options import (
    Agent,
    BusinessHours,
    Channel,
    Db,
    End,
    Lang,
    LastMonth,
    Month,
    Shop,
    Start,
    Wait,
    filters_from,
    period_from,
    settings_from,
)
from cskpi.errors import UsageError
from cskpi.texts import say


@app.command(help=say("help.explain"), epilog=say("example.explain"))
def explain(
    subject: Annotated[str, typer.Argument(help=say("option.subject"))],
    identity: Annotated[str | None, typer.Argument(help=say("option.identity"))] = None,
    month: Month = None,
    start: Start = None,
    end: End = None,
    last_month: LastMonth = False,
    shop: Shop = None,
    agent: Agent = None,
    channel: Channel = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help=say("option.limit"))] = 20,
    reveal: Annotated[bool, typer.Option("--reveal", help=say("option.reveal"))] = False,
    business_hours: BusinessHours = None,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Print what a number, a session or an order is made of."""
    settings = settings_from(db, lang, business_hours=business_hours)
    if subject in ("session", "order") and identity is None:
        raise UsageError("identity_missing", subject=subject)
    period = period_from(month, start, end, last_month=last_month)
    filters = filters_from(shop, agent, channel)
    from cskpi.cli.talk import model_progress, or_newest_month
    from cskpi.metrics.catalog import load_catalog
    from cskpi.metrics.order_trace import trace_order
    from cskpi.metrics.satisfaction import SATISFACTION_KPIS, surest_sessions
    from cskpi.metrics.text_tables import read_texts
    from cskpi.metrics.trace import rows_behind, transcripts
    from cskpi.pipeline import open_facts
    from cskpi.present import tracing
    from cskpi.present.order_trace import write_orders
    from cskpi.present.satisfaction import write_surest

    metrics = () if subject in ("session", "order") else load_catalog().select([subject])
    texts = subject == "session" or read_texts(metrics)
    with model_progress() as progress, open_facts(settings, progress, wait, texts=texts) as con:
        if identity is not None and subject == "session":
            tracing.write_transcripts(transcripts(con, identity), reveal=reveal)
        elif identity is not None and subject == "order":
            write_orders(trace_order(con, identity, settings))
        for metric in metrics:
            chosen = or_newest_month(con, period)
            rows = rows_behind(con, metric, chosen, settings, filters=filters, limit=limit)
            tracing.write_metric(metric, chosen, settings, rows)
            if metric.name in SATISFACTION_KPIS:
                write_surest(*surest_sessions(con, chosen, filters), reveal=reveal)
