"""A chapter for each group of KPIs: what moved, the KPIs, pictures, breakdowns, and by agent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cskpi.present.agent_graphs import agent_graphs
from cskpi.present.breakdowns import breakdown_section
from cskpi.present.chapter_graphs import chapter_graphs
from cskpi.present.definitions import kpi_table
from cskpi.present.document import Note, Section, Sentences
from cskpi.present.insights import insight_sentence
from cskpi.present.missing import hint, without_value
from cskpi.present.pivots import group_agent_table
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cskpi.metrics.declaration import Metric
    from cskpi.present.document import Block
    from cskpi.present.inputs import ReportInputs

_ELSEWHERE = ("frequent_topics",)
"""Breakdowns that have a chapter of their own."""


def chapter_sections(inputs: ReportInputs) -> Iterable[Section]:
    """Return the chapters of all groups that have a KPI, in the order of the catalogue."""
    for group in inputs.groups:
        metrics = [metric for metric in inputs.metrics if metric.group == group]
        if metrics:
            yield from _chapter(inputs, group, metrics)


def _chapter(inputs: ReportInputs, group: str, metrics: list[Metric]) -> Iterable[Section]:
    title = pick(inputs.groups[group])
    empty = without_value(inputs, metrics)
    tables = [b for b in inputs.breakdowns if b.group == group and b.name not in _ELSEWHERE]
    shown = [table for table in tables if table.rows and not table.missing]
    if len(empty) == len(metrics):
        missing = hint(inputs, metrics, whole=True)
        blocks = (missing,) if missing else ()
        yield Section(group, title, title, blocks)
        yield from (breakdown_section(inputs, table) for table in shown)
        return
    yield Section(group, title, title, tuple(_head(inputs, group, metrics, title)))
    graphs = list(chapter_graphs(inputs, group))
    yield from graphs
    yield from (breakdown_section(inputs, table) for table in shown)
    by_agent = group_agent_table(inputs, metrics)
    if by_agent is not None:
        name = say("chapter.by_agent", group=title)
        lead = say("chapter.by_agent_lead")
        compared = (*agent_graphs(inputs, metrics), by_agent)
        yield Section(f"{group}-agents", name, name, compared, lead=lead, level=2)


def _head(inputs: ReportInputs, group: str, metrics: list[Metric], title: str) -> Iterable[Block]:
    moved = [insight for insight in inputs.insights if insight.group == group]
    if moved:
        yield Sentences(
            tuple(replace(insight_sentence(i), id="", ref=_elsewhere(i.ref, group)) for i in moved)
        )
    else:
        yield Note(say("chapter.moved_none"), "muted")
    names = {metric.name for metric in metrics}
    known = [f for f in inputs.totals if f.metric in names and f.value is not None]
    yield replace(kpi_table(inputs, known), caption=say("chapter.kpis", group=title))
    missing = hint(inputs, metrics, whole=False)
    if missing is not None:
        yield missing


def _elsewhere(ref: str, group: str) -> str:
    """A link to where one is already leads nowhere."""
    return "" if ref == group else ref
