"""Which agent an order is credited to, and which customer-days bought."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oracle.sessions import Session
    from oracle.shop import Message, Order, Person
    from oracle.turns import CustomerDay

WINDOW = timedelta(days=2)
AFTERSALE = timedelta(days=21)


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


def _last_before(
    moment: datetime, after: datetime | None, replies: list[Message]
) -> Message | None:
    found = None
    for reply in replies:
        recent = moment - WINDOW <= reply.sent_at <= moment
        late_enough = after is None or reply.sent_at > after
        if recent and late_enough:
            found = reply
    return found


def credited(order: Order, replies: list[Message]) -> Message | None:
    """The reply that sold the order: by placing first, else by payment."""
    placing = _last_before(order.created_at, None, replies)
    if placing is not None or order.paid_at is None:
        return placing
    return _last_before(order.paid_at, order.created_at, replies)


def is_presale(day: CustomerDay, own: list[Order]) -> bool:
    bought = any(
        order.paid_at is not None and day.first_at - AFTERSALE <= order.paid_at < day.first_at
        for order in own
    )
    buys_again = any(day.first_at <= order.created_at < day.end_of_next_day for order in own)
    return not bought or buys_again


def converted(day: CustomerDay, own: list[Order]) -> bool:
    return any(
        order.created_at > day.first_at
        and order.paid_at is not None
        and order.paid_at < day.end_of_next_day
        for order in own
    )
