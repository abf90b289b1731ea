"""KPIs of rosters, attendance and people, each as the list of things it counts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING

from oracle.facts import ONE, Facts, only, seconds
from oracle.measures import Item
from oracle.turns import turns_of
from oracle.workload import Reception, receptions_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle.shop import Duty, Person, Shift

ZERO = Fraction(0)
BREAK = timedelta(minutes=15)
LIMIT = 7_200
CAPACITY = 1
"""The setting the tests give, so that few chats at a time are many already."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NIGHT_FROM, NIGHT_UNTIL = time(22), time(6)
REST, LEAVE = "休息", "请假"

Span = tuple[datetime, datetime]
AgentDay = tuple["Person", date]


@dataclass(frozen=True)
class Stretch:
    """An agent at work: from when to when, where that is known, and for how long it counts."""

    agent: Person
    at: datetime
    counts: Fraction
    spans: tuple[Span, ...] = ()


def _within(span: Span, other: Span) -> Span | None:
    start, end = max(span[0], other[0]), min(span[1], other[1])
    return (start, end) if start <= end else None


def _length(span: Span | None) -> Fraction:
    return ZERO if span is None else seconds(span[1] - span[0])


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min)


class Desk:
    """Who was to work, who was there, and who wrote without a break."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        world = facts.world
        self.duties: dict[AgentDay, Duty] = {((d.shop, d.agent_id), d.day): d for d in world.duties}
        self.rostered: dict[AgentDay, list[Shift]] = defaultdict(list)
        for shift in world.shifts:
            self.rostered[(shift.shop, shift.agent_id), shift.day].append(shift)
        self.spans: dict[str, list[Span]] = defaultdict(list)
        for shift, span in self.shifts():
            self.spans[shift.shop].append(span)
        self.on_roster = {agent for agent, _ in self.rostered}
        self.runs: dict[Person, list[Span]] = defaultdict(list)
        for m in world.in_order():
            if m.by_human and m.agent_id is not None:
                self._wrote((m.shop, m.agent_id), m.sent_at)

    def _wrote(self, agent: Person, at: datetime) -> None:
        runs = self.runs[agent]
        if runs and at - runs[-1][1] < BREAK:
            runs[-1] = (runs[-1][0], at)
        else:
            runs.append((at, at))

    def shifts(self) -> Iterator[tuple[Shift, Span]]:
        """Those of known hours that are no leave."""
        for shift in self.facts.world.shifts:
            if shift.start is not None and shift.end is not None:
                yield shift, (shift.start, shift.end)

    def there(self, agent: Person, day: date, span: Span) -> Span | None:
        """From coming to going inside a shift: by punches, without them by what he wrote."""
        duty = self.duties.get((agent, day))
        if duty is not None:
            if duty.first_in_at is None or duty.last_out_at is None:
                return None
            return _within((duty.first_in_at, duty.last_out_at), span)
        inside = [_within(run, span) for run in self.runs[agent] if run[0] < span[1]]
        wrote = [part for part in inside if part]
        return (wrote[0][0], wrote[-1][1]) if wrote else None

    def stretches(self) -> Iterator[Stretch]:
        """Days of attendance, else shifts, else unbroken runs of those with neither."""
        for (agent, day), duty in self.duties.items():
            punched = duty.first_in_at, duty.last_out_at
            span = (punched[0], punched[1]) if punched[0] and punched[1] else None
            counted = ONE * duty.minutes * 60 if duty.minutes is not None else _length(span)
            yield Stretch(agent, midnight(day), counted, (span,) if span else ())
        inside: dict[Person, list[Span]] = defaultdict(list)
        for shift, span in self.shifts():
            agent = (shift.shop, shift.agent_id)
            inside[agent].append(span)
            if (agent, shift.day) not in self.duties:
                there = self.there(agent, shift.day, span)
                yield Stretch(agent, span[0], _length(there), (there,) if there else ())
        for agent, runs in self.runs.items():
            for run in runs:
                known = (agent, run[0].date()) in self.duties or self._works(agent, run[0].date())
                if not known and not any(_within(run, span) for span in inside[agent]):
                    yield Stretch(agent, run[0], _length(run), (run,))

    def _works(self, agent: Person, day: date) -> bool:
        return any(s.start for s in self.rostered.get((agent, day), ()))


@lru_cache(maxsize=1)
def _desk(facts: Facts) -> Desk:
    return Desk(facts)


def online_hours(facts: Facts) -> list[Item]:
    return [
        Item(s.agent[0], s.at, s.counts / 3600, agents=only(s.agent[1]))
        for s in _desk(facts).stretches()
    ]


def saturation(facts: Facts) -> list[Item]:
    """Receptions open while at work, against the time at work of so many at once."""
    limits = {(e.shop, e.agent_id): e.capacity for e in facts.world.employees}
    received: dict[Person, list[Reception]] = defaultdict(list)
    for session in facts.customers:
        for r in receptions_of(session):
            if r.agent is not None:
                received[session.shop, r.agent].append(r)
    return [
        Item(
            *(s.agent[0], s.at),
            sum(
                (
                    _length(_within((r.opened_at, r.closed_at), span))
                    for r in received[s.agent]
                    for span in s.spans
                ),
                ZERO,
            ),
            s.counts * (limits.get(s.agent) or CAPACITY),
            agents=only(s.agent[1]),
        )
        for s in _desk(facts).stretches()
    ]


def shift_adherence(facts: Facts) -> list[Item]:
    desk = _desk(facts)
    return [
        Item(
            *(shift.shop, span[0]),
            _length(desk.there((shift.shop, shift.agent_id), shift.day, span)),
            _length(span),
            agents=only(shift.agent_id),
        )
        for shift, span in desk.shifts()
    ]


def attendance_rate(facts: Facts) -> list[Item]:
    """Days to be worked: those of the roster, of who has none those attendance asks for."""
    desk = _desk(facts)
    due = {key for key, shifts in desk.rostered.items() if any(s.start for s in shifts)}
    due |= {key for key in desk.duties if key[0] not in desk.on_roster}
    return [
        Item(agent[0], midnight(day), _worked(desk, agent, day), agents=only(agent[1]))
        for agent, day in due
    ]


def _worked(desk: Desk, agent: Person, day: date) -> Fraction:
    duty = desk.duties.get((agent, day))
    if duty is not None:
        if duty.absent_days is not None:
            return 1 - Fraction(duty.absent_days)
        return ONE * (duty.first_in_at is not None or bool(duty.minutes))
    spans = [(s.start, s.end) for s in desk.rostered[agent, day] if s.start and s.end]
    return ONE * any(desk.there(agent, day, span) for span in spans)


@dataclass(frozen=True)
class Hour:
    shop: str
    start: datetime

    @property
    def span(self) -> Span:
        return (self.start, self.start + HOUR)


def _hours(shop: str, days: set[date]) -> Iterator[Hour]:
    for day in sorted(days):
        yield from (Hour(shop, midnight(day) + place * HOUR) for place in range(24))


def _rostered_days(facts: Facts) -> dict[str, set[date]]:
    days: dict[str, set[date]] = defaultdict(set)
    for shift in facts.world.shifts:
        days[shift.shop].add(shift.day)
    return days


def _needed(facts: Facts) -> dict[tuple[str, int], Fraction]:
    """Mean seconds of the answered receptions of a shop and month."""
    lasted: dict[tuple[str, int], list[Fraction]] = defaultdict(list)
    for session in facts.customers:
        for r in receptions_of(session):
            if r.is_answered:
                key = (session.shop, r.opened_at.month)
                lasted[key].append(seconds(r.closed_at - r.opened_at))
    return {key: sum(each, ZERO) / len(each) for key, each in lasted.items()}


def coverage_gap_hours(facts: Facts) -> list[Item]:
    """Hours of rostered days in which customers came and too few were on shift."""
    desk, handling = _desk(facts), _needed(facts)
    came: dict[Hour, int] = defaultdict(int)
    for s in facts.customers:
        if s.humans or not any(m.role == "bot" for m in s.messages):
            start = s.started_at.replace(minute=0, second=0)
            came[Hour(s.shop, start)] += 1
    items = []
    for shop, days in _rostered_days(facts).items():
        for hour in _hours(shop, days):
            shared = [_length(_within(span, hour.span)) for span in desk.spans[shop]]
            staffed = sum(shared, ZERO) / 3600
            load = came[hour] * handling.get((shop, hour.start.month), ZERO) / (3600 * CAPACITY)
            if came[hour]:
                items.append(Item(shop, hour.start, ONE * (staffed < max(1, ceil(load)))))
    return items


def coverage_24h(facts: Facts) -> list[Item]:
    """Hours of the day with somebody on shift; where no roster names the day, with an answer."""
    desk, rostered = _desk(facts), _rostered_days(facts)
    answered = {
        Hour(s.shop, turn.reply.sent_at.replace(minute=0, second=0))
        for s in facts.sessions
        for turn in turns_of(s)
        if turn.reply is not None
    }
    chats: dict[str, set[date]] = defaultdict(set)
    for s in facts.sessions:
        chats[s.shop].add(s.started_at.date())
    for hour in answered:
        chats[hour.shop].add(hour.start.date())
    items = []
    for shop in {*rostered, *chats}:
        for hour in _hours(shop, rostered[shop] | chats[shop]):
            share = ONE * (hour in answered)
            if hour.start.date() in rostered[shop]:
                share = _union([_within(span, hour.span) for span in desk.spans[shop]]) / 3600
            items.append(Item(shop, hour.start, share))
    return items


def _union(spans: list[Span | None]) -> Fraction:
    """Seconds with at least one of them."""
    covered = ZERO
    until: datetime | None = None
    for start, end in sorted(span for span in spans if span):
        covered += _length((max(start, until or start), max(end, until or end)))
        until = max(end, until or end)
    return covered


def workload_stress(facts: Facts) -> list[Item]:
    """The longest unbroken run and the work at night of an agent-day, each against two hours."""
    desk = _desk(facts)
    late: dict[AgentDay, Fraction] = defaultdict(Fraction)
    for stretch in desk.stretches():
        late[stretch.agent, stretch.at.date()] += sum(map(_by_night, stretch.spans), ZERO)
    longest: dict[AgentDay, Fraction] = defaultdict(Fraction)
    for agent, runs in desk.runs.items():
        for run in runs:
            key = (agent, _day_of(desk, agent, run))
            longest[key] = max(longest[key], _length(run))
    return [
        Item(
            *(agent[0], midnight(day)),
            (6 * min(ONE, run / LIMIT) + 4 * min(ONE, late[agent, day] / LIMIT)) / 10,
            agents=only(agent[1]),
        )
        for (agent, day), run in longest.items()
    ]


def _day_of(desk: Desk, agent: Person, run: Span) -> date:
    """The day of the shift he was on, else the day he began."""
    on = [
        s.day for s, span in desk.shifts() if (s.shop, s.agent_id) == agent and _within(run, span)
    ]
    return min(on) if on else run[0].date()


def _by_night(span: Span) -> Fraction:
    total = ZERO
    day = span[0].date() - DAY
    while midnight(day) <= span[1]:
        night = (datetime.combine(day, NIGHT_FROM), datetime.combine(day + DAY, NIGHT_UNTIL))
        total += _length(_within(span, night))
        day += DAY
    return total


def _employed(facts: Facts) -> Iterator[tuple[Person, date, date, date | None, date | None]]:
    """Every agent of the list and day from joining to leaving, as far as there are data."""
    first = min(m.sent_at for m in facts.world.messages).date()
    last = max(m.sent_at for m in facts.world.messages).date()
    robots = facts.world.machines()
    for e in facts.world.employees:
        if (e.shop, e.agent_id) in robots:
            continue
        day = max(first, e.hired_on or first)
        while day <= min(last, e.left_on or last):
            yield (e.shop, e.agent_id), day, last, e.hired_on, e.left_on
            day += DAY


def _days_of_month(facts: Facts, day: date) -> int:
    days = {m.sent_at.date() for m in facts.world.messages}
    first, last = min(days), max(days)
    start = max(first, day.replace(day=1))
    following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return (min(last, following - DAY) - start).days + 1


def turnover_rate(facts: Facts) -> list[Item]:
    """Who left, over the mean of the daily head count of the month."""
    return [
        Item(
            *(agent[0], midnight(day), ONE * (day == left)),
            Fraction(1, _days_of_month(facts, day)),
            agents=only(agent[1]),
        )
        for agent, day, _, _, left in _employed(facts)
    ]


def tenure(facts: Facts) -> list[Item]:
    return [
        Item(
            agent[0], midnight(day), seconds(midnight(day) - midnight(hired)), agents=only(agent[1])
        )
        for agent, day, last, hired, _ in _employed(facts)
        if hired is not None and (day == last or (day + DAY).day == 1)
    ]
