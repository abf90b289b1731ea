"""Why an order is credited to whom: who talked with its customer, who won under every rule, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cskpi.errors import UsageError
from cskpi.metrics.trace import Rows

if TYPE_CHECKING:
    import duckdb

    from cskpi.settings import Settings

CREDIT_COLUMNS = (
    "rule",
    "basis",
    "in_force",
    "agent_id",
    "credited_for",
    "last_chat_at",
    "seconds_before",
    "turn_count",
    "session_id",
    "why",
)


@dataclass(frozen=True, slots=True)
class OrderTrace:
    """One order of one shop.

    `facts` holds it by column name; `credits_given` has a row per rule and basis with the reason as
    a word (`why_…`); `candidates` a row per human, session and event with his last reply before the
    event, the seconds between them (negative: after it) and as a word whether that counts.
    """

    facts: Mapping[str, Any]
    credits_given: Rows
    candidates: Rows


def trace_order(
    con: duckdb.DuckDBPyConnection, order_id: str, settings: Settings
) -> list[OrderTrace]:
    """Return every order of that id (two shops may share one), by shop.

    Raises:
        UsageError: there is none.
    """
    orders = _records(con, _ORDERS, {"id": order_id})
    if not orders:
        raise UsageError("order_unknown", id=order_id)
    return [_trace(con, order, settings) for order in orders]


def _trace(
    con: duckdb.DuckDBPyConnection, order: Mapping[str, Any], settings: Settings
) -> OrderTrace:
    number = {"order_no": order["order_no"]}
    considered = _records(con, _CONSIDERED, number)
    in_force = (settings.text("attribution.rule"), settings.text("attribution.basis"))
    sku_first = settings.flag("attribution.sku_first")
    credited = _records(con, _CREDITS, number)
    rows = tuple(
        tuple(
            (
                credit
                | {
                    "in_force": (credit["rule"], credit["basis"]) == in_force,
                    "why": _why(order, credit, considered, sku_first=sku_first),
                }
            )[name]
            for name in CREDIT_COLUMNS
        )
        for credit in credited
    )
    window = {
        "window": settings.whole("attribution.window_seconds"),
        "guard": settings.whole("attribution.silent_guard_minutes"),
        "follow_up": settings.whole("attribution.follow_up_minutes"),
    }
    cursor = con.execute(_CANDIDATES, number | window)
    columns = tuple(column[0] for column in cursor.description or ())
    talked = tuple(cursor.fetchall())
    shown = {name: value for name, value in order.items() if name != "order_no"}
    return OrderTrace(
        shown, Rows(CREDIT_COLUMNS, rows, len(rows)), Rows(columns, talked, len(talked))
    )


def _why(
    order: Mapping[str, Any],
    credit: Mapping[str, Any],
    considered: Sequence[Mapping[str, Any]],
    *,
    sku_first: bool,
) -> str:
    if order["left_out"] is not None:
        return f"why_left_out_{order['left_out']}"
    if credit["credited_for"] is None:
        return "why_silent" if order["matched_by"] != "none" else "why_nobodys"
    rivals = [row for row in considered if row["occasion"] == credit["credited_for"]]
    if len(rivals) == 1:
        return "why_only"
    if sku_first and any(row["product_at"] is not None for row in rivals):
        rivals = [row for row in rivals if row["product_at"] is not None]
        if len(rivals) == 1 or credit["basis"] == "last":
            return "why_product"
    if credit["basis"] == "last":
        return "why_last"
    best = [row for row in rivals if row["turn_count"] == credit["turn_count"]]
    return "why_most" if len(best) == 1 else "why_tie"


def _records(
    con: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, Any]
) -> list[dict[str, Any]]:
    cursor = con.execute(sql, dict(parameters))
    columns = [column[0] for column in cursor.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


_ORDERS = """
SELECT sale_orders.order_no, sale_orders.order_id, sale_orders.shop_id, sale_orders.customer_id,
       order_customers.matched_by, sale_orders.created_at, sale_orders.paid_at,
       sale_orders.paid_amount, sale_orders.sale_amount, sale_orders.net_amount,
       sale_orders.is_refunded, sale_orders.left_out
FROM sale_orders
INNER JOIN order_customers
    ON sale_orders.shop_id = order_customers.shop_id
    AND sale_orders.order_id = order_customers.order_id
WHERE sale_orders.order_id = $id
ORDER BY sale_orders.shop_id
"""

_CONSIDERED = """
SELECT occasion, turn_count, product_at FROM order_candidates WHERE order_no = $order_no
"""

_CREDITS = """
SELECT rules.rule, rules.basis, accounts.agent_id, order_credits.credited_for,
       order_credits.last_chat_at,
       (epoch_ms(CASE WHEN order_credits.credited_for = 'created' THEN sale_orders.created_at
                      ELSE sale_orders.paid_at END)
        - epoch_ms(order_credits.last_chat_at)) / 1000.0 AS seconds_before,
       order_candidates.turn_count, sessions.session_id
