"""The exports of the two months: which rows each file holds, before anything goes wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .records import Complaint, Exports, Message, Order, Rating, Refund, Session, Shift, Ticket
    from .shop import World


@dataclass(slots=True)
class Tables:
    """What the exports hold; the faults take rows out of here, the truth is counted from it."""

    world: World
    flagship_september: list[Message]
    flagship_october: list[Message]
    factory: list[Message]
    orders_september: list[Order]
    orders_october: list[Order]
    refunds: list[Refund]
    ratings: list[Rating]
    tickets: list[Ticket]
    complaints: list[Complaint]
    shifts: list[Shift]
    sessions: list[Session]

    @property
    def messages(self) -> list[Message]:
        """Every exported message."""
        return [*self.flagship_september, *self.flagship_october, *self.factory]

    @property
    def orders(self) -> list[Order]:
        """Every exported order."""
        return [*self.orders_september, *self.orders_october]


def export(world: World, exports: Exports) -> Tables:
    """Cut the two months out of the simulation and number the messages."""
    story = world.story
    october = date(story.last.year, story.last.month, 1)
    sessions = [item for item in exports.sessions if story.in_export(item.plan.at)]
    flagship = _messages(world, sessions, "flagship")
    for number, message in enumerate(flagship, start=1):
        message.message_id = f"M{message.at:%y%m%d}{number:06d}"
    inside = story.in_export
    orders = [item for item in exports.orders if inside(item.created_at)]
    ratings = [r for r in exports.ratings if inside(r.rated_at) and inside(r.session_at)]
    orders.sort(key=attrgetter("created_at"))
    ratings.sort(key=attrgetter("rated_at"))
    by_creation = attrgetter("created_at")
    return Tables(
        world=world,
        flagship_september=[item for item in flagship if item.at.date() < october],
        flagship_october=[item for item in flagship if item.at.date() >= october],
        factory=_messages(world, sessions, "factory"),
        orders_september=[item for item in orders if item.created_at.date() < october],
        orders_october=[item for item in orders if item.created_at.date() >= october],
        refunds=sorted(
            (item for item in exports.refunds if inside(item.applied_at)),
            key=attrgetter("applied_at"),
        ),
        ratings=ratings,
        tickets=sorted((t for t in exports.tickets if inside(t.created_at)), key=by_creation),
        complaints=sorted(
            (item for item in exports.complaints if inside(item.filed_at)),
            key=attrgetter("filed_at"),
        ),
        shifts=[
            item
            for item in exports.shifts
            if item.agent.listed and story.first <= item.day <= story.last
        ],
        sessions=sessions,
    )


def _messages(world: World, sessions: list[Session], shop: str) -> list[Message]:
    rows = [
        message
        for session in sessions
        if session.plan.shop.key == shop
        for message in session.messages
        if world.story.in_export(message.at)
    ]
    # A stable sort: messages of one second keep the order in which they were written.
    return sorted(rows, key=lambda message: message.at)
