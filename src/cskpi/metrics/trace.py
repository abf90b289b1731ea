"""From a number back to what it is made of: rows, and transcripts with clock marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cskpi.errors import UsageError
from cskpi.metrics.business_time import in_business_time
from cskpi.metrics.effective import in_force
from cskpi.metrics.evaluate import parameters_in_force, period_parameters
from cskpi.metrics.statement import filter_conditions, period_filter, rows_sql

if TYPE_CHECKING:
    import duckdb

    from cskpi.metrics.declaration import Metric
    from cskpi.periods import Period
    from cskpi.settings import Settings


@dataclass(frozen=True, slots=True)
class Rows:
    """A query's answer: column names and rows; `total` counts the rows before any limit."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: int


@dataclass(frozen=True, slots=True)
class Mark:
    """What a message did to a clock: opened a wait, or closed it after `seconds`."""

    event: str
    seconds: float | None = None
    agent_id: str | None = None


@dataclass(frozen=True, slots=True)
class RuleMark:
    """An inspection rule that holds at a message; `span` is where its words are in the text."""

    rule: str
    labels: Mapping[str, str]
    points: float
    is_fatal: bool
    is_disputed: bool
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """One message of a session with its clock marks, a customer's with his emotion."""

    occurred_at: datetime
    sender_role: str
    sender: str | None
    text: str | None
    marks: tuple[Mark, ...] = ()
    emotion: str | None = None
    rules: tuple[RuleMark, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """A session: its facts by column name, and its messages in order."""

    facts: Mapping[str, Any]
    lines: tuple[TranscriptLine, ...]


def rows_behind(
    con: duckdb.DuckDBPyConnection,
    metric: Metric,
    period: Period,
    settings: Settings,
    *,
    filters: Mapping[str, str],
    limit: int,
) -> Rows:
    """Return the rows a number is made of, each with its session id where it has a session.

    Of a share what counts against it comes first.
    """
    conditions, values = filter_conditions(filters)
    parameters = (
        parameters_in_force(metric, settings) | period_parameters(period, compare=False) | values
    )
    where = " AND ".join([period_filter(compare=False), *conditions])
    (timed,) = in_business_time(
        con, in_force([metric], period), settings, where, lambda _: parameters
    )
    counted = rows_sql(timed, conditions)
    total = con.execute(f"SELECT count(*) FROM ({counted})", parameters).fetchone()
    cursor = con.execute(f"SELECT * FROM ({counted}){_order(metric)} LIMIT {limit:d}", parameters)
    columns = [column[0] for column in cursor.description or ()]
    rows = cursor.fetchall()
    if "session_no" in columns:
        columns, rows = _with_session_ids(con, columns, rows)
    return Rows(tuple(columns), tuple(tuple(row) for row in rows), total[0] if total else 0)


def _order(metric: Metric) -> str:
    """Return an order in which the rows of a share that count against it come first."""
    if metric.type != "ratio" or metric.unit != "percent" or metric.direction == "neutral":
        return ""
    worst = "DESC" if metric.direction == "down" else "ASC NULLS FIRST"
    return f" ORDER BY numerator {worst}, occurred_at"


def transcripts(con: duckdb.DuckDBPyConnection, session_id: str) -> list[Transcript]:
    """Return every session of that id (two shops may share one); 王***@start, as shown, is one, too.

    Raises:
        UsageError: there is none.
    """
    cursor = con.execute(
        "SELECT * FROM sessions WHERE session_id = $id OR conversation_id = $id"
        " OR (contains($id, '***@') AND starts_with(session_id, split_part($id, '***@', 1))"
        " AND ends_with(session_id, '@' || split_part($id, '***@', 2)))"
        " ORDER BY shop_id, started_at",
        {"id": session_id},
    )
    columns = [column[0] for column in cursor.description or ()]
    found = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    if not found:
        raise UsageError("session_unknown", id=session_id)
    return [Transcript(facts, _lines(con, facts["session_no"])) for facts in found]


_LINES = """
SELECT placed.row_key, messages.occurred_at, messages.sender_role,
       CASE WHEN messages.sender_role = 'customer' THEN messages.customer_id
            ELSE messages.agent_id END AS sender,
       messages.text, placed.actor
FROM session_messages AS placed
INNER JOIN messages ON placed.row_key = messages.source_row * 1000000 + messages.file_id
WHERE placed.session_no = $session
ORDER BY
    coalesce(placed.occurred_ms, epoch_ms(placed.occurred_at)), placed.occurred_at, placed.row_key
"""

_RULES = """
SELECT found.row_key, found.rule, rules.name_zh, rules.name_en, found.points, found.is_fatal,
       found.is_disputed, found.span_start, found.span_end
FROM qa_findings AS found
INNER JOIN qa_rules AS rules ON found.rule = rules.rule
WHERE found.session_no = $session
ORDER BY found.row_key, found.points, found.rule
"""

_RUNS = """
SELECT runs.row_key, runs.human_at, (runs.human_ms - runs.asked_ms) / 1000.0 AS seconds,
       accounts.agent_id
FROM session_runs AS runs
LEFT JOIN accounts ON runs.human_account_no = accounts.account_no
WHERE runs.session_no = $session AND runs.opens_turn
ORDER BY runs.asked_at, runs.row_key
"""

EMOTIONS = ("pleased", "calm", "asking", "anxious", "disappointed", "angry")
"""The customer's emotions by the level `form_emotions` gives them."""

_EMOTIONS = """
SELECT message_forms.row_key, form_emotions.emotion_level
FROM message_forms
INNER JOIN form_emotions ON message_forms.form_no = form_emotions.form_no
WHERE message_forms.session_no = $session AND message_forms.actor = 1
"""


def _lines(con: duckdb.DuckDBPyConnection, session_no: int) -> tuple[TranscriptLine, ...]:
    messages = con.execute(_LINES, {"session": session_no}).fetchall()
    waits = {row[0]: row[1:] for row in con.execute(_RUNS, {"session": session_no}).fetchall()}
    levels = con.execute(_EMOTIONS, {"session": session_no}).fetchall()
    emotions = {row_key: EMOTIONS[level] for row_key, level in levels}
    rules = _rule_marks(con, session_no)
    lines: list[TranscriptLine] = []
    waiting: tuple[Any, ...] | None = None
    for row_key, occurred_at, role, sender, text, actor in messages:
        marks: list[Mark] = []
        if row_key in waits:
            waiting = waits[row_key]
            marks.append(Mark("asked"))
        elif actor == 2 and waiting is not None:  # noqa: PLR2004  a human, as the model codes it
            marks.append(Mark("replied", waiting[1], waiting[2]))
            waiting = None
        read = (emotions.get(row_key), tuple(rules.get(row_key, ())))
        lines.append(TranscriptLine(occurred_at, role, sender, text, tuple(marks), *read))
    if waiting is not None and lines:
        lines[-1] = replace(lines[-1], marks=(*lines[-1].marks, Mark("unanswered")))
    return tuple(lines)


def _rule_marks(con: duckdb.DuckDBPyConnection, session_no: int) -> dict[int, list[RuleMark]]:
    found: dict[int, list[RuleMark]] = {}
    rows = con.execute(_RULES, {"session": session_no}).fetchall()
    for row_key, rule, zh, en, points, is_fatal, is_disputed, start, end in rows:
        span = None if start is None else (start, end)
        mark = RuleMark(rule, {"zh": zh, "en": en}, points, is_fatal, is_disputed, span)
        found.setdefault(row_key, []).append(mark)
    return found


def _with_session_ids(
    con: duckdb.DuckDBPyConnection, columns: list[str], rows: list[tuple[Any, ...]]
) -> tuple[list[str], list[tuple[Any, ...]]]:
    place = columns.index("session_no")
    kept = [name for name in columns if name not in ("session_no", "session_id")]
    numbers = [row[place] for row in rows if row[place] is not None]
    names = dict(
        con.execute(
            "SELECT session_no, session_id FROM sessions"
            " WHERE list_contains($numbers::BIGINT[], session_no)",
            {"numbers": numbers},
        ).fetchall()
    )
    shown = [
        (
            names.get(row[place]),
            *(cell for name, cell in zip(columns, row, strict=True) if name in kept),
        )
        for row in rows
    ]
    return ["session_id", *kept], shown
