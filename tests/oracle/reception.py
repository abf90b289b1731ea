"""KPIs that count people who wrote in the period, whichever day it was."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from oracle.kpis import Facts
from oracle.measures import Item
from oracle.shop import Message, Period, Person


def _writers(facts: Facts, period: Period) -> list[Message]:
    return [m for m in facts.world.messages if m.by_customer and period.holds(m.sent_at)]


def _channels(facts: Facts, period: Period) -> dict[Person, frozenset[str | None]]:
    """Where a customer's days mix channels, the text does not say which of them counts."""
    seen: dict[Person, frozenset[str | None]] = {}
    for day in facts.days:
        if period.holds(day.first_at):
            seen[day.customer] = seen.get(day.customer, frozenset()) | day.channels
    return seen


def received_customers(facts: Facts, period: Period, by: str) -> list[Item]:
    writers = _writers(facts, period)
    if by != "agent":
        channels = _channels(facts, period)
        return [
            Item(m.shop, m.sent_at, channels=channels[m.customer], who=m.customer)
            for m in writers
        ]
    addressed = facts.world.addressing()
    received = {m.customer for m in writers}
    replies = [m for m in facts.replies if period.holds(m.sent_at) and m.customer in received]
    met = [(m, addressed(m)) for m in writers] + [(m, m.agent_id) for m in replies]
    return [
        Item(m.shop, m.sent_at, agents=frozenset({agent}), who=m.customer)
        for m, agent in met
        if agent
    ]


def complaint_rate(facts: Facts, period: Period, by: str) -> list[Item]:
    received = received_customers(facts, period, by)
    complaining = [
        Item(c.shop, c.filed_at, Fraction(1), 0, frozenset({c.agent_id}), who=c.customer)
        for c in facts.world.complaints
        if period.holds(c.filed_at)
    ]
    return [replace(item, value=Fraction(0)) for item in received] + complaining
