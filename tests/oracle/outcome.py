"""KPIs of what came of it: tickets, ratings and orders, each as the list of things it counts."""

from __future__ import annotations

from fractions import Fraction

from oracle.facts import ONE, Facts, of_session, only, seconds
from oracle.measures import Item


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
