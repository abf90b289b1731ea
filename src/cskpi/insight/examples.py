"""Sessions worth reading: which of an agent's, why, and what was said in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    import duckdb

    from cskpi.metrics.breakdowns import BreakdownTable
    from cskpi.periods import Period

ReasonKind = Literal["complaint", "low_rating", "unanswered", "angry", "slow", "transferred"]

MOST_SESSIONS = 150
"""Sessions a report quotes; with more than 50 agents each has fewer, so that the page stays small."""

SLOW_SECONDS = 180.0
MOST_EACH = 3
MOST_A_DAY = 2
MOST_LISTED = 60
"""Sessions a report quotes because its tables name them."""

_FIRST_LINES, _LAST_LINES = 8, 5


class Reason(NamedTuple):
    """Why a session is worth reading; `amount` is the score given or the seconds waited."""

    kind: ReasonKind
    amount: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A message; `waited` are the seconds the customer had waited for it, `is_asking` opens a wait."""

    occurred_at: datetime
    role: str
    text: str
    waited: float | None = None
    is_asking: bool = False


@dataclass(frozen=True, slots=True)
class SessionExample:
    """A session and why to read it; `left_out` counts the messages in the middle not quoted."""

    session_no: int
    session_id: str
    shop: str
    agent: str
    started_at: datetime
    reasons: tuple[Reason, ...]
    lines: tuple[Line, ...] = ()
    left_out: int = 0
    customer: str = ""
    is_replied: bool = True
    is_rated: bool = False


def session_examples(
    con: duckdb.DuckDBPyConnection,
    period: Period,
    most: int = MOST_SESSIONS,
    *,
    slow_after_seconds: float | None = SLOW_SECONDS,
    listed: Iterable[tuple[str, str]] = (),
) -> tuple[SessionExample, ...]:
    """Return sessions to read, with their messages: by agent, those that went worst first.

    They are at most three of each agent, two of each day, and those `listed` (shop, session id) by
    tables, of which `MOST_LISTED` are quoted. A session is worth reading for a complaint within seven
    days, a rating of 1 or 2, no reply, an angry or disappointed customer, a first reply after
    `slow_after_seconds` (None: however long, and no wait is shown) or a transfer, in this order; several reasons add up,
    and of sessions without any the longest talks come first. With many agents each has fewer, and
    beyond `most` agents only the busiest have one.
    """
    named = list(dict.fromkeys(listed))[:MOST_LISTED]
    rows = con.execute(
        _CHOSEN,
        {
            "period_start": period.start,
            "period_end": period.end,
            "each": MOST_EACH,
            "daily": MOST_A_DAY,
            "most": most,
            "slow_after": slow_after_seconds,
            "shops": [shop for shop, _ in named],
            "sessions": [session_id for _, session_id in named],
        },
    ).fetchall()
    chosen = [_example(row) for row in rows]
    numbers = [example.session_no for example in chosen]
    said = _lines(con, numbers, is_timed=slow_after_seconds is not None)
    return tuple(_quoted(example, said.get(example.session_no, [])) for example in chosen)


def listed_sessions(tables: Iterable[BreakdownTable]) -> list[tuple[str, str]]:
    """Return the sessions (shop, session id) that tables name, table by table as far as shown."""
    found: dict[tuple[str, str], None] = {}
    for table in tables:
        names = [column.name for column in table.columns]
        if not {"shop_id", "session_id"} <= set(names):
            continue
        shop_at, session_at = names.index("shop_id"), names.index("session_id")
        for row in table.rows[: table.most_rows or None]:
            shop, session_id = row[shop_at], row[session_at]
            if isinstance(shop, str) and isinstance(session_id, str):
                found[shop, session_id] = None
    return list(found)


