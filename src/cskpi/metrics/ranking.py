"""Who stands where: ranks with the range in which they lie, and who is not ranked and why."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Literal

from cskpi.errors import UsageError
from cskpi.metrics.adjustment import (
    Adjusted,
    StrataOf,
    adjusted,
    can_be_adjusted,
    strata_of,
)
from cskpi.metrics.against import least_rows
from cskpi.metrics.comparison import Sample, difference
from cskpi.metrics.evaluate import counted, samples
from cskpi.metrics.number import inside
from cskpi.metrics.uncertainty import Interval, holm, normal_p_value

if TYPE_CHECKING:
    import duckdb

    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.finding import Direction, Finding
    from cskpi.periods import Period
    from cskpi.settings import Settings

By = Literal["agent", "shop"]
Unranked = Literal["too_few", "little_in_common", "not_named"]

LEAST_COVERAGE = 0.5
"""Below this share of the shop's mix an adjusted number says more about the shop than the agent."""


@dataclass(frozen=True, slots=True)
class Place:
    """One agent or shop in a ranking.

    `rank` counts from 1, equal numbers share one; None where `unranked` says why. With 95 %
    confidence in all ranges at once the true rank lies from `best` to `worst`; both are None where a
    number is no sample. `adjusted` is there where the ranking is by adjusted numbers.
    """

    finding: Finding
    rank: int | None = None
    best: int | None = None
    worst: int | None = None
    unranked: Unranked | None = None
    adjusted: Adjusted | None = None
    bounds: Interval = (None, None)

    @property
    def number(self) -> float:
        """The number the rank rests on."""
        value = self.adjusted.value if self.adjusted else self.finding.value
        return value if value is not None else math.nan


@dataclass(frozen=True, slots=True)
class Ranking:
    """Places by shop, the ranked first; `strata` is what numbers were adjusted for."""

    metric: Metric
    by: By
    places: tuple[Place, ...]
    strata: tuple[str, ...] = ()
    is_adjusted: bool = False


def rank(
    con: duckdb.DuckDBPyConnection,
    metric: Metric,
    period: Period,
    settings: Settings,
    *,
    by: By = "agent",
    adjust: bool = False,
    filters: Mapping[str, str] | None = None,
) -> Ranking:
    """Rank the agents of each shop, or the shops.

    Args:
        con: a database whose facts are built.
        metric: ranked in its direction; the highest first where neither is good.
        period: half-open.
        settings: parameters in force.
        by: whom.
        adjust: by numbers adjusted to the shop's mix of topics, channels and hours.
        filters: dimension -> the one value kept.

    Raises:
        UsageError: the metric is not made of rows that can be weighted, and `adjust` is wanted.
    """
    if adjust and not can_be_adjusted(metric):
        raise UsageError("rank_not_adjustable", metric=metric.name)
    question = counted(con, metric, period, settings, filters or {})
    if question is None:
        return Ranking(metric, by, (), is_adjusted=adjust)
    found = samples(con, question, (by,))
    fields, strata = ("shop_id", "agent_id") if by == "agent" else ("shop_id",), None
    if adjust:
        strata = strata_of(con, question, fields)
    places: list[Place] = []
    for house in dict.fromkeys(_house(finding, by) for finding, _ in found):
        entries = [(f, sample) for f, sample in found if _house(f, by) == house]
        places += _places(metric, by, entries, _mixed(strata, house if by == "agent" else None))
    return Ranking(
        question.metric, by, tuple(places), strata.names if strata else (), is_adjusted=adjust
    )


def _mixed(strata: StrataOf | None, house: str | None) -> Mapping[tuple[str | None, ...], Adjusted]:
    """Return the adjusted numbers of a shop's agents, of all shops where none is named."""
    if strata is None:
        return {}
    own = {unit: s for unit, s in strata.by_unit.items() if house is None or unit[0] == house}
    return adjusted(own)


def _house(finding: Finding, by: By) -> str | None:
    return finding.dimensions["shop"] if by == "agent" else None


def _places(
    metric: Metric,
    by: By,
    entries: Sequence[tuple[Finding, Sample]],
    mixed: Mapping[tuple[str | None, ...], Adjusted],
) -> list[Place]:
    ranked: list[tuple[Place, Sample]] = []
    apart: list[Place] = []
    for finding, sample in entries:
        standing = mixed.get(tuple(finding.dimensions.values()))
        bounds = inside(metric, *standing.bounds) if standing else (None, None)
        place = Place(finding, adjusted=standing, bounds=bounds)
        reason = _why_not(metric, by, finding, sample, standing)
        if reason:
            apart.append(replace(place, unranked=reason))
        else:
            ranked.append((place, sample))
    numbers = [place.number for place, _ in ranked]
    ranges = rank_ranges(numbers, _p_values(ranked), metric.direction)
    placed = [
        replace(place, rank=own, best=best, worst=worst)
        for (place, _), (own, best, worst) in zip(ranked, ranges, strict=True)
    ]
    return [*sorted(placed, key=lambda place: place.rank or 0), *apart]


def _why_not(
    metric: Metric, by: By, finding: Finding, sample: Sample, standing: Adjusted | None
) -> Unranked | None:
    if finding.dimensions[by] is None:
        return "not_named"
    if sample.size < least_rows(metric):
        return "too_few"
    if standing is not None and standing.coverage < LEAST_COVERAGE:
        return "little_in_common"
    return None


def _p_values(ranked: Sequence[tuple[Place, Sample]]) -> dict[tuple[int, int], float]:
    """Return for each pair how often chance alone sets two equals as far apart."""
    found: dict[tuple[int, int], float] = {}
    for (i, (here, sample)), (j, (there, other)) in combinations(enumerate(ranked), 2):
        if here.adjusted is None or there.adjusted is None:
            p_value = difference(sample, other).p_value
        else:
            p_value = _p_of_adjusted(here.adjusted, there.adjusted)
        if p_value is not None:
            found[i, j] = p_value
    return found


def _p_of_adjusted(here: Adjusted, there: Adjusted) -> float | None:
    if not here.variance or not there.variance:
        return None
    return normal_p_value((here.value - there.value) / math.sqrt(here.variance + there.variance))


def rank_ranges(
    numbers: Sequence[float], p_values: Mapping[tuple[int, int], float], direction: Direction
) -> list[tuple[int, int | None, int | None]]:
    """Return for each number its rank and the range in which the true one lies.

    Nobody who is surely better can stand below, nobody who is surely worse above (Mogstad, Romano,
    Shaikh and Wilhelm 2024). All pairs are tested both ways, with Holm's correction, so all ranges
    hold at once in 95 of 100 samples.

    Args:
        numbers: of whom to rank.
        p_values: two-sided, by pair of positions `i < j`; a pair without one proves nothing.
        direction: which end is the first; the highest where neither is good.
    """
    sign = -1 if direction == "down" else 1
    count = len(numbers)
    above, below = [0] * count, [0] * count
    pairs = list(p_values)
    fallen = holm([p_values[pair] / 2 for pair in pairs], count * (count - 1))
    for (i, j), is_clear in zip(pairs, fallen, strict=True):
        if is_clear:
            better, worse = (i, j) if sign * (numbers[i] - numbers[j]) > 0 else (j, i)
            above[worse] += 1
            below[better] += 1
    ranks = [1 + sum(sign * (other - number) > 0 for other in numbers) for number in numbers]
    if count > 1 and not pairs:
        return [(own, None, None) for own in ranks]
    return [
        (own, 1 + better, count - worse)
        for own, better, worse in zip(ranks, above, below, strict=True)
    ]
