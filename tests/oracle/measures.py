"""Counted things put together into one number for each group."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from oracle.shop import Person

Names = frozenset[str | None]
Key = tuple[str | None, ...]
NOBODY: Names = frozenset({None})


@dataclass(frozen=True)
class Item:
    """One thing a KPI counts. Several agents or channels mean: the text leaves it open which."""

    shop: str
    at: datetime
    value: Fraction = Fraction(0)
    weight: int = 1
    agents: Names = NOBODY
    channels: Names = NOBODY
    who: Person | None = None


@dataclass(frozen=True)
class Result:
    value: Fraction | None = None
    numerator: Fraction | None = None
    denominator: Fraction | None = None
    sample_size: int | None = None
    median: Fraction | None = None
    p90: Fraction | None = None


Measure = Callable[[list[Item]], Result]


def quantile(values: Iterable[Fraction], share: Fraction) -> Fraction:
    """Linear between neighbours."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _divided(numerator: Fraction, denominator: int) -> Fraction | None:
    return numerator / denominator if denominator else None


def mean(items: list[Item]) -> Result:
    total = sum((item.value for item in items), Fraction(0))
    size = len(items)
    return Result(_divided(total, size), total, Fraction(size), size)


def duration(items: list[Item]) -> Result:
    plain = mean(items)
    seconds = [item.value for item in items]
    return Result(
        plain.value,
        plain.numerator,
        plain.denominator,
        plain.sample_size,
        quantile(seconds, Fraction(1, 2)),
        quantile(seconds, Fraction(9, 10)),
    )


def ratio(items: list[Item]) -> Result:
    top = sum((item.value for item in items), Fraction(0))
    bottom = sum(item.weight for item in items)
    return Result(_divided(top, bottom), top, Fraction(bottom), bottom)


def total(items: list[Item]) -> Result:
    return Result(value=sum((item.value for item in items), Fraction(0)))


def people(items: list[Item]) -> Result:
    return Result(value=Fraction(len({item.who for item in items})))


def people_ratio(items: list[Item]) -> Result:
    """Distinct people marked by a value, over distinct people marked by a weight."""
    top = Fraction(len({item.who for item in items if item.value}))
    bottom = len({item.who for item in items if item.weight})
    return Result(_divided(top, bottom), top, Fraction(bottom))


def per_person(items: list[Item]) -> Result:
    amount = sum((item.value for item in items), Fraction(0))
    buyers = len({item.who for item in items})
    return Result(_divided(amount, buyers), amount, Fraction(buyers))


def busiest_hour(items: list[Item]) -> Result:
    hours = Counter(item.at.replace(minute=0, second=0) for item in items)
    return Result(value=Fraction(max(hours.values())))


def _key(item: Item, by: str) -> Key:
    keys: dict[str, Callable[[], Key]] = {
        "": tuple,
        "shop": lambda: (item.shop,),
        "day": lambda: (item.at.date().isoformat(),),
        "agent": lambda: (item.shop, *item.agents),
        "channel": lambda: tuple(item.channels),
    }
    return keys[by]()


def open_rows(items: list[Item], by: str) -> set[Key]:
    """Rows the text does not settle, because an item could stand in any of them."""
    if by == "channel" and any(len(item.channels) > 1 for item in items):
        return {(name,) for item in items for name in item.channels}
    if by == "agent":
        unsure = [item for item in items if len(item.agents) > 1]
        return {(item.shop, name) for item in unsure for name in item.agents}
    return set()


def grouped(items: list[Item], by: str, measure: Measure) -> dict[Key, Result]:
    groups: dict[Key, list[Item]] = defaultdict(list)
    for item in items:
        groups[_key(item, by)].append(item)
    unsettled = open_rows(items, by)
    sizes = {"": 0, "agent": 2}
    return {
        key: measure(members)
        for key, members in groups.items()
        if key not in unsettled and len(key) == sizes.get(by, 1)
    }