FROM sale_orders
CROSS JOIN (
    VALUES (1, 'created_first', 'last'), (2, 'created', 'last'), (3, 'paid', 'last'),
           (4, 'created_first', 'most'), (5, 'created', 'most'), (6, 'paid', 'most')
) AS rules (place, rule, basis)
LEFT JOIN order_credits
    ON sale_orders.order_no = order_credits.order_no
    AND rules.rule = order_credits.rule AND rules.basis = order_credits.basis
LEFT JOIN order_candidates
    ON order_credits.order_no = order_candidates.order_no
    AND order_credits.credited_for = order_candidates.occasion
    AND coalesce(order_credits.account_no, 0) = coalesce(order_candidates.account_no, 0)
LEFT JOIN sessions ON order_credits.session_no = sessions.session_no
LEFT JOIN accounts ON order_credits.account_no = accounts.account_no
WHERE sale_orders.order_no = $order_no
ORDER BY rules.place
"""

_CANDIDATES = """
WITH placed AS (
    SELECT order_no, customer_no, created_at, paid_at, left_out FROM sale_orders
    WHERE order_no = $order_no
),
moments AS (
    SELECT *, 'created' AS occasion, created_at AS event_at FROM placed
    UNION ALL
    SELECT *, 'paid' AS occasion, paid_at AS event_at FROM placed
),
talks AS (
    SELECT moments.occasion, moments.event_at, moments.created_at, moments.left_out,
           session_messages.account_no, session_messages.session_no,
           session_messages.occurred_at,
           session_messages.occurred_ms IS NOT NULL AS has_clock,
           coalesce(
               session_messages.occurred_at > session_facts.first_asked_at
               OR (session_messages.occurred_at = session_facts.first_asked_at
                   AND session_messages.row_key > session_facts.first_asked_key),
               FALSE
           ) AS is_reply,
           coalesce(
               moments.occasion = 'paid' AND NOT EXISTS (
                   SELECT 1 FROM order_candidates
                   WHERE order_no = $order_no AND occasion = 'created')
               AND session_messages.occurred_at > moments.created_at
               AND session_messages.occurred_at
                   <= moments.created_at + $guard * INTERVAL 1 MINUTE,
               FALSE
           ) AS is_guarded
    FROM moments
    INNER JOIN session_messages ON moments.customer_no = session_messages.customer_no
    INNER JOIN session_facts ON session_messages.session_no = session_facts.session_no
    WHERE session_messages.actor = 2
),
counted AS (
    SELECT occasion, event_at, left_out, account_no, session_no,
           count(*) AS message_count,
           max(occurred_at) AS last_at,
           max(occurred_at) FILTER (has_clock AND is_reply AND occurred_at <= event_at)
               AS last_before,
           count(*) FILTER (has_clock AND is_reply AND NOT is_guarded AND occurred_at <= event_at
               AND occurred_at >= event_at - $window * INTERVAL 1 SECOND) AS in_window,
           count(*) FILTER (has_clock AND is_reply AND is_guarded AND occurred_at <= event_at)
               AS in_guard,
           count(*) FILTER (has_clock AND NOT is_reply AND occurred_at <= event_at) AS unasked,
           count(*) FILTER (has_clock) AS clocked,
           count(*) FILTER (has_clock AND occasion = 'paid' AND occurred_at > event_at
               AND occurred_at <= event_at + $follow_up * INTERVAL 1 MINUTE) AS followed
    FROM talks
    GROUP BY occasion, event_at, left_out, account_no, session_no
),
answered AS (
    SELECT moments.occasion, session_runs.session_no,
           nullif(session_runs.human_account_no, 0) AS account_no, count(*) AS turn_count
    FROM moments
    INNER JOIN session_runs ON moments.customer_no = session_runs.customer_no
    WHERE session_runs.opens_turn AND session_runs.human_ms IS NOT NULL
        AND session_runs.human_at <= moments.event_at
        AND session_runs.human_at >= moments.event_at - $window * INTERVAL 1 SECOND
    GROUP BY ALL
)
SELECT counted.occasion, accounts.agent_id, sessions.session_id,
       coalesce(answered.turn_count, 0) AS turn_count, counted.message_count,
       coalesce(counted.last_before, counted.last_at) AS last_chat_at,
       (epoch_ms(counted.event_at) - epoch_ms(coalesce(counted.last_before, counted.last_at)))
           / 1000.0 AS seconds_before,
       CASE
           WHEN counted.event_at IS NULL THEN 'no_event'
           WHEN counted.left_out IS NOT NULL THEN 'left_out'
           WHEN counted.in_window > 0 THEN 'in_window'
           WHEN counted.in_guard > 0 THEN 'in_guard'
           WHEN counted.last_before IS NOT NULL THEN 'too_early'
           WHEN counted.unasked > 0 THEN 'unasked'
           WHEN counted.clocked = 0 THEN 'no_clock'
           WHEN counted.followed > 0 THEN 'followed_up'
           ELSE 'after_event'
       END AS counts
FROM counted
INNER JOIN sessions ON counted.session_no = sessions.session_no
LEFT JOIN accounts ON counted.account_no = accounts.account_no
LEFT JOIN answered
    ON counted.occasion = answered.occasion AND counted.session_no = answered.session_no
    AND coalesce(counted.account_no, 0) = coalesce(answered.account_no, 0)
ORDER BY counted.occasion, last_chat_at, accounts.agent_id, sessions.session_id
"""
