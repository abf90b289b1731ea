"""Public holidays and make-up working days (调休) of a country, year by year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from cskpi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection

    from cskpi.opening_hours import DayKind

CHINA = "CN"


@dataclass(frozen=True, slots=True)
class PublicHolidays:
    """Days of some years that are not what their weekday says.

    `guessed_years` are those whose official arrangement (调休) is not known: their days are the
    statutory ones, without days off and days worked instead.
    """

    kinds: dict[date, DayKind]
    guessed_years: tuple[int, ...] = ()


def public_holidays(country: str, years: Collection[int], key: str) -> PublicHolidays:
    """Return the holidays of a country; an empty name has none.

    China's come from the `chinese_calendar` package, which holds the State Council's arrangements;
    other countries', and China's years it does not hold, from `holidays`.

    Args:
        country: ISO 3166 code of two letters.
        years: those wanted.
        key: the setting that named the country.

    Raises:
        UsageError: no such country; the setting is named.
    """
    if not country:
        return PublicHolidays({})
    if country.upper() != CHINA:
        return PublicHolidays(_statutory(country, years, key))
    arranged = _arranged()
    known = {day.year for day in arranged}
    missing = sorted(set(years) - known)
    kinds = {day: kind for day, kind in arranged.items() if day.year in years}
    return PublicHolidays(kinds | _statutory(CHINA, missing, key), tuple(missing))


def _arranged() -> dict[date, DayKind]:
    from chinese_calendar import constants

    kinds: dict[date, DayKind] = dict.fromkeys(constants.holidays, "holiday")
    kinds.update(dict.fromkeys(constants.workdays, "workday"))
    return kinds


def _statutory(country: str, years: Collection[int], key: str) -> dict[date, DayKind]:
    import holidays

    if not years:
        return {}
    try:
        found: Any = holidays.country_holidays(country.upper(), years=sorted(years))
    except NotImplementedError:
        raise UsageError("country_unknown", key=key, country=country) from None
    kinds: dict[date, DayKind] = dict.fromkeys(found, "holiday")
    kinds.update({day: "workday" for day in found.weekend_workdays if day.year in years})
    return kinds
