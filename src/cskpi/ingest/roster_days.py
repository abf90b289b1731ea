"""The days a roster's columns stand for: `24`, `3/1`, `1日 周三`, `2026-03-01`, serials of Excel."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

LEAST_DAYS = 5
MONTHS = 12
SHORTEST_MONTH, LONGEST_MONTH = 28, 31
MIDDLE = 15
"""A roster that begins after this day and goes on into the next month is that next month's."""

_EPOCH = date(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 36_526, 73_050
_WEEKDAYS = "一二三四五六日"
_WEEKDAY = r"(?:星期|周|礼拜)([一二三四五六日天])"
_WEEKDAY_ALONE = re.compile(rf"^(?:{_WEEKDAY}|([一二三四五六日天]))$")
_WEEKDAY_BESIDE = re.compile(rf"\(?(?:{_WEEKDAY}|(?<=[(\s日号])([一二三四五六日天])(?=\)?$))\)?")
_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"[T\s]+00:00(?::00(?:\.0+)?)?$")
_FULL = re.compile(r"^(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
_COMPACT = re.compile(r"^(20\d\d)(0[1-9]|1[0-2])([0-3]\d)$")
_MONTH_DAY = re.compile(r"^(\d{1,2})([-/.月])(\d{1,2})[日号]?$")
_DAY = re.compile(r"^(\d{1,2})(?:\.0)?[日号]?$")
_SERIAL = re.compile(r"^(\d{5})(?:\.0+)?$")

_MENTIONED_DAY = re.compile(r"(20\d\d)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)\s*日?")
_MENTIONED_RANGE = re.compile(
    _MENTIONED_DAY.pattern
    + r"\s*[-~—–至到]+\s*(?:(20\d\d)\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)"
)
_MENTIONED_COMPACT = re.compile(r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_MENTIONED_MONTH = re.compile(
    r"(?<!\d)(20\d\d)\s*[-/._年]\s*(1[0-2]|0?[1-9])(?!\d)\s*月?"
    r"|(?<!\d)(20\d\d)(0[1-9]|1[0-2])(?!\d)"
    r"|(?<![\d一二三四五六七八九十])()(1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])\s*月"
)
_NUMERALS = {word: number for number, word in enumerate("一二三四五六七八九十", 1)} | {
    "十一": 11,
    "十二": 12,
}
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_LABEL = re.compile(r"^(?:20\d\d\s*[-/.年]\s*)?[\d一二三四五六七八九十]{1,2}\s*月份?$")

Month = tuple[int | None, int]


@dataclass(frozen=True, slots=True)
class Day:
    """A column's day as far as its header names it; `weekday` counts from Monday as 0."""

    day: int
    month: int | None = None
    year: int | None = None
    weekday: int | None = None
    has_dot: bool = False


def read_weekday(cell: str) -> int | None:
    """Return the weekday a cell is (`三`, `周三`, `Wed`), None where it is something else."""
    form = _plain(cell)
    if found := _WEEKDAY_ALONE.match(form):
        return _WEEKDAYS.index((found[1] or found[2]).replace("天", "日"))
    return (
        _ENGLISH.index(form[:3].lower())
        if re.fullmatch(r"(?i)(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?\.?", form)
        else None
    )


def read_day(cell: str) -> Day | None:
    """Return the day a header cell names, None where it names none."""
    form = _plain(cell)
    weekday = None
    if found := _WEEKDAY_BESIDE.search(form):
        weekday = _WEEKDAYS.index((found[1] or found[2]).replace("天", "日"))
        form = (form[: found.start()] + form[found.end() :]).strip(" ()")
    form = _CLOCK.sub("", form).strip()
    if found := _FULL.match(form) or _COMPACT.match(form):
        return _checked(Day(int(found[3]), int(found[2]), int(found[1]), weekday))
    if found := _MONTH_DAY.match(form):
        return _checked(Day(int(found[3]), int(found[1]), None, weekday, found[2] == "."))
    if found := _DAY.match(form):
        return _checked(Day(int(found[1]), weekday=weekday))
    if (found := _SERIAL.match(form)) and _FIRST_SERIAL <= int(found[1]) <= _LAST_SERIAL:
        day = _EPOCH + timedelta(days=int(found[1]))
        return Day(day.day, day.month, day.year, weekday)
    return None


def _plain(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).replace("\n", " ").strip().strip("'\"")


def _checked(day: Day) -> Day | None:
    is_month = day.month is None or 1 <= day.month <= MONTHS
    return day if is_month and 1 <= day.day <= LONGEST_MONTH else None


def find_day_columns(
    rows: Sequence[Sequence[str]], least: int = LEAST_DAYS
) -> tuple[int, dict[int, Day]] | None:
    """Find the row whose cells are days one after the other.

    Args:
        rows: the first rows of a sheet, header and what stands above it included.
        least: how many day columns a roster has at least.

    Returns:
        Place of the row and column -> day; None where no row has so many. Hours (0…23) and numbers
        that do not run day by day are no days.
    """
    best: tuple[int, dict[int, Day]] | None = None
    for index, row in enumerate(rows):
        days = {place: day for place, cell in enumerate(row) if (day := read_day(cell))}
        days = _longest_run(_with_written_tens(days))
        first = min(days, default=0)
        is_hours = first > 0 and _plain(row[first - 1]) in {"0", "00", "0时", "0点"}
        if len(days) >= max(least, len(best[1]) + 1 if best else 0) and not is_hours:
            best = index, days
    return best


def _with_written_tens(days: Mapping[int, Day]) -> dict[int, Day]:
    """Give back the nought of `3.10`, which a spreadsheet stores as the number 3.1."""
    kept: dict[int, Day] = {}
    before = Day(0)
    for place, day in days.items():
        is_cut = day.has_dot and day.month == before.month and before.day == 10 * day.day - 1
        before = kept[place] = replace(day, day=10 * day.day) if is_cut else day
    return kept


def _longest_run(days: Mapping[int, Day]) -> dict[int, Day]:
    """Return the longest stretch of columns in which each day follows the one before.

    Left-out days are fine where the month is named, and so is a fall to the next month.
    """
    best: dict[int, Day] = {}
    run: dict[int, Day] = {}
    for place, day in days.items():
        before = run[max(run)] if run else None
        if before is None or not _follows(before, day):
            run = {}
        run = {**run, place: day}
        best = run if len(run) > len(best) else best
    return best


def _follows(before: Day, day: Day) -> bool:
    if (before.month is None) != (day.month is None):
        return False
    if before.month is not None and day.month is not None:
        later = (day.month - before.month) % MONTHS
        return later == 1 or (later == 0 and day.day > before.day)
    return day.day == before.day + 1 or (day.day == 1 and before.day >= SHORTEST_MONTH)


def name_days(
    days: Mapping[int, Day],
    hints: Iterable[str],
    labels: Mapping[int, str],
    weekdays: Mapping[int, int],
) -> dict[int, date | None] | None:
    """Return column -> date, None for days their month does not have; None without any month.

    Args:
        days: the day columns.
        hints: texts that may name the month, most trusted first: sheet, title, file name.
        labels: cells above day columns, which may name the month that begins there.
        weekdays: the weekday below a column, where the sheet has them.

    Day numbers that fall begin the next month. Where that happens and the hint names one month, it
    may be the first or the last of them. The length of the months tells (`29, 30, 1` is the end of
    a month of 30 days), else the weekdays; else it is the last where the roster begins after the
    15th (`24…31, 1…23` titled 2026年8月 begins on 24 July), or the first. A hint that names two
    months names the first and the last.
    """
    columns = sorted(days)
    rolls = _rolls([days[column] for column in columns])
    starts = _starts(days, columns, rolls, list(hints), labels)
    possible = [_dates(days, columns, rolls, start) for start in starts]
    whole = [dates for dates in possible if _is_whole(dates, columns, rolls)]
    known = {c: day.weekday for c, day in days.items() if day.weekday is not None}
    for dates in whole:
        if _agree(dates, {**weekdays, **known}):
            return dates
    return next(iter([*whole, *possible]), None)


def _is_whole(
    dates: Mapping[int, date | None], columns: Sequence[int], rolls: Sequence[int]
) -> bool:
    """Tell whether each month ends where the next begins: 30 before 1 is no day of March.

    A template has 31 columns in every month, so the last month may lack some of them.
    """
    for place in range(1, len(columns)):
        day, before = dates[columns[place]], dates[columns[place - 1]]
        if rolls[place] > rolls[place - 1] and not (
            day and before and (day.day > 1 or day - before == timedelta(days=1))
        ):
            return False
    return True


def _agree(dates: Mapping[int, date | None], weekdays: Mapping[int, int]) -> bool:
    found = [(day, weekdays[c]) for c, day in dates.items() if day and c in weekdays]
    return all(day.weekday() == weekday for day, weekday in found)


def _rolls(days: Sequence[Day]) -> list[int]:
    """Return for each day how many months it lies after the first."""
    rolls = [0]
    for before, day in pairwise(days):
        if before.month is not None and day.month is not None:
            rolls.append(rolls[-1] + (day.month - before.month) % MONTHS)
        else:
            rolls.append(rolls[-1] + (day.day < before.day))
    return rolls


def _starts(
    days: Mapping[int, Day],
    columns: Sequence[int],
    rolls: Sequence[int],
    hints: Sequence[str],
    labels: Mapping[int, str],
) -> list[tuple[int, int]]:
    """Return the months the first column may lie in, most likely first."""
    first = days[columns[0]]
    if first.year is not None and first.month is not None:
        return [(first.year, first.month)]
    years = _years(hints)
    for place, column in enumerate(columns):
        label = labels.get(column, "")
        if _LABEL.match(_plain(label)) and (months := mentioned_months(label)):
            return _with_years([(*months[0], -rolls[place])], years)
    named: list[Month] = next(filter(None, map(mentioned_months, hints)), [])
    if first.month is not None:
        own = [
            (y, m, -rolls[i])
            for y, m in named
            for i, c in enumerate(columns)
            if y and days[c].month == m
        ]
        return _with_years([*own[:1], (None, first.month, 0)][:1], years)
    made: list[Month] = [month for hint in hints for month in _months_of_days(hint)]
    return _with_years(_first_or_last(named or made[:1], rolls[-1], first.day), years)


def _first_or_last(
    named: Sequence[Month], rolls: int, first_day: int
) -> list[tuple[int | None, int, int]]:
    """Return month and shift to the roster's first month, likeliest first; see `name_days`."""
    starts = [(*month, shift) for month in named[:1] for shift in (0, -rolls)]
    if len(named) > 1 or not rolls:
        return starts[:1]
    return starts[::-1] if first_day > MIDDLE else starts


def _years(hints: Sequence[str]) -> list[int]:
    """Return the years texts name, those beside a month first."""
    beside = [year for hint in hints for year, _ in mentioned_months(hint) if year]
    alone = [int(year) for hint in hints for year in _YEAR.findall(_plain(hint))]
    made = [year for hint in hints for year, _ in _months_of_days(hint)]
    return [*beside, *alone, *made]


def _with_years(
    starts: Iterable[tuple[int | None, int, int]], years: Sequence[int]
) -> list[tuple[int, int]]:
    found = []
    for year, month, shift in starts:
        known = year or (years[0] if years else None)
        if known:
            count = known * MONTHS + month - 1 + shift
            found.append((count // MONTHS, count % MONTHS + 1))
    return found


def _dates(
    days: Mapping[int, Day], columns: Sequence[int], rolls: Sequence[int], start: tuple[int, int]
) -> dict[int, date | None]:
    dates: dict[int, date | None] = {}
    for column, roll in zip(columns, rolls, strict=True):
        count = start[0] * MONTHS + start[1] - 1 + roll
        try:
            dates[column] = date(count // MONTHS, count % MONTHS + 1, days[column].day)
        except ValueError:
            dates[column] = None
    return dates


def mentioned_months(text: str) -> list[Month]:
    """Return the months a text names, as (year or None, month), in order; a single day is none.

    Days count where two of them name a range (`2026.03.24-2026.04.23`): a lone one is the day the
    file was made.
    """
    form = _plain(text)
    if found := _MENTIONED_RANGE.search(form):
        first = (int(found[1]), int(found[2]))
        last = (int(found[4]) if found[4] else None, int(found[5]))
        return [first] if first[1] == last[1] else [first, last]
    form = _MENTIONED_DAY.sub(" ", form)
    months: list[Month] = []
    for year, month, joined_year, joined_month, _, alone in _MENTIONED_MONTH.findall(form):
        number = _NUMERALS.get(alone) or int(month or joined_month or alone)
        found_year = int(year or joined_year) if year or joined_year else None
        if number not in {known for _, known in months}:
            months.append((found_year, number))
    return months


def _months_of_days(text: str) -> list[tuple[int, int]]:
    form = _plain(text)
    found = [*_MENTIONED_DAY.findall(form), *_MENTIONED_COMPACT.findall(form)]
    return [(int(year), int(month)) for year, month, _ in found]
