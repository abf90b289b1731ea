"""How far the loaded data carry a report: the load ledger, gaps, matches, unknown agents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

    from cskpi.periods import Period

KINDS = ("messages", "orders", "refunds", "ratings", "tickets", "complaints", "agents", "shifts")


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far the loaded data carry the report.

    The span, the missing days and the orders are those of the period; files and rows are those of
    the whole database; `has` counts its rows of each kind.
    """

    first_at: datetime | None = None
    last_at: datetime | None = None
    days_without_data: tuple[date, ...] = ()
    files: int = 0
    rows_read: int = 0
    rows_accepted: int = 0
    rows_duplicate: int = 0
    rows_rejected: int = 0
    reject_reasons: Mapping[str, int] = field(default_factory=dict)
    orders: int = 0
    orders_matched: int = 0
    agents_unknown: tuple[str, ...] = ()
    has: Mapping[str, int] = field(default_factory=dict)


def coverage(con: duckdb.DuckDBPyConnection, period: Period) -> Coverage:
    """Return what is loaded and what is missing in a period."""
    bounds = {"period_start": period.start, "period_end": period.end}
    first_at, last_at = _row(con, _SPAN, bounds)
    files, read, accepted, duplicate, rejected = _row(con, _LEDGER)
    orders, matched = _row(con, _ORDERS, bounds)
    return Coverage(
        first_at=first_at,
        last_at=last_at,
        days_without_data=_missing_days(con, period),
        files=files,
        rows_read=read,
        rows_accepted=accepted,
        rows_duplicate=duplicate,
        rows_rejected=rejected,
        reject_reasons=dict(con.execute(_REASONS).fetchall()),
        orders=orders,
        orders_matched=matched,
        agents_unknown=tuple(name for (name,) in con.execute(_UNKNOWN_AGENTS).fetchall()),
        has={kind: _row(con, f"SELECT count(*) FROM {kind}")[0] for kind in KINDS},
    )


_SPAN = """
SELECT min(started_at), max(ended_at) FROM sessions
WHERE started_at >= $period_start AND started_at < $period_end
"""

_LEDGER = """
SELECT count(DISTINCT sha256), coalesce(sum(rows_read), 0)::BIGINT,
       coalesce(sum(rows_accepted), 0)::BIGINT, coalesce(sum(rows_duplicate), 0)::BIGINT,
       coalesce(sum(rows_rejected), 0)::BIGINT
FROM import_files
"""

_ORDERS = """
SELECT count(*), count(customers.customer_id)
FROM orders
LEFT JOIN customers
    ON orders.shop_id = customers.shop_id AND orders.customer_id = customers.customer_id
WHERE orders.created_at >= $period_start AND orders.created_at < $period_end
"""

_REASONS = """
SELECT reason, count(*) FROM rejected_rows GROUP BY reason ORDER BY count(*) DESC, reason
"""

_UNKNOWN_AGENTS = """
SELECT accounts.agent_id
FROM accounts
LEFT JOIN agents ON accounts.shop_id = agents.shop_id AND accounts.agent_id = agents.agent_id
WHERE agents.agent_id IS NULL AND NOT accounts.is_bot AND EXISTS (SELECT 1 FROM agents)
ORDER BY accounts.agent_id
"""

_DAYS = """
SELECT DISTINCT CAST(occurred_at AS DATE) FROM session_messages
WHERE occurred_at >= $period_start AND occurred_at < $period_end
"""


def _missing_days(con: duckdb.DuckDBPyConnection, period: Period) -> tuple[date, ...]:
    bounds = {"period_start": period.start, "period_end": period.end}
    covered = {day for (day,) in con.execute(_DAYS, bounds).fetchall()}
    days = (period.start.date() + timedelta(days=n) for n in range(period.days))
    return tuple(day for day in days if day not in covered)


def _row(
    con: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, object] | None = None
) -> tuple[Any, ...]:
    row = con.execute(sql, dict(parameters or {})).fetchone()
    return tuple(row or ())
