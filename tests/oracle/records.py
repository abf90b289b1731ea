"""Hypothesis strategies: orders, ratings, tickets and complaints close to what was said."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from oracle.shop import Complaint, Order, Rating, Refund, Ticket

if TYPE_CHECKING:
    from oracle.shop import Message

DAY = 86_400
STRANGER = "u9"
AGENTS = ("a1", "a1", "a2", "a3")
GAPS = (
    *(0, 0, 1, 10, 29, 30, 31, 59, 60, 61, 61, 180, 598, 599, 600, 601, 3_600, 20_000),
    *(DAY - 1, DAY, DAY + 1, 2 * DAY - 1, 2 * DAY, 2 * DAY + 1),
)
AROUND = (*GAPS, *(-gap for gap in GAPS), -21 * DAY - 1, -21 * DAY, -21 * DAY + 1, -20 * DAY)

_moment = st.tuples(
    st.integers(0, 30),
    st.sampled_from(("self", "self", "self", "u1", "u2", STRANGER)),
    st.sampled_from(AROUND),
)
_agent = st.sampled_from((*AGENTS, None))
_payment = st.tuples(
    st.sampled_from(("after placing", "after placing", "after a message", "never")),
    st.integers(0, 5),
    st.sampled_from(GAPS),
)
_amount = st.sampled_from(("0.00", "10.00", "25.50", "99.99"))
_status = st.sampled_from(("paid", "closed", "completed"))


def _near(said: list[Message], moment: tuple[int, str, int]) -> tuple[Message, str, datetime]:
    """A message, a customer (mostly its own) and a time some seconds from it."""
    place, whose, offset = moment
    message = said[place % len(said)]
    customer = message.customer_id if whose == "self" else whose
    return message, customer, message.sent_at + timedelta(seconds=offset)


@st.composite
def orders(draw: st.DrawFn, said: list[Message]) -> tuple[list[Order], list[Refund]]:
    placed: list[Order] = []
    refunds: list[Refund] = []
    drawn = draw(
        st.lists(st.tuples(_moment, _payment, _amount, _status, st.integers(0, 4)), max_size=5)
    )
    for row, (moment, (pays, further, later), amount, status, lot) in enumerate(drawn):
        message, customer, created = _near(said, moment)
        paid = None
        if pays != "never":
            base = said[(moment[0] + further) % len(said)].sent_at
            start = created if pays == "after placing" else base
            paid = max(created, start + timedelta(seconds=later))
        shop = message.shop
        placed.append(Order(row, shop, customer, created, paid, Decimal(amount), status))
        if paid is not None and lot == 0:
            refunds.append(Refund(len(refunds), shop, row, Decimal(amount), paid))
    return placed, refunds


@st.composite
def ratings(draw: st.DrawFn, said: list[Message]) -> list[Rating]:
    given = []
    drawn = st.tuples(_moment, st.booleans(), _agent, st.integers(1, 5))
    for row, (moment, names_session, agent, score) in enumerate(draw(st.lists(drawn, max_size=5))):
        message, customer, at = _near(said, moment)
        session = None
        if names_session:
            session, customer = message.session_id, message.customer_id
        given.append(Rating(row, message.shop, session, customer, agent, score, at))
    return given


@st.composite
def tickets(draw: st.DrawFn, said: list[Message]) -> list[Ticket]:
    written = []
    drawn = st.tuples(_moment, st.none() | st.sampled_from(GAPS), _agent)
    for row, (moment, life, agent) in enumerate(draw(st.lists(drawn, max_size=3))):
        message, customer, at = _near(said, moment)
        closed = None if life is None else at + timedelta(seconds=life)
        written.append(Ticket(row, message.shop, customer, agent, at, closed))
    return written


@st.composite
def complaints(draw: st.DrawFn, said: list[Message]) -> list[Complaint]:
    filed = []
    drawn = st.tuples(_moment, _agent)
    for row, (moment, agent) in enumerate(draw(st.lists(drawn, max_size=3))):
        message, customer, at = _near(said, moment)
        filed.append(Complaint(row, message.shop, customer, agent, at))
    return filed
