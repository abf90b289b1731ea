"""The first eighteen KPIs, each as the list of things it counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from oracle import measures
from oracle.measures import Item, Names
from oracle.ratings import session_of, standing
from oracle.sales import converted, credited, is_presale
from oracle.sessions import Session, sessions_of
from oracle.turns import customer_days, turns_of

if TYPE_CHECKING:
    from oracle.shop import World

ONE = Fraction(1)
TARGET = timedelta(seconds=30)
TIMEOUT = timedelta(seconds=60)


class Facts:
    """A world with everything derived from it once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sessions = sessions_of(world)
        self.customers = [s for s in self.sessions if s.is_customers]
        self.days = customer_days(world)
        self.talks = [m for m in world.in_order() if m.by_human]


def _only(name: str | None) -> Names:
    return frozenset({name})


def _seconds(span: timedelta) -> Fraction:
    return Fraction(span // timedelta(seconds=1))


def _of_session(session: Session, value: Fraction, agent: str | None) -> Item:
    return Item(
        session.shop,
        session.started_at,
        value,
        agents=_only(agent),
        channels=_only(session.channel),
    )


def _first_waits(facts: Facts) -> Iterator[tuple[Session, timedelta, str | None]]:
    for session in facts.customers:
        reply = session.first_reply
        if not session.is_proactive and reply is not None:
            asked = session.messages[session.opening].sent_at
            yield session, reply.sent_at - asked, reply.agent_id


def first_response_time(facts: Facts) -> list[Item]:
    return [_of_session(s, _seconds(wait), agent) for s, wait, agent in _first_waits(facts)]


def first_reply_in_target(facts: Facts) -> list[Item]:
    return [_of_session(s, ONE * (wait <= TARGET), agent) for s, wait, agent in _first_waits(facts)]


def average_response_interval(facts: Facts) -> list[Item]:
    return [
        _of_session(session, Fraction(turn.seconds), turn.reply.agent_id)
        for session in facts.sessions
        for turn in turns_of(session)
        if turn.reply is not None
    ]


def response_timeout_rate(facts: Facts) -> list[Item]:
    answered = [
        _of_session(s, ONE * (wait > TIMEOUT), agent) for s, wait, agent in _first_waits(facts)
    ]
    never = [
        _of_session(s, ONE, s.first_addressed)
        for s in facts.customers
        if not s.is_proactive and s.first_reply is None
    ]
    return answered + never


def reply_rate(facts: Facts) -> list[Item]:
    return [
        Item(
            day.shop,
            day.first_at,
            ONE * (day.first_reply is not None),
            agents=day.agents,
            channels=day.channels,
        )
        for day in facts.days
    ]


def _missed(session: Session) -> str | None:
    """Who stands for a session in the unanswered: who kept it, else who was asked in vain."""
    return session.owner if session.first_reply else session.first_addressed or session.owner


def unanswered_sessions(facts: Facts) -> list[Item]:
    return [_of_session(s, ONE * (s.first_reply is None), _missed(s)) for s in facts.customers]


def session_duration(facts: Facts) -> list[Item]:
    return [_of_session(s, _seconds(s.ended_at - s.started_at), s.owner) for s in facts.customers]


def transfer_rate(facts: Facts) -> list[Item]:
    return [
        _of_session(s, ONE * s.is_transferred, next(iter(s.line_of_humans), None))
        for s in facts.sessions
        if s.humans
    ]


def peak_hour_volume(facts: Facts) -> list[Item]:
    return [_of_session(s, ONE, s.owner) for s in facts.customers]


def ticket_close_time(facts: Facts) -> list[Item]:
    return [
        Item(t.shop, t.closed_at, _seconds(t.closed_at - t.created_at), agents=_only(t.agent_id))
        for t in facts.world.tickets
        if t.closed_at is not None
    ]


def csat_score(facts: Facts) -> list[Item]:
    return [
        Item(rating.shop, rating.rated_at, Fraction(rating.score), agents=_only(agent))
        for rating, agent in standing(facts.world, facts.sessions)
    ]


def satisfaction_rate(facts: Facts) -> list[Item]:
    return [
        Item(rating.shop, rating.rated_at, ONE * (rating.score >= 4), agents=_only(agent))
        for rating, agent in standing(facts.world, facts.sessions)
    ]


def rating_response_rate(facts: Facts) -> list[Item]:
    rated = [session_of(rating, facts.sessions) for rating in facts.world.ratings]
    return [
        _of_session(s, ONE * any(s is other for other in rated), s.owner)
        for s in facts.customers
        if s.first_reply is not None
    ]


def inquiry_conversion_rate(facts: Facts) -> list[Item]:
    return [
        Item(
            day.shop,
            day.first_at,
            ONE * converted(day, facts.world),
            agents=day.agents,
            channels=day.channels,
        )
        for day in facts.days
        if is_presale(day, facts.world)
    ]


def average_order_value(facts: Facts) -> list[Item]:
    items = []
    for order in facts.world.orders:
        if order.paid_at is not None:
            seller = credited(order, facts.talks)
            agents = _only(seller.agent_id if seller else None)
            amount = Fraction(order.paid_amount)
            items.append(Item(order.shop, order.paid_at, amount, agents=agents, who=order.customer))
    return items


def agent_sales(facts: Facts) -> list[Item]:
    """Where orders were paid but none was credited, the agents sold nothing: 0, not unknown."""
    return [
        replace(item, value=Fraction(0)) if item.agents == measures.NOBODY else item
        for item in average_order_value(facts)
    ]
