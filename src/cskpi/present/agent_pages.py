"""客服明细: a page for each agent – scorecard, strengths, weaknesses, and sessions worth reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cskpi.insight.agents import agent_ref, standings
from cskpi.insight.examples import MOST_EACH
from cskpi.present.cells import (
    compared_cell,
    interval_cell,
    number_cell,
    previous_cell,
    status_cell,
    target_cell,
    text_cell,
    value_cell,
    verdict_cell,
)
from cskpi.present.cleaning import one_line
from cskpi.present.comparison import correction_note
from cskpi.present.document import AgentPage, Column, Row, Section, Sentence, Table
from cskpi.present.excerpts import excerpt
from cskpi.present.formatting import format_count, format_value
from cskpi.present.insights import agent_name, format_difference
from cskpi.present.overview import headline_metrics
from cskpi.present.pivots import busiest_first, by_key
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cskpi.insight.agents import Standing
    from cskpi.metrics.finding import Finding
    from cskpi.present.document import Tone
    from cskpi.present.inputs import ReportInputs

MOST_PAGES = 100
_MOST_POINTS = 4
_MOST_ROWS = 14
_FEW_AGENTS = 50

Key = tuple[str | None, ...]


def agent_ids(inputs: ReportInputs) -> dict[str, str]:
    """Return the id of each agent's page by what insights refer to him as."""
    return {agent_ref(*key): f"agent-{place}" for place, key in enumerate(_shown(inputs), start=1)}


def agent_pages(inputs: ReportInputs) -> Section | None:
    """Return the pages of the busiest agents, None where no agent is named."""
    keys = _shown(inputs)
    if not keys:
        return None
    lookup = by_key(inputs.by_agent, ("shop", "agent"))
    found: dict[Key, list[Standing]] = {}
    for standing in standings(inputs.by_agent, inputs.metrics):
        where = standing.finding.dimensions
        found.setdefault((where.get("shop"), where.get("agent")), []).append(standing)
    ids = agent_ids(inputs)
    pages = tuple(
        _page(inputs, key, ids[agent_ref(*key)], lookup[key], found.get(key, [])) for key in keys
    )
    lead = [say("chapter.agent_pages_lead"), correction_note(inputs.by_agent)]
    named = len(_named(inputs))
    if named > len(keys):
        capped = {"shown": format_count(len(keys)), "all": format_count(named)}
        lead.append(say("chapter.agent_pages_capped", **capped))
    if named > _FEW_AGENTS:
        lead.append(say("chapter.agent_pages_each"))
    title = say("chapter.agent_pages")
    return Section("agent-pages", title, title, pages, lead=" ".join(filter(None, lead)), level=2)


def _named(inputs: ReportInputs) -> dict[Key, dict[str, Finding]]:
    """The agents who have a headline KPI; accounts that are bots have none."""
    lookup = by_key(inputs.by_agent, ("shop", "agent"))
    main = {metric.name for metric in headline_metrics(inputs.metrics)}
    return {
        key: found
        for key, found in lookup.items()
        if key[-1] is not None
        and any(name in main and finding.value is not None for name, finding in found.items())
    }


def _shown(inputs: ReportInputs) -> list[Key]:
    """The busiest of them, by shop."""
    named = _named(inputs)
    ranked = busiest_first(named, inputs.metrics)
    if len(ranked) <= MOST_PAGES:
        return ranked
    volume = {key: max((f.sample_size for f in named[key].values()), default=0) for key in ranked}
    kept = set(sorted(ranked, key=lambda key: -volume[key])[:MOST_PAGES])
    return [key for key in ranked if key in kept]


def _page(
    inputs: ReportInputs,
    key: Key,
    anchor: str,
    findings: Mapping[str, Finding],
    found: Sequence[Standing],
) -> AgentPage:
    shop, agent = key[0], key[-1]
    quotes = [e for e in inputs.examples if (e.shop, e.agent) == (shop, agent)][:MOST_EACH]
    return AgentPage(
        id=anchor,
        name=agent_name(shop, agent),
        shop=one_line(shop or say("dimension.unnamed")),
        scorecard=_scorecard(inputs, findings, found),
        strengths=_points(inputs, found, is_better=True),
        weaknesses=_points(inputs, found, is_better=False),
        examples=tuple(excerpt(example, reveal=inputs.reveal) for example in quotes),
        lead=_lead(findings),
    )


def _lead(findings: Mapping[str, Finding]) -> str:
    customers, sessions = (
        findings[name].value if name in findings else None
        for name in ("received_customers", "received_sessions")
    )
    if customers is None or sessions is None:
        return ""
    counts = {"customers": format_count(customers), "sessions": format_count(sessions)}
    return say("chapter.agent_lead", **counts)


def _points(
    inputs: ReportInputs, found: Sequence[Standing], *, is_better: bool
) -> tuple[Sentence, ...]:
    """The clearest differences from the team, headline KPIs first."""
    main = {metric.name for metric in headline_metrics(inputs.metrics)}
    own = sorted(
        (standing for standing in found if standing.is_better == is_better),
        key=lambda standing: standing.finding.metric not in main,
    )[:_MOST_POINTS]
    if not own:
        return (
            Sentence(say(f"chapter.{'strengths' if is_better else 'weaknesses'}_none"), "muted"),
        )
    tone: Tone = "good" if is_better else "bad"
    return tuple(_point(standing, tone) for standing in own)


def _point(standing: Standing, tone: Tone) -> Sentence:
    finding, comparison = standing.finding, standing.comparison
    unit = finding.unit
    text = say(
        "chapter.agent_point",
        label=pick(finding.labels),
        value=format_value(finding.value, unit),
        team=format_value(comparison.value, unit),
    )
    note = ""
    if comparison.low is not None and comparison.high is not None:
        low, high = (format_difference(end, unit) for end in (comparison.low, comparison.high))
        count = format_count(finding.sample_size)
        note = say("chapter.agent_point_note", low=low, high=high, n=count)
    return Sentence(text, tone, f"def-{finding.metric}", note=note)


def _scorecard(
    inputs: ReportInputs, findings: Mapping[str, Finding], found: Sequence[Standing]
) -> Table:
    told = {standing.finding.metric for standing in found}
    shown = [
        findings[metric.name]
        for metric in inputs.metrics
        if metric.name in findings and (metric.headline or metric.name in told)
        if findings[metric.name].value is not None
    ]
    columns = (
        Column(say("column.metric")),
        Column(say("column.value"), "count"),
        Column(say("column.sample"), "count", rank=3),
        Column(say("column.interval"), "count", rank=4),
        Column(say("chapter.team"), "count"),
        Column(say("column.team"), "count"),
        Column(say("column.previous"), "count", rank=2),
        Column(say("column.verdict"), rank=2),
        Column(say("column.target"), "count", rank=5),
        Column(say("column.status"), rank=1),
    )
    rows = tuple(_rows(shown[:_MOST_ROWS]))
    return Table(columns, rows, empty=say("table.no_rows"))


def _rows(findings: Iterable[Finding]) -> Iterable[Row]:
    for finding in findings:
        team, value = finding.compared("team"), value_cell(finding)
        yield Row(
            (
                text_cell(pick(finding.labels)),
                value,
                number_cell(finding.sample_size, "count"),
                interval_cell(finding),
                number_cell(team.value if team else None, finding.unit),
                compared_cell(finding, "team"),
                previous_cell(finding),
                verdict_cell(finding),
                target_cell(finding),
                status_cell(finding.status),
            ),
            about=value.about,
        )
