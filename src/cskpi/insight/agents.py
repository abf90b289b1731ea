"""Agents clearly above or below the other agents of their shop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cskpi.insight.changes import affected, effect
from cskpi.insight.insight import Insight
from cskpi.metrics.comparison import SIGNIFICANT
from cskpi.metrics.uncertainty import benjamini_hochberg

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cskpi.insight.insight import Kind, Side
    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.finding import Comparison, Finding


@dataclass(frozen=True, slots=True)
class Standing:
    """A KPI in which an agent differs from his team by more than chance, all agents and KPIs counted."""

    finding: Finding
    comparison: Comparison
    p_value: float
    is_better: bool


LOAD = "workload"
"""The group of KPIs that say how much somebody had to do, not how well he did it."""


def standings(by_agent: Iterable[Finding], metrics: Iterable[Metric]) -> list[Standing]:
    """Return where agents clearly differ from the other agents of their shop, the clearest first.

    The engine corrects the agents of one KPI; here the KPIs are corrected once more, because all of
    them are looked at. How much somebody had to do is nothing he is good or bad at.
    """
    judged = {m.name for m in metrics if m.group != LOAD and m.direction != "neutral"}
    tested = [
        (finding, comparison, comparison.p_value)
        for finding in by_agent
        if finding.dimensions.get("agent") is not None
        and (comparison := finding.compared("team")) is not None
        and comparison.p_value is not None
        and finding.metric in judged
        and finding.status != "small_sample"
    ]
    corrected = benjamini_hochberg([p_value for *_, p_value in tested])
    found = [
        Standing(finding, comparison, p_value, comparison.word == "better")
        for (finding, comparison, _), p_value in zip(tested, corrected, strict=True)
        if p_value <= SIGNIFICANT and comparison.word in ("better", "worse")
    ]
    return sorted(found, key=lambda s: (-weight(s), s.finding.metric))


def weight(standing: Standing) -> float:
    """Return how much a difference from the team matters: its size, as far as it is certain."""
    return effect(standing.finding, standing.comparison.value) * (1 - standing.p_value)


def agent_insights(by_agent: Iterable[Finding], metrics: Iterable[Metric]) -> list[Insight]:
    """Return an insight for each agent and side: his clearest KPI, the others named with it."""
    metrics, by_agent = tuple(metrics), tuple(by_agent)
    headline = {metric.name for metric in metrics if metric.headline}
    own: dict[tuple[str | None, str | None, bool], list[Standing]] = {}
    for standing in standings(by_agent, metrics):
        place = standing.finding.dimensions
        own.setdefault((place.get("shop"), place.get("agent"), standing.is_better), []).append(
            standing
        )
    shops = _shops_by_name(by_agent)
    return [_insight(found, headline, shops) for found in own.values()]


def agent_ref(shop: str | None, agent: str | None) -> str:
    """Return the id of an agent's page."""
    return f"agent|{shop or ''}|{agent or ''}"


def short_name(shop: str | None, agent: str) -> str:
    """Return an account's name without the shop's in front of it."""
    return (agent.removeprefix(f"{shop}:") if shop else agent) or agent


def _shops_by_name(by_agent: Iterable[Finding]) -> dict[str, set[str | None]]:
    """The shops in which an account of that short name works: 阿宁 of one shop is not the other's."""
    found: dict[str, set[str | None]] = {}
    for place in (finding.dimensions for finding in by_agent):
        if agent := place.get("agent"):
            found.setdefault(short_name(place.get("shop"), agent), set()).add(place.get("shop"))
    return found


def _insight(
    found: Sequence[Standing], headline: set[str], shops: Mapping[str, set[str | None]]
) -> Insight:
    ranked = sorted(found, key=lambda s: (s.finding.metric not in headline, -weight(s)))
    first, finding = ranked[0], ranked[0].finding
    kind: Kind = "agent_strong" if first.is_better else "agent_weak"
    side: Side = "better" if first.is_better else "worse"
    shop, agent = finding.dimensions.get("shop"), finding.dimensions.get("agent")
    return Insight(
        kind=kind,
        id=f"{kind}:{shop}:{agent}",
        side=side,
        ref=agent_ref(shop, agent),
        step=f"{side}.agent",
        group="agents",
        metric=finding.metric,
        labels=finding.labels,
        unit=finding.unit,
        direction=finding.direction,
        value=finding.value,
        reference=first.comparison.value,
        difference=first.comparison.difference,
        low=first.comparison.low,
        high=first.comparison.high,
        p_value=first.p_value,
        sample_size=finding.sample_size,
        affected=affected(finding, first.comparison.difference),
        certainty=1 - first.p_value,
        score=effect(finding, first.comparison.value),
        dimensions={"shop": shop, "agent": agent},
        also=tuple(standing.finding for standing in ranked[1:]),
        facts={"needs_shop": len(shops.get(short_name(shop, agent or ""), ())) > 1},
    )
