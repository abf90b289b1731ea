"""Sessions worth reading as quotes: personal data masked, long texts and long sessions cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cskpi.present.about import session_key
from cskpi.present.cells import text_cell
from cskpi.present.cleaning import one_line
from cskpi.present.document import Example, ExampleLine, Fact
from cskpi.present.formatting import format_count, format_moment, format_value
from cskpi.present.masking import mask_name, mask_quote
from cskpi.texts import has_text, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cskpi.insight.examples import Line, Reason, SessionExample
    from cskpi.metrics.finding import Unit
    from cskpi.present.document import Place, Side

_MOST_CHARACTERS = 160
_SIDES: Mapping[str, Side] = {"customer": "customer", "agent": "agent", "assist_bot": "agent"}
_KPIS: Mapping[str, tuple[str, ...]] = {
    "complaint": ("complaint_rate", "complaint_conversion_rate"),
    "low_rating": (
        *("csat_score", "satisfaction_rate"),
        *("overall_satisfaction", "rating_response_rate"),
    ),
    "unanswered": ("reply_rate", "unanswered_sessions", "response_timeout_rate"),
    "angry": ("negative_emotion_rate",),
    "slow": (
        *("first_response_time", "first_reply_in_target", "response_timeout_rate"),
        *("average_response_interval", "reply_in_target"),
    ),
    "transferred": ("transfer_rate",),
}
_ALWAYS = (
    *("received_sessions", "received_customers", "reply_rate", "unanswered_sessions"),
    *("problem_resolution_rate", "repeat_contact_rate", "complaint_conversion_rate"),
    *("negative_emotion_rate", "bot_share", "peak_hour_volume", "max_concurrency"),
)
"""KPIs that count every session of a customer."""

_REPLIED = (
    *("first_response_time", "first_reply_in_target", "average_response_interval"),
    *("reply_in_target", "handling_time", "session_duration", "long_session_rate"),
    *("short_session_rate", "transfer_rate", "buck_passing_rate", "overall_satisfaction"),
    *("rating_response_rate", "script_compliance_rate", "empathy_rate", "banned_word_rate"),
    *("invalid_reply_rate", "personalisation_rate", "privacy_leak_rate"),
    *("proactive_service_rate", "qa_auto_score", "risk_session_rate", "stiff_script_rate"),
    *("messages_handled", "qa_message_ratio"),
)
"""KPIs that count every session in which a human answered the customer."""

_RATED = ("csat_score", "satisfaction_rate")
"""KPIs that count every rated session."""


def example_id(example: SessionExample) -> str:
    """Return the id of a quoted session in the report; its number, which names nobody."""
    return f"session-{example.session_no}"


def excerpt(example: SessionExample, *, reveal: bool) -> Example:
    """Return a session as a quote.

    Args:
        example: the session.
        reveal: show personal data; they are masked otherwise, the session's id with them where it is
            made of the customer's.
    """
    moment = format_moment(example.started_at)
    shown = example.customer if reveal else mask_name(example.customer)
    has_id = reveal or not example.customer or example.customer not in example.session_id
    facts = (Fact(say("excerpt.session"), text_cell(example.session_id)),) if has_id else ()
    kpis = dict.fromkeys(kpi for reason in example.reasons for kpi in _KPIS[reason.kind])
    more = say("excerpt.left_out", n=format_count(example.left_out)) if example.left_out else ""
    return Example(
        id=example_id(example),
        title=say("excerpt.title", moment=moment, customer=one_line(shown)),
        reason=reasons_text(example),
        lines=tuple(_line(example, line, reveal=reveal) for line in example.lines),
        facts=facts,
        place=_place(example),
        kpis=tuple(kpis),
        counted=(
            *_ALWAYS,
            *(_REPLIED if example.is_replied else ()),
            *(_RATED if example.is_rated else ()),
        ),
        more=more,
    )


def reasons_text(example: SessionExample) -> str:
    """Return why a session is worth reading."""
    if not example.reasons:
        return say("excerpt.ordinary")
    return say("format.list_comma").join(_reason(reason) for reason in example.reasons)


def _place(example: SessionExample) -> Place:
    return (
        ("shop", one_line(example.shop)),
        ("agent", one_line(example.agent)),
        ("day", f"{example.started_at:%Y-%m-%d}"),
        ("session", session_key(example.session_id)),
    )


def _reason(reason: Reason) -> str:
    unit: Unit = "duration" if reason.kind == "slow" else "count"
    return say(f"excerpt.{reason.kind}", amount=format_value(reason.amount, unit))


def _line(example: SessionExample, line: Line, *, reveal: bool) -> ExampleLine:
    text = one_line(line.text if reveal else mask_quote(line.text, (example.customer,)))
    if len(text) > _MOST_CHARACTERS:
        text = f"{text[:_MOST_CHARACTERS]}{say('format.truncated')}"
    waited = format_value(line.waited, "duration") if line.waited is not None else ""
    role = f"role.{line.role}"
    return ExampleLine(
        time=f"{line.occurred_at:%H:%M:%S}",
        speaker=say(role) if has_text(role) else one_line(line.role),
        side=_SIDES.get(line.role, "other"),
        text=text,
        mark=say("excerpt.waited", seconds=waited) if waited else "",
        is_key=line.is_asking,
    )
