"""Reservations about a number: rows that rest on a fallback, outcomes that are still open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cskpi.metrics.effective import effective_flags
from cskpi.metrics.finding import Finding, Flag

if TYPE_CHECKING:
    import duckdb

    from cskpi.metrics.declaration import Metric
    from cskpi.periods import Period

NEWEST: Mapping[str, str] = {
    "messages": "SELECT max(occurred_at) FROM messages",
    "ratings": "SELECT max(rated_at) FROM ratings",
    "orders": "SELECT max(greatest(created_at, coalesce(paid_at, created_at))) FROM orders",
    "refunds": "SELECT max(greatest(applied_at, coalesce(refunded_at, applied_at))) FROM refunds",
    "complaints": "SELECT max(filed_at) FROM complaints",
    "tickets": "SELECT max(greatest(created_at, coalesce(closed_at, created_at))) FROM tickets",
}
"""The newest event an export tells of, by table."""

DECIDING: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("refunds",), ("refunds", "orders")),
    (
        ("orders", "customer_orders", "order_attribution", "order_items", "order_customers"),
        ("orders",),
    ),
    (("ratings", "counted_ratings", "session_ratings"), ("messages", "ratings")),
    (("complaints", "counted_complaints"), ("messages", "complaints")),
    (("tickets", "counted_tickets"), ("messages", "tickets")),
)
"""Which tables tell how far the outcomes of a KPI are known, by its sources, else by the tables it
reads besides; the first line that fits decides, without any the messages do. Orders speak for
themselves, because chats are often exported further than they; ratings, complaints and tickets are
rare, so that days without one prove nothing."""


def with_flags(
    metric: Metric, findings: Sequence[Finding], period: Period, known_until: datetime | None
) -> list[Finding]:
    """Return the findings of one metric with their flags; one without a value has no reservation.

    `known_until` is the `data_end` of a metric whose outcomes mature, None of all others.
    """
    return [
        replace(finding, flags=flags)
        if (
            flags := (
                *effective_flags(metric, finding, period),
                *_fallback(metric, finding),
                *_open(metric, finding, period, known_until),
            )
        )
        else finding
        for finding in findings
    ]


def data_end(con: duckdb.DuckDBPyConnection, metric: Metric) -> datetime | None:
    """Return the newest event of the tables that decide for this metric, None without any."""
    tables = _deciding(metric.sources) or _deciding(metric.optional) or ("messages",)
    row = con.execute(
        f"SELECT max(newest) FROM ({' UNION ALL '.join(NEWEST[name] for name in tables)})"
        " AS ends (newest)"
    ).fetchone()
    return row[0] if row else None


def _deciding(read: Sequence[str]) -> tuple[str, ...]:
    return next((ends for names, ends in DECIDING if set(read) & set(names)), ())


def _fallback(metric: Metric, finding: Finding) -> tuple[Flag, ...]:
    if metric.flag is None or finding.value is None or not finding.flagged:
        return ()
    return (Flag("fallback", metric.flag, share=finding.flagged),)


def _open(
    metric: Metric, finding: Finding, period: Period, known_until: datetime | None
) -> tuple[Flag, ...]:
    if known_until is None or finding.value is None:
        return ()
    final_at = _end(finding, period) + timedelta(days=metric.matures_after_days)
    if final_at <= known_until:
        return ()
    return (Flag("provisional", final_on=final_at.date()),)


def _end(finding: Finding, period: Period) -> datetime:
    """Return where the finding's own time ends: its day, week or month, or the period."""
    ends = [period.end]
    if day := finding.dimensions.get("day"):
        ends.append(datetime.fromisoformat(day) + timedelta(days=1))
    if week := finding.dimensions.get("week"):
        ends.append(datetime.strptime(f"{week}-1", "%G-W%V-%u") + timedelta(days=7))  # noqa: DTZ007
    if month := finding.dimensions.get("month"):
        first = datetime.fromisoformat(f"{month}-01")
        ends.append((first + timedelta(days=32)).replace(day=1))
    return min(ends)
