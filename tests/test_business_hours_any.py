"""Any business hours agree with counting minute by minute."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_business_hours import (
    Counted,
    Wait,
    at,
    con,
    counted,
    metric,
    wait,
    week,
)

if TYPE_CHECKING:
    from cskpi.settings import Value

__all__ = ["con", "counted", "metric"]

MOMENTS = st.datetimes(at("2026-09-25"), at("2026-10-12")).map(
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
WAITS = st.lists(
    st.builds(
        lambda start, length: (start, start + length),
        MOMENTS,
        st.timedeltas(timedelta(), timedelta(days=4)).map(
            lambda span: timedelta(milliseconds=span // timedelta(milliseconds=1))
        ),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=10, deadline=None)
@given(waits=WAITS)
@example(waits=[wait("2026-11-16T23:59", "2026-11-17T00:00")])
def test_round_the_clock_is_the_clock(counted: Counted, waits: list[Wait]) -> None:
    wall = [(end - start) / timedelta(seconds=1) for start, end in waits]
    open_on_holidays = {"business_hours.daily": "00:00-24:00", "business_hours.holidays": "open"}
    assert counted(waits, open_on_holidays) == wall
    assert counted(waits, week(daily="08:00-20:00,20:00-08:00")) == wall


Minutes = list[tuple[int, int]]


@st.composite
def opening_times(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Draw intervals of a day in minutes, in order; the last may run over midnight."""
    bounds = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
    pairs = list(zip(bounds[::2], bounds[1::2], strict=False))
    over_midnight: bool = draw(st.booleans())
    if pairs and over_midnight and pairs[-1][0] < 1440:
        start = pairs[-1][0]
        pairs[-1] = (start, 1440 + draw(st.integers(0, max(0, start - 1))))
    return pairs


def written(times: Minutes) -> str:
    def clock(minute: int) -> str:
        shown = minute if minute <= 1440 else minute - 1440
        return f"{shown // 60:02}:{shown % 60:02}"

    return ",".join(f"{clock(start)}-{clock(end)}" for start, end in times) or "closed"


HOLIDAYS = {date(2026, 10, number) for number in range(1, 8)} | {
    date(2026, 9, number) for number in (25, 26, 27)
}
WORKED = {date(2026, 9, 20), date(2026, 10, 10)}


def slowly(span: Wait, times: list[Minutes]) -> float:
    """Count the opening seconds of a wait minute by minute."""
    start, end = span

    def on(day: date) -> Minutes:
        if day in HOLIDAYS:
            return []
        return times[4 if day in WORKED else day.weekday()]

    seconds = 0.0
    minute = start.replace(second=0, microsecond=0)
    while minute < end:
        number = minute.hour * 60 + minute.minute
        before = on(minute.date() - timedelta(days=1))
        is_open = any(first <= number < last for first, last in on(minute.date())) or any(
            first <= number + 1440 < last for first, last in before
        )
        if is_open:
            following = minute + timedelta(minutes=1)
            seconds += (min(end, following) - max(start, minute)) / timedelta(seconds=1)
        minute += timedelta(minutes=1)
    return seconds


@settings(max_examples=15, deadline=None)
@given(times=st.lists(opening_times(), min_size=7, max_size=7), waits=WAITS)
def test_any_hours_agree_with_counting_minute_by_minute(
    counted: Counted, times: list[Minutes], waits: list[Wait]
) -> None:
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    hours: dict[str, Value] = {
        f"business_hours.{name}": written(day) for name, day in zip(names, times, strict=True)
    }
    found = counted(waits, hours)
    for wait_, seconds in zip(waits, found, strict=True):
        assert seconds == pytest.approx(slowly(wait_, times), abs=1e-6)
        assert seconds is not None
        assert seconds >= 0
