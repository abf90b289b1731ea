"""Hypothesis strategies: shops with a roster, attendance and a list of agents."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from oracle.shop import Duty, Employee, Message, Shift, World

if TYPE_CHECKING:
    from collections.abc import Iterator

AGENTS = ("a1", "a2", "a3")
MONDAY = date(2026, 10, 5)
DAYS = tuple(MONDAY + timedelta(days=place) for place in range(3))
SHIFTS = {
    "早": (("09:00", "17:00"),),
    "晚": (("16:00", "00:30"),),
    "两头": (("09:00", "12:00"), ("18:00", "21:00")),
    "夜": (("22:00", "06:00"),),
    "休息": (),
    "请假": (),
}
CLOCKS = (
    *("00:10:00", "00:29:59", "00:30:00", "00:30:01", "05:50:00", "08:44:59", "08:45:00"),
    *("08:45:01", "08:59:59", "09:00:00", "09:00:01", "11:59:59", "12:00:00", "15:59:30"),
    *("16:59:59", "17:00:00", "17:00:01", "17:59:00", "20:59:59", "21:30:00", "21:59:59"),
    *("22:00:00", "23:20:00"),
)
"""Not around midnight: to which day a run over it belongs is left open outside of shifts."""
LAST = time(23, 50)
GAPS = (0, 1, 60, 899, 900, 901, 1_800)
LINES = ("customer", "customer", "agent", "agent", "agent", "bot")

BOUNDS = ("2026-09-15 12:00:00", "2026-11-10 12:00:00")
"""Something is said long before and after: nobody knows who came on days without data."""

_session = st.tuples(
    st.sampled_from(DAYS),
    st.sampled_from(CLOCKS),
    st.sampled_from(("a1", "a1", "a2", "a3", None)),
    st.lists(st.tuples(st.sampled_from(GAPS), st.sampled_from(LINES)), max_size=5),
)


def _chats(
    shop: str, drawn: list[tuple[date, str, str | None, list[tuple[int, str]]]]
) -> Iterator[Message]:
    for number, (day, clock, agent, lines) in enumerate(drawn):
        at = datetime.combine(day, time.fromisoformat(clock))
        for gap, role in [(0, "customer"), *lines]:
            at += timedelta(seconds=gap)
            if at.date() == day and at.time() <= LAST:
                name = "小蜜" if role == "bot" else agent
                named = name if role != "customer" or gap == 0 else None
                yield Message(0, shop, f"s{number}", at, role, f"u{number}", named, "app")


def _hours(day: date, start: str, end: str) -> tuple[datetime, datetime]:
    begins = datetime.combine(day, time.fromisoformat(start))
    ends = datetime.combine(day, time.fromisoformat(end))
    return begins, ends if ends > begins else ends + timedelta(days=1)


@st.composite
def _roster(draw: st.DrawFn, shop: str) -> list[Shift]:
    lines: list[Shift] = []
    for agent in draw(st.lists(st.sampled_from(AGENTS), unique=True, max_size=3)):
        for day in DAYS:
            code = draw(st.sampled_from((*SHIFTS, None)))
            hours = SHIFTS.get(code or "", ())
            lines += [Shift(shop, agent, day, f"{code}班", *_hours(day, *span)) for span in hours]
            if code in ("休息", "请假"):
                lines.append(Shift(shop, agent, day, code))
    return lines


_punches = st.tuples(
    st.sampled_from((-600, -1, 0, 1, 600, 7_200)), st.sampled_from((-7_200, -1, 0, 1, 600))
)


@st.composite
def _attendance(draw: st.DrawFn, shop: str, roster: list[Shift], said: list[Message]) -> list[Duty]:
    """A row for every day somebody was to work, and for all days of who is on no roster.

    Nobody is absent on a day on which he wrote: which of the two holds is left open.
    """
    wrote = {(m.agent_id, m.sent_at.date() - timedelta(days=back)) for m in said for back in (0, 1)}
    spans: dict[tuple[str, date], tuple[datetime, datetime]] = {}
    for s in roster:
        if s.start and s.end:
            start, _ = spans.get((s.agent_id, s.day), (s.start, s.end))
            spans[s.agent_id, s.day] = (start, s.end)
    for agent in {*AGENTS} - {s.agent_id for s in roster}:
        spans |= {(agent, day): _hours(day, "10:00", "19:00") for day in DAYS}
    duties = []
    for (agent, day), (start, end) in sorted(spans.items()):
        came, went = draw(_punches)
        punched = (start + timedelta(seconds=came), end + timedelta(seconds=went))
        kind = draw(st.sampled_from(("punched", "punched", "counted", "half", "absent")))
        minutes = draw(st.sampled_from((120, 150))) if kind == "counted" else None
        if kind == "absent" and (agent, day) not in wrote:
            duties.append(Duty(shop, agent, day, absent_days=Decimal(1)))
        else:
            half = Decimal("0.5") if kind == "half" else None
            duties.append(Duty(shop, agent, day, *punched, minutes, half))
    return duties


_dates = st.sampled_from((None, MONDAY, date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 31)))


@st.composite
def _list(draw: st.DrawFn, shop: str) -> list[Employee]:
    people = []
    for agent in draw(st.lists(st.sampled_from((*AGENTS, "a4", "小蜜")), unique=True)):
        hired, left = draw(_dates), draw(_dates)
        if hired and left and left < hired:
            hired, left = left, hired
        people.append(Employee(shop, agent, hired, left, draw(st.sampled_from((None, 1, 2)))))
    return people


@st.composite
def staffed(draw: st.DrawFn, shop: str) -> World:
    said = [
        Message(0, shop, at, datetime.fromisoformat(at), "customer", "u", None, "app")
        for at in BOUNDS
    ]
    said += _chats(shop, draw(st.lists(_session, min_size=4, max_size=12)))
    roster = draw(st.just([]) | _roster(shop))
    attendance = draw(_attendance(shop, roster, said)) if draw(st.booleans()) else []
    return World(said, employees=draw(_list(shop)), shifts=roster, duties=attendance)


def joined(parts: list[World]) -> World:
    """Several shops in one set of files."""
    whole = World([])
    for part in parts:
        before = len(whole.messages)
        whole.messages.extend(replace(m, row=before + row) for row, m in enumerate(part.messages))
        whole.employees.extend(part.employees)
        whole.shifts.extend(part.shifts)
        whole.duties.extend(part.duties)
    return whole


@st.composite
def staffed_shops(draw: st.DrawFn, count: int) -> World:
    return joined([draw(staffed(f"店{number}")) for number in range(count)])