_CHOSEN = """
WITH asked AS (
    SELECT session_no, session_id, shop_no, owner_account_no, started_at, first_reply_seconds,
        has_human_reply, is_transferred, message_count, customer_id
    FROM session_facts
    WHERE is_customer_session AND started_at >= $period_start AND started_at < $period_end
),
busiest AS (
    SELECT shop_no, owner_account_no FROM asked WHERE owner_account_no IS NOT NULL GROUP BY ALL
    ORDER BY count(*) DESC, shop_no, owner_account_no LIMIT $most
),
rated AS (
    SELECT session_no, min(score) AS score FROM session_ratings SEMI JOIN asked USING (session_no)
    GROUP BY session_no
),
upset AS (SELECT form_no FROM message_signals WHERE emotion IN ('angry', 'disappointed')),
felt AS (
    SELECT DISTINCT session_no, TRUE AS is_angry
    FROM message_forms
    SEMI JOIN upset USING (form_no)
    SEMI JOIN asked USING (session_no)
    WHERE actor = 1 AND occurred_at >= $period_start
),
marked AS (
    SELECT asked.*, rated.score,
        coalesce(complained_at < asked.started_at + INTERVAL 7 DAY, FALSE) AS is_complaint,
        coalesce(rated.score <= 2, FALSE) AS is_low,
        coalesce(felt.is_angry, FALSE) AS is_angry,
        coalesce(first_reply_seconds > $slow_after, FALSE) AS is_slow
    FROM asked
    LEFT JOIN rated USING (session_no)
    LEFT JOIN felt USING (session_no)
    LEFT JOIN session_outcome_facts USING (session_no)
),
-- One number holds urgency, length and the session, so that the first of each group need no sorting.
weighed AS (
    SELECT *,
        (CASE WHEN is_complaint THEN 6 ELSE 0 END + CASE WHEN is_low THEN 5 ELSE 0 END
            + CASE WHEN has_human_reply THEN 0 ELSE 4 END + CASE WHEN is_angry THEN 3 ELSE 0 END
            + CASE WHEN is_slow THEN 2 ELSE 0 END + CASE WHEN is_transferred THEN 1 ELSE 0 END)
        * 10000000000000000 + least(message_count, 9999) * 1000000000000
        + (999999999999 - session_no) AS weight
    FROM marked
),
best AS (
    SELECT max(weight, $each)[: (SELECT greatest($most // count(*), 1) FROM busiest)] AS weights
    FROM weighed SEMI JOIN busiest USING (shop_no, owner_account_no)
    GROUP BY shop_no, owner_account_no
    UNION ALL
    SELECT max(weight, $daily) FROM weighed GROUP BY CAST(started_at AS DATE)
    UNION ALL
    SELECT [max(weight)] FROM weighed WHERE owner_account_no IS NULL GROUP BY shop_no
    UNION ALL
    SELECT list(weight)
    FROM weighed
    INNER JOIN shops USING (shop_no)
    INNER JOIN (SELECT unnest($shops::VARCHAR[]) AS shop_id, unnest($sessions::VARCHAR[]) AS session_id)
        USING (shop_id, session_id)
),
chosen AS (SELECT DISTINCT unnest(weights) AS weight FROM best)
SELECT session_no, session_id, shops.shop_id, accounts.agent_id, started_at,
    [is_complaint, is_low, NOT has_human_reply, is_angry, is_slow, is_transferred] AS marks,
    CAST(score AS DOUBLE), first_reply_seconds, weighed.customer_id, first_reply_seconds IS NOT NULL
FROM weighed
SEMI JOIN chosen USING (weight)
INNER JOIN shops USING (shop_no)
LEFT JOIN accounts ON weighed.owner_account_no = accounts.account_no
ORDER BY shops.shop_id, accounts.agent_id NULLS LAST, weight DESC
"""

_MESSAGES = """
WITH wanted AS (SELECT unnest($numbers::BIGINT[]) AS session_no),
placed AS (
    SELECT session_no, row_key, actor, occurred_at, occurred_ms
    FROM session_messages SEMI JOIN wanted USING (session_no)
)
SELECT placed.session_no, placed.row_key, placed.actor, placed.occurred_at, messages.sender_role,
    messages.text
FROM messages
INNER JOIN placed ON placed.row_key = messages.source_row * 1000000 + messages.file_id
ORDER BY placed.session_no, coalesce(placed.occurred_ms, epoch_ms(placed.occurred_at)),
    placed.occurred_at, placed.row_key
"""

_WAITS = """
WITH wanted AS (SELECT unnest($numbers::BIGINT[]) AS session_no)
SELECT row_key, (human_ms - asked_ms) / 1000.0
FROM session_runs SEMI JOIN wanted USING (session_no)
WHERE opens_turn
"""

_HUMAN = 2
"""An actor, as the model codes it."""


def _example(row: tuple[Any, ...]) -> SessionExample:
    number, session_id, shop, agent, started_at, marks, score, waited, customer, is_replied = row
    kinds: tuple[ReasonKind, ...] = (
        *("complaint", "low_rating", "unanswered", "angry", "slow", "transferred"),
    )
    amounts = {"low_rating": score, "slow": waited}
    reasons = tuple(
        Reason(kind, amounts.get(kind)) for kind, holds in zip(kinds, marks, strict=True) if holds
    )
    return SessionExample(
        number,
        session_id,
        shop,
        agent or "",
        started_at,
        reasons,
        customer=customer or "",
        is_replied=is_replied,
        is_rated=score is not None,
    )


def _lines(
    con: duckdb.DuckDBPyConnection, numbers: Sequence[int], *, is_timed: bool
) -> Mapping[int, list[Line]]:
    if not numbers:
        return {}
    waits = dict(con.execute(_WAITS, {"numbers": list(numbers)}).fetchall())
    said: dict[int, list[Line]] = {}
    waited: float | None = None
    for number, row_key, actor, occurred_at, role, text in con.execute(
        _MESSAGES, {"numbers": list(numbers)}
    ).fetchall():
        lines = said.setdefault(number, [])
        if not lines:
            waited = None
        line = Line(occurred_at, role, text or "")
        if row_key in waits:
            waited = waits[row_key] if is_timed else None
            line = replace(line, is_asking=True)
        elif actor == _HUMAN and waited is not None:
            line, waited = replace(line, waited=waited), None
        lines.append(line)
    return said


def _quoted(example: SessionExample, lines: Sequence[Line]) -> SessionExample:
    left_out = len(lines) - _FIRST_LINES - _LAST_LINES
    if left_out <= 1:
        return replace(example, lines=tuple(lines))
    kept = (*lines[:_FIRST_LINES], *lines[-_LAST_LINES:])
    return replace(example, lines=kept, left_out=left_out)
