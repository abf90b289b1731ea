"""The only place where a number becomes text."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from rich.cells import cell_len

from cskpi.texts import counts_in_wan, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cskpi.metrics.finding import Direction, Unit

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_EXACT_BELOW_SECONDS = 10
_DAYS_FROM_SECONDS = 2 * _DAY
_DAYS_ALONE_FROM_SECONDS = 100 * _DAY
_WAN, _YI = 10_000, 100_000_000
_LEAST_RUN = 3


def format_value(value: float | None, unit: Unit) -> str:
    """Return a value in words of its unit; no data, inf and nan are a dash, never a zero."""
    if value is None or not math.isfinite(value * 100):
        return say("format.none")
    if unit == "percent":
        return f"{_plus_zero(value * 100, 1):.1f}%"
    if unit == "duration":
        return _duration(value)
    if unit == "money":
        amount = _plus_zero(value, 2)
        size = _in_wan(abs(amount)) or f"{abs(amount):,.2f}"
        return f"{'-' if amount < 0 else ''}¥{size}"
    if unit == "score":
        return f"{_plus_zero(value, 2):.2f}"
    return _count(value)


def format_count(value: float | None) -> str:
    """Return a number of things."""
    return format_value(value, "count")


def format_interval(low: float | None, high: float | None, unit: Unit) -> str:
    """Return `low–high`, a dash without one."""
    if low is None or high is None:
        return say("format.none")
    return f"{format_value(low, unit)}–{format_value(high, unit)}"


def format_target(target: float | None, unit: Unit, direction: Direction) -> str:
    """Return a target with the side that is good."""
    if target is None:
        return say("format.none")
    key = {"up": "format.at_least", "down": "format.at_most", "neutral": "format.about"}[direction]
    return say(key, value=format_value(target, unit))


def format_change(value: float | None, previous: float | None, unit: Unit) -> str:
    """Return arrow and size of a change: points for ratios and scores, per cent for the rest."""
    if value is None or previous is None or not math.isfinite((value - previous) * 100):
        return say("format.none")
    size = _change_size(value - previous, previous, unit)
    if value == previous or not any(digit in size for digit in "123456789"):
        return say("verdict.same")
    return f"{'▲' if value > previous else '▼'} {size}"


def format_day(day: date) -> str:
    """Return a day of the period with its weekday."""
    weekday = say(f"weekday.d{day.isoweekday()}")
    return say("format.day", month=day.month, day=day.day, weekday=weekday)


def format_span(first: date, last: date) -> str:
    """Return a range of days, both included."""
    return say("format.span", first=f"{first:%Y-%m-%d}", last=f"{last:%Y-%m-%d}")


def format_month(month: date) -> str:
    """Return a month as a title names it."""
    return say("format.month", year=month.year, month=month.month)


def format_short_day(day: date) -> str:
    """Return a day as an axis names it."""
    return f"{day:%m-%d}"


def format_day_runs(days: Iterable[date]) -> list[str]:
    """Return days as an axis names them, three and more one after the other as a range."""
    runs: list[list[date]] = []
    for day in sorted(days):
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return [text for run in runs for text in _run(run)]


def _run(days: list[date]) -> list[str]:
    names = [format_short_day(day) for day in days]
    if len(names) < _LEAST_RUN:
        return names
    return [say("format.span_days", first=names[0], last=names[-1])]


def format_moment(moment: datetime) -> str:
    """Return a moment to the minute."""
    return f"{moment:%Y-%m-%d %H:%M}"


def format_hour(hour: int) -> str:
    """Return an hour of the day."""
    return say("format.hour", h=hour)


def format_number(value: float) -> str:
    """Return a bare number, as a parameter of a definition is written."""
    return f"{value:,.10g}" if math.isfinite(value) else say("format.none")


def cell_width(text: str) -> int:
    """Return the width of `text` in terminal cells; a Chinese character takes two."""
    # Measuring sign by sign is for what may be wide.
    return len(text) if text.isascii() and text.isprintable() else cell_len(text)


def _change_size(difference: float, previous: float, unit: Unit) -> str:
    if unit == "percent":
        return say("format.points", n=f"{abs(difference) * 100:.1f}")
    share = math.inf if previous == 0 else abs(difference / previous) * 100
    if unit == "score" or not math.isfinite(share):
        return format_value(abs(difference), unit)
    return f"{share:,.1f}%"


def _in_wan(size: float) -> str:
    """A large number in 万 or 亿 with at most two digits after the point, empty where not wanted."""
    if size < _WAN or not counts_in_wan():
        return ""
    # 99,999,999 is 1 亿 once it is rounded, never 10,000 万.
    is_yi = round(size / _WAN, 2) >= _YI / _WAN
    rounded = round(size / (_YI if is_yi else _WAN), 2)
    return say("format.yi" if is_yi else "format.wan", a=f"{rounded:,.2f}".rstrip("0").rstrip("."))


def _count(value: float) -> str:
    if large := _in_wan(abs(value)):
        return f"{'-' if value < 0 else ''}{large}"
    whole = _plus_zero(value, 1)
    return f"{whole:,.0f}" if whole == int(whole) else f"{whole:,.1f}"


def _duration(seconds: float) -> str:
    size = abs(seconds)
    if size < _EXACT_BELOW_SECONDS:
        text = say("format.seconds", a=f"{round(size, 1):g}")
    elif (whole := math.floor(size + 0.5)) < _MINUTE:
        text = say("format.seconds", a=whole)
    elif whole < _HOUR:
        text = _parts("minutes", "minutes_seconds", *divmod(whole, _MINUTE))
    elif whole < _DAYS_FROM_SECONDS:
        minutes = math.floor(size / _MINUTE + 0.5)
        text = _parts("hours", "hours_minutes", *divmod(minutes, _MINUTE))
    elif whole < _DAYS_ALONE_FROM_SECONDS:
        text = _parts("days", "days_hours", *divmod(math.floor(size / _HOUR + 0.5), 24))
    else:
        text = say("format.days", a=format_count(math.floor(size / _DAY + 0.5)))
    return f"-{text}" if round(seconds, 1) < 0 else text


def _parts(alone: str, both: str, large: int, small: int) -> str:
    return say(f"format.{both if small else alone}", a=large, b=small)


def _plus_zero(value: float, digits: int) -> float:
    return round(value, digits) + 0.0
