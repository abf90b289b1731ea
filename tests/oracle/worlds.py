"""Small shops in which everything collides: hypothesis strategies."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from hypothesis import strategies as st
from oracle.shop import Complaint, Message, Order, Rating, Refund, Ticket, World

Row = TypeVar("Row", Rating, Ticket, Complaint)

DAY = 86_400
ROBOT = "小蜜"
CUSTOMERS = ("u1", "u1", "u1", "u2", "u2", "u3", "u4")
STRANGER = "u9"
AGENTS = ("a1", "a1", "a2", "a3")
ROLES = (*["customer"] * 6, *["agent"] * 5, "bot", "assist_bot", "auto_reply", "system")
GAPS = (
    *(0, 0, 1, 10, 29, 30, 31, 59, 60, 61, 61, 180, 598, 599, 600, 601, 3_600, 20_000),
    *(DAY - 1, DAY, DAY + 1, 2 * DAY - 1, 2 * DAY, 2 * DAY + 1),
)
AROUND = (*GAPS, *(-gap for gap in GAPS), -21 * DAY - 1, -21 * DAY, -21 * DAY + 1, -20 * DAY)
STARTS = tuple(
    datetime.fromisoformat(text)
    for text in (
        "2026-09-29 10:00:00",
        "2026-09-30 23:49:59",
        "2026-09-30 23:59:30",
        "2026-10-01 00:00:00",
        "2026-10-15 12:59:00",
        "2026-10-30 08:00:00",
        "2026-10-31 23:50:00",
        "2026-10-31 23:59:59",
    )
)

_message = st.tuples(
    st.sampled_from(GAPS),
    st.sampled_from(CUSTOMERS),
    st.sampled_from(ROLES),
    st.sampled_from((*AGENTS, None, ROBOT)),
    st.sampled_from(("same", "same", "same", "new", "none")),
    st.sampled_from(("app", "web", None)),
    st.integers(0, 9),
)
_whose = st.sampled_from(("self", "self", "self", "u1", "u2", STRANGER))
_anchor = st.integers(0, 30)
_around = st.sampled_from(AROUND)
_named = st.sampled_from((*AGENTS, None))
_order = st.tuples(
    _anchor,
    _whose,
    _around,
    st.sampled_from(("created", "created", "message", None)),
    _around,
    st.sampled_from(("0.00", "10.00", "25.50", "99.99")),
    st.sampled_from(("paid", "closed", "completed")),
    st.integers(0, 5),
)
_rating = st.tuples(
    _anchor,
    _whose,
    _around,
    st.booleans(),
    st.sampled_from((*AGENTS, None, None)),
    st.integers(1, 5),
)
_ticket = st.tuples(_anchor, _whose, _around, st.none() | st.sampled_from(GAPS), _named)
_complaint = st.tuples(_anchor, _whose, _around, _named)


def _seconds(count: int) -> timedelta:
    return timedelta(seconds=count)


def _account(role: str, name: str | None) -> str | None:
    """Machines answer under their own name or none; people under theirs."""
    if role in ("bot", "system"):
        return ROBOT if role == "bot" and name != "a3" else None
    return "a1" if role != "customer" and name in (None, ROBOT) else name


def _said(shop: str, start: datetime, ids: str, steady: bool, drawn: list[Any]) -> list[Message]:
    at = start
    current: dict[str, int] = {}
    messages = []
    for row, (gap, customer, role, name, move, channel, lot) in enumerate(drawn):
        at += _seconds(gap)
        current[customer] = current.get(customer, 0) + (move == "new")
        without = ids == "never" or (ids == "mixed" and move == "none")
        session = None if without else f"{customer}#{current[customer]}"
        agent = _account(role, name)
        where = {"u1": "app", "u2": "web"}.get(customer) if steady else channel
        messages.append(
            Message(row, shop, session, at, role, customer, agent, where, is_transfer=lot == 9)
        )
    return messages


@st.composite
def shops(draw: st.DrawFn, shop: str) -> World:
    start = draw(st.sampled_from(STARTS))
    ids = draw(st.sampled_from(("always", "never", "mixed")))
    drawn = draw(st.lists(_message, min_size=1, max_size=22))
    said = _said(shop, start, ids, draw(st.booleans()), drawn)

    def anchor(place: int, whose: str, offset: int) -> tuple[Message, str, datetime]:
        message = said[place % len(said)]
        customer = message.customer_id if whose == "self" else whose
        return message, customer, message.sent_at + _seconds(offset)

    orders, refunds = [], []
    for row, (place, whose, offset, pays, later, amount, status, lot) in enumerate(
        draw(st.lists(_order, max_size=5))
    ):
        _, customer, created = anchor(place, whose, offset)
        base = created if pays == "created" else said[(place + lot) % len(said)].sent_at
        paid = max(created, base + _seconds(abs(later))) if pays else None
        orders.append(Order(row, shop, customer, created, paid, Decimal(amount), status))
        if lot == 0 and paid:
            refunds.append(Refund(row, shop, row, Decimal(amount), paid))
    ratings = []
    for row, (place, whose, offset, linked, name, score) in enumerate(
        draw(st.lists(_rating, max_size=5))
    ):
        message, customer, at = anchor(place, "self" if linked else whose, offset)
        session = message.session_id if linked else None
        ratings.append(Rating(row, shop, session, customer, name, score, at))
    tickets = []
    for row, (place, whose, offset, life, name) in enumerate(draw(st.lists(_ticket, max_size=3))):
        _, customer, at = anchor(place, whose, offset)
        closed = None if life is None else at + _seconds(life)
        tickets.append(Ticket(row, shop, customer, name, at, closed))
    complaints = []
    for row, (place, whose, offset, name) in enumerate(draw(st.lists(_complaint, max_size=3))):
        _, customer, at = anchor(place, whose, offset)
        complaints.append(Complaint(row, shop, customer, name, at))
    return World(said, orders, refunds, ratings, tickets, complaints)


def merged(parts: list[World], order: str) -> World:
    """Several shops in one set of files, their rows in another order if wanted."""
    said = [m for part in parts for m in part.messages]
    if order == "by time":
        said.sort(key=lambda m: m.sent_at)
    elif order == "reversed":
        said.reverse()
    whole = World([replace(m, row=row) for row, m in enumerate(said)])
    for part in parts:
        before = len(whole.orders)
        whole.refunds.extend(
            replace(r, row=len(whole.refunds) + r.row, order_row=before + r.order_row)
            for r in part.refunds
        )
        whole.orders.extend(replace(o, row=before + o.row) for o in part.orders)
        _append(whole.ratings, part.ratings)
        _append(whole.tickets, part.tickets)
        _append(whole.complaints, part.complaints)
    return whole


def _append(rows: list[Row], more: list[Row]) -> None:
    rows.extend([replace(row, row=len(rows) + place) for place, row in enumerate(more)])


@st.composite
def worlds(draw: st.DrawFn, most: int) -> World:
    names = [f"店{number}" for number in range(1, draw(st.integers(1, most)) + 1)]
    parts = [draw(shops(name)) for name in names]
    return merged(parts, draw(st.sampled_from(("as drawn", "by time", "reversed"))))
