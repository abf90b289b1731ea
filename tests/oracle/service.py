"""KPIs of how sessions, waits and customer-days went, each as the list of things it counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from oracle.facts import ONE, Facts, of_session, only, seconds
from oracle.measures import Item, Names
from oracle.turns import turns_of

if TYPE_CHECKING:
    from oracle.sessions import Session

TARGET = timedelta(seconds=30)
TIMEOUT = timedelta(seconds=60)
WAIT = timedelta(seconds=180)
GAP = timedelta(seconds=120)
SLOW_TIMES = 3
SHORT = timedelta(seconds=30)
LONG = timedelta(minutes=30)


def _first_waits(facts: Facts) -> Iterator[tuple[Session, timedelta, str | None]]:
    for session in facts.customers:
        reply = session.first_reply
        if not session.is_proactive and reply is not None:
            asked = session.messages[session.opening].sent_at
            yield session, reply.sent_at - asked, reply.agent_id


def first_response_time(facts: Facts) -> list[Item]:
    return [of_session(s, seconds(wait), agent) for s, wait, agent in _first_waits(facts)]


def first_reply_in_target(facts: Facts) -> list[Item]:
    return [of_session(s, ONE * (wait <= TARGET), agent) for s, wait, agent in _first_waits(facts)]


def average_response_interval(facts: Facts) -> list[Item]:
    return [
        of_session(session, Fraction(turn.seconds), turn.reply.agent_id)
        for session in facts.sessions
        for turn in turns_of(session)
        if turn.reply is not None
    ]


def response_timeout_rate(facts: Facts) -> list[Item]:
    """A late or missing first reply; who replied owns it, else whom the customer addressed."""
    answered = [
        of_session(s, ONE * (wait > TIMEOUT), agent) for s, wait, agent in _first_waits(facts)
    ]
    never = [
        of_session(s, ONE, s.first_addressed)
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


def _missed(session: Session) -> Names:
    """Who stands for a session in the unanswered: who kept it, else who was asked in vain.

    Where an agent opened it and the customer's first words named nobody, the text does not say
    to which of those who had written they went.
    """
    if session.first_reply is not None:
        return only(session.owner)
    if session.is_proactive and session.addressed(session.messages[session.opening]) is None:
        return frozenset(session.line_of_humans) or only(None)
    return only(session.first_addressed)


def unanswered_sessions(facts: Facts) -> list[Item]:
    return [
        replace(of_session(s, ONE * (s.first_reply is None), None), agents=_missed(s))
        for s in facts.customers
    ]


def session_duration(facts: Facts) -> list[Item]:
    return [of_session(s, seconds(s.ended_at - s.started_at), s.owner) for s in facts.customers]


def transfer_rate(facts: Facts) -> list[Item]:
    return [
        of_session(s, ONE * s.is_transferred, next(iter(s.line_of_humans), None))
        for s in facts.sessions
        if s.humans
    ]


def peak_hour_volume(facts: Facts) -> list[Item]:
    return [of_session(s, ONE, s.owner) for s in facts.customers]


def reply_in_target(facts: Facts) -> list[Item]:
    """Waits that a human ended in time; one that nobody ended belongs to whom it was addressed."""
    return [
        of_session(
            session,
            ONE * (turn.reply is not None and turn.seconds <= WAIT.total_seconds()),
            turn.reply.agent_id if turn.reply else session.addressed(turn.asked),
        )
        for session in facts.sessions
        for turn in turns_of(session)
    ]


def slow_response_rate(facts: Facts) -> list[Item]:
    slow = Counter(
        (session.customer, turn.asked.sent_at.date())
        for session in facts.customers
        for turn in turns_of(session)
        if turn.reply is not None and turn.seconds > GAP.total_seconds()
    )
    return [
        Item(
            day.shop,
            day.first_at,
            ONE * (slow[day.customer, day.day] >= SLOW_TIMES),
            agents=day.agents,
            channels=day.channels,
        )
        for day in facts.days
    ]


def short_session_rate(facts: Facts) -> list[Item]:
    return [
        of_session(
            s, ONE * (s.first_reply is not None and s.ended_at - s.started_at < SHORT), s.owner
        )
        for s in facts.customers
    ]


def long_session_rate(facts: Facts) -> list[Item]:
    return [
        of_session(s, ONE * (s.ended_at - s.started_at > LONG), s.owner) for s in facts.customers
    ]
