"""Which agent an order is credited to, and which customer-days bought."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oracle.shop import Message, Order, World
    from oracle.turns import CustomerDay

WINDOW = timedelta(days=2)
AFTERSALE = timedelta(days=21)


def _last_before(
    order: Order, moment: datetime, after: datetime | None, talks: list[Message]
) -> Message | None:
    found = None
    for talk in talks:
        recent = moment - WINDOW <= talk.sent_at < moment
        late_enough = after is None or talk.sent_at > after
        if talk.customer == order.customer and recent and late_enough:
            found = talk
    return found


def credited(order: Order, talks: list[Message]) -> Message | None:
    """The human message that sold the order: by placing first, else by payment."""
    placing = _last_before(order, order.created_at, None, talks)
    if placing is not None or order.paid_at is None:
        return placing
    return _last_before(order, order.paid_at, order.created_at, talks)


def is_presale(day: CustomerDay, world: World) -> bool:
    own = [order for order in world.orders if order.customer == day.customer]
    bought = any(
        order.paid_at is not None and day.first_at - AFTERSALE <= order.paid_at < day.first_at
        for order in own
    )
    buys_again = any(day.first_at <= order.created_at < day.end_of_next_day for order in own)
    return not bought or buys_again


def converted(day: CustomerDay, world: World) -> bool:
    return any(
        order.customer == day.customer
        and order.created_at > day.first_at
        and order.paid_at is not None
        and order.paid_at < day.end_of_next_day
        for order in world.orders
    )
