"""KPIs of what was sold and by whom, each as the list of things it counts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from oracle.facts import ONE, Facts, only
from oracle.measures import Item
from oracle.sales import (
    CANCELLED,
    WINDOW,
    Terms,
    converted,
    credited,
    is_presale,
    ordered,
    refunded,
)
from oracle.turns import turns_of

if TYPE_CHECKING:
    from datetime import datetime

    from oracle.shop import Message, Order, Piece
    from oracle.turns import CustomerDay

UNPAID_FOR = timedelta(minutes=5)
CHASED_WITHIN = timedelta(hours=24)
PAID_WITHIN = timedelta(hours=24)


@dataclass(frozen=True)
class Sale:
    order: Order
    paid_at: datetime
    amount: Fraction
    reply: Message | None

    def item(self, value: Fraction, weight: Fraction = ONE) -> Item:
        agents = only(self.reply.agent_id if self.reply else None)
        order = self.order
        return Item(order.shop, self.paid_at, value, weight, agents, who=order.customer)


def _sales(facts: Facts, terms: Terms) -> Iterator[Sale]:
    """Paid orders; those cancelled or paid back in full only count while nothing is deducted."""
    back = refunded(facts.world)
    deducts = terms.deducts and bool(facts.world.refunds)
    answers = {t.reply for s in facts.customers for t in turns_of(s) if t.reply is not None}
    for order in facts.world.orders:
        returned = back.get(order.row)
        gone = returned is not None and returned >= order.paid_amount
        if order.paid_at is None or (deducts and (gone or order.status == CANCELLED)):
            continue
        amount = Fraction(order.paid_amount)
        if deducts and terms.deducts_parts and returned is not None:
            amount -= Fraction(returned)
        reply = credited(order, facts.replies[order.customer], terms, answers)
        yield Sale(order, order.paid_at, amount, reply)


def agent_sales(facts: Facts, terms: Terms) -> list[Item]:
    """Where orders were paid but none was credited, the agents sold nothing: 0, not unknown."""
    return [s.item(s.amount if s.reply else Fraction(0)) for s in _sales(facts, terms)]


def average_order_value(facts: Facts, terms: Terms) -> list[Item]:
    return [s.item(s.amount) for s in _sales(facts, terms)]


def _shops(sale: Sale, *, counts: bool) -> Item:
    """A part of the shop's sales, which belong to no agent."""
    item = sale.item(sale.amount if counts else Fraction(0), sale.amount)
    return replace(item, agents=only(None))


def agent_sales_share(facts: Facts, terms: Terms) -> list[Item]:
    return [_shops(s, counts=s.reply is not None) for s in _sales(facts, terms)]


def silent_sales_share(facts: Facts, terms: Terms) -> list[Item]:
    return [_shops(s, counts=s.reply is None) for s in _sales(facts, terms)]


def items_per_order(facts: Facts, terms: Terms) -> list[Item]:
    sales = [(s, s.order.pieces) for s in _sales(facts, terms)]
    return [s.item(Fraction(pieces)) for s, pieces in sales if pieces is not None]


def repurchase(facts: Facts, terms: Terms, days: int) -> list[Item]:
    """Buyers of the period; paying again at the same moment is one purchase."""
    items = []
    for sale in _sales(facts, replace(terms, deducts=False)):
        paid = sale.paid_at
        again = any(
            o.paid_at is not None and paid < o.paid_at <= paid + _days(days)
            for o in facts.orders[sale.order.customer]
        )
        items.append(sale.item(ONE * again))
    return items


def _days(count: int) -> timedelta:
    return timedelta(days=count)


def _names(message: Message, piece: Piece) -> bool:
    """The full title, or the product's number where it is not part of a longer one."""
    text = message.text or ""
    number = piece.goods_id and re.search(rf"(?<!\d){piece.goods_id}(?!\d)", text)
    return bool(number) or bool(piece.title and piece.title in text)


def _recommended(facts: Facts, sale: Sale, piece: Piece) -> bool:
    """The credited agent named the piece before the order and before the customer did."""
    naming = [m for m in facts.said[sale.order.customer] if _names(m, piece)]
    asked = next((place for place, m in enumerate(naming) if m.by_customer), len(naming))
    placed = sale.order.created_at
    return any(
        m.by_human
        and sale.reply is not None
        and m.agent_id == sale.reply.agent_id
        and placed - WINDOW <= m.sent_at <= placed
        for m in naming[:asked]
    )


def upsell_rate(facts: Facts, terms: Terms) -> list[Item]:
    return [
        s.item(ONE * any(_recommended(facts, s, piece) for piece in s.order.items))
        for s in _sales(facts, terms)
        if s.reply is not None and s.order.items
    ]


def _chase(order: Order, facts: Facts) -> Message | None:
    """The first human message from 5 minutes to 24 hours after an order, while it is unpaid."""
    for message in facts.said[order.customer]:
        late = message.sent_at - order.created_at
        unpaid = order.paid_at is None or message.sent_at < order.paid_at
        if message.by_human and unpaid and UNPAID_FOR <= late <= CHASED_WITHIN:
            return message
    return None


def payment_chase_success_rate(facts: Facts) -> list[Item]:
    place = {m: s for s in facts.sessions for m in s.messages}
    items = []
    for order in facts.world.orders:
        chase = _chase(order, facts)
        if chase is not None:
            paid = order.paid_at is not None and order.paid_at <= chase.sent_at + PAID_WITHIN
            channels = only(place[chase].channel)
            items.append(
                Item(
                    *(order.shop, order.created_at, ONE * paid),
                    agents=only(chase.agent_id),
                    channels=channels,
                )
            )
    return items


def _presale(facts: Facts) -> Iterator[tuple[CustomerDay, list[Order]]]:
    for day in facts.days:
        own = facts.orders[day.customer]
        if is_presale(day, own):
            yield day, own


def _of_day(day: CustomerDay, value: Fraction) -> Item:
    return Item(day.shop, day.first_at, value, agents=day.agents, channels=day.channels)


def inquiry_conversion(facts: Facts, days: int) -> list[Item]:
    return [_of_day(day, ONE * converted(day, own, days)) for day, own in _presale(facts)]


def inquiry_order_rate(facts: Facts) -> list[Item]:
    return [_of_day(day, ONE * ordered(day, own, 1)) for day, own in _presale(facts)]


def inquiry_loss(facts: Facts) -> list[Item]:
    """Neither ordered by the end of the next day nor came back on it."""
    came = {(day.customer, day.day) for day in facts.days}
    return [
        _of_day(
            day,
            ONE * (not ordered(day, own, 1) and (day.customer, day.day + _days(1)) not in came),
        )
        for day, own in _presale(facts)
    ]


def repurchase_after_contact(facts: Facts) -> list[Item]:
    items = []
    for day in facts.days:
        paid = [(o.created_at, o.paid_at) for o in facts.orders[day.customer] if o.paid_at]
        until = day.first_at + _days(30)
        again = any(placed > day.first_at and at <= until for placed, at in paid)
        if any(at < day.first_at for _, at in paid):
            items.append(_of_day(day, ONE * again))
    return items
