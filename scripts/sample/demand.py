"""When customers write, and how hard the hour presses on those who answer."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from .records import Shop
    from .shop import Story

# Share of a day's contacts by hour: a lunch lull at 12-13, the evening peak at 20-22.
HOURS = (9, 4, 2, 1, 1, 2, 4, 8, 15, 52, 68, 64, 34, 38, 58, 60, 57, 52, 48, 60, 88, 94, 66, 34)
WEEKDAYS = (1.0, 0.96, 0.95, 0.98, 1.02, 1.16, 1.2)
OPENING_HOUR = 9
LUNCH = (12, 13)
EVENING = (20, 21, 22)
SALE_OPENS = 20


def contacts(story: Story, shop: Shop, day: date, rng: Random) -> int:
    """How many customers come with a new wish on this day."""
    mean = shop.sessions_per_day * WEEKDAYS[day.weekday()] * _season(story, day)
    return max(0, round(rng.gauss(mean, mean**0.5)))


def silent_orders(story: Story, shop: Shop, day: date, rng: Random) -> int:
    """How many orders come from customers who ask nobody."""
    mean = shop.silent_orders_per_day * WEEKDAYS[day.weekday()] * _season(story, day)
    return max(0, round(rng.gauss(mean, mean**0.5)))


def moment(story: Story, day: date, rng: Random, *, awake: bool = False) -> datetime:
    """Draw a time of the day; `awake` leaves out the hours before the shop opens."""
    weights = list(HOURS)
    if day == story.peak[0]:
        weights[SALE_OPENS : SALE_OPENS + 4] = [420, 380, 260, 150]
    if awake:
        weights[:OPENING_HOUR] = [0] * OPENING_HOUR
    hour = rng.choices(range(24), weights)[0]
    start = datetime.combine(day, time(hour))
    return start + timedelta(seconds=rng.randrange(3600))


def pressure(story: Story, at: datetime) -> float:
    """By how much replies slow down at this time; 1 is an ordinary hour."""
    factor = 1.0
    if at.hour in LUNCH:
        factor = 1.3
    elif at.hour in EVENING:
        factor = 1.2
    day = at.date()
    if day == story.peak[0] and at.hour >= SALE_OPENS:
        return 5.0
    if day == story.peak[1]:
        return factor * 2.9
    if story.holiday[0] <= day <= story.holiday[1]:
        return factor * 1.45
    if day > story.gap and day.month == story.last.month:
        # The wave of complaints about the bad batch keeps everybody busier.
        return factor * 1.25
    return factor


def _season(story: Story, day: date) -> float:
    if day == story.gap:
        return 0.0
    if day in story.peak:
        return 3.0
    if story.holiday[0] <= day <= story.holiday[1]:
        return 0.82
    if day > story.peak[1]:
        return 1.1
    if day.month == story.last.month:
        return 1.08
    return 1.0
