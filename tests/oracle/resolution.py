"""What came after a session: the customer back, a complaint, a refund, a mark; and the desk's KPIs."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from oracle.facts import ONE, Facts, of_session, only, seconds
from oracle.measures import Item

if TYPE_CHECKING:
    from datetime import datetime

    from oracle.sessions import Session
    from oracle.shop import Complaint, Listed, Person

DAY = timedelta(hours=24)
MARKED_FOR = timedelta(hours=72)
WEEK = timedelta(days=7)
BY_MACHINE = ("超时", "自动", "系统")


class Outcomes:
    """Sessions beside the customer's other sessions, complaints, and what the desk says of them."""

    def __init__(self, facts: Facts) -> None:
        world = facts.world
        self._own: dict[Person, list[Session]] = defaultdict(list)
        for session in facts.customers:
            self._own[session.customer].append(session)
        self._complaints: dict[Person, list[Complaint]] = defaultdict(list)
        for complaint in world.complaints:
            self._complaints[complaint.customer].append(complaint)
        self._listed: dict[Person, Listed] = {(x.shop, x.session_id): x for x in world.listed}
        self._kinds = {
            (t.shop, t.session_id): t.kind for t in world.tickets[::-1] if t.session_id and t.kind
        }
        self._rated: dict[int, bool] = {}
        for rating in sorted(world.ratings, key=lambda r: (r.rated_at, r.row)):
            rated = facts.ratings.session_of(rating)
            if rated is not None and rating.is_resolved is not None:
                self._rated[id(rated)] = rating.is_resolved

    def _row(self, session: Session) -> Listed | None:
        return self._listed.get((session.shop, session.session_id or ""))

    def issue(self, session: Session) -> str | None:
        row = self._row(session)
        if row is not None and row.topic:
            return row.topic
        return self._kinds.get((session.shop, session.session_id or ""))

    def _others(self, session: Session) -> list[Session]:
        """Sessions of the customer that may be about the same."""
        mine = self.issue(session)
        return [
            other
            for other in self._own[session.customer]
            if other is not session and (mine is None or self.issue(other) in (None, mine))
        ]

    def comes_back(self, session: Session, within: timedelta) -> bool:
        return any(
            session.ended_at <= other.started_at <= session.ended_at + within
            and self._is_later(session, other)
            for other in self._others(session)
        )

    def came_before(self, session: Session, within: timedelta) -> bool:
        return any(
            self._is_later(other, session) and other.ended_at >= session.started_at - within
            for other in self._others(session)
        )

    @staticmethod
    def _is_later(first: Session, second: Session) -> bool:
        """Of two that begin at one moment, the one that is over at it comes first."""
        places = [
            (s.started_at, s.ended_at > s.started_at, s.messages[0].row) for s in (first, second)
        ]
        return places[0] < places[1]

    def starts_within(
        self, session: Session, before: timedelta, after: timedelta
    ) -> tuple[bool, bool]:
        """Whether any session of the customer, on whatever issue, began before and after."""
        others = [o for o in self._own[session.customer] if o is not session]
        at = session.started_at
        earlier = any(self._is_later(o, session) and at - before <= o.started_at for o in others)
        later = any(self._is_later(session, o) and o.started_at <= at + after for o in others)
        return earlier, later

    def complains(self, session: Session, within: timedelta) -> bool:
        return any(
            session.started_at <= c.filed_at <= session.ended_at + within
            for c in self._complaints[session.customer]
        )

    def is_closed_by_machine(self, session: Session) -> bool:
        row = self._row(session)
        reason = (row.close_reason if row else None) or ""
        return any(word in reason for word in BY_MACHINE)

    def mark(self, session: Session) -> bool | None:
        """Whether it was solved, as the customer says, else the desk; no machine's yes is one."""
        rated = self._rated.get(id(session))
        row = self._row(session)
        if rated is not None or row is None:
            return rated
        if row.is_resolved and self.is_closed_by_machine(session):
            return None
        return row.is_resolved


@lru_cache(maxsize=2)
def outcomes(facts: Facts) -> Outcomes:
    return Outcomes(facts)


def first_contact_resolution(facts: Facts) -> list[Item]:
    known = outcomes(facts)
    items = []
    for s in facts.customers:
        if not known.came_before(s, DAY):
            solved = not (known.comes_back(s, DAY) or s.is_transferred or known.complains(s, WEEK))
            items.append(of_session(s, ONE * solved, s.owner))
    return items


def easemob_first_contact_resolution(facts: Facts) -> list[Item]:
    known = outcomes(facts)
    items = []
    for s in facts.customers:
        earlier, later = known.starts_within(s, DAY, DAY)
        if not earlier:
            items.append(of_session(s, ONE * (not later), s.owner))
    return items


def repeat_contact_rate(facts: Facts) -> list[Item]:
    known = outcomes(facts)
    return [of_session(s, ONE * known.comes_back(s, DAY), s.owner) for s in facts.customers]


def _has_reply(session: Session) -> bool:
    by_machine = any(m.role == "bot" for m in session.messages[session.opening :])
    return session.first_reply is not None or by_machine


def problem_resolution_rate(facts: Facts) -> list[Item]:
    known = outcomes(facts)
    items = []
    for s in facts.customers:
        mark = known.mark(s)
        if mark is None:
            mark = _has_reply(s) and not known.comes_back(s, MARKED_FOR)
        items.append(of_session(s, ONE * mark, s.owner))
    return items


def complaint_conversion_rate(facts: Facts) -> list[Item]:
    known = outcomes(facts)
    return [of_session(s, ONE * known.complains(s, WEEK), s.owner) for s in facts.customers]


def complaint_close_time(facts: Facts) -> list[Item]:
    return [
        Item(c.shop, c.closed_at, seconds(c.closed_at - c.filed_at), agents=only(c.agent_id))
        for c in facts.world.complaints
        if c.closed_at is not None
    ]


def ticket_in_sla_rate(facts: Facts) -> list[Item]:
    return [
        Item(
            t.shop,
            t.created_at,
            ONE * (t.closed_at is not None and t.closed_at - t.created_at <= DAY),
            agents=only(t.agent_id),
        )
        for t in facts.world.tickets
    ]


def _refund_requests(facts: Facts) -> dict[Person, list[datetime]]:
    world = facts.world
    known = {m.customer for m in world.messages}
    buyers = {o.row: o.customer_id for o in world.orders if o.customer in known}
    asked: dict[Person, list[datetime]] = defaultdict(list)
    for refund in world.refunds:
        of_order = None if refund.order_row is None else buyers.get(refund.order_row)
        customer = of_order or refund.customer_id
        if customer is not None:
            asked[refund.shop, customer].append(refund.applied_at)
    return asked


def refund_after_contact_rate(facts: Facts) -> list[Item]:
    asked = _refund_requests(facts)
    return [
        Item(
            day.shop,
            day.first_at,
            ONE * any(day.first_at <= at <= day.first_at + WEEK for at in asked[day.customer]),
            agents=day.agents,
            channels=day.channels,
        )
        for day in facts.days
    ]


def queue_time(facts: Facts) -> list[Item]:
    return [
        Item(x.shop, x.started_at, Fraction(x.queue_seconds), agents=only(x.agent_id))
        for x in facts.world.listed
        if x.queue_seconds is not None
    ]
