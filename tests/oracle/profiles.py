"""Platforms' own readings of how fast was answered, each as the list of things it counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from oracle.bots import Stage, stages
from oracle.facts import ONE, Facts, of_session, only, seconds
from oracle.measures import Item
from oracle.turns import asked_whom, turns_of

if TYPE_CHECKING:
    from datetime import datetime

    from oracle.sessions import Session
    from oracle.shop import Message, Person
    from oracle.turns import CustomerDay

HALF_MINUTE = timedelta(seconds=30)
THREE_MINUTES = timedelta(minutes=3)
FIVE_MINUTES = timedelta(minutes=5)
HOUR = timedelta(hours=1)
CAP = Fraction(600)


@dataclass(frozen=True)
class Wait:
    """A customer's wait for a human as platforms count it: a machine's stage has no clock."""

    session: Session
    at: datetime
    reply: Message | None
    addressed: str | None

    @property
    def wait(self) -> timedelta | None:
        return None if self.reply is None else self.reply.sent_at - self.at

    def within(self, limit: timedelta) -> bool:
        return self.wait is not None and self.wait <= limit

    @property
    def agent(self) -> str | None:
        return self.addressed if self.reply is None else self.reply.agent_id

    def item(self, value: Fraction) -> Item:
        return Item(
            *(self.session.shop, self.at, value),
            agents=only(self.agent),
            channels=only(self.session.channel),
        )


def _open(moment: datetime, first: int, last: int) -> bool:
    return first <= moment.hour < last


def is_handed_on(stage: Stage) -> bool:
    """Whether a machine answered first and a human after it."""
    return stage.has_answered and stage.human is not None


def waiting(stage: Stage) -> int:
    """Where the wait for the human begins: with the handoff, but never before the question."""
    return max(stage.waiting, stage.session.opening)


def waits(stage: Stage) -> list[Wait]:
    """Every wait of a session for a human; none where the machine kept it."""
    session = stage.session
    if stage.is_kept:
        return []
    if not is_handed_on(stage):
        return [
            Wait(session, t.asked.sent_at, t.reply, session.addressed(t.asked))
            for t in turns_of(session)
        ]
    said = session.messages
    at = said[waiting(stage)]
    reply = None if stage.human is None else said[stage.human]
    first = Wait(session, at.sent_at, reply, session.addressed(session.messages[session.opening]))
    if stage.human is None:
        return [first]
    rest = turns_of(type(session)(said[stage.human + 1 :], session.addressed))
    later = [Wait(session, t.asked.sent_at, t.reply, session.addressed(t.asked)) for t in rest]
    return [first, *later]


def _all_waits(facts: Facts) -> Iterator[Wait]:
    for stage in stages(facts).values():
        yield from waits(stage)


def taobao_3min_response(facts: Facts) -> list[Item]:
    return [w.item(ONE * w.within(THREE_MINUTES)) for w in _all_waits(facts) if _open(w.at, 8, 23)]


def _agent_turns(stage: Stage) -> Iterator[Wait]:
    """One wait per account asked: only its own reply ends it, another's leaves it unanswered.

    Where a machine came first, the wait that the first human ended began with the handoff.
    """
    session = stage.session
    whom = asked_whom([session])
    current: tuple[Message, str | None] | None = None
    for place, message in enumerate(session.messages):
        if message in whom:
            name = whom[message]
            if current is not None and current[1] != name:
                yield Wait(session, current[0].sent_at, None, current[1])
                current = None
            current = current or (message, name)
        elif message.by_human and current is not None:
            own = message if message.agent_id == current[1] else None
            handed = own is not None and is_handed_on(stage) and place == stage.human
            asked = session.messages[waiting(stage)] if handed else current[0]
            asked = max(asked, current[0], key=session.messages.index)
            yield Wait(session, asked.sent_at, own, current[1])
            current = None
    if current is not None:
        yield Wait(session, current[0].sent_at, None, current[1])


def tmall_mean_response(facts: Facts) -> list[Item]:
    return [
        turn.item(CAP if turn.wait is None else min(seconds(turn.wait), CAP))
        for stage in stages(facts).values()
        if not stage.is_kept
        for turn in _agent_turns(stage)
        if _open(turn.at, 8, 23)
    ]


def tmall_mean_response_2020(facts: Facts) -> list[Item]:
    return [
        of_session(session, min(seconds(wait), CAP), turn.reply.agent_id)
        for session in facts.sessions
        for turn in turns_of(session)
        if turn.reply is not None
        and turn.reply.sent_at.date() == turn.asked.sent_at.date()
        and (wait := turn.reply.sent_at - turn.asked.sent_at)
    ]


def _presence(facts: Facts, session: Session) -> bool | None:
    """Whether anybody was clocked in when it began; unknown on days without attendance."""
    own = [p for p in facts.world.presences if p.shop == session.shop]
    at = session.started_at
    if any(p.first_in_at <= at < p.last_out_at for p in own):
        return True
    return False if any(p.first_in_at.date() == at.date() for p in own) else None


def _jd_sessions(facts: Facts, first: int, last: int) -> Iterator[Stage]:
    for stage in stages(facts).values():
        session = stage.session
        left = _presence(facts, session) is False
        theirs = session.is_proactive or stage.is_kept
        if _open(session.started_at, first, last) and not left and not theirs:
            yield stage


def _first_answers(facts: Facts, first: int, last: int) -> list[Item]:
    items = []
    for stage in _jd_sessions(facts, first, last):
        wait = waits(stage)[0]
        agent = wait.agent if wait.reply else stage.session.first_addressed
        items.append(of_session(stage.session, ONE * wait.within(HALF_MINUTE), agent))
    return items


def jd_first_30s_rate(facts: Facts) -> list[Item]:
    return _first_answers(facts, 9, 23)


def jd_first_30s_rate_2021(facts: Facts) -> list[Item]:
    return _first_answers(facts, 0, 24)


def jd_mean_response(facts: Facts) -> list[Item]:
    return [
        of_session(w.session, seconds(w.wait), w.agent)
        for stage in _jd_sessions(facts, 9, 23)
        for w in waits(stage)
        if w.wait is not None
    ]


def jd_message_left_rate(facts: Facts) -> list[Item]:
    items = []
    for session in facts.customers:
        there = _presence(facts, session)
        if there is not None and not session.is_proactive:
            agent = next(iter(session.line_of_humans), None)
            items.append(of_session(session, ONE * (not there), agent))
    return items


def _day_waits(facts: Facts, *, after_machines: bool) -> dict[tuple[Person, object], list[Wait]]:
    """Waits of each customer's day, from every single message; with machines' stages or without."""
    found: dict[tuple[Person, object], list[Wait]] = defaultdict(list)
    for stage in stages(facts).values():
        session = stage.session
        said = session.messages
        begins = after_machines and is_handed_on(stage)
        if after_machines and stage.is_kept:
            continue
        start = waiting(stage) if begins else 0
        for place in range(start, len(said)):
            if said[place].by_customer or (begins and place == start):
                later = said[place + 1 :]
                reply = next((m for m in later if m.by_human), None)
                wait = Wait(session, said[place].sent_at, reply, None)
                found[session.customer, wait.at.date()].append(wait)
    return found


def _of_day(day: CustomerDay, value: Fraction) -> Item:
    return Item(day.shop, day.first_at, value, agents=day.agents, channels=day.channels)


def _every_message(facts: Facts, limit: timedelta, *, after_machines: bool = False) -> list[Item]:
    found = _day_waits(facts, after_machines=after_machines)
    items = []
    for day in facts.days:
        asked = [w for w in found[day.customer, day.day] if _open(w.at, 8, 23)]
        if asked:
            items.append(_of_day(day, ONE * all(w.within(limit) for w in asked)))
    return items


def pdd_3min_reply_rate(facts: Facts) -> list[Item]:
    return _every_message(facts, THREE_MINUTES)


def pdd_1hour_reply_rate(facts: Facts) -> list[Item]:
    return _every_message(facts, HOUR)


def pdd_5min_reply_rate(facts: Facts) -> list[Item]:
    """The day's first question alone; a machine's word is a reply here, an automatic one is not."""
    items = []
    after = {m.row: s.messages[i + 1 :] for s in facts.sessions for i, m in enumerate(s.messages)}
    for day in facts.days:
        asked = next((m for m in day.messages if m.by_customer and _open(m.sent_at, 8, 23)), None)
        if asked is not None:
            later = after[asked.row]
            reply = next((m for m in later if m.by_human or m.role == "bot"), None)
            kept = reply is not None and reply.sent_at - asked.sent_at <= FIVE_MINUTES
            items.append(_of_day(day, ONE * kept))
    return items


def kuaishou_3min_reply_rate(facts: Facts) -> list[Item]:
    return _every_message(facts, THREE_MINUTES, after_machines=True)


def _reached(facts: Facts) -> Iterator[tuple[Session, list[Wait]]]:
    for stage in stages(facts).values():
        if not stage.is_kept and _open(stage.session.started_at, 8, 23):
            yield stage.session, waits(stage)


def douyin_3min_reply_rate_each(facts: Facts) -> list[Item]:
    return [
        of_session(s, ONE * all(w.within(THREE_MINUTES) for w in asked), s.owner)
        for s, asked in _reached(facts)
    ]


def douyin_3min_reply_rate_mean(facts: Facts) -> list[Item]:
    items = []
    for session, asked in _reached(facts):
        known = [w.wait for w in asked if w.wait is not None]
        kept = bool(known) and sum(known, timedelta(0)) <= THREE_MINUTES * len(known)
        items.append(of_session(session, ONE * kept, session.owner))
    return items


def zendesk_first_reply_time(facts: Facts) -> list[Item]:
    items = []
    for session in facts.sessions:
        opened = not session.is_customers or session.is_proactive
        replies = session.humans[1:] if opened else session.humans
        if replies:
            wait = replies[0].sent_at - session.started_at
            items.append(of_session(session, seconds(wait), replies[0].agent_id))
    return items


def gorgias_first_response_time(facts: Facts) -> list[Item]:
    items = []
    for session in facts.customers:
        reply = session.first_reply
        if reply is not None and not session.is_proactive:
            asked = session.messages[session.opening]
            items.append(
                Item(
                    *(session.shop, reply.sent_at, seconds(reply.sent_at - asked.sent_at)),
                    agents=only(reply.agent_id),
                    channels=only(session.channel),
                )
            )
    return items
