"""Reporting periods: half-open ranges of shop-local time, and the one place that knows today."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from cskpi.errors import UsageError


@dataclass(frozen=True, slots=True)
class Period:
    """The half-open range `[start, end)` in shop-local time."""

    start: datetime
    end: datetime
    label: str
    is_month: bool = False

    @property
    def days(self) -> int:
        """Number of calendar days touched."""
        return max(1, -(-(self.end - self.start) // timedelta(days=1)))

    def previous(self) -> Period:
        """Return the month before a month, else the range of the same length just before."""
        if self.is_month:
            return month_period(self.start.date() - timedelta(days=1))
        start = self.start - (self.end - self.start)
        return Period(start, self.start, _range_label(start, self.start))

    def year_before(self) -> Period | None:
        """Return the same days a year ago; None where they overlap with the period before."""
        start, end = _year_earlier(self.start), _year_earlier(self.end)
        if self.is_month:
            return month_period(start.date())
        if end <= start or end > self.previous().start:
            return None
        return Period(start, end, _range_label(start, end))


def _year_earlier(moment: datetime) -> datetime:
    if (moment.month, moment.day) == (2, 29):
        moment += timedelta(days=1)
    return moment.replace(year=moment.year - 1)


def today() -> date:
    """Return the current day; every "last month" starts here."""
    return date.today()  # noqa: DTZ011  the machine's own calendar is what the user means


def month_period(day: date) -> Period:
    """Return the calendar month that holds `day`."""
    first = day.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return Period(_midnight(first), _midnight(following), first.strftime("%Y-%m"), is_month=True)


def day_period(day: date) -> Period:
    """Return one day."""
    return Period(_midnight(day), _midnight(day + timedelta(days=1)), day.isoformat())


def week_period(text: str) -> Period:
    """Return an ISO week such as `2026-W45`, Monday to Sunday.

    Raises:
        UsageError: it is no week.
    """
    match = re.fullmatch(r"(\d{4})-?[Ww](\d{1,2})", text.strip())
    try:
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1) if match else None
    except ValueError:
        monday = None
    if monday is None:
        raise UsageError("week_format", text=text)
    start = _midnight(monday)
    return Period(start, start + timedelta(weeks=1), f"{monday:%G-W%V}")


def resolve_period(
    *,
    month: str | None = None,
    start: str | None = None,
    end: str | None = None,
    last_month: bool = False,
    as_of: date | None = None,
) -> Period | None:
    """Return the period the options describe, None where they say nothing.

    `start` and `end` are days, both included, or moments, the end then excluded.

    Raises:
        UsageError: options contradict each other or are no dates.
    """
    if sum((month is not None, start is not None or end is not None, last_month)) > 1:
        raise UsageError("period_conflict")
    if month is not None:
        return _parse_month(month)
    if last_month:
        return month_period((as_of or today()).replace(day=1) - timedelta(days=1))
    if start is None and end is None:
        return None
    if start is None or end is None:
        raise UsageError("period_half")
    first, last = _parse_moment(start, is_end=False), _parse_moment(end, is_end=True)
    if last <= first:
        raise UsageError("period_empty", start=start, end=end)
    return Period(first, last, _range_label(first, last))


def _parse_month(text: str) -> Period:
    match = re.fullmatch(r"(\d{4})-(\d{1,2})", text.strip())
    if not match or not 1 <= int(match[2]) <= 12:  # noqa: PLR2004  months of the year
        raise UsageError("month_format", text=text)
    return month_period(date(int(match[1]), int(match[2]), 1))


def _parse_moment(text: str, *, is_end: bool) -> datetime:
    try:
        if re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", text.strip()):
            day = _midnight(datetime.strptime(text.strip(), "%Y-%m-%d").date())  # noqa: DTZ007
            return day + timedelta(days=1) if is_end else day
        return datetime.fromisoformat(text.strip()).replace(tzinfo=None)
    except ValueError:
        raise UsageError("date_format", text=text) from None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _range_label(start: datetime, end: datetime) -> str:
    whole_days = start.time() == end.time() == time()
    last = end - timedelta(days=1) if whole_days else end
    pattern = "%Y-%m-%d" if whole_days else "%Y-%m-%d %H:%M"
    return f"{start.strftime(pattern)}…{last.strftime(pattern)}"
