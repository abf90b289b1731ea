"""KPIs of what came of it: tickets, ratings and orders, each as the list of things it counts."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from oracle.facts import ONE, Facts, of_session, only, seconds
from oracle.measures import Item
from oracle.sales import converted, credited, is_presale

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle.shop import Message


def ticket_close_time(facts: Facts) -> list[Item]:
    return [
        Item(t.shop, t.closed_at, seconds(t.closed_at - t.created_at), agents=only(t.agent_id))
        for t in facts.world.tickets
        if t.closed_at is not None
    ]


def csat_score(facts: Facts) -> list[Item]:
    return [
        Item(rating.shop, rating.rated_at, Fraction(rating.score), agents=only(agent))
        for rating, agent in facts.ratings.standing()
    ]


def satisfaction_rate(facts: Facts) -> list[Item]:
    return [
        Item(rating.shop, rating.rated_at, ONE * (rating.score >= 4), agents=only(agent))
        for rating, agent in facts.ratings.standing()
    ]


def rating_response_rate(facts: Facts) -> list[Item]:
    rated = {id(session) for session in facts.ratings.rated_sessions()}
    return [
        of_session(s, ONE * (id(s) in rated), s.owner)
        for s in facts.customers
        if s.first_reply is not None
    ]


def inquiry_conversion_rate(facts: Facts) -> list[Item]:
    return [
        Item(
            day.shop,
            day.first_at,
            ONE * converted(day, facts.orders[day.customer]),
            agents=day.agents,
            channels=day.channels,
        )
        for day in facts.days
        if is_presale(day, facts.orders[day.customer])
    ]


def _sold(facts: Facts) -> Iterator[tuple[Item, Message | None]]:
    for order in facts.world.orders:
        if order.paid_at is not None:
            reply = credited(order, facts.replies[order.customer])
            agents = only(reply.agent_id if reply else None)
            amount = Fraction(order.paid_amount)
            item = Item(order.shop, order.paid_at, amount, agents=agents, who=order.customer)
            yield item, reply


def average_order_value(facts: Facts) -> list[Item]:
    return [item for item, _ in _sold(facts)]


def agent_sales(facts: Facts) -> list[Item]:
    """Where orders were paid but none was credited, the agents sold nothing: 0, not unknown."""
    return [item if reply else replace(item, value=Fraction(0)) for item, reply in _sold(facts)]
