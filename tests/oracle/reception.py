"""KPIs that count people who wrote in the period, whichever day it was."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from oracle.measures import Item, Names

if TYPE_CHECKING:
    from oracle.kpis import Facts
    from oracle.shop import Message, Period, Person

UNSETTLED = "?"
"""Beside a name: the text leaves open whether the item belongs to it."""


def _writers(facts: Facts, period: Period) -> list[Message]:
    return [m for m in facts.world.messages if m.by_customer and period.holds(m.sent_at)]


def _channels(facts: Facts, period: Period) -> dict[Person, Names]:
    """Where a customer's days mix channels, the text does not say which of them counts."""
    seen: dict[Person, Names] = {}
    for day in facts.days:
        if period.holds(day.first_at):
            seen[day.customer] = seen.get(day.customer, frozenset()) | day.channels
    return seen


def _answered(facts: Facts) -> dict[Message, Names]:
    """Human messages after the customer's, by their author.

    The text does not say after what: his first of the session or of the day. Where the two
    part, the author's row stays open.
    """
    in_session = {m for s in facts.customers for m in s.messages[s.opening :] if m.by_human}
    on_day = {m for day in facts.days for m in day.messages if m.by_human}
    return {
        m: frozenset({m.agent_id} if m in in_session & on_day else {m.agent_id, UNSETTLED})
        for m in in_session | on_day
    }


def received_customers(facts: Facts, period: Period, by: str) -> list[Item]:
    writers = _writers(facts, period)
    if by != "agent":
        channels = _channels(facts, period)
        return [
            Item(m.shop, m.sent_at, channels=channels[m.customer], who=m.customer) for m in writers
        ]
    addressed = facts.world.addressing()
    received = {m.customer for m in writers}
    met: list[tuple[Message, Names]] = [
        (m, frozenset({addressed(m) or UNSETTLED})) for m in writers
    ]
    met += [
        (m, author)
        for m, author in _answered(facts).items()
        if period.holds(m.sent_at) and m.customer in received
    ]
    items = [Item(m.shop, m.sent_at, agents=agents, who=m.customer) for m, agents in met]
    # Whether someone who met nobody belongs to the unnamed agent is left open as well.
    unnamed = [replace(item, agents=frozenset({None, UNSETTLED})) for item in items]
    return items + unnamed


def complaint_rate(facts: Facts, period: Period, by: str) -> list[Item]:
    received = received_customers(facts, period, by)
    complaining = [
        Item(c.shop, c.filed_at, Fraction(1), 0, frozenset({c.agent_id}), who=c.customer)
        for c in facts.world.complaints
        if period.holds(c.filed_at)
    ]
    return [replace(item, value=Fraction(0)) for item in received] + complaining
