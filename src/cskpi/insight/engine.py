"""All insights of a period: found, told once, the weightiest first."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from cskpi.insight.agents import agent_insights
from cskpi.insight.changes import change_insights, target_insights
from cskpi.insight.days import day_insights
from cskpi.insight.facts import fact_insights
from cskpi.insight.faults import fault_insights
from cskpi.insight.topics import topic_insights

if TYPE_CHECKING:
    from cskpi.insight.insight import Insight
    from cskpi.insight.material import Material
    from cskpi.metrics.finding import Finding

_HEADLINE = 1.5
_BAD = 1.25
"""Of two equally large things the one to act on is told first."""
_ONE_AGENT = 0.5
"""What one agent does concerns a part of the customers only."""
_PRAISE = 0.5
"""Who does well is worth copying, but no customer waits for it."""


def find_insights(material: Material) -> tuple[Insight, ...]:
    """Return what is worth telling about a period, the weightiest first, each cause once.

    The weight of an insight is the size of the effect (relative to the rarer side, at most 3) times
    the logarithm of how many cases it concerns, times its certainty; headline KPIs weigh half as
    much again, what calls for action a quarter more, what is one agent's half as much,
    his strengths a quarter.
    """
    found = [
        *one_a_group([*change_insights(material), *target_insights(material)], material),
        *day_insights(material),
        *agent_insights(material.by_agent, material.metrics),
        *topic_insights(material.topics),
        *fact_insights(material),
        *fault_insights(material),
    ]
    headline = {metric.name for metric in material.metrics if metric.headline}
    weighed = [replace(insight, score=_weight(insight, headline)) for insight in found]
    ranked = sorted(weighed, key=lambda insight: (-insight.score, insight.id))
    return tuple(_told_once(ranked))


def one_a_group(found: Iterable[Insight], material: Material) -> list[Insight]:
    """Join KPIs of one group that went the same way: they measure one thing from several sides.

    A headline speaks for the others, else the one that moved most; a missed target of a KPI that
    changed is a fact of the change.
    """
    headline = {metric.name for metric in material.metrics if metric.headline}
    totals = {finding.metric: finding for finding in material.totals}
    joined: dict[tuple[str, str, bool], list[Insight]] = {}
    for insight in found:
        is_year = insight.kind == "last_year"
        joined.setdefault((insight.group, insight.side, is_year), []).append(insight)
    return [_joined(insights, headline, totals) for insights in joined.values()]


def _joined(insights: list[Insight], headline: set[str], totals: dict[str, Finding]) -> Insight:
    def place(insight: Insight) -> tuple[bool, bool, float]:
        # What only misses its target is no news beside what changed.
        return (
            insight.kind == "target",
            insight.metric not in headline,
            -insight.score * math.log1p(insight.affected),
        )

    ranked = sorted(insights, key=place)
    first = ranked[0]
    # A KPI that only misses its target did not move: it is no company for one that did.
    alike = [i for i in ranked[1:] if (i.kind == "target") == (first.kind == "target")]
    names = dict.fromkeys(i.metric for i in alike if i.metric and i.metric != first.metric)
    missed = tuple(i.labels for i in ranked if i.kind == "target" and first.kind != "target")
    facts = {**first.facts, "missed": missed} if missed else first.facts
    return replace(first, also=tuple(totals[name] for name in names), facts=facts)


def _weight(insight: Insight, headline: set[str]) -> float:
    weight = insight.score * math.log1p(insight.affected) * insight.certainty
    if insight.metric in headline:
        weight *= _HEADLINE
    if insight.group == "agents":
        weight *= _ONE_AGENT * (1 if insight.side == "worse" else _PRAISE)
    return weight * (_BAD if insight.side in ("worse", "fault") else 1.0)


def _told_once(ranked: Iterable[Insight]) -> Iterable[Insight]:
    """Leave out an agent whose every weakness already explains a change: it has been told."""
    explained: set[tuple[str | None, str | None, str | None]] = set()
    kept = list(ranked)
    for insight in kept:
        explained |= {
            (driver.shop, driver.name, insight.metric)
            for driver in insight.drivers
            if driver.dimension == "agent" and driver.kind == "rate" and insight.side == "worse"
        }
    for insight in kept:
        names = [insight.metric, *(finding.metric for finding in insight.also)]
        who = insight.dimensions.get("shop"), insight.dimensions.get("agent")
        if insight.kind == "agent_weak" and all((*who, name) in explained for name in names):
            continue
        yield insight
