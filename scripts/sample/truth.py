"""The true numbers, counted plainly from the rows that survive: an oracle, not an engine."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean, median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .records import Message, Order, Rating
    from .tables import Tables

IDLE_GAP = timedelta(minutes=10)
TIMEOUT_SECONDS = 60
AFTERSALE_WINDOW = timedelta(days=21)
Figures = dict[str, float]


@dataclass(slots=True)
class Contact:
    """A session as the exports show it."""

    messages: list[Message]

    @property
    def started_at(self) -> datetime:
        """When the first message of anybody came."""
        return self.messages[0].at

    @property
    def asked_at(self) -> datetime | None:
        """When the customer first wrote."""
        return next((item.at for item in self.messages if item.role == "customer"), None)

    @property
    def is_proactive(self) -> bool:
        """Whether an agent wrote before the customer."""
        first = next((i.role for i in self.messages if i.role in {"customer", "agent"}), "")
        return first == "agent"

    @property
    def first_reply(self) -> Message | None:
        """The first human message at or after the customer's first."""
        asked = self.asked_at
        if asked is None:
            return None
        return next((i for i in self.messages if i.role == "agent" and i.at >= asked), None)

    @property
    def wait(self) -> float | None:
        """First response time in seconds; None for proactive and unanswered sessions."""
        reply, asked = self.first_reply, self.asked_at
        if reply is None or asked is None or self.is_proactive:
            return None
        return (reply.at - asked).total_seconds()


def contacts(messages: list[Message]) -> list[Contact]:
    """Put sessions together: by the export's id, else cut where ten minutes stay silent."""
    groups: dict[tuple[str, str], list[Message]] = defaultdict(list)
    for message in messages:
        groups[message.shop, message.session_id or f"@{message.customer}"].append(message)
    found: list[Contact] = []
    for (_, key), rows in groups.items():
        rows.sort(key=lambda row: row.at)
        pieces = [[rows[0]]]
        for before, after in itertools.pairwise(rows):
            if key.startswith("@") and after.at - before.at > IDLE_GAP:
                pieces.append([])
            pieces[-1].append(after)
        found.extend(Contact(piece) for piece in pieces)
    return sorted(found, key=lambda contact: contact.started_at)


def month_figures(tables: Tables, month: str) -> Figures:
    """The numbers of one month, by the exact readings of the catalogue."""

    def inside(moment: datetime) -> bool:
        return f"{moment:%Y-%m}" == month

    wrote = [m for m in tables.messages if m.role == "customer" and inside(m.at)]
    customers = {(m.shop, m.customer) for m in wrote}
    own = [c for c in contacts(tables.messages) if inside(c.started_at) and c.asked_at]
    incoming = [c for c in own if not c.is_proactive]
    waits = [c.wait for c in incoming if c.wait is not None]
    late = sum(c.wait is None or c.wait > TIMEOUT_SECONDS for c in incoming)
    scores = last_scores([r for r in tables.ratings if inside(r.rated_at)])
    paid = [o for o in tables.orders if o.paid_at and inside(o.paid_at)]
    filed = [c for c in tables.complaints if inside(c.filed_at)]
    presale, converted = _conversion(tables, month)
    return {
        "received_customers": len(customers),
        "customer_sessions": len(own),
        "proactive_customer_sessions": len(own) - len(incoming),
        "unanswered_sessions": sum(c.first_reply is None for c in own),
        "first_response_sessions": len(waits),
        "first_response_time": fmean(waits),
        "first_response_time_median": median(waits),
        "response_timeout_rate": late / len(incoming),
        "csat_ratings": len(scores),
        "csat_score": fmean(scores),
        "complaints": len(filed),
        "complaint_rate": len({(c.shop, c.customer) for c in filed}) / len(customers),
        "peak_hour_volume": _peak(own),
        "presale_customer_days": presale,
        "inquiry_conversion_rate": converted / presale,
        "orders_created": sum(inside(o.created_at) for o in tables.orders),
        "orders_paid": len(paid),
        "paid_amount": sum(o.paid for o in paid) / 100,
    }


def last_scores(ratings: list[Rating]) -> list[int]:
    """Scores that count: the last of each customer, agent and day."""
    last: dict[tuple[str, str, str, object], Rating] = {}
    for rating in sorted(ratings, key=lambda row: row.rated_at):
        last[rating.shop, rating.customer, rating.agent, rating.rated_at.date()] = rating
    return [rating.score for rating in last.values()]


def _peak(own: list[Contact]) -> int:
    hours: dict[str, int] = defaultdict(int)
    for contact in own:
        hours[f"{contact.started_at:%Y-%m-%d %H}"] += 1
    return max(hours.values())


def _conversion(tables: Tables, month: str) -> tuple[int, int]:
    """Presale customer-days of the month, and those that paid by the end of the next day."""
    bought: dict[tuple[str, str], list[Order]] = defaultdict(list)
    for order in tables.orders:
        bought[order.shop, order.customer].append(order)
    first: dict[tuple[str, str, str], datetime] = {}
    for message in sorted(tables.messages, key=lambda row: row.at):
        if message.role == "customer" and f"{message.at:%Y-%m}" == month:
            key = (message.shop, message.customer, f"{message.at:%Y-%m-%d}")
            first.setdefault(key, message.at)
    presale = converted = 0
    for (shop, customer, _), asked in first.items():
        orders = bought[shop, customer]
        end = datetime.combine(asked.date(), datetime.min.time()) + timedelta(days=2)
        placed = [o for o in orders if asked <= o.created_at < end]
        recent = any(o.paid_at and asked - AFTERSALE_WINDOW <= o.paid_at < asked for o in orders)
        if recent and not placed:
            continue
        presale += 1
        converted += any(o.paid_at and o.paid_at < end for o in placed)
    return presale, converted
