"""Counted things put together into one number for each group."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
    weight: int | Fraction = 1
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
    low: float | None = None
    high: float | None = None


Measure = Callable[[list[Item]], Result]
Answer = tuple[dict[Key, Result], set[Key]]
"""The result of every group, and the groups the text does not settle."""


def quantile(values: Iterable[Fraction], share: Fraction) -> Fraction:
    """Linear between neighbours."""
    ordered = sorted(values, key=float)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _sum(values: Iterable[Fraction]) -> Fraction:
    """Exact; numbers of one denominator are added as whole numbers."""
    wholes: Counter[int] = Counter()
    for value in values:
        wholes[value.denominator] += value.numerator
    return sum((Fraction(whole, below) for below, whole in wholes.items()), Fraction(0))


def _divided(numerator: Fraction, denominator: int) -> Fraction | None:
    return numerator / denominator if denominator else None


def mean(items: list[Item]) -> Result:
    total = _sum(item.value for item in items)
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


def middle(items: list[Item]) -> Result:
    seconds = [item.value for item in items]
    return Result(value=quantile(seconds, Fraction(1, 2)), sample_size=len(items))


def wilson(hits: Fraction, trials: int) -> tuple[float, float]:
    """The 95 % score interval, from Wilson's two roots."""
    share, z = float(hits / trials), NormalDist().inv_cdf(0.975)
    centre = share + z * z / (2 * trials)
    spread = z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    shrink = 1 + z * z / trials
    return (centre - spread) / shrink, (centre + spread) / shrink


def ratio(items: list[Item]) -> Result:
    hits = _sum(item.value for item in items)
    trials = len(items)
    low, high = wilson(hits, trials)
    return Result(hits / trials, hits, Fraction(trials), trials, low=low, high=high)


def total(items: list[Item]) -> Result:
    return Result(value=_sum(item.value for item in items))


def people(items: list[Item]) -> Result:
    return Result(value=Fraction(len({item.who for item in items})))


def people_ratio(items: list[Item]) -> Result:
    """Distinct people marked by a value, over distinct people marked by a weight."""
    top = Fraction(len({item.who for item in items if item.value}))
    bottom = len({item.who for item in items if item.weight})
    return Result(_divided(top, bottom), top, Fraction(bottom))


def per_person(items: list[Item]) -> Result:
    amount = _sum(item.value for item in items)
    buyers = len({item.who for item in items})
    return Result(_divided(amount, buyers), amount, Fraction(buyers))


def share(items: list[Item]) -> Result:
    """A part of amounts, not of rows."""
    part = _sum(item.value for item in items)
    whole = _sum(Fraction(item.weight) for item in items)
    if not whole:
        return Result()
    return Result(part / whole, part, whole, len(items))


def largest(items: list[Item]) -> Result:
    return Result(value=max(item.value for item in items))


def heads(items: list[Item]) -> Result:
    """A share of which the text does not say how many things it rests on."""
    return replace(share(items), sample_size=None)


def busiest_hour(items: list[Item]) -> Result:
    hours = Counter(item.at.replace(minute=0, second=0) for item in items)
    return Result(value=Fraction(max(hours.values())))


def _keys(item: Item, by: str) -> set[Key]:
    """The rows an item may stand in: one, unless the text leaves its agent or channel open."""
    keys: set[Key] = {()}
    for name in filter(None, by.split(",")):
        parts = _parts(item, name)
        keys = {(*key, *part) for key in keys for part in parts}
    return keys


def _parts(item: Item, name: str) -> set[Key]:
    if name == "shop":
        return {(item.shop,)}
    if name == "day":
        return {(item.at.date().isoformat(),)}
    if name == "agent":
        return {(item.shop, agent) for agent in item.agents}
    return {(channel,) for channel in item.channels}


def grouped(items: list[Item], by: str, measure: Measure) -> Answer:
    groups: dict[Key, list[Item]] = defaultdict(list)
    unsettled: set[Key] = set()
    for item in items:
        keys = _keys(item, by)
        if len(keys) > 1:
            unsettled |= keys
        for key in keys:
            groups[key].append(item)
    results = {key: measure(members) for key, members in groups.items() if key not in unsettled}
    return results, unsettled
