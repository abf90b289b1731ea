"""Hypothesis strategies: small shops in which everything collides."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

from hypothesis import strategies as st
from oracle import desk, records, shelves
from oracle.records import AGENTS, GAPS
from oracle.shop import Complaint, Listed, Message, Presence, Rating, Ticket, World

if TYPE_CHECKING:
    from collections.abc import Callable

Row = TypeVar("Row", Rating, Ticket, Complaint, Listed, Presence)

ROBOT = "小蜜"
CUSTOMERS = ("u1", "u1", "u1", "u2", "u2", "u3", "u4")
ROLES = (*["customer"] * 6, *["agent"] * 5, "bot", "assist_bot", "auto_reply", "system")
STARTS = tuple(
    datetime.fromisoformat(text)
    for text in (
        "2026-09-29 10:00:00",
        "2026-09-30 23:49:59",
        "2026-09-30 23:59:30",
        "2026-10-01 00:00:00",
        "2026-10-15 12:59:00",
        "2026-10-20 07:59:30",
        "2026-10-21 08:59:30",
        "2026-10-22 22:59:30",
        "2026-10-30 08:00:00",
        "2026-10-31 23:50:00",
        "2026-10-31 23:59:59",
    )
)
SPEECH = (
    *("转人工", "人工", "不用转人工", "人工呢", "我要转人工 订单 202610050001"),
    *(
        "订单202610050001到哪了",
        "单号 123456789",
        "123456789",
        "怎么还没到",
        "怎么，还没 到？",
        "没收到",
        "没收到!",
    ),
    *("由 服务助手 转交给 客服", "帮我催一下", "帮我催一下"),
)
"""What a few messages say; the others say which row they are, so that nothing is said twice."""
FILE_ORDERS: dict[str, Callable[[list[Message]], list[Message]]] = {
    "by shop": list,
    "by time": lambda said: sorted(said, key=lambda m: m.sent_at),
    "reversed": lambda said: said[::-1],
}

_message = st.tuples(
    st.sampled_from(GAPS),
    st.sampled_from(CUSTOMERS),
    st.sampled_from(ROLES),
    st.sampled_from((*AGENTS, None, ROBOT)),
    st.sampled_from(("same", "same", "same", "new", "none")),
    st.sampled_from(("app", "web", None)),
    st.integers(0, 30 * len(SPEECH) - 1),
)


def _account(role: str, name: str | None) -> str | None:
    """Machines write under their own name or none, people under theirs."""
    if role in ("bot", "system"):
        return ROBOT if role == "bot" and name != "a3" else None
    return "a1" if role == "agent" and name == ROBOT else name


def _role(role: str, lot: int, *, robots: bool) -> str:
    """In some shops the machine answers as often as people do."""
    answers = role in ("assist_bot", "auto_reply") or (role == "agent" and lot < 5)
    return "bot" if robots and answers else role


def _said(
    shop: str, start: datetime, style: tuple[str, str, bool], drawn: list[Any]
) -> list[Message]:
    ids, channels, robots = style
    at = start
    current: dict[str, int] = {}
    messages = []
    for row, (gap, customer, drawn_role, name, move, channel, number) in enumerate(drawn):
        word, lot = divmod(number, 10)
        role = _role(drawn_role, lot, robots=robots)
        text = SPEECH[word] if word < len(SPEECH) else None
        at += timedelta(seconds=gap)
        current[customer] = current.get(customer, 0) + (move == "new")
        without = ids == "never" or (ids == "mixed" and move == "none")
        session = None if without else f"{customer}#{current[customer]}"
        where = {"u1": "app", "u2": "web"}.get(customer) if channels == "steady" else channel
        agent = _account(role, name)
        moved = lot == 9
        messages.append(Message(row, shop, session, at, role, customer, agent, where, moved, text))
    return messages


@st.composite
def shops(draw: st.DrawFn, shop: str, least: int = 1) -> World:
    start = draw(st.sampled_from(STARTS))
    ids = draw(st.sampled_from(("always", "never", "mixed")))
    channels = draw(st.sampled_from(("steady", "any")))
    drawn = draw(st.lists(_message, min_size=least, max_size=22))
    robots = draw(st.sampled_from((False, True)))
    said = _said(shop, start, (ids, channels, robots), drawn)
    orders, refunds = draw(records.orders(said))
    world = World(
        said,
        orders,
        refunds,
        draw(records.ratings(said)),
        draw(records.tickets(said)),
        draw(records.complaints(said)),
    )
    chance = Random(draw(st.integers(0, 2**30)))  # noqa: S311
    return draw(shelves.stocked(desk.with_desk(world, chance)))


def _append(rows: list[Row], more: list[Row]) -> None:
    rows.extend([replace(row, row=len(rows) + place) for place, row in enumerate(more)])


def merged(parts: list[World], file_order: str) -> World:
    """Several shops in one set of files, their messages in this order."""
    said = FILE_ORDERS[file_order]([m for part in parts for m in part.messages])
    whole = World([replace(m, row=row) for row, m in enumerate(said)])
    for part in parts:
        before = len(whole.orders)
        whole.refunds.extend(
            replace(
                r,
                row=len(whole.refunds) + place,
                order_row=None if r.order_row is None else before + r.order_row,
            )
            for place, r in enumerate(part.refunds)
        )
        whole.orders.extend(replace(o, row=before + o.row) for o in part.orders)
        _append(whole.ratings, part.ratings)
        _append(whole.tickets, part.tickets)
        _append(whole.complaints, part.complaints)
        _append(whole.listed, part.listed)
        _append(whole.presences, part.presences)
    return whole


@st.composite
def worlds(draw: st.DrawFn, count: int, least: int = 1) -> World:
    parts = [draw(shops(f"店{number}", least)) for number in range(1, count + 1)]
    return merged(parts, draw(st.sampled_from(tuple(FILE_ORDERS))))
