"""One small shop for each side of every threshold, so that no draw has to find it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from oracle.edges_sales import sales_edges
from oracle.edges_service import service_edges
from oracle.records import DAY
from oracle.shop import Complaint, Message, Order, Rating, Ticket, World
from oracle.worlds import merged

START = datetime.fromisoformat("2026-10-10 12:00:00")
SIDES = (-1, 0, 1)


def _at(seconds: int) -> datetime:
    return START + timedelta(seconds=seconds)


def _talk(shop: str, *lines: tuple[int, str], session: str | None = None) -> list[Message]:
    return [
        Message(row, shop, session, _at(seconds), role, "u1", "a1", "app")
        for row, (seconds, role) in enumerate(lines)
    ]


def _answered(shop: str) -> list[Message]:
    return _talk(shop, (0, "customer"), (20, "agent"))


def _waits(side: int) -> list[World]:
    """Answers around 30 s and 60 s, silences around ten minutes and around a day."""
    worlds = []
    for limit in (30, 60, 600):
        answer = (limit + side, "agent")
        worlds.append(World(_talk(f"wait {limit}{side:+}", (0, "customer"), answer)))
    again = (10 + DAY + side, "customer")
    lines = [(0, "customer"), (10, "agent"), again]
    worlds.append(World(_talk(f"reopened {side:+}", *lines, session="s1")))
    return worlds


def _orders(side: int) -> list[World]:
    """Around two days after the reply, by placing and by payment, and 21 days before the talk."""
    placed = f"placed {side:+}"
    paid = f"paid {side:+}"
    earlier = f"earlier {side:+}"
    late, amount = _at(20 + 2 * DAY + side), Decimal("10.00")
    before = _at(side - 21 * DAY)
    return [
        World(_answered(placed), [Order(0, placed, "u1", late, late, amount)]),
        World(_answered(paid), [Order(0, paid, "u1", _at(-60), late, amount)]),
        World(_answered(earlier), [Order(0, earlier, "u1", before, before, amount)]),
    ]


def _opinions(side: int) -> list[World]:
    """Ratings around two days after the session, without a session and without an agent."""
    rated = f"rated {side:+}"
    at = _at(20 + 2 * DAY + side)
    return [
        World(
            _answered(rated),
            ratings=[Rating(0, rated, None, "u1", None, 4, at)],
            tickets=[Ticket(0, rated, "u1", "a1", at, at)],
            complaints=[Complaint(0, rated, "u1", "a1", at)],
        )
    ]


def edge_world() -> World:
    parts = [world for side in SIDES for world in (*_waits(side), *_orders(side), *_opinions(side))]
    return merged([*parts, *sales_edges(), *service_edges()], "by shop")
