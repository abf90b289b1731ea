"""Calendars as a table: each day with its opening intervals and the opening time before it.

The table is temporary and as long as the waits that are asked for: no fact depends on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from cskpi.diagnostics import note
from cskpi.errors import UsageError
from cskpi.metrics.public_holidays import public_holidays
from cskpi.opening_hours import DAY_MS, DayKind, Interval, OpeningHours, days, opening_hours
from cskpi.texts import say

if TYPE_CHECKING:
    import duckdb

    from cskpi.settings import Settings

HOURS = "business_hours"
TABLE = "business_days"
EPOCH = date(1970, 1, 1)

DayRow = tuple[date, int, tuple[Interval, ...]]
"""A day, the opening milliseconds before it since the first day, and its intervals."""


def lay_out(
    con: duckdb.DuckDBPyConnection, settings: Settings, first: date, last: date
) -> tuple[tuple[str, ...], int]:
    """Write the days of every calendar into the temporary table `business_days`.

    Calendar 0 is everybody's; those of shops with hours or a country of their own follow.

    Returns:
        The shops that have their own, from calendar 1 on, and the most intervals of a day.

    Raises:
        UsageError: no opening hours are set, or a country is unknown.
    """
    shops, calendars = _calendars(settings, first, last)
    count = max([len(row[2]) for rows in calendars for row in rows] + [1])
    _fill(con, calendars, count)
    return shops, count


def day_rows(
    hours: OpeningHours, kinds: Mapping[date, DayKind], first: date, last: date
) -> list[DayRow]:
    """Return one row a day; hours that run over midnight stand on both days, none twice."""
    rows: list[DayRow] = []
    before = 0
    day = first - timedelta(days=1)
    spill = _spill(hours.on(day, kinds.get(day, "ordinary")))
    while day < last:
        day += timedelta(days=1)
        begun = hours.on(day, kinds.get(day, "ordinary"))
        merged = _merged([*spill, *((start, min(end, DAY_MS)) for start, end in begun)])
        rows.append((day, before, merged))
        before += sum(end - start for start, end in merged)
        spill = _spill(begun)
    return rows


def _spill(begun: Sequence[Interval]) -> list[Interval]:
    return [(0, end - DAY_MS) for _, end in begun if end > DAY_MS]


def _merged(found: Sequence[Interval]) -> tuple[Interval, ...]:
    merged: list[Interval] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _calendars(
    settings: Settings, first: date, last: date
) -> tuple[tuple[str, ...], list[list[DayRow]]]:
    """Return the shops with hours or a country of their own, and the days of each calendar."""
    hours, shop_settings = settings.section(HOURS), settings.section("shops")
    countries = {
        key.removesuffix(".country"): f"shops.{key}"
        for key in shop_settings
        if key.endswith(".country")
    }
    named = {key.rpartition(".")[0] for key in hours} | set(countries)
    shops = tuple(sorted(named - {""}))
    # The evening before the first day may run into it.
    years = range((first - timedelta(days=1)).year, last.year + 1)
    own_days = _own_days(settings)
    guessed: set[int] = set()
    calendars = []
    for shop in (None, *shops):
        key = countries.get(shop or "", "calendar.country")
        public = public_holidays(settings.text(key), years, key)
        open_at = opening_hours(hours, shop)
        if open_at is None:
            raise UsageError("hours_missing")
        calendars.append(day_rows(open_at, public.kinds | own_days, first, last))
        guessed |= set(public.guessed_years)
    if guessed:
        _note_once(say("talk.calendar_guessed", years=", ".join(map(str, sorted(guessed)))))
    return shops, calendars


def _own_days(settings: Settings) -> dict[date, DayKind]:
    """Return the shop's own days; one that is both closed and open is the exception: open."""
    closed: dict[date, DayKind] = dict.fromkeys(days(settings.text("calendar.closed")), "closed")
    opened: dict[date, DayKind] = dict.fromkeys(days(settings.text("calendar.open")), "open")
    return closed | opened


def _fill(
    con: duckdb.DuckDBPyConnection, calendars: Sequence[Sequence[DayRow]], count: int
) -> None:
    bounds = [f"{name}_{n}" for n in range(1, count + 1) for name in ("start", "end")]
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {TABLE} (calendar_no INTEGER, day DATE, day_ms BIGINT,"
        f" before_ms BIGINT{''.join(f', {name} BIGINT' for name in bounds)})"
    )
    rows = [
        (
            number,
            day,
            (day - EPOCH).days * DAY_MS,
            before,
            *(moment for interval in open_on for moment in interval),
            *([0] * (2 * (count - len(open_on)))),
        )
        for number, calendar in enumerate(calendars)
        for day, before, open_on in calendar
    ]
    columns = [list(column) for column in zip(*rows, strict=True)]
    con.execute(
        f"INSERT INTO {TABLE} SELECT {', '.join('unnest(?)' for _ in columns)}",
        columns,
    )


@cache
def _note_once(text: str) -> None:
    note(text)
