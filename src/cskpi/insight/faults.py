"""What is wrong with the data themselves, where it moves the numbers of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cskpi.insight.insight import Insight

if TYPE_CHECKING:
    from cskpi.insight.insight import Kind
    from cskpi.insight.material import Material

MANY_REJECTED = 0.01
"""From this share of rejected rows on the exports are looked into; fewer are footers and typing."""

FEW_MATCHED = 0.5
"""Below this share of orders that meet a chat, sales credited to agents say little."""


def fault_insights(material: Material) -> list[Insight]:
    """Return days without data, many rejected rows, orders without a chat and unlisted accounts."""
    coverage = material.coverage
    found = []
    if days := coverage.days_without_data:
        share = len(days) / material.period.days
        found.append(_fault("gaps", len(days), material.period.days, share * 3, days=tuple(days)))
    before, missing = material.period.previous(), coverage.uneven.get("previous", 0)
    if (
        missing < before.days
        and missing / before.days > len(coverage.days_without_data) / material.period.days
    ):
        found.append(_fault("gaps_before", missing, before.days, missing / before.days))
    rejected = coverage.rows_rejected / coverage.rows_read if coverage.rows_read else 0.0
    if rejected >= MANY_REJECTED:
        found.append(_fault("rejected", coverage.rows_rejected, coverage.rows_read, rejected * 5))
    if coverage.orders and coverage.orders_matched < FEW_MATCHED * coverage.orders:
        unmatched = coverage.orders - coverage.orders_matched
        found.append(_fault("orders_unmatched", unmatched, coverage.orders, 0.5))
    if names := coverage.agents_unknown:
        accounts = sum(coverage.accounts.values()) or len(names)
        found.append(
            _fault("agents_unknown", len(names), accounts, len(names) / accounts, names=names)
        )
    return found


def _fault(kind: Kind, count: float, of: float, score: float, **facts: object) -> Insight:
    return Insight(
        kind=kind,
        id=kind,
        side="fault",
        ref="coverage",
        step=f"fault.{kind}",
        group="data",
        value=float(count),
        sample_size=round(of),
        affected=float(count),
        score=min(score, 3.0),
        facts=facts,
    )
