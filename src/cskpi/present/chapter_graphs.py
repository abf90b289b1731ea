"""The pictures of a chapter: what moved a KPI, how waits spread, how far inquiries came."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cskpi.insight.drivers import parts_of, split
from cskpi.insight.gather import CONVERSION
from cskpi.present.about import about
from cskpi.present.agent_graphs import agent_names
from cskpi.present.cells import number_cell
from cskpi.present.document import Section
from cskpi.present.formatting import format_hour, format_month
from cskpi.present.plotting_parts import distribution, funnel, waterfall
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cskpi.insight.drivers import Key
    from cskpi.insight.insight import Dimension
    from cskpi.metrics.finding import Finding
    from cskpi.periods import Period
    from cskpi.present.inputs import ReportInputs

_FIRST_WAIT = "first_response_time"
_MOST_BARS = 7
_WATERFALLS: tuple[Dimension, ...] = ("agent", "hour")
_MOVES_NOTHING = 1e-9


def chapter_graphs(inputs: ReportInputs, group: str) -> Iterable[Section]:
    """Return the sections of a chapter that hold pictures; none without data for them."""
    totals = {finding.metric: finding for finding in inputs.totals}
    groups = {metric.name: metric.group for metric in inputs.metrics}
    for name in _explained(inputs):
        if groups.get(name) == group and name in totals:
            yield from _waterfall(inputs, totals[name])
    if group == "speed" and inputs.first_waits and _FIRST_WAIT in totals:
        title = say("chapter.distribution")
        block = distribution(totals[_FIRST_WAIT], inputs.first_waits)
        lead = say("chapter.distribution_lead")
        yield Section("first-waits", title, title, (block,), lead=lead, level=2)
    if group == "sales":
        yield from _funnel(totals)


def _explained(inputs: ReportInputs) -> Iterable[str]:
    """KPIs whose change is taken apart: those told as better or worse, and the conversion always."""
    told = (
        insight.metric
        for insight in inputs.insights
        # What has no good side needs no explaining.
        if insight.kind == "change" and insight.side != "changed" and insight.metric
    )
    return dict.fromkeys((*told, CONVERSION))


def _waterfall(inputs: ReportInputs, total: Finding) -> Iterable[Section]:
    """Yield each part's share of a change: the agents', or the hours' where one answers all."""
    comparison = total.compared("previous")
    for dimension in _WATERFALLS:
        now = parts_of(inputs.parts, total.metric, dimension)
        then = parts_of(inputs.parts_before, total.metric, dimension)
        apart = split(now, then)
        if apart is None or comparison is None or len({*now, *then}) < 2:  # noqa: PLR2004  parts, not a whole
            continue
        names = _part_names(dimension, [effect.key for effect in apart.effects])
        effects = [(names[effect.key], effect.rate + effect.mix) for effect in apart.effects]
        parts = _largest(effects, comparison.difference - apart.change)
        before = (_name(inputs.previous), comparison.value)
        abouts = {names[key]: about(finding) for key, finding in now.items() if key in names}
        block = waterfall(total, before, parts, _name(inputs.period), abouts)
        title = say(f"chapter.waterfall_{dimension}", label=pick(total.labels))
        is_clear = comparison.word in ("better", "worse", "higher", "lower")
        lead = [] if is_clear else [say("chapter.waterfall_unclear")]
        lead.append(say(f"chapter.waterfall_{dimension}_lead"))
        name = f"why-{total.metric}"
        yield Section(name, title, title, (block,), lead=" ".join(lead), level=2)
        return


def _part_names(dimension: Dimension, keys: Sequence[Key]) -> dict[Key, str]:
    if dimension == "agent":
        return dict(zip(keys, agent_names([(key[0], key[-1]) for key in keys]), strict=True))
    return {key: format_hour(int(key[-1] or 0)) for key in keys}


def _largest(effects: Sequence[tuple[str, float]], twice: float) -> list[tuple[str, float]]:
    """Return the largest effects, the others together, and what was counted with several."""
    ranked = sorted(effects, key=lambda part: -abs(part[1]))
    rest = sum(size for _, size in ranked[_MOST_BARS:])
    others = [
        (say(f"chapter.waterfall_{name}"), size)
        for name, size in (("rest", rest), ("twice", twice))
        if abs(size) > _MOVES_NOTHING
    ]
    return [*ranked[:_MOST_BARS], *others]


def _funnel(totals: dict[str, Finding]) -> Iterable[Section]:
    ordered, paid = (totals.get(name) for name in ("inquiry_order_rate", CONVERSION))
    if ordered is None or paid is None or not ordered.denominator:
        return
    if ordered.denominator != paid.denominator:
        return
    counts = (
        ("asked", ordered.denominator, ordered),
        ("ordered", ordered.numerator, ordered),
        ("paid", paid.numerator, paid),
    )
    steps = [
        (
            say(f"chapter.funnel_{key}"),
            replace(number_cell(count, "count"), about=about(finding)),
        )
        for key, count, finding in counts
    ]
    title = say("chapter.funnel")
    block = funnel(title, steps)
    yield Section("funnel", title, title, (block,), lead=say("chapter.funnel_lead"), level=2)


def _name(period: Period) -> str:
    return format_month(period.start.date()) if period.is_month else period.label
