"""Which agent an order is credited to, which orders are sales, and which customer-days bought."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from oracle.sessions import Session
    from oracle.shop import Message, Order, Person, World
    from oracle.turns import CustomerDay

WINDOW = timedelta(days=2)
AFTERSALE = timedelta(days=21)
CANCELLED = "closed"


@dataclass(frozen=True)
class Terms:
    """The settings under which orders are credited and counted."""

    rule: str = "created_first"
    basis: str = "last"
    deducts: bool = False
    deducts_parts: bool = False


def replies_in(sessions: list[Session]) -> dict[Person, list[Message]]:
    """Human messages before which the customer had written in the session, in order."""
    replies: dict[Person, list[Message]] = defaultdict(list)
    for session in sessions:
        if session.is_customers:
            replies[session.customer] += filter(
                attrgetter("by_human"), session.messages[session.opening :]
            )
    for own in replies.values():
        own.sort(key=lambda m: (m.sent_at, m.row))
    return replies


def _before(moment: datetime, after: datetime | None, replies: list[Message]) -> list[Message]:
    return [
        reply
        for reply in replies
        if moment - WINDOW <= reply.sent_at <= moment and (after is None or reply.sent_at > after)
    ]


def _chosen(talked: list[Message], basis: str, answers: Collection[Message]) -> Message | None:
    """Who talked last; or who answered most turns, of equals who talked last."""
    if not talked or basis == "last":
        return talked[-1] if talked else None
    turns = Counter(m.agent_id for m in talked if m in answers)
    return max(enumerate(talked), key=lambda at: (turns[at[1].agent_id], at[0]))[1]


def credited(
    order: Order, replies: list[Message], terms: Terms, answers: Collection[Message]
) -> Message | None:
    """The reply that sold the order; by 下单优先 the one before placing, else before payment."""
    if terms.rule != "paid":
        placing = _chosen(_before(order.created_at, None, replies), terms.basis, answers)
        if placing is not None or terms.rule == "created" or order.paid_at is None:
            return placing
    if order.paid_at is None:
        return None
    after = None if terms.rule == "paid" else order.created_at
    return _chosen(_before(order.paid_at, after, replies), terms.basis, answers)


def refunded(world: World) -> dict[int, Decimal]:
    """What was paid back of each order, by its row."""
    back: dict[int, Decimal] = defaultdict(Decimal)
    for refund in world.refunds:
        if refund.order_row is not None and refund.status == "success":
            back[refund.order_row] += refund.amount
    return back


def is_presale(day: CustomerDay, own: list[Order]) -> bool:
    bought = any(
        order.paid_at is not None and day.first_at - AFTERSALE <= order.paid_at < day.first_at
        for order in own
    )
    buys_again = any(day.first_at <= order.created_at < day.end_of_next_day for order in own)
    return not bought or buys_again


def ordered(day: CustomerDay, own: list[Order], days: int) -> bool:
    """Placed after the day's first message and by the end of so many days later."""
    return any(day.first_at < order.created_at < day.end_after(days) for order in own)


def converted(day: CustomerDay, own: list[Order], days: int = 1) -> bool:
    """As above, and paid by then."""
    return any(
        order.created_at > day.first_at
        and order.paid_at is not None
        and order.paid_at < day.end_after(days)
        for order in own
    )
