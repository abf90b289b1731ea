"""What insights need beyond a report's own numbers: KPIs by part in both periods, and issue types."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from cskpi.insight.changes import changes
from cskpi.insight.engine import find_insights
from cskpi.insight.facts import HOUR_KPIS
from cskpi.insight.topics import BREAKDOWN, topic_shares
from cskpi.metrics.breakdowns import run_breakdown
from cskpi.metrics.evaluate import evaluate

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from cskpi.insight.insight import Insight
    from cskpi.insight.material import Material
    from cskpi.insight.topics import TopicShare
    from cskpi.metrics.breakdown_files import Breakdown
    from cskpi.metrics.breakdowns import BreakdownTable
    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.finding import Finding
    from cskpi.periods import Period
    from cskpi.settings import Settings

_BY_PART = (("agent",), ("hour",))
_DIVIDED = ("ratio", "mean")


class Parts(NamedTuple):
    """KPIs by agent and by hour, in the period and in the one before."""

    now: tuple[Finding, ...] = ()
    before: tuple[Finding, ...] = ()


def parts_of_changes(
    con: duckdb.DuckDBPyConnection,
    metrics: Sequence[Metric],
    totals: Sequence[Finding],
    period: Period,
    settings: Settings,
) -> Parts:
    """Return the parts of the KPIs whose change can be taken apart, and the hours' own KPIs.

    Only KPIs that changed are looked at again: one more scan each of both periods.
    """
    changed = {
        change.finding.metric
        for change in changes(totals, metrics, "previous", period)
        if change.metric.type in _DIVIDED
    }
    apart = [metric for metric in metrics if metric.name in changed]
    hourly = [m for m in metrics if m.name in HOUR_KPIS and m.name not in changed]
    now = [
        *evaluate(con, apart, period, _BY_PART, settings, compare=False),
        *evaluate(con, hourly, period, [("hour",)], settings, compare=False),
    ]
    before = evaluate(con, apart, period.previous(), _BY_PART, settings, compare=False)
    return Parts(tuple(now), tuple(before))


class Found(NamedTuple):
    """What insights are shown with: themselves, the parts they rest on, and the issue types."""

    insights: tuple[Insight, ...]
    parts: Parts
    topics: tuple[TopicShare, ...]


def look_for_insights(
    con: duckdb.DuckDBPyConnection,
    material: Material,
    breakdowns: Sequence[Breakdown],
    settings: Settings,
) -> Found:
    """Find what is worth telling, fetching what is needed beyond the report's own numbers.

    Args:
        con: a database whose facts are built.
        material: the report's numbers; parts and topics are filled in here.
        breakdowns: as declared, to run some for the period before.
        settings: parameters in force.
    """
    period = material.period
    parts = parts_of_changes(con, material.metrics, material.totals, period, settings)
    tables = tuple(material.breakdowns.values())
    topics = topics_of(con, breakdowns, tables, period, settings)
    whole = replace(material, parts=parts.now, parts_before=parts.before, topics=topics)
    return Found(find_insights(whole), parts, topics)


def topics_of(
    con: duckdb.DuckDBPyConnection,
    breakdowns: Sequence[Breakdown],
    tables: Sequence[BreakdownTable],
    period: Period,
    settings: Settings,
) -> tuple[TopicShare, ...]:
    """Return the issue types of a period beside those of the period before."""
    now = next((table for table in tables if table.name == BREAKDOWN), None)
    declared = next((b for b in breakdowns if b.name == BREAKDOWN), None)
    if now is None or declared is None or now.missing:
        return ()
    return topic_shares(now, run_breakdown(con, declared, period.previous(), settings))
