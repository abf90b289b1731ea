"""摘要: five sentences, in the order a reader asks – how was it, what changed, why, who, what next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cskpi.insight.changes import changes
from cskpi.present.document import Section, Sentence, Sentences
from cskpi.present.formatting import format_change, format_count, format_month, format_value
from cskpi.present.insights import (
    drivers_text,
    headline_text,
    insight_note,
    insight_sentence,
    insight_step,
    label,
    person_name,
    some_names,
)
from cskpi.present.overview import headline_findings
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cskpi.insight.insight import Insight
    from cskpi.metrics.finding import Finding
    from cskpi.present.document import Tone
    from cskpi.present.inputs import ReportInputs

MOST_SHOWN = 12
_MOST_CHANGES, _MOST_REASONS, _MOST_PEOPLE, _MOST_STEPS = 2, 3, 2, 3
_CUSTOMERS = "received_customers"
_REASONS = ("days", "cover", "topic_change", "topic_loss")


def summary_section(inputs: ReportInputs) -> Section:
    """Return the month in five sentences."""
    title = say("chapter.summary")
    sentences = Sentences(tuple(_sentences(inputs)))
    return Section("overview", title, title, (sentences,), lead=say("chapter.summary_lead"))


def insight_section(inputs: ReportInputs) -> Section:
    """Return the insights, the weightiest first, each with its small print and next step."""
    shown = inputs.insights[:MOST_SHOWN]
    items = [insight_sentence(insight) for insight in shown]
    if more := len(inputs.insights) - len(shown):
        items.append(Sentence(say("findings.more", n=format_count(more)), "muted"))
    if not items:
        items = [Sentence(say("insight.none"), "muted")]
    title = say("findings.title")
    blocks = (Sentences(tuple(items)),)
    return Section("findings", title, title, blocks, lead=say("chapter.findings_lead"), level=2)


def _sentences(inputs: ReportInputs) -> Iterable[Sentence]:
    if not any(finding.value for finding in inputs.totals):
        yield Sentence(say("summary.no_data"), "warn")
        return
    is_compared = any(finding.previous is not None for finding in inputs.totals)
    if not is_compared:
        yield Sentence(say("summary.no_previous", period=inputs.previous.label), "muted")
    yield _month(inputs)
    changed = _changed(inputs.insights)
    why = _why(inputs.insights, changed)
    # Where nothing can be compared, "nothing changed" would claim too much.
    if is_compared or changed:
        yield _what(changed)
    if is_compared or why.ref:
        yield why
    yield _who(inputs.insights)
    yield _next(inputs.insights)


def _month(inputs: ReportInputs) -> Sentence:
    """How it was: who came, and how many headline KPIs are on target or clearly moved."""
    headline = headline_findings(inputs)
    judged = [finding for finding in headline if finding.status in ("good", "warn", "bad")]
    missed = [finding for finding in judged if finding.status != "good"]
    moved = changes(headline, inputs.metrics, "previous", inputs.period)
    words = [change.comparison.word for change in moved]
    status = [
        say("summary.status_target", good=len(judged) - len(missed), bad=len(missed))
        if judged
        else say("summary.no_target")
    ]
    if any(finding.previous is not None for finding in headline):
        counts = words.count("better"), words.count("worse")
        status.append(say("summary.status_verdict", better=counts[0], worse=counts[1]))
    period = inputs.period.label
    if inputs.period.is_month:
        period = format_month(inputs.period.start.date())
    values = {
        "period": period,
        "known": len(headline),
        "status": say("format.list_semicolon").join(status),
    }
    customers = next((f for f in inputs.totals if f.metric == _CUSTOMERS and f.value), None)
    if customers is None:
        text = say("summary.month_plain", **values)
    else:
        text = say(
            "summary.month",
            customers=format_count(customers.value),
            change=_against(inputs, customers),
            **values,
        )
    tone: Tone = "bad" if words.count("worse") > words.count("better") else "plain"
    return Sentence(text, tone, "headline", note=_month_note(inputs, missed))


def _month_note(inputs: ReportInputs, missed: Sequence[Finding]) -> str:
    names = [pick(finding.labels) for finding in missed]
    notes = [say("insight.note_missed", names=some_names(names, len(names)))] if names else []
    if gaps := len(inputs.coverage.days_without_data):
        notes.append(say("summary.gaps_note", days=gaps))
    return say("format.list_semicolon").join(notes)


def _against(inputs: ReportInputs, customers: Finding) -> str:
    if customers.previous is None:
        return ""
    against = say("summary.against_month" if inputs.period.is_month else "summary.against_range")
    change = format_change(customers.value, customers.previous, customers.unit)
    return say("summary.month_change", against=against, change=change)


def _changed(insights: Sequence[Insight]) -> list[Insight]:
    """The weightiest changes; volumes are said in the first sentence already."""
    found = [i for i in insights if i.kind in ("change", "last_year") and i.metric != _CUSTOMERS]
    judged = [insight for insight in found if insight.side != "changed"]
    return (judged or found)[:_MOST_CHANGES]


def _what(changed: Sequence[Insight]) -> Sentence:
    if not changed:
        return Sentence(say("summary.nothing_changed"), "plain", "headline")
    items = say("format.list_semicolon").join(_with_also(insight) for insight in changed)
    text = say("summary.what", items=items)
    return Sentence(text, _tone(changed), changed[0].ref, note=insight_note(changed[0]))


def _with_also(insight: Insight) -> str:
    text = headline_text(insight)
    if not insight.also:
        return text
    names = some_names([pick(finding.labels) for finding in insight.also])
    return say("insight.also", text=text, names=names)


def _why(insights: Sequence[Insight], changed: Sequence[Insight]) -> Sentence:
    """Where it comes from: who and which hours drove it, and the days and topics that stand out."""
    apart = [insight for insight in changed if insight.drivers]
    other = [i for i in insights if i.kind in _REASONS and i.side in ("worse", "changed")]
    items = [
        say("summary.driver_item", label=label(insight), drivers=drivers_text(insight))
        for insight in apart
    ]
    items += [headline_text(insight) for insight in other[: max(_MOST_REASONS - len(items), 1)]]
    if not items:
        return Sentence(say("summary.why_unknown" if changed else "summary.why_nothing"), "plain")
    ref = apart[0].ref if apart else other[0].ref
    return Sentence(
        say("summary.why", items=say("format.list_semicolon").join(items)), "plain", ref
    )


def _who(insights: Sequence[Insight]) -> Sentence:
    """Whom to look after and who is well ahead; nobody is both."""
    weak = [insight for insight in insights if insight.kind == "agent_weak"]
    behind = [insight.dimensions for insight in weak]
    strong = [i for i in insights if i.kind == "agent_strong" and i.dimensions not in behind]
    groups = [
        (key, found[:_MOST_PEOPLE]) for key, found in (("weak", weak), ("strong", strong)) if found
    ]
    if not groups:
        return Sentence(say("summary.who_none"), "plain", "agents")
    parts = [
        say(
            f"summary.who_{key}",
            names=say("format.list_comma").join(_person(insight) for insight in found),
        )
        for key, found in groups
    ]
    items = say("format.list_semicolon").join(parts)
    return Sentence(say("summary.who", items=items), "plain", groups[0][1][0].ref)


def _person(insight: Insight) -> str:
    return say(
        "summary.who_item",
        name=person_name(insight),
        label=label(insight),
        value=format_value(insight.value, insight.unit),
        team=format_value(insight.reference, insight.unit),
    )


def _next(insights: Sequence[Insight]) -> Sentence:
    """What to do next: the steps of the weightiest things to act on, each once."""
    steps: dict[str, None] = {}
    seen: set[str] = set()
    for insight in insights:
        # Two steps about agents say the same thing twice.
        kind = insight.group if insight.kind != "days" else "days"
        if insight.side in ("worse", "fault") and kind not in seen:
            seen.add(kind)
            steps.setdefault(insight_step(insight))
    items = [step for step in steps if step][:_MOST_STEPS]
    if not items:
        return Sentence(say("summary.next_none"), "plain", "findings")
    text = say("summary.next", items=say("format.list_semicolon").join(items))
    return Sentence(text, "plain", "findings")


def _tone(insights: Sequence[Insight]) -> Tone:
    sides = {insight.side for insight in insights}
    return "bad" if "worse" in sides else "good" if "better" in sides else "plain"
