"""Tables with one row per agent, shop or day and one column per KPI."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cskpi.present.cells import (
    dimension_cell,
    dimension_title,
    number_cell,
    target_bounds,
    text_cell,
    told_cell,
)
from cskpi.present.cleaning import one_line
from cskpi.present.comparison import correction_note, judge
from cskpi.present.document import Cell, Column, Hint, Row, Section, Table
from cskpi.present.formatting import format_count
from cskpi.present.insights import agent_name
from cskpi.present.overview import headline_metrics
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.finding import Finding
    from cskpi.present.document import Tone
    from cskpi.present.inputs import ReportInputs

Key = tuple[str | None, ...]

_MOST_COLUMNS = 12
_MOST_GROUP_COLUMNS = 6
_MOST_OPEN_ROWS = 30
_SIDES = {"better": "strong", "worse": "weak"}
_SIDE_TONES: dict[str, Tone] = {"strong": "good", "weak": "bad"}


def agent_section(inputs: ReportInputs) -> Section:
    """Return the agents, shop by shop."""
    if not any(finding.value is not None for finding in inputs.by_agent):
        hint = Hint(say("chapter.hint_agents"))
        return Section("agents", say("chapter.agents"), say("section.agents_sheet"), (hint,))
    return Section(
        "agents",
        say("chapter.agents"),
        say("section.agents_sheet"),
        (_agent_table(inputs, inputs.metrics),),
        lead=say("chapter.agents_lead"),
    )


def group_agent_table(inputs: ReportInputs, metrics: Sequence[Metric]) -> Table | None:
    """Return the agents with the KPIs of one group, None where none is known by agent."""
    names = {metric.name for metric in metrics}
    known = [finding for finding in inputs.by_agent if finding.metric in names]
    if not any(finding.value is not None for finding in known):
        return None
    first = sorted(metrics, key=lambda metric: not metric.headline)[:_MOST_GROUP_COLUMNS]
    shown = {metric.name for metric in first}
    marked = [replace(metric, headline=metric.name in shown) for metric in metrics]
    table = _agent_table(replace(inputs, by_agent=tuple(known)), marked)
    if len(table.rows) <= 1:
        return None
    return replace(table, is_collapsed=len(table.rows) > _MOST_OPEN_ROWS)


def shop_section(inputs: ReportInputs) -> Section:
    """Return the shops beside each other."""
    lookup = by_key(inputs.by_shop, ("shop",))
    metrics = present_metrics(inputs.metrics, inputs.by_shop)
    totals = {finding.metric: finding for finding in inputs.totals}
    rows = [_total_row(metrics, totals)]
    rows += [
        _row(dimension_cell("shop", key[-1]), lookup[key], metrics, totals)
        for key in busiest_first(lookup, metrics)
    ]
    columns = (Column(dimension_title("shop")), *metric_columns(metrics), _remark_column())
    table = Table(columns, tuple(rows) if lookup else (), empty=say("table.no_rows"))
    title, sheet = say("section.shops"), say("section.shops_sheet")
    return Section("shops", title, sheet, (table,), lead=say("section.shops_lead"))


def by_key(findings: Iterable[Finding], dimensions: Sequence[str]) -> dict[Key, dict[str, Finding]]:
    """Return findings by the values of `dimensions`, then by KPI."""
    lookup: dict[Key, dict[str, Finding]] = {}
    for finding in findings:
        key = tuple(map(finding.dimensions.get, dimensions))
        lookup.setdefault(key, {})[finding.metric] = finding
    return lookup


def present_metrics(metrics: Sequence[Metric], findings: Iterable[Finding]) -> tuple[Metric, ...]:
    """Return the KPIs that have at least one value among `findings`."""
    names = {finding.metric for finding in findings if finding.value is not None}
    return tuple(metric for metric in metrics if metric.name in names)


def metric_columns(metrics: Sequence[Metric]) -> tuple[Column, ...]:
    """Return a column per KPI; those that are no headline are for the workbook only."""
    shown = _on_page(metrics)
    return tuple(
        Column(
            pick(metric.labels),
            metric.unit,
            ref=metric.name,
            rank=position,
            scope="all" if metric.name in shown else "sheet",
            bounds=target_bounds(metric),
        )
        for position, metric in enumerate(metrics, start=1)
    )


def _on_page(metrics: Sequence[Metric]) -> set[str]:
    return {metric.name for metric in headline_metrics(metrics)[:_MOST_COLUMNS]}


def _agent_table(inputs: ReportInputs, metrics: Sequence[Metric]) -> Table:
    lookup = by_key(inputs.by_agent, ("shop", "agent"))
    metrics = present_metrics(metrics, inputs.by_agent)
    totals = {finding.metric: finding for finding in inputs.totals}
    rows = [_total_row(metrics, totals)]
    for shop, agent in busiest_first(lookup, metrics):
        group = one_line(shop or say("dimension.unnamed"))
        name = text_cell(agent_name(shop, agent)) if agent else dimension_cell("agent", agent)
        # What no agent answered gathers under no name: not a person to be judged.
        compared = totals if agent else {}
        rows.append(_row(name, lookup[shop, agent], metrics, compared, group))
    columns = (Column(dimension_title("agent")), *metric_columns(metrics), _remark_column())
    return Table(
        columns,
        tuple(rows) if lookup else (),
        note=correction_note(inputs.by_agent),
        group_title=dimension_title("shop"),
        empty=say("table.no_rows"),
    )


def _remark_column() -> Column:
    return Column(say("column.remark"), scope="sheet")


def busiest_first(
    lookup: Mapping[Key, Mapping[str, Finding]], metrics: Sequence[Metric]
) -> list[Key]:
    """Busiest first within a shop: a table of people is no ranking by merit."""
    volume = next((metric.name for metric in metrics if metric.unit == "count"), None)

    def place(key: Key) -> tuple[str, bool, float, str]:
        finding = lookup[key].get(volume or "")
        busy = finding.value if finding and finding.value is not None else 0.0
        shop = key[0] or "" if len(key) > 1 else ""
        return (shop, key[-1] is None, -busy, key[-1] or "")

    return sorted(lookup, key=place)


def _total_row(metrics: Sequence[Metric], totals: Mapping[str, Finding]) -> Row:
    shown = _on_page(metrics)
    cells = [
        _told(totals[metric.name], is_told=metric.name in shown)
        if metric.name in totals
        else _empty_cell(metric)
        for metric in metrics
    ]
    return Row((text_cell(say("report.all_shops")), *cells, text_cell("")), is_total=True)


def _row(
    name: Cell,
    findings: Mapping[str, Finding],
    metrics: Sequence[Metric],
    totals: Mapping[str, Finding],
    group: str = "",
) -> Row:
    shown = _on_page(metrics)
    found = [findings.get(metric.name) for metric in metrics]
    sides = [_side(finding, totals) for finding in found]
    cells = [
        _compared_cell(finding, side, metric, is_told=metric.name in shown)
        for finding, side, metric in zip(found, sides, metrics, strict=True)
    ]
    named = [(side, metric) for side, metric in zip(sides, metrics, strict=True) if side]
    return Row((name, *cells, text_cell(_remark(named))), group=group)


def _compared_cell(finding: Finding | None, side: str, metric: Metric, *, is_told: bool) -> Cell:
    if finding is None:
        return _empty_cell(metric)
    if side == "small":
        mark = say("agent.small", n=format_count(finding.sample_size))
        return _told(finding, "muted", mark, is_told=is_told)
    mark = say(f"agent.{side}") if side else ""
    return _told(finding, _SIDE_TONES.get(side, "plain"), mark, is_told=is_told)


def _side(finding: Finding | None, totals: Mapping[str, Finding]) -> str:
    """Where a number stands: strong, weak, small (of too few cases to say), or empty."""
    if finding is None or finding.value is None:
        return ""
    return "small" if finding.status == "small_sample" else _against_whole(finding, totals)


def _told(finding: Finding, tone: Tone = "plain", mark: str = "", *, is_told: bool) -> Cell:
    """Tell what stands behind a number only where a reader can ask for it: words cost time."""
    if is_told:
        return told_cell(finding, tone, mark)
    return number_cell(finding.value, finding.unit, tone, mark)


def _empty_cell(metric: Metric) -> Cell:
    return number_cell(None, metric.unit, "muted")


def _against_whole(finding: Finding, totals: Mapping[str, Finding]) -> str:
    """Without an interval nothing is judged: one who answers fewer customers is not worse."""
    if finding.comparisons and "agent" in finding.dimensions:
        team = finding.compared("team") or finding.compared("shop")
        return _SIDES.get(team.word or "", "") if team else ""
    whole = totals.get(finding.metric)
    if whole is None or finding.low is None:
        return ""
    return _SIDES.get(judge(finding, whole.value), "")


def _remark(sides: Iterable[tuple[str, Metric]]) -> str:
    """Say in words what the page shows by marks, for sheets that only hold numbers."""
    named: dict[str, list[str]] = {"strong": [], "weak": [], "small": []}
    for side, metric in sides:
        named[side].append(pick(metric.labels))
    comma = say("format.list_comma")
    parts = [
        say(f"agent.remark_{side}", names=comma.join(names))
        for side, names in named.items()
        if names
    ]
    return say("format.list_semicolon").join(parts)
