"""A world and everything that is derived from it, and the items made of its sessions."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from oracle.measures import Item, Names
from oracle.ratings import Ratings
from oracle.sales import replies_in
from oracle.sessions import Session, sessions_of
from oracle.turns import customer_days

if TYPE_CHECKING:
    from oracle.shop import Message, Order, Person, World

ONE = Fraction(1)


class Facts:
    """A world with everything derived from it once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sessions = sessions_of(world)
        self.customers = [s for s in self.sessions if s.is_customers]
        self.days = customer_days(world, self.sessions)
        self.replies = replies_in(self.sessions)
        self.ratings = Ratings(world, self.sessions)
        self.said: dict[Person, list[Message]] = defaultdict(list)
        for message in world.in_order():
            self.said[message.customer].append(message)
        self.orders: dict[Person, list[Order]] = defaultdict(list)
        for order in world.orders:
            self.orders[order.customer].append(order)


def only(name: str | None) -> Names:
    return frozenset({name})


def seconds(span: timedelta) -> Fraction:
    return Fraction(span // timedelta(seconds=1))


def of_session(session: Session, value: Fraction, agent: str | None) -> Item:
    return Item(
        session.shop,
        session.started_at,
        value,
        agents=only(agent),
        channels=only(session.channel),
    )
