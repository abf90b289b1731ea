"""Conversations ready for mass production: everything but day, customer and ids is fixed."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .simulation import Simulation
from .writers import ROLES

if TYPE_CHECKING:
    from .records import Message, Session, Shop
    from .shop import World

# An order id that stands in a template's texts is replaced by one of the new session's own.
SLOT = b"1000000000000000001"


# One message: seconds since the start, number, role, index of who wrote it, text and channel.
# A plain tuple, because unpacking one is what the speed of a big run hangs on.
Part = tuple[int, bytes, bytes, int, bytes]
NOBODY = 3


@dataclass(frozen=True, slots=True)
class Template:
    """One conversation; the part from the first reply on moves when the shop is slow."""

    shop: Shop
    bot: bytes
    opening: tuple[Part, ...]
    answered: tuple[Part, ...]
    size: int
    buys: bool
    has_order: bool
    product: int


def templates(world: World, seed: int) -> list[Template]:
    """Turn the story's own conversations into templates."""
    sessions = Simulation(world, seed).run().sessions
    return [_template(world, session) for session in sessions]


def _template(world: World, session: Session) -> Template:
    people: list[str] = []
    for message in session.messages:
        if message.agent and message.role != "bot" and message.agent != session.plan.shop.bot:
            people += [message.agent] if message.agent not in people else []
    order = session.plan.order.order_id if session.plan.order else ""
    start = session.messages[0].at
    parts = [
        _part(message, number, (message.at - start).seconds, people, order)
        for number, message in enumerate(session.messages, start=1)
    ]
    roles = [message.role for message in session.messages]
    cut = roles.index("agent") if "agent" in roles else len(parts)
    stage = world.book["topics"][session.plan.topic]["stage"]
    return Template(
        shop=session.plan.shop,
        bot=session.plan.shop.bot.encode(),
        opening=tuple(parts[:cut]),
        answered=tuple(parts[cut:]),
        size=len(parts),
        buys=stage == "presale",
        has_order=any(SLOT in part[-1] for part in parts),
        product=world.products.index(session.plan.product),
    )


def _part(message: Message, number: int, offset: int, people: list[str], order: str) -> Part:
    text = message.text.replace(order, SLOT.decode()) if order else message.text
    who = people.index(message.agent) + 1 if message.agent in people else 0
    who = min(who, NOBODY - 1) if message.agent else NOBODY
    cell = io.StringIO(newline="")
    csv.writer(cell, lineterminator="\n").writerow([text, message.channel])
    count, role = f"{number:02d},".encode(), f",{ROLES[message.role]},".encode()
    return offset, count, role, who, f",{cell.getvalue()}".encode()
