"""Small shops on each side of the thresholds of sales."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from oracle.records import DAY
from oracle.shelves import GOODS, SAID
from oracle.shop import Message, Order, Piece, Refund, World

START = datetime.fromisoformat("2026-10-10 12:00:00")
MIDNIGHT = DAY // 2
SIDES = (-1, 0, 1)
AMOUNT = Decimal("10.00")


def _at(seconds: int) -> datetime:
    return START + timedelta(seconds=seconds)


def _said(shop: str, *lines: tuple[int, str, str]) -> list[Message]:
    return [
        Message(row, shop, None, _at(seconds), role, "u1", name, "app")
        for row, (seconds, role, name) in enumerate(lines)
    ]


def _order(shop: str, row: int, placed: int, paid: int | None) -> Order:
    return Order(row, shop, "u1", _at(placed), None if paid is None else _at(paid), AMOUNT)


def _answered(shop: str) -> list[Message]:
    return _said(shop, (0, "customer", "a1"), (20, "agent", "a1"))


def _inquiries(side: int) -> list[World]:
    """Placed with and after the first word; placed and paid around the ends of the days after."""
    worlds = []
    for days in (0, 1, 4):
        end = MIDNIGHT + days * DAY + side
        for name, placed, paid in (("paid", 60, end), ("placed", end, None), ("both", end, end)):
            shop = f"{name} {days} d {side:+}"
            worlds.append(World(_answered(shop), [_order(shop, 0, placed, paid)]))
    first = f"first word {side:+}"
    worlds.append(World(_answered(first), [_order(first, 0, side, 60)]))
    again = f"again {side:+}"
    said = _said(again, (0, "customer", "a1"), (MIDNIGHT + DAY + side, "customer", "a2"))
    return [*worlds, World(said, [_order("elsewhere", 0, 0, None)])]


def _chases(side: int) -> list[World]:
    """Chased around five minutes and a day after the order, paid around the chase and a day on."""
    worlds = []
    for name, wrote, paid in (
        ("chased early", 300 + side, 900),
        ("chased late", DAY + side, None),
        ("paid at once", 600, 600 + side),
        ("paid late", 600, 600 + DAY + side),
    ):
        shop = f"{name} {side:+}"
        said = _said(shop, (wrote, "agent", "a1"), (wrote + 30, "agent", "a2"))
        worlds.append(World(said, [_order(shop, 0, 0, paid)]))
    return worlds


def _returns(side: int) -> list[World]:
    """Paid again, or after a contact, around thirty and ninety days; bought around the contact."""
    worlds = []
    for days in (0, 30, 90):
        paid, contact = f"paid again {days} {side:+}", f"after contact {days} {side:+}"
        later = days * DAY + side
        orders = [_order(paid, 0, -60, 0), _order(paid, 1, -30, later)]
        worlds.append(World(_answered(paid), orders))
        before = _order(contact, 0, -DAY, -60)
        worlds.append(World(_answered(contact), [before, _order(contact, 1, 60, later)]))
    known = f"known {side:+}"
    orders = [_order(known, 0, -60, side), _order(known, 1, 60, 120)]
    return [*worlds, World(_answered(known), orders)]


def _recommendations(side: int) -> list[World]:
    """Named around the order and two days before it, and around the customer's own word."""
    worlds = []
    piece = (Piece(*GOODS[0], 1),)
    for name, placed, asked in (
        ("named late", 20, -DAY),
        ("named early", 2 * DAY + 20, -DAY),
        ("asked for", 60, 20),
    ):
        shop = f"{name} {side:+}"
        said = _said(
            shop,
            *((asked, "customer", "a1"), (19, "customer", "a1")),
            *((20 + side, "agent", "a1"), (21, "agent", "a1")),
        )
        texts = (SAID[0] if name == "asked for" else None, None, SAID[0], None)
        said = [replace(m, text=text) for m, text in zip(said, texts, strict=True)]
        worlds.append(World(said, [replace(_order(shop, 0, placed, placed + 30), items=piece)]))
    return worlds


def _turns(side: int) -> list[World]:
    """One who answered more turns, one who talked last; some of it around two days before."""
    shop = f"turns {side:+}"
    said = _said(
        shop,
        *((0, "customer", "a1"), (10, "agent", "a1"), (20, "customer", "a1"), (30, "agent", "a1")),
        *((40, "customer", "a2"), (50, "agent", "a2"), (60, "agent", "a2"), (70, "agent", "a2")),
    )
    late = 2 * DAY + 10 + side
    return [World(said, [_order(shop, 0, late, late + 30), _order(shop, 1, late + 20, late + 50)])]


def _refunds(side: int) -> list[World]:
    """Paid back to a cent around the whole amount, in one and in two parts; cancelled."""
    shop = f"refunded {side:+}"
    cents = Decimal(side) / 100
    orders = [_order(shop, row, 60, 90) for row in range(3)]
    orders[2] = replace(orders[2], status="closed")
    parts = ((0, AMOUNT + cents), (1, AMOUNT / 2), (1, AMOUNT / 2 + cents))
    back = [Refund(row, shop, of, part, _at(DAY)) for row, (of, part) in enumerate(parts)]
    refused = f"refused {side:+}"
    not_back = Refund(0, refused, 0, AMOUNT, _at(DAY), status="rejected")
    return [
        World(_answered(shop), orders, back),
        World(_answered(refused), [_order(refused, 0, 60, 90)], [not_back]),
    ]


def sales_edges() -> list[World]:
    kinds = (_inquiries, _chases, _returns, _recommendations, _turns, _refunds)
    return [world for side in SIDES for kind in kinds for world in kind(side)]
