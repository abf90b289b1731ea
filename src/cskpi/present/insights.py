"""Insights in words: the sentence, what it rests on, and the next step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cskpi.insight.agents import short_name
from cskpi.present.cleaning import one_line
from cskpi.present.document import Sentence
from cskpi.present.formatting import (
    format_change,
    format_count,
    format_day_runs,
    format_hour,
    format_interval,
    format_short_day,
    format_target,
    format_value,
)
from cskpi.texts import has_text, pick, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from cskpi.insight.days import Outlier
    from cskpi.insight.insight import Driver, Insight, Side
    from cskpi.metrics.finding import Unit
    from cskpi.present.document import Tone

MOST_NAMES = 3
_MOST_OTHERS, _MOST_CHARACTERS = 2, 16
_TONES: Mapping[Side, Tone] = {
    "better": "good",
    "worse": "bad",
    "fault": "warn",
    "changed": "plain",
}
_CHANGES = ("change", "last_year")


def insight_sentence(insight: Insight) -> Sentence:
    """Return an insight as a sentence with its small print, link and next step."""
    return Sentence(
        text=insight_text(insight),
        tone=_TONES[insight.side],
        ref=insight.ref,
        note=insight_note(insight),
        step=insight_step(insight),
        id=insight.id,
    )


def insight_text(insight: Insight) -> str:
    """Return what an insight says, with what goes with it."""
    text = headline_text(insight)
    if insight.also:
        names = some_names([pick(finding.labels) for finding in insight.also])
        text = say("insight.also", text=text, names=names)
    if insight.drivers:
        text = say("insight.and_drivers", text=text, drivers=drivers_text(insight))
    return say("insight.end", text=text)


def headline_text(insight: Insight) -> str:
    """Return the one statement an insight makes, without its end."""
    maker = _TEXTS.get(insight.kind)
    if maker is not None:
        return maker(insight)
    key = f"last_year_{insight.side}" if insight.kind == "last_year" else insight.side
    return say(f"insight.{key}", label=label(insight), **_numbers(insight))


def drivers_text(insight: Insight) -> str:
    """Return what drove a change: who, which hours, and the clearest of what else it was."""
    parts = [_driver(d, insight.unit) for d in insight.drivers if d.dimension == "agent"]
    hours = [d for d in insight.drivers if d.dimension == "hour" and d.kind == "rate"]
    if hours:
        shown = sorted(hours, key=lambda d: d.name or "")
        names = say("format.list_comma").join(format_hour(int(d.name or 0)) for d in shown)
        values = say("format.list_comma").join(format_value(d.value, insight.unit) for d in shown)
        share = format_value(sum(d.share for d in hours), "percent")
        parts.append(say("insight.hours", hours=names, value=values, share=share))
    other = [d for d in insight.drivers if d.dimension not in ("agent", "hour")]
    clearest = sorted(other, key=lambda d: -d.share)[:_MOST_OTHERS]
    parts += [_driver(driver, insight.unit) for driver in clearest]
    return say("format.list_semicolon").join(parts)


def insight_note(insight: Insight) -> str:
    """Return what an insight rests on: sample, interval, how it was corrected, what missed."""
    return say("format.list_semicolon").join(_notes(insight))


def insight_step(insight: Insight) -> str:
    """Return what to look at next."""
    keys = [key.replace(".", "_") for key in insight.step.split("|")]
    found = next((key for key in [*keys, insight.side] if has_text(f"step.{key}")), None)
    if found is None:
        return ""
    name = person_name(insight)
    hours = {
        key: format_hour(hour)
        for key in ("first", "last")
        if isinstance(hour := insight.facts.get(f"{key}_hour"), int)
    }
    return say(
        f"step.{found}", name=name, topic=_topic(insight), **{"first": "", "last": ""} | hours
    )


def label(insight: Insight) -> str:
    """Return the name of an insight's KPI."""
    return pick(dict(insight.labels)) if insight.labels else ""


def agent_name(shop: str | None, agent: str | None) -> str:
    """Return an agent's name without the shop's in front of it."""
    if not agent:
        return say("dimension.unnamed")
    return one_line(short_name(shop, agent))


def person_name(insight: Insight) -> str:
    """Return whom an insight is about, with his shop where two shops have one of that name."""
    shop, agent = insight.dimensions.get("shop"), insight.dimensions.get("agent")
    name = agent_name(shop, agent)
    if not insight.facts.get("needs_shop"):
        return name
    return say("insight.agent_of_shop", name=name, shop=one_line(shop or ""))


def some_names(names: Sequence[str], most: int = MOST_NAMES) -> str:
    """Return names in a row, at most `most`, and how many more there are."""
    shown = say("format.list_comma").join(names[:most])
    more = len(names) - most
    return say("format.list_more", shown=shown, more=more) if more > 0 else shown


def topic_name(topic: object) -> str:
    """Return an issue type in the language in force, as exported where it is none of ours."""
    key = f"topic.{topic}"
    return say(key) if has_text(key) else one_line(str(topic))


def _driver(driver: Driver, unit: Unit) -> str:
    weight = "mix" if driver.dimension == "agent" else "weight"
    key = "rate" if driver.kind == "rate" else weight if driver.previous is not None else "new"
    return say(
        f"insight.driver_{key}",
        name=_driver_name(driver),
        previous=format_value(driver.previous, unit),
        value=format_value(driver.value, unit),
        share=format_value(driver.share, "percent"),
    )


