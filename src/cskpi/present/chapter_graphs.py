"""The pictures of a chapter: what moved a KPI, how waits spread, how far inquiries came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cskpi.insight.drivers import parts_of, split
from cskpi.present.cells import number_cell
from cskpi.present.document import Section
from cskpi.present.formatting import format_month
from cskpi.present.insights import agent_name
from cskpi.present.plotting_parts import distribution, funnel, waterfall
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cskpi.metrics.finding import Finding
    from cskpi.periods import Period
    from cskpi.present.inputs import ReportInputs

_FIRST_WAIT = "first_response_time"
_MOST_BARS = 7
_MOVES_NOTHING = 1e-9


def chapter_graphs(inputs: ReportInputs, group: str) -> Iterable[Section]:
    """Return the sections of a chapter that hold pictures; none without data for them."""
    totals = {finding.metric: finding for finding in inputs.totals}
    for insight in inputs.insights:
        # What has no good side needs no explaining.
        is_judged = insight.kind == "change" and insight.side != "changed"
        if insight.group == group and is_judged and insight.metric:
            found = _waterfall(inputs, totals[insight.metric])
            if found is not None:
                yield found
    if group == "speed" and inputs.first_waits and _FIRST_WAIT in totals:
        title = say("chapter.distribution")
        block = distribution(totals[_FIRST_WAIT], inputs.first_waits)
        lead = say("chapter.distribution_lead")
        yield Section("first-waits", title, title, (block,), lead=lead, level=2)
    if group == "sales":
        yield from _funnel(totals)


def _waterfall(inputs: ReportInputs, total: Finding) -> Section | None:
    """Each agent's part in a change, the smaller ones together; they add up to the change."""
    comparison = total.compared("previous")
    now = parts_of(inputs.parts, total.metric, "agent")
    then = parts_of(inputs.parts_before, total.metric, "agent")
    apart = split(now, then)
    if apart is None or comparison is None or len({*now, *then}) < 2:  # noqa: PLR2004  parts, not a whole
        return None
    sizes = [
        (agent_name(effect.key[0], effect.key[-1]), effect.rate + effect.mix)
        for effect in apart.effects
    ]
    ranked = sorted(sizes, key=lambda part: -abs(part[1]))
    parts = ranked[:_MOST_BARS]
    rest = sum(size for _, size in ranked[_MOST_BARS:])
    twice = comparison.difference - apart.change
    parts += [
        (say(f"chapter.waterfall_{name}"), size)
        for name, size in (("rest", rest), ("twice", twice))
        if abs(size) > _MOVES_NOTHING
    ]
    before = (_name(inputs.previous), comparison.value)
    block = waterfall(total, before, parts, _name(inputs.period))
    title = say("chapter.waterfall", label=pick(total.labels))
    return Section(
        f"why-{total.metric}",
        title,
        title,
        (block,),
        lead=say("chapter.waterfall_lead"),
        level=2,
    )


def _funnel(totals: dict[str, Finding]) -> Iterable[Section]:
    ordered, paid = (totals.get(name) for name in ("inquiry_order_rate", "inquiry_conversion_rate"))
    if ordered is None or paid is None or not ordered.denominator:
        return
    if ordered.denominator != paid.denominator:
        return
    counts = (
        ("asked", ordered.denominator),
        ("ordered", ordered.numerator),
        ("paid", paid.numerator),
    )
    steps = [(say(f"chapter.funnel_{key}"), number_cell(count, "count")) for key, count in counts]
    title = say("chapter.funnel")
    block = funnel(title, steps)
    yield Section("funnel", title, title, (block,), lead=say("chapter.funnel_lead"), level=2)


def _name(period: Period) -> str:
    return format_month(period.start.date()) if period.is_month else period.label
