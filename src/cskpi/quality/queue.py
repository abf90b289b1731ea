"""What the inspection found in a period: how often by rule and agent, and the sessions to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cskpi.quality.disputes import finding_id

if TYPE_CHECKING:
    import duckdb

    from cskpi.periods import Period

_GRAVITY = """CASE found.severity WHEN 'critical' THEN 1 WHEN 'high' THEN 2 WHEN 'medium' THEN 3
    WHEN 'low' THEN 4 ELSE 5 END"""


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often a rule held: messages, sessions of `inspected`, agents."""

    rule: str
    labels: Mapping[str, str]
    severity: str
    points: float
    findings: int
    sessions: int
    agents: int
    inspected: int

    @property
    def share(self) -> float | None:
        """Sessions with such a finding by inspected sessions, 0..1."""
        return self.sessions / self.inspected if self.inspected else None


@dataclass(frozen=True, slots=True)
class AgentScore:
    """An owner's inspected sessions: their mean score, and how many are risky or fatal."""

    shop_id: str
    agent_id: str | None
    sessions: int
    mean_score: float
    risky: int
    fatal: int
    findings: int


@dataclass(frozen=True, slots=True)
class Summary:
    """All that the rules found in a period; `disputed` findings are left out."""

    inspected: int
    risky: int
    disputed: int
    rules: tuple[RuleCount, ...]
    agents: tuple[AgentScore, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding in its session, with the message it stands at.

    `span` is where in the text the words are, in characters; None of rules that are not about words.
    `finding_id` is what `cskpi qa dispute` takes.
    """

    shop_id: str
    session_id: str
    agent_id: str | None
    channel: str | None
    started_at: datetime
    score: float
    rule: str
    labels: Mapping[str, str]
    severity: str
    points: float
    is_fatal: bool
    occurred_at: datetime
    sender_role: str
    customer_id: str | None
    text: str | None
    words: str | None
    span: tuple[int, int] | None
    seconds: float | None
    finding_id: str


def summarise(
    con: duckdb.DuckDBPyConnection, period: Period, filters: Mapping[str, str]
) -> Summary:
    """Count what was found in the sessions that started in a period.

    Args:
        con: a database that was inspected.
        period: half-open.
        filters: keep one shop, agent or channel.
    """
    values = {"start": period.start, "end": period.end, **filters}
    of_scores, of_found = _conditions("scores", filters), _conditions("found", filters)
    totals = con.execute(
        f"SELECT count(*), coalesce(sum(CAST(is_risk AS INTEGER)), 0) FROM qa_auto_scores AS scores"
        f" WHERE {of_scores}",
        values,
    ).fetchone()
    inspected, risky = totals or (0, 0)
    return Summary(
        inspected,
        risky,
        _disputed(con, period),
        tuple(_rule_counts(con, of_found, values, inspected)),
        tuple(_agent_scores(con, of_scores, values)),
    )


def _disputed(con: duckdb.DuckDBPyConnection, period: Period) -> int:
    row = con.execute(
        "SELECT count(*) FROM qa_findings INNER JOIN session_facts USING (session_no)"
        " WHERE is_disputed AND started_at >= $start AND started_at < $end",
        {"start": period.start, "end": period.end},
    ).fetchone()
    return int(row[0]) if row else 0


def _rule_counts(
    con: duckdb.DuckDBPyConnection, where: str, values: Mapping[str, Any], inspected: int
) -> list[RuleCount]:
    rows = con.execute(
        f"""
        SELECT found.rule, any_value(rules.name_zh), any_value(rules.name_en),
            any_value(found.severity), any_value(found.points), count(*),
            count(DISTINCT found.session_no), count(DISTINCT (found.shop_id, found.agent_id))
        FROM qa_session_findings AS found LEFT JOIN qa_rules AS rules ON found.rule = rules.rule
        WHERE {where}
        GROUP BY found.rule
        ORDER BY any_value({_GRAVITY}), any_value(found.points), count(*) DESC, found.rule
        """,
        dict(values),
    ).fetchall()
    return [
        RuleCount(
            rule, {"zh": zh, "en": en}, severity, points, findings, sessions, agents, inspected
        )
        for rule, zh, en, severity, points, findings, sessions, agents in rows
    ]


def _agent_scores(
    con: duckdb.DuckDBPyConnection, where: str, values: Mapping[str, Any]
) -> list[AgentScore]:
    rows = con.execute(
        f"""
        SELECT shop_id, agent_id, count(*), avg(score), sum(CAST(is_risk AS INTEGER)),
            sum(CAST(is_fatal AS INTEGER)), sum(finding_count)
        FROM qa_auto_scores AS scores
        WHERE has_human_message AND {where}
        GROUP BY shop_id, agent_id
        ORDER BY avg(score), shop_id, agent_id
        """,
        dict(values),
    ).fetchall()
    return [AgentScore(*row) for row in rows]


_LISTED = """
WITH kept AS (
    SELECT found.*, {gravity} AS gravity FROM qa_session_findings AS found WHERE {where}
),
ranked AS (
    SELECT kept.session_no, scores.score,
        row_number() OVER (
            ORDER BY min(kept.gravity), min(kept.points), scores.score, min(kept.started_at),
                kept.session_no
        ) AS place
    FROM kept INNER JOIN qa_auto_scores AS scores ON kept.session_no = scores.session_no
    GROUP BY kept.session_no, scores.score
),
first AS (SELECT * FROM ranked WHERE place <= $limit)
SELECT kept.shop_id, kept.session_id, kept.agent_id, kept.channel, kept.started_at, first.score,
    kept.rule, rules.name_zh, rules.name_en, kept.severity, kept.points, kept.is_fatal,
    messages.occurred_at, messages.sender_role, messages.customer_id, messages.text, kept.words,
    kept.span_start, kept.span_end, kept.seconds, {finding} AS finding,
    (SELECT count(*) FROM ranked) AS total
FROM first
INNER JOIN kept ON first.session_no = kept.session_no
INNER JOIN messages ON kept.row_key = messages.source_row * 1000000 + messages.file_id
LEFT JOIN qa_rules AS rules ON kept.rule = rules.rule
ORDER BY first.place, kept.gravity, kept.points, messages.occurred_at, kept.row_key, kept.rule
"""


def listed(
    con: duckdb.DuckDBPyConnection,
    period: Period,
    filters: Mapping[str, str],
    *,
    risk: bool,
    rule: str | None,
    limit: int,
) -> tuple[list[Finding], int]:
    """Return findings, the gravest sessions first, and how many sessions there are.

    Args:
        con: a database that was inspected.
        period: half-open; a session is of the period it started in.
        filters: keep one shop, agent or channel.
        risk: only rules that mark a risk.
        rule: only this rule.
        limit: sessions listed.
    """
    where = _conditions("found", filters)
    values: dict[str, Any] = {"start": period.start, "end": period.end, "limit": limit, **filters}
    if risk:
        where += " AND found.is_risk"
    if rule is not None:
        where, values = f"{where} AND found.rule = $rule", {**values, "rule": rule}
    finding = finding_id("kept.", "messages.")
    sql = _LISTED.format(gravity=_GRAVITY, where=where, finding=finding)
    rows = con.execute(sql, values).fetchall()
    return [_finding(row) for row in rows], rows[0][-1] if rows else 0


def _finding(row: tuple[Any, ...]) -> Finding:
    *session, rule, zh, en, severity, points, is_fatal = row[:12]
    *message, words, start, end, seconds, finding = row[12:21]
    span = None if start is None else (start, end)
    labels = {"zh": zh, "en": en}
    about = (rule, labels, severity, points, is_fatal)
    told = (*session, *about, *message, words, span, seconds, finding)
    return Finding(*told)


def _conditions(alias: str, filters: Mapping[str, str]) -> str:
    columns = {"shop": "shop_id", "agent": "agent_id", "channel": "channel"}
    period = f"{alias}.started_at >= $start AND {alias}.started_at < $end"
    return " AND ".join([period, *(f"{alias}.{columns[name]} = ${name}" for name in filters)])
