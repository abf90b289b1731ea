"""Small shops on each side of the thresholds of rosters and workload."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from oracle.rosters import BOUNDS, MONDAY, joined
from oracle.shop import Duty, Employee, Message, Shift, World

SIDES = (-1, 0, 1)
NIGHT = datetime(2026, 10, 6)  # noqa: DTZ001 (exports name no zone)


def _at(hour: int, seconds: int = 0) -> datetime:
    return datetime(2026, 10, 5) + timedelta(hours=hour, seconds=seconds)  # noqa: DTZ001


def _said(shop: str, *lines: tuple[datetime, str, str]) -> list[Message]:
    """Customer and agent a1 by turns as told, each line with its session."""
    bounds = [
        Message(0, shop, at, datetime.fromisoformat(at), "customer", "u", None, "app")
        for at in BOUNDS
    ]
    return bounds + [
        Message(0, shop, session, at, role, f"u{session}", "a1", "app")
        for at, role, session in lines
    ]


def _needs(side: int) -> World:
    """Three sessions in an hour, which fill one agent to the second; then half a shift."""
    shop = f"needed {side:+}"
    lines = []
    for number in range(3):
        start = _at(9, 60 * number)
        lines.append((start, "customer", f"s{number}"))
        lines.append((start + timedelta(seconds=1_200 + side), "agent", f"s{number}"))
    shift = Shift(shop, "a2", MONDAY, "早班", _at(9), _at(10))
    return World(_said(shop, *lines), shifts=[shift])


def _half(side: int) -> World:
    """Asked a second before and after a shift begins and ends in the middle of an hour."""
    shop = f"half {side:+}"
    shift = Shift(shop, "a1", MONDAY, "早班", _at(9, 1_800), _at(11))
    lines = [
        (at, role, f"s{number}")
        for number, at in enumerate((_at(9, 1_800 + side), _at(10, 1_800), _at(11, side)))
        for role in ("customer", "agent")
    ]
    return World(_said(shop, *lines), shifts=[shift])


def _runs(side: int) -> list[World]:
    """Two hours of writing to the second; a break of a quarter of an hour to the second."""
    long, rests = f"run {side:+}", f"break {side:+}"
    every = [_at(10, min(place * 600, 7_200 + side)) for place in range(13)]
    if side > 0:
        every.append(_at(10, 7_201))
    parted = [_at(10), _at(10, 900 + side), _at(10, 1_000)]
    return [
        World(_said(shop, (at[0], "customer", "s"), *((each, "agent", "s") for each in at)))
        for shop, at in ((long, every), (rests, parted))
    ]


def _nights(side: int) -> list[World]:
    """Two hours at night to the second by punches; a shift over midnight by messages."""
    late, over = f"late {side:+}", f"over midnight {side:+}"
    duty = Duty(late, "a1", MONDAY, _at(14), NIGHT + timedelta(seconds=side))
    shifts = [
        Shift(over, "a1", MONDAY, "晚班", _at(16), _at(24, 1_800)),
        Shift(over, "a2", MONDAY, "中班", _at(15), _at(20)),
    ]
    written = (_at(23, 3_000), _at(23, 3_500), _at(24, 300), _at(24, 1_000), _at(24, 1_800 + side))
    lines = [(at, role, "s") for at in written for role in ("customer", "agent")]
    return [
        World(_said(late, (_at(15), "customer", "s"), (_at(15), "agent", "s")), duties=[duty]),
        World(_said(over, *lines), shifts=shifts),
    ]


def _people(side: int) -> World:
    """Joined and left around the ends of the month."""
    shop = f"people {side:+}"
    step = timedelta(days=side)
    ends = (date(2026, 10, 1) + step, date(2026, 10, 31) + step)
    staff = [Employee(shop, f"in {end}", end) for end in ends]
    staff += [Employee(shop, f"out {end}", date(2026, 1, 1), end) for end in ends]
    return World(_said(shop), employees=staff)


def staff_edges() -> World:
    parts = [
        world
        for side in SIDES
        for world in (_needs(side), _half(side), *_runs(side), *_nights(side), _people(side))
    ]
    return joined(parts)
