"""KPIs of how much was received at a time and written in all, each as the list of things it counts."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING

from oracle.bots import stages
from oracle.facts import ONE, Facts, of_session, only, seconds
from oracle.measures import Item

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle.sessions import Session
    from oracle.shop import Message, Period


def messages_handled(facts: Facts) -> list[Item]:
    return [
        Item(
            *(m.shop, m.sent_at, ONE),
            agents=only(m.agent_id),
            channels=frozenset({m.channel, session.channel}),
        )
        for session in facts.sessions
        for m in session.humans
    ]


def qa_message_ratio(facts: Facts) -> list[Item]:
    return [
        replace(
            of_session(s, Fraction(len(s.humans)), s.owner),
            weight=Fraction(sum(m.by_customer for m in s.messages)),
        )
        for s in facts.customers
        if s.humans
    ]


@dataclass(frozen=True)
class Reception:
    """One agent's part of a session: from what the customer asked him to his own last word."""

    session: Session
    agent: str | None
    opened_at: datetime
    closed_at: datetime
    is_answered: bool


def _whom(session: Session) -> dict[Message, tuple[str | None]]:
    """Whom each customer's message went to: the human it names, else who replied next.

    Where nobody replied any more, whoever had been named or had written last.
    """
    whom: dict[Message, tuple[str | None]] = {}
    following: tuple[str | None] | None = None
    for message in reversed(session.messages):
        if message.by_human:
            following = (message.agent_id,)
        elif message.by_customer and following is not None:
            whom[message] = following
    latest: tuple[str | None] | None = None
    for message in session.messages:
        named = session.addressed(message)
        if named is not None or message.by_human:
            latest = (named or message.agent_id,)
        if named is not None or (message.by_customer and message not in whom and latest):
            whom[message] = latest or (named,)
    return whom


def receptions_of(session: Session) -> list[Reception]:
    """None where nobody was named and no human wrote: nobody received the customer."""
    whom = _whom(session)
    asked: dict[str | None, list[datetime]] = defaultdict(list)
    wrote: dict[str | None, list[datetime]] = defaultdict(list)
    first = session.messages[session.opening].sent_at
    for m in session.messages:
        if m in whom:
            asked[whom[m][0]].append(m.sent_at)
        elif m.by_human and m.sent_at >= first:
            wrote[m.agent_id].append(m.sent_at)
    return [
        Reception(
            *(session, name, min([*asked[name], *wrote[name]])),
            *(max(wrote[name] or asked[name]), bool(wrote[name])),
        )
        for name in {*asked, *wrote}
    ]


def handling_time(facts: Facts) -> list[Item]:
    """Where a machine came first, the work begins when a human is asked for."""
    items = []
    for session in facts.customers:
        stage = stages(facts)[id(session)]
        for r in receptions_of(session):
            begins = r.opened_at
            if stage.is_handed_over:
                handed = session.messages[stage.waiting].sent_at
                begins = max(begins, min(handed, r.closed_at))
            if r.is_answered:
                spent = seconds(r.closed_at - begins)
                items.append(Item(session.shop, r.opened_at, spent, agents=only(r.agent)))
    return items


def _open_at(receptions: list[Reception]) -> Callable[[datetime], int]:
    """How many are open: what ends at a moment is not any more, what only begins at it is."""
    opened = sorted(r.opened_at for r in receptions)
    closed = sorted(r.closed_at for r in receptions)
    momentary = Counter(r.opened_at for r in receptions if r.opened_at == r.closed_at)
    return lambda at: bisect_right(opened, at) - bisect_right(closed, at) + momentary[at]


def max_concurrency(facts: Facts, period: Period, by: str) -> list[Item]:
    """At each opening, how many are open beside it: his own, the shop's or all."""
    same: Callable[[Reception], object] = {
        "agent": lambda r: (r.session.shop, r.agent),
        "shop": lambda r: r.session.shop,
    }.get(by, lambda _: None)
    beside: dict[object, list[Reception]] = defaultdict(list)
    for session in facts.customers:
        for reception in receptions_of(session):
            beside[same(reception)].append(reception)
    items = []
    for receptions in beside.values():
        count = _open_at(receptions)
        items += [
            Item(*(r.session.shop, r.opened_at, ONE * count(r.opened_at)), agents=only(r.agent))
            for r in receptions
            if period.holds(r.opened_at)
        ]
    return items
