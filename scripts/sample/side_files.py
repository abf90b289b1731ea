"""The smaller files: refunds, tickets, complaints, agents, the roster and the knowledge base."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .writers import AGENTS, COMPLAINTS, KNOWLEDGE, REFUNDS, SHIFTS, TICKETS, clock, write_csv, yuan

if TYPE_CHECKING:
    from pathlib import Path

    from .tables import Tables


def write_refunds(path: Path, tables: Tables) -> int:
    """Refund requests."""
    rows = [
        [
            item.shop,
            item.refund_id,
            item.order.order_id,
            item.order.customer,
            item.status,
            yuan(item.amount),
            clock(item.applied_at),
            clock(item.done_at),
            item.reason,
        ]
        for item in tables.refunds
    ]
    return write_csv(path, REFUNDS.split(","), rows)


def write_tickets(path: Path, tables: Tables) -> int:
    """Tickets, with a row of totals at the tail."""
    rows = [
        [
            item.shop,
            item.ticket_id,
            item.order_id,
            item.customer,
            item.agent,
            item.kind,
            item.title,
            item.status,
            clock(item.created_at),
            clock(item.closed_at),
        ]
        for item in tables.tickets
    ]
    total = ["合计", str(len(rows)), *[""] * 8]
    return write_csv(path, TICKETS.split(","), [*rows, total])


def write_complaints(path: Path, tables: Tables) -> int:
    """Complaints filed with the platform."""
    rows = [
        [
            item.shop,
            item.complaint_id,
            item.order_id,
            item.customer,
            item.agent,
            item.kind,
            item.status,
            clock(item.filed_at),
            clock(item.closed_at),
        ]
        for item in tables.complaints
    ]
    return write_csv(path, COMPLAINTS.split(","), rows)


def write_agents(path: Path, tables: Tables) -> int:
    """The shop's own list of agents; the borrowed account is missing."""
    rows = [
        [
            agent.shop,
            agent.account,
            agent.name,
            agent.team,
            agent.job,
            f"{agent.hired:%Y-%m-%d}",
            f"{agent.left:%Y-%m-%d}" if agent.left else "",
        ]
        for agent in tables.world.agents
        if agent.listed
    ]
    return write_csv(path, AGENTS.split(","), rows)


def write_shifts(path: Path, tables: Tables) -> int:
    """The roster; a late shift ends on the next day."""
    rows = [
        [
            shift.agent.shop,
            shift.agent.account,
            f"{shift.day:%Y-%m-%d}",
            shift.code,
            f"{shift.start:%H:%M}" if shift.start else "",
            f"{shift.end:%H:%M}" if shift.end else "",
        ]
        for shift in sorted(tables.shifts, key=lambda item: (item.day, item.agent.account))
    ]
    return write_csv(path, SHIFTS.split(","), rows)


def write_knowledge(path: Path, facts: list[dict[str, Any]]) -> int:
    """The knowledge base, an entry a row."""
    names = ("id", "category", "question", "variants", "answer", "conditions", "updated")
    rows = [[str(fact.get(name, "")) for name in names] for fact in facts]
    return write_csv(path, KNOWLEDGE.split(","), rows)
