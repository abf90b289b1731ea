"""Days and periods that stand outside the rows: in a file's name, a sheet's name, a title above."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

_DAY = re.compile(
    r"(?<!\d)(20\d{2})(?:[-/._年]\s?(\d{1,2})[-/._月]\s?(\d{1,2})日?|(\d{2})(\d{2}))(?!\d{1,2}(?:\D|$))"
)
_MONTH = re.compile(r"(?<!\d)(20\d{2})(?:[-/._年]\s?(\d{1,2})(?![\d-])月?|(\d{2})(?!\d))")
_UNTIL_DAY = re.compile(r"^\s*(?:-|–|—|~|～|至|到|to|_)+\s*(\d{1,2})[-/.月](\d{1,2})日?(?!\d)")


def find_day(texts: Iterable[str]) -> date | None:
    """Return the first full date in any of the texts, in their order."""
    return next((day for text in texts for day, _ in _days(text)), None)


def find_period(texts: Iterable[str]) -> tuple[date, date] | None:
    """Return the first and last day that the first telling text names: two days, one day, or a month."""
    for text in texts:
        days = list(_days(text))
        if len(days) >= 2:  # noqa: PLR2004
            first, last = days[0][0], days[1][0]
            return (first, last) if first <= last else (last, first)
        if days:
            first, end = days[0]
            return first, _short_end(first, text[end:]) or first
        if month := _month(text):
            return month
    return None


def _days(text: str) -> Iterator[tuple[date, int]]:
    for found in _DAY.finditer(text):
        year, month, day = found[1], found[2] or found[4], found[3] or found[5]
        try:
            yield date(int(year), int(month), int(day)), found.end()
        except ValueError:
            continue


def _short_end(first: date, rest: str) -> date | None:
    """Return the end of `2026-10-01~10-31`, whose year is not written twice."""
    found = _UNTIL_DAY.match(rest)
    if not found:
        return None
    try:
        last = date(first.year, int(found[1]), int(found[2]))
    except ValueError:
        return None
    return last if last >= first else None


def _month(text: str) -> tuple[date, date] | None:
    for found in _MONTH.finditer(text):
        month = int(found[2] or found[3])
        if 1 <= month <= 12:  # noqa: PLR2004
            first = date(int(found[1]), month, 1)
            days = calendar.monthrange(first.year, first.month)[1]
            return first, first + timedelta(days=days - 1)
    return None
