"""How far the loaded data carry a report: the load ledger, gaps, matches, unknown agents."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cskpi.identity.aliases import LISTED

if TYPE_CHECKING:
    import duckdb

    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.finding import Against, Finding
    from cskpi.periods import Period

KINDS = ("messages", "orders", "refunds", "ratings", "tickets", "complaints", "agents", "shifts")

MATCHES = ("customer", "link", "order_id", "none")
STATES = ("known", "alias", "unknown")

_ALIKE = 0.1
"""Periods whose shares of days without data differ by more have totals that cannot be compared."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far the loaded data carry the report.

    The span, the missing days and the orders are those of the period; files and rows are those of
    the whole database; `has` counts its rows of each kind. `matches` counts the orders by how their
    customer was found in the chats (customer, link, order_id, none), `accounts` the names of human
    agents in the chats by whether they are known, an alias or unknown. `uneven` are the earlier
    periods with chats on clearly more or fewer of their days than this one, and how many have none.
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
    matches: Mapping[str, int] = field(default_factory=dict)
    agents_unknown: tuple[str, ...] = ()
    accounts: Mapping[str, int] = field(default_factory=dict)
    has: Mapping[str, int] = field(default_factory=dict)
    uneven: Mapping[Against, int] = field(default_factory=dict)


def coverage(con: duckdb.DuckDBPyConnection, period: Period) -> Coverage:
    """Return what is loaded and what is missing in a period."""
    bounds = {"period_start": period.start, "period_end": period.end}
    first_at, last_at = _row(con, _SPAN, bounds)
    files, read, accepted, duplicate, rejected = _row(con, _LEDGER)
    matches = order_matches(con, period)
    missing, uneven = _days_without_data(con, period)
    return Coverage(
        first_at=first_at,
        last_at=last_at,
        days_without_data=missing,
        files=files,
        rows_read=read,
        rows_accepted=accepted,
        rows_duplicate=duplicate,
        rows_rejected=rejected,
        reject_reasons=dict(con.execute(_REASONS).fetchall()),
        orders=sum(matches.values()),
        orders_matched=sum(matches.values()) - matches["none"],
        matches=matches,
        agents_unknown=tuple(name for (name,) in con.execute(_UNKNOWN_AGENTS).fetchall()),
        accounts=dict.fromkeys(STATES, 0) | dict(con.execute(_ACCOUNTS).fetchall()),
        has={kind: _row(con, f"SELECT count(*) FROM {kind}")[0] for kind in KINDS},
        uneven=uneven,
    )


def comparable(
    findings: Iterable[Finding], metrics: Iterable[Metric], coverage: Coverage
) -> tuple[Finding, ...]:
    """Return the findings, totals without their comparison with a period of clearly other coverage."""
    totals = {metric.name for metric in metrics if metric.type in ("count", "sum")}
    return tuple(
        _less(finding, coverage.uneven) if finding.metric in totals else finding
        for finding in findings
    )


def _less(finding: Finding, uneven: Mapping[Against, int]) -> Finding:
    kept = tuple(c for c in finding.comparisons if c.against not in uneven)
    previous = None if "previous" in uneven else finding.previous
    return replace(finding, comparisons=kept, previous=previous)


def order_matches(
    con: duckdb.DuckDBPyConnection, period: Period, shop: str | None = None
) -> dict[str, int]:
    """Return the orders made in a period by how their customer was found in the chats (`MATCHES`)."""
    wanted = {"period_start": period.start, "period_end": period.end, "shop": shop}
    return dict.fromkeys(MATCHES, 0) | dict(con.execute(_ORDERS, wanted).fetchall())


_SPAN = """
SELECT min(started_at), max(ended_at) FROM session_facts
WHERE started_at >= $period_start AND started_at < $period_end
"""

_LEDGER = """
SELECT count(DISTINCT sha256), coalesce(sum(rows_read), 0)::BIGINT,
       coalesce(sum(rows_accepted), 0)::BIGINT, coalesce(sum(rows_duplicate), 0)::BIGINT,
       coalesce(sum(rows_rejected), 0)::BIGINT
FROM import_files
"""

_ORDERS = """
SELECT matched_by, count(*)
FROM order_customers
INNER JOIN orders USING (shop_id, order_id)
WHERE orders.created_at >= $period_start AND orders.created_at < $period_end
    AND ($shop IS NULL OR orders.shop_id = $shop)
GROUP BY matched_by
"""

_REASONS = """
SELECT reason, count(*) FROM rejected_rows GROUP BY reason ORDER BY count(*) DESC, reason
"""

_UNKNOWN_AGENTS = f"""
WITH listed AS ({LISTED})
SELECT agent_id
FROM accounts
WHERE NOT is_bot AND EXISTS (SELECT 1 FROM agents) AND NOT EXISTS (
    SELECT 1 FROM listed
    WHERE listed.agent_id = accounts.agent_id AND listed.shop_id IN (accounts.shop_id, ''))
ORDER BY agent_id
"""

_ACCOUNTS = f"""
WITH listed AS ({LISTED}),
named AS (
    SELECT shop_id, account_name, arg_max(agent_id, last_at) AS agent_id
    FROM account_names WHERE NOT is_bot GROUP BY shop_id, account_name
)
SELECT CASE
        WHEN agent_id <> account_name THEN 'alias'
        WHEN EXISTS (SELECT 1 FROM listed WHERE listed.agent_id = named.agent_id
            AND listed.shop_id IN (named.shop_id, '')) THEN 'known'
        ELSE 'unknown'
    END AS state, count(*)
FROM named
GROUP BY state
"""

_DAYS = """
SELECT DISTINCT CAST(occurred_at AS DATE) FROM session_messages
WHERE occurred_at >= $first_start AND occurred_at < $period_end
"""


def _days_without_data(
    con: duckdb.DuckDBPyConnection, period: Period
) -> tuple[tuple[date, ...], dict[Against, int]]:
    """Return the days nobody wrote on; of earlier periods how many, where clearly more or fewer."""
    earlier: dict[Against, Period | None] = {
        "previous": period.previous(),
        "last_year": period.year_before(),
    }
    starts = [period.start, *(other.start for other in earlier.values() if other is not None)]
    # One look at millions of messages is enough for all periods.
    bounds = {"first_start": min(starts), "period_end": period.end}
    covered = {day for (day,) in con.execute(_DAYS, bounds).fetchall()}
    missing = _not_among(covered, period)
    uneven: dict[Against, int] = {}
    for against, other in earlier.items():
        if other is not None:
            lacking = len(_not_among(covered, other))
            if abs(lacking / other.days - len(missing) / period.days) > _ALIKE:
                uneven[against] = lacking
    return missing, uneven


def _not_among(covered: Collection[date], period: Period) -> tuple[date, ...]:
    days = (period.start.date() + timedelta(days=n) for n in range(period.days))
    return tuple(day for day in days if day not in covered)


def _row(
    con: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, object] | None = None
) -> tuple[Any, ...]:
    row = con.execute(sql, dict(parameters or {})).fetchone()
    return tuple(row or ())
