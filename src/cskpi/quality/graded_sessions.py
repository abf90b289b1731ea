"""What people need to grade the sessions of a plan: the conversations and what the rules found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cskpi.quality.evidence import shown_words
from cskpi.quality.grade_sheet import MOST_FINDINGS
from cskpi.quality.grading import PLAN_KEYS
from cskpi.texts import language, say

if TYPE_CHECKING:
    import duckdb

_SESSIONS = f"""
SELECT keys.key, plan.shop_id, sessions.agent_id, sessions.session_id, sessions.conversation_id,
    sessions.started_at, plan.stratum, sessions.session_no
FROM qa_plan_sessions AS plan
INNER JOIN ({PLAN_KEYS}) AS keys USING (shop_id, session_id)
INNER JOIN sessions USING (shop_id, session_id)
WHERE plan.week = $week
ORDER BY plan.shop_id, keys.key
"""

_LINES = """
SELECT placed.session_no, messages.occurred_at, messages.sender_role, messages.agent_id,
    messages.text
FROM qa_planned_sessions AS plan
INNER JOIN session_messages AS placed USING (session_no)
INNER JOIN messages ON placed.row_key = messages.source_row * 1000000 + messages.file_id
WHERE plan.week = $week
ORDER BY placed.session_no,
    coalesce(placed.occurred_ms, epoch_ms(placed.occurred_at)), placed.occurred_at, placed.row_key
"""

_FINDINGS = """
SELECT plan.session_no, found.rule,
    CASE WHEN $lang = 'en' THEN qa_rules.name_en ELSE qa_rules.name_zh END AS name,
    found.words, messages.occurred_at, coalesce(CAST(messages.message_key AS VARCHAR), '') AS message_key
FROM qa_planned_sessions AS plan
INNER JOIN qa_findings AS found USING (session_no)
INNER JOIN qa_rules USING (rule)
LEFT JOIN messages ON found.row_key = messages.source_row * 1000000 + messages.file_id
WHERE plan.week = $week AND NOT found.is_disputed
ORDER BY plan.session_no, found.is_fatal DESC, found.is_risk DESC, found.points, found.rule,
    messages.occurred_at, message_key
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: its name and words for people, and what it is known by."""

    rule: str
    message_key: str
    text: str


@dataclass(frozen=True, slots=True)
class GradedSession:
    """A session of a plan as a grader sees it; nothing in it names the customer."""

    key: str
    shop_id: str
    agent_id: str | None
    shown_id: str
    started_at: datetime
    stratum: str
    transcript: str
    findings: tuple[Finding, ...]


def sessions_to_grade(
    con: duckdb.DuckDBPyConnection, week: str, mask: Callable[[str], str]
) -> list[GradedSession]:
    """Return the sessions of a week's plan.

    Args:
        con: a database whose facts and findings are current.
        week: the plan.
        mask: hides personal data in a text.
    """
    lines: dict[int, list[str]] = {}
    for number, moment, role, agent, text in con.execute(_LINES, {"week": week}).fetchall():
        who = _speaker(role, agent)
        lines.setdefault(number, []).append(f"{moment:%H:%M:%S} {who}：{mask(text or '')}")
    findings: dict[int, list[Finding]] = {}
    asked = {"week": week, "lang": language()}
    for number, rule, name, words, moment, key in con.execute(_FINDINGS, asked).fetchall():
        text = " ".join(part for part in (_clock(moment), name, _quoted(words, mask)) if part)
        findings.setdefault(number, []).append(Finding(rule, key, text))
    return [
        GradedSession(
            key=key,
            shop_id=shop,
            agent_id=agent,
            # Where the export has no id of its own, ours begins with the customer's name.
            shown_id=session if conversation else "",
            started_at=started,
            stratum=stratum,
            transcript="\n".join(lines.get(number, [])),
            findings=tuple(findings.get(number, [])[:MOST_FINDINGS]),
        )
        for key, shop, agent, session, conversation, started, stratum, number in con.execute(
            _SESSIONS, {"week": week}
        ).fetchall()
    ]


def _speaker(role: str, agent: str | None) -> str:
    if role in {"agent", "assist_bot"}:
        # Accounts begin with the shop's name, which stands in its own column.
        return (agent or "").rpartition(":")[2] or say("grading.agent_line")
    return say(f"grading.{role}")


def _clock(moment: datetime | None) -> str:
    return f"{moment:%H:%M:%S}" if moment else ""


def _quoted(words: str | None, mask: Callable[[str], str]) -> str:
    return f"“{mask(shown_words(words))}”" if words else ""