def _driver_name(driver: Driver) -> str:
    if driver.dimension == "agent":
        return agent_name(driver.shop, driver.name)
    name = one_line(driver.name or "")
    if driver.dimension == "topic":
        name = topic_name(driver.name)
    elif driver.dimension == "stage":
        name = say(f"insight.stage_{driver.name}")
    elif len(name) > _MOST_CHARACTERS:
        name = f"{name[:_MOST_CHARACTERS].rstrip()}…"
    return say(f"insight.of_{driver.dimension}", name=name)


def _notes(insight: Insight) -> Iterable[str]:
    if insight.side == "fault":
        return
    if insight.kind not in ("rest", "tickets"):
        yield say("insight.note_n", n=format_count(insight.sample_size))
    if insight.low is not None and insight.high is not None and insight.kind != "days":
        if insight.difference is None or insight.kind.startswith("topic_c"):
            interval = format_interval(insight.low, insight.high, insight.unit)
            yield say("insight.note_interval", interval=interval)
        else:
            low, high = (
                format_difference(end, insight.unit) for end in (insight.low, insight.high)
            )
            yield say("insight.note_difference", low=low, high=high)
    if insight.p_value is not None:
        yield say("insight.note_corrected")
    elif insight.kind in _CHANGES:
        yield say("insight.note_total")
    missed: Sequence[Mapping[str, str]] = insight.facts.get("missed", ())  # type: ignore[assignment]
    if insight.kind in _CHANGES and missed:
        names = some_names([pick(dict(labels)) for labels in missed])
        yield say("insight.note_missed", names=names)


def format_difference(difference: float, unit: Unit) -> str:
    """Return a difference with its sign; of ratios in points."""
    sign = "+" if difference > 0 else ""
    if unit == "percent":
        return sign + say("format.points", n=f"{difference * 100:.1f}")
    return sign + format_value(difference, unit)


def _numbers(insight: Insight) -> dict[str, str]:
    return {
        "value": format_value(insight.value, insight.unit),
        "previous": format_value(insight.reference, insight.unit),
        "change": format_change(insight.value, insight.reference, insight.unit),
    }


def _target(insight: Insight) -> str:
    target = format_target(insight.reference, insight.unit, insight.direction)
    value = format_value(insight.value, insight.unit)
    return say("insight.target", label=label(insight), value=value, target=target)


def _days(insight: Insight) -> str:
    days: Sequence[date] = insight.facts["days"]  # type: ignore[assignment]
    peaks: Sequence[Outlier] = insight.facts["peaks"]  # type: ignore[assignment]
    named = format_short_day(days[0])
    if len(days) > 1:
        named = say("format.span_days", first=named, last=format_short_day(days[-1]))
    items = [
        say(
            "insight.day_peak",
            label=pick(peak.chart.labels),
            value=format_value(peak.point.value, peak.chart.unit),
            day=format_short_day(peak.point.day),
            usual=format_value(peak.chart.centre, peak.chart.unit),
        )
        for peak in peaks[:MOST_NAMES]
    ]
    return say("insight.days", days=named, peaks=say("format.list_comma").join(items))


def _agent(insight: Insight) -> str:
    return say(
        f"insight.{insight.kind}",
        name=person_name(insight),
        label=label(insight),
        value=format_value(insight.value, insight.unit),
        team=format_value(insight.reference, insight.unit),
    )


def _about_topic(insight: Insight) -> str:
    return say(f"insight.{insight.kind}", topic=_topic(insight), **_numbers(insight))


def _topic(insight: Insight) -> str:
    return topic_name(insight.facts.get("topic", ""))


def _cover(insight: Insight) -> str:
    first, last = (format_hour(int(str(insight.facts[f"{end}_hour"]))) for end in ("first", "last"))
    missed, every = (format_count(_float(insight.facts[key])) for key in ("missed", "missed_all"))
    return say(
        "insight.cover", first=first, last=last, missed=missed, all=every, **_numbers(insight)
    )


def _rest(insight: Insight) -> str:
    agents: Sequence[str] = insight.facts["agents"]  # type: ignore[assignment]
    at_night = insight.facts.get("length") == "late_seconds"
    return say(
        "insight.rest_night" if at_night else "insight.rest",
        agents=format_count(len(agents)),
        days=format_count(_float(insight.facts["days"])),
        value=format_value(insight.value, "duration"),
        name=one_line(str(insight.facts["longest"])),
    )


def _tickets(insight: Insight) -> str:
    return say(
        "insight.tickets",
        value=format_count(insight.value),
        open=format_count(_float(insight.facts["open"])),
        oldest=insight.facts["oldest"],
    )


def _fault(insight: Insight) -> str:
    of = insight.sample_size
    names: Iterable[str] = insight.facts.get("names", ())  # type: ignore[assignment]
    days: Iterable[date] = insight.facts.get("days", ())  # type: ignore[assignment]
    return say(
        f"insight.{insight.kind}",
        value=format_count(insight.value),
        of=format_count(of),
        share=format_value((insight.value or 0.0) / of if of else None, "percent"),
        names=some_names([one_line(name) for name in names]),
        days=some_names(format_day_runs(days)),
    )


def _float(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


_TEXTS: Mapping[str, Callable[[Insight], str]] = {
    "target": _target,
    "days": _days,
    "agent_weak": _agent,
    "agent_strong": _agent,
    "topic_share": _about_topic,
    "topic_change": _about_topic,
    "topic_loss": _about_topic,
    "cover": _cover,
    "rest": _rest,
    "tickets": _tickets,
    "gaps": _fault,
    "gaps_before": _fault,
    "rejected": _fault,
    "orders_unmatched": _fault,
    "agents_unknown": _fault,
}
