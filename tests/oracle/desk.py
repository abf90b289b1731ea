"""What help desks, attendance systems and aftersale lists add to the chats of a drawn shop."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from oracle.records import AGENTS, AROUND, DAY, GAPS
from oracle.sessions import sessions_of
from oracle.shop import Complaint, Listed, Presence, Refund, Ticket, World

if TYPE_CHECKING:
    from random import Random

    from oracle.shop import Message

NAMES = (*AGENTS, None)
QUEUES = (None, None, 0, 1, 59, 60, 3_600)
TOPICS = (None, None, "物流", "物流", "退货")
CLOSINGS = (None, "客服关闭", "超时自动关闭")
MARKS = (None, None, None, True, False)
LIVES = (None, 0, 30, 3_600, DAY - 1, DAY, DAY + 1)
LONG = tuple(sign * (7 * DAY + side) for sign in (1, -1) for side in (-1, 0, 1))


def _named_once(said: list[Message]) -> list[str]:
    """Ids that name one session only: which part of a reopened one a row means is left open."""
    named = Counter(s.session_id for s in sessions_of(World(said)) if s.session_id)
    return [name for name, times in named.items() if name and times == 1]


def _listed(chance: Random, said: list[Message], ids: list[str]) -> list[Listed]:
    customers = {m.session_id: m.customer_id for m in said}
    rows = []
    for name in chance.sample(ids, min(len(ids), chance.randrange(6))):
        at = chance.choice(said)
        rows.append((name, customers[name], at))
    rows += [("elsewhere", at.customer_id, at) for at in chance.sample(said, chance.randrange(2))]
    return [
        Listed(
            *(row, at.shop, name, customer, chance.choice(NAMES), at.sent_at),
            queue_seconds=chance.choice(QUEUES),
            topic=chance.choice(TOPICS),
            close_reason=chance.choice(CLOSINGS),
            is_resolved=chance.choice(MARKS),
        )
        for row, (name, customer, at) in enumerate(rows)
    ]


def _refunds(chance: Random, world: World) -> list[Refund]:
    """Requests around the chats, of known orders or of a named customer alone."""
    asked = []
    for row in range(len(world.refunds), len(world.refunds) + chance.randrange(4)):
        message = chance.choice(world.messages)
        customer = chance.choice((message.customer_id, message.customer_id, "u1", "u2", None))
        order = chance.choice((None, *range(len(world.orders))))
        at = message.sent_at + timedelta(seconds=chance.choice((*GAPS, *LONG, *LONG)))
        asked.append(Refund(row, message.shop, order, Decimal("5.00"), at, customer))
    return asked


def _presences(chance: Random, said: list[Message]) -> list[Presence]:
    days: dict[object, Presence] = {}
    for row in range(chance.randrange(4)):
        message, agent = chance.choice(said), chance.choice(AGENTS)
        start = message.sent_at + timedelta(seconds=chance.choice(AROUND[:48]))
        until = start + timedelta(seconds=chance.choice(GAPS))
        days.setdefault((agent, start.date()), Presence(row, message.shop, agent, start, until))
    return [replace(presence, row=row) for row, presence in enumerate(days.values())]


def _ticket(chance: Random, ticket: Ticket, ids: list[str]) -> Ticket:
    return replace(
        ticket,
        session_id=chance.choice((None, *ids)),
        kind=chance.choice(TOPICS),
        due_at=ticket.created_at + timedelta(seconds=chance.choice(GAPS)),
    )


def _complaint(chance: Random, complaint: Complaint) -> Complaint:
    filed = complaint.filed_at + timedelta(seconds=chance.choice((0, 0, 0, *LONG)))
    life = chance.choice(LIVES)
    closed = None if life is None else filed + timedelta(seconds=life)
    return replace(complaint, filed_at=filed, closed_at=closed)


def with_desk(world: World, chance: Random) -> World:
    """The same shop with a help desk's, an attendance system's and more aftersale records.

    They come from one drawn number: drawn one by one they would take the place of whole shops.
    """
    said = world.messages
    ids = _named_once(said)
    return replace(
        world,
        ratings=[replace(r, is_resolved=chance.choice(MARKS)) for r in world.ratings],
        tickets=[_ticket(chance, ticket, ids) for ticket in world.tickets],
        complaints=[_complaint(chance, complaint) for complaint in world.complaints],
        refunds=[*world.refunds, *_refunds(chance, world)],
        listed=_listed(chance, said, ids),
        presences=_presences(chance, said),
    )
