"""Opening hours as the settings write them: `"09:00-12:00,13:00-18:00"`, by weekday and shop.

Milliseconds since midnight throughout; an end beyond 24 hours continues into the next day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from cskpi.errors import UsageError

Interval = tuple[int, int]
DayKind = Literal["ordinary", "holiday", "workday", "closed", "open"]
"""`workday` is a weekend day worked instead of another (调休); `closed` and `open` are the shop's
own extra days."""

MINUTE_MS = 60_000
DAY_MS = 86_400_000
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPANS: Mapping[str, tuple[str, ...]] = {
    "mon_fri": WEEKDAYS[:5],
    "sat_sun": WEEKDAYS[5:],
    "daily": WEEKDAYS,
}
"""Keys that stand for several weekdays; a weekday's own key comes before them, `daily` last."""

SECTIONS = ("business_hours", "shops")
"""Sections whose keys are a closed list, by themselves or below a shop's name."""

HOURS_KEYS = (*WEEKDAYS, *SPANS, "holidays", "workdays")
CALENDAR_KEYS = ("calendar.closed", "calendar.open")
_FRIDAY = 4
_LONGEST_RANGE = timedelta(days=3660)
_INTERVAL = re.compile(r"(\d{1,2}):([0-5]\d)\s*[-–~]\s*(\d{1,2}):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """When a shop is open: seven weekdays from Monday, holidays and make-up working days.

    `holidays` is None where they are open as their weekday is.
    """

    weekdays: tuple[tuple[Interval, ...], ...]
    holidays: tuple[Interval, ...] | None
    workdays: tuple[Interval, ...]

    def on(self, day: date, kind: DayKind) -> tuple[Interval, ...]:
        """Return the intervals that begin on a day."""
        ordinary = self.weekdays[day.weekday()]
        if kind == "closed":
            return ()
        if kind == "holiday":
            return ordinary if self.holidays is None else self.holidays
        if kind == "workday":
            return self.workdays
        if kind == "open":
            return ordinary or self.workdays
        return ordinary


def opening_hours(hours: Mapping[str, object], shop: str | None = None) -> OpeningHours | None:
    """Return a shop's hours, the default ones for None; None where nothing is said.

    What a shop's own section leaves open is as the default section says. A weekday nobody names is
    closed. Make-up working days are open as `workdays` says, else as on Fridays.

    Args:
        hours: the settings below `business_hours.`, those of shops as `<shop>.<key>`.
        shop: its name.
    """
    common = {key: str(hours[key]) for key in HOURS_KEYS if key in hours}
    layers = [common]
    if shop is not None:
        own = {key: str(hours[f"{shop}.{key}"]) for key in HOURS_KEYS if f"{shop}.{key}" in hours}
        layers.insert(0, own)
    if not any(layers):
        return None
    weekdays = tuple(
        _first(layers, (name, *(key for key, names in SPANS.items() if name in names))) or ()
        for name in WEEKDAYS
    )
    is_open = _said(layers, ("holidays",)) == "open"
    return OpeningHours(
        weekdays=weekdays,
        holidays=None if is_open else (_first(layers, ("holidays",)) or ()),
        workdays=weekdays[_FRIDAY]
        if _said(layers, ("workdays",)) is None
        else (_first(layers, ("workdays",)) or ()),
    )


def intervals(text: str) -> tuple[Interval, ...]:
    """Return the intervals of one day; `closed` and an empty text are none.

    Raises:
        ValueError: no times, an empty interval, or intervals that overlap or stand in no order.
    """
    if text.strip().lower() in {"", "closed"}:
        return ()
    found: list[Interval] = []
    for part in re.split(r"[,，、;]", text):
        match = _INTERVAL.fullmatch(part.strip())
        if match is None:
            raise ValueError(part)
        start, end = _clock(match[1], match[2]), _clock(match[3], match[4])
        if start in {end, DAY_MS}:
            raise ValueError(part)
        if found and start < found[-1][1]:
            raise ValueError(part)
        found.append((start, end if end > start else end + DAY_MS))
    return tuple(found)


def days(text: str) -> frozenset[date]:
    """Return the days of `2026-10-01..2026-10-03,2026-11-11`.

    Raises:
        ValueError: no day, a range that runs back, or one of more than ten years.
    """
    found: set[date] = set()
    for part in filter(None, re.split(r"[,，、;\s]+", text.strip())):
        first_text, _, last_text = part.partition("..")
        first = date.fromisoformat(first_text)
        last = date.fromisoformat(last_text) if last_text else first
        if last < first or last - first > _LONGEST_RANGE:
            raise ValueError(part)
        found |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
    return frozenset(found)


def is_known(key: str) -> bool:
    """Tell whether a key of `[business_hours]` or `[shops]` is one of theirs."""
    section, _, rest = key.partition(".")
    shop, _, name = rest.rpartition(".")
    if section == "shops":
        return bool(shop) and name in {"timezone", "country"}
    return name in HOURS_KEYS and (bool(shop) or rest == name)


def check(values: Mapping[str, object], origins: Mapping[str, str]) -> None:
    """Read every setting of hours and days once.

    Raises:
        UsageError: one of them cannot be read; the setting is named.
    """
    for key, raw in values.items():
        try:
            if key in CALENDAR_KEYS:
                days(str(raw))
            elif key.startswith("business_hours.") and key != "business_hours.use":
                is_open = key.endswith(".holidays") and raw == "open"
                _ = is_open or intervals(str(raw))
        except ValueError:
            raise UsageError("hours_format", key=key, raw=raw, origin=origins.get(key)) from None


def _clock(hours: str, minutes: str) -> int:
    moment = (int(hours) * 60 + int(minutes)) * MINUTE_MS
    if moment > DAY_MS:
        raise ValueError(hours)
    return moment


def _said(layers: list[dict[str, str]], keys: tuple[str, ...]) -> str | None:
    return next((layer[key] for layer in layers for key in keys if key in layer), None)


def _first(layers: list[dict[str, str]], keys: tuple[str, ...]) -> tuple[Interval, ...] | None:
    text = _said(layers, keys)
    return None if text is None else intervals(text)
