"""KPIs that count people who wrote in the period, whichever day it was."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from oracle.measures import Item, Names
from oracle.turns import turns_of

if TYPE_CHECKING:
    from oracle.facts import Facts
    from oracle.shop import Message, Period, Person

Meeting = tuple["Person", str | None]

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


def _answered(facts: Facts, period: Period) -> tuple[set[Meeting], set[Meeting]]:
    """Who surely answered whom, and who perhaps did.

    Surely: who ended a wait, or wrote in the session on a day on which the customer had spoken.
    Perhaps: question and answer on two sides of the period's border; an afterthought on a later
    day; a message to somebody who wrote that day, but in an earlier session.
    """
    on_day = {m for day in facts.days for m in day.messages if m.by_human}
    surely: set[Meeting] = set()
    perhaps = {(m.customer, m.agent_id) for m in on_day if period.holds(m.sent_at)}
    for session in facts.customers:
        later = [m for m in session.messages[session.opening :] if m.by_human]
        answers = {turn.reply: turn.asked for turn in turns_of(session) if turn.reply}
        for m in later:
            asked = answers.get(m, m if m in on_day else None)
            settled = asked and period.holds(asked.sent_at) and period.holds(m.sent_at)
            (surely if settled else perhaps).add((m.customer, m.agent_id))
    return surely, perhaps - surely


def _met(facts: Facts, period: Period) -> list[Item]:
    addressed = facts.world.addressing()
    writers = _writers(facts, period)
    surely, perhaps = _answered(facts, period)
    received = {m.customer for m in writers}
    surely |= {(m.customer, name) for m in writers if (name := addressed(m))}
    # Whether somebody who met nobody stands with the unnamed agent is left open as well.
    perhaps |= {(m.customer, None) for m in writers}
    certain = [(meeting, frozenset({meeting[1]})) for meeting in surely]
    unsure = [(meeting, frozenset({meeting[1], UNSETTLED})) for meeting in perhaps - surely]
    return [
        Item(who[0], period.start, agents=agents, who=who)
        for (who, _), agents in [*certain, *unsure]
        if who in received
    ]


def received_customers(facts: Facts, period: Period, by: str) -> list[Item]:
    if by == "agent":
        return _met(facts, period)
    channels = _channels(facts, period)
    return [
        Item(m.shop, m.sent_at, channels=channels[m.customer], who=m.customer)
        for m in _writers(facts, period)
    ]


def complaint_rate(facts: Facts, period: Period, by: str) -> list[Item]:
    received = received_customers(facts, period, by)
    complaining = [
        Item(c.shop, c.filed_at, Fraction(1), 0, frozenset({c.agent_id}), who=c.customer)
        for c in facts.world.complaints
        if period.holds(c.filed_at)
    ]
    return [replace(item, value=Fraction(0)) for item in received] + complaining
