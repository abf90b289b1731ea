"""What insights need beyond a report's own numbers: KPIs by part in both periods, and issue types."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cskpi.insight.changes import change_insights
from cskpi.insight.engine import one_a_group
from cskpi.insight.facts import HOUR_KPIS
from cskpi.insight.session_parts import by_session_part
from cskpi.insight.topics import BREAKDOWN, topic_shares
from cskpi.metrics.breakdowns import run_breakdown
from cskpi.metrics.evaluate import evaluate, evaluate_both

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from cskpi.insight.material import Material
    from cskpi.insight.topics import TopicShare
    from cskpi.metrics.breakdown_files import Breakdown
    from cskpi.metrics.breakdowns import BreakdownTable
    from cskpi.metrics.finding import Finding
    from cskpi.periods import Period
    from cskpi.settings import Settings

CONVERSION = "inquiry_conversion_rate"
"""The KPI whose change is always taken apart."""

_BY_PART = (("hour",), ("shop",), ("channel",))
_DIVIDED = ("ratio", "mean")


class Parts(NamedTuple):
    """KPIs by their parts, in the period and in the one before."""

    now: tuple[Finding, ...] = ()
    before: tuple[Finding, ...] = ()


def parts_of_changes(
    con: duckdb.DuckDBPyConnection, material: Material, settings: Settings
) -> Parts:
    """Return the parts of the changes that will be told, and the KPIs of the hours of the day.

    Only the KPI that speaks for its group is looked at again, by all its parts and in the period
    before: its agents are in the report already. So is the conversion, whatever became of it.
    """
    told = {i.metric for i in one_a_group(change_insights(material), material)} | {CONVERSION}
    leads = [m for m in material.metrics if m.name in told and m.type in _DIVIDED]
    names = {metric.name for metric in leads}
    hourly = [m for m in material.metrics if m.name in HOUR_KPIS and m.name not in names]
    period = material.period
    then = [("agent",), *_BY_PART]
    told_now, before = evaluate_both(
        con, leads, period, _BY_PART, settings, before=dict.fromkeys(names, then)
    )
    now = [
        *(finding for finding in material.by_agent if finding.metric in names),
        *told_now,
        *evaluate(con, hourly, period, [("hour",)], settings, compare=False),
    ]
    by_session, by_session_before = by_session_part(con, leads, period, settings)
    return Parts((*now, *by_session), (*before, *by_session_before))


def topics_of(
    con: duckdb.DuckDBPyConnection,
    breakdowns: Sequence[Breakdown],
    tables: Mapping[str, BreakdownTable],
    period: Period,
    settings: Settings,
) -> tuple[TopicShare, ...]:
    """Return the issue types of a period beside those of the period before."""
    now = tables.get(BREAKDOWN)
    declared = next((b for b in breakdowns if b.name == BREAKDOWN), None)
    if now is None or declared is None or now.missing:
        return ()
    return topic_shares(now, run_breakdown(con, declared, period.previous(), settings))
