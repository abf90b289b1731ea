"""`cskpi explain`: from a number, a session or an order back to the messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cskpi.periods import Period
    from cskpi.settings import Settings


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
    if subject not in ("session", "order"):
        _explain_kpi(subject, period, filters, limit, settings, wait, reveal=reveal)
        return
    from cskpi.cli.talk import model_progress
    from cskpi.metrics.order_trace import trace_order
    from cskpi.metrics.trace import transcripts
    from cskpi.pipeline import open_facts
    from cskpi.present.order_trace import write_orders
    from cskpi.present.tracing import write_transcripts

    texts, named = subject == "session", identity or ""
    with model_progress() as progress, open_facts(settings, progress, wait, texts=texts) as con:
        if subject == "session":
            write_transcripts(transcripts(con, named), reveal=reveal)
        else:
            write_orders(trace_order(con, named, settings))


def _explain_kpi(
    name: str,
    period: Period | None,
    filters: Mapping[str, str],
    limit: int,
    settings: Settings,
    wait: float,
    *,
    reveal: bool,
) -> None:
    from cskpi.cli.talk import model_progress, note_missing, or_newest_month
    from cskpi.metrics.catalog import load_catalog
    from cskpi.metrics.satisfaction import SATISFACTION_KPIS, surest_sessions
    from cskpi.metrics.text_tables import read_texts
    from cskpi.metrics.trace import rows_behind
    from cskpi.pipeline import open_facts
    from cskpi.present.satisfaction import write_surest
    from cskpi.present.tracing import write_metric

    (metric,) = load_catalog().select([name])
    texts = read_texts((metric,))
    with model_progress() as progress, open_facts(settings, progress, wait, texts=texts) as con:
        chosen = or_newest_month(con, period)
        rows = rows_behind(con, metric, chosen, settings, filters=filters, limit=limit)
        write_metric(metric, chosen, settings, rows, reveal=reveal)
        note_missing(con, [metric], [metric.name] if rows.rows else [])
        if metric.name in SATISFACTION_KPIS:
            write_surest(*surest_sessions(con, chosen, filters), reveal=reveal)
