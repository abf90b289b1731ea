"""Sessions worth reading: which of an agent's, why, and what was said in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    import duckdb

    from cskpi.periods import Period

ReasonKind = Literal["complaint", "low_rating", "unanswered", "angry", "slow", "transferred"]

MOST_SESSIONS = 150
"""Sessions a report quotes; with more than 50 agents each has fewer, so that the page stays small."""

MOST_EACH = 3
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


def session_examples(
    con: duckdb.DuckDBPyConnection,
    period: Period,
    most: int = MOST_SESSIONS,
    *,
    slow_after_seconds: float | None = 180,
) -> tuple[SessionExample, ...]:
    """Return at most three sessions of each agent, those that went worst, with their messages.

    A session is worth reading for a complaint within seven days, a rating of 1 or 2, no reply, an
    angry or disappointed customer, a first reply after `slow_after_seconds` (None: however long) or a
    transfer, in this order; several reasons add up. With many agents each has fewer, and beyond `most` agents only the
    busiest have one: all together have at most `most`.
    """
    bounds = {"period_start": period.start, "period_end": period.end}
    limits = {"each": MOST_EACH, "most": most, "slow_after": slow_after_seconds}
    rows = con.execute(_CHOSEN, bounds | limits).fetchall()
    agents = len({(shop, agent) for _, _, shop, agent, *_ in rows})
    each = max(1, min(MOST_EACH, most // agents)) if agents else 0
    chosen = [_example(row) for row in rows if row[6] <= each]
    said = _lines(con, [example.session_no for example in chosen])
    return tuple(_quoted(example, said.get(example.session_no, [])) for example in chosen)


_CHOSEN = """
WITH asked AS (
    SELECT session_no, session_id, shop_no, owner_account_no, started_at, first_reply_seconds,
        has_human_reply, is_transferred, message_count, customer_id
    FROM session_facts
    WHERE is_customer_session AND owner_account_no IS NOT NULL
        AND started_at >= $period_start AND started_at < $period_end
),
busiest AS (
    SELECT shop_no, owner_account_no FROM asked GROUP BY ALL
    ORDER BY count(*) DESC, shop_no, owner_account_no LIMIT $most
),
rated AS (
    SELECT session_no, min(score) AS score FROM session_ratings SEMI JOIN asked USING (session_no)
    GROUP BY session_no
),
felt AS (
    SELECT session_no, max(emotion IN ('angry', 'disappointed')) AS is_angry
    FROM message_forms
    INNER JOIN message_signals USING (form_no)
    SEMI JOIN asked USING (session_no)
    WHERE actor = 1
    GROUP BY session_no
),
weighed AS (
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
ranked AS (
    SELECT weighed.*, row_number() OVER (
        PARTITION BY weighed.shop_no, weighed.owner_account_no
        ORDER BY CASE WHEN is_complaint THEN 6 ELSE 0 END + CASE WHEN is_low THEN 5 ELSE 0 END
            + CASE WHEN has_human_reply THEN 0 ELSE 4 END + CASE WHEN is_angry THEN 3 ELSE 0 END
            + CASE WHEN is_slow THEN 2 ELSE 0 END + CASE WHEN is_transferred THEN 1 ELSE 0 END DESC,
            message_count DESC, session_no
    ) AS place
    FROM weighed
    SEMI JOIN busiest
        ON weighed.shop_no = busiest.shop_no
        AND weighed.owner_account_no = busiest.owner_account_no
    WHERE is_complaint OR is_low OR is_angry OR is_slow OR is_transferred OR NOT has_human_reply
)
SELECT session_no, session_id, shops.shop_id, accounts.agent_id, started_at,
    [is_complaint, is_low, NOT has_human_reply, is_angry, is_slow, is_transferred] AS marks,
    place, CAST(score AS DOUBLE), first_reply_seconds, ranked.customer_id
FROM ranked
INNER JOIN shops ON ranked.shop_no = shops.shop_no
INNER JOIN accounts ON ranked.owner_account_no = accounts.account_no
WHERE place <= $each
ORDER BY shops.shop_id, accounts.agent_id, place
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
    number, session_id, shop, agent, started_at, marks, _, score, waited, customer = row
    kinds: tuple[ReasonKind, ...] = (
        *("complaint", "low_rating", "unanswered", "angry", "slow", "transferred"),
    )
    amounts = {"low_rating": score, "slow": waited}
    reasons = tuple(
        Reason(kind, amounts.get(kind)) for kind, holds in zip(kinds, marks, strict=True) if holds
    )
    return SessionExample(
        number, session_id, shop, agent or "", started_at, reasons, customer=customer or ""
    )


def _lines(con: duckdb.DuckDBPyConnection, numbers: Sequence[int]) -> Mapping[int, list[Line]]:
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
            waited = waits[row_key]
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
