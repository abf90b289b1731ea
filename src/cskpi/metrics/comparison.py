"""Whether two numbers of one KPI differ by more than chance: difference, interval, plain word."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from cskpi.metrics.uncertainty import (
    CONFIDENCE,
    SKEWNESS_FROM_ROWS,
    Interval,
    Z,
    mean_reach,
    normal_p_value,
    t_p_value,
    t_point,
    wilson,
)

if TYPE_CHECKING:
    from cskpi.metrics.finding import Direction, Word

Method = Literal["hits", "amounts", "quantile", "none"]

SIGNIFICANT = 1 - CONFIDENCE
_ROOT_STEPS = 20
_ROOT_NEAR = 1e-5
_FARTHEST_Z = 37.0
"""Beyond it the normal distribution has no probability left that a number could hold."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one side of a comparison rests on.

    `hits`: `numerator` of `denominator` things have a mark. `amounts`: the quotient of two sums over
    `size` rows, with the sums of squares and products its variance needs; a mean is one whose rows
    all have the denominator 1, and has the sum of `cubes` that its skewness needs. `quantile`: a value with its interval. `none`: a value alone.
    """

    method: Method
    value: float
    size: int
    numerator: float = 0.0
    denominator: float = 0.0
    squares: float = 0.0
    products: float = 0.0
    denominator_squares: float = 0.0
    cubes: float | None = None
    bounds: Interval = (None, None)

    def together(self, other: Sample, sign: int = 1) -> Sample | None:
        """Return both as one sample, or with `sign=-1` this one without the other's rows."""
        denominator = self.denominator + sign * other.denominator
        size = self.size + sign * other.size
        if denominator <= 0 or size <= 0:
            return None
        numerator = self.numerator + sign * other.numerator
        return Sample(
            self.method,
            numerator / denominator,
            size,
            numerator,
            denominator,
            self.squares + sign * other.squares,
            self.products + sign * other.products,
            self.denominator_squares + sign * other.denominator_squares,
            None if self.cubes is None or other.cubes is None else self.cubes + sign * other.cubes,
        )

    def row_variance(self) -> float | None:
        """Return the variance of `numerator - value * denominator` over rows; none below two."""
        return self._left_over() / (self.size - 1) if self.size > 1 else None

    def freedom(self) -> float:
        """Return how many rows of equal denominators would tell as much, less one."""
        if not self.denominator_squares:
            return 0.0
        return self.denominator * self.denominator / self.denominator_squares - 1

    def variance(self) -> float | None:
        """Return the variance of the value, linearised; none where it rests on a single row."""
        freedom = self.freedom()
        if freedom <= 0 or self.size < 2:  # noqa: PLR2004  a variance needs two
            return None
        return self._left_over() * (1 + 1 / freedom) / (self.denominator * self.denominator)

    def ends(self) -> Interval:
        """Return the 95 % interval; none where the rows do not vary."""
        variance = self.variance()
        if not variance:
            return None, None
        half = t_point(SIGNIFICANT, self.freedom()) * math.sqrt(variance)
        return self.value - half, self.value + half

    def reach(self) -> Callable[[float], tuple[float, float]]:
        """Return what tells how far a mean's interval reaches, by how often it may miss."""
        spread = math.sqrt((self.variance() or 0.0) * self.size)
        return mean_reach(spread, self.size, self._skewness())

    def _left_over(self) -> float:
        """The sum of squares of `numerator - value * denominator`."""
        left = self.squares - 2 * self.value * self.products
        left += self.value * self.value * self.denominator_squares
        # What is left after taking nearly equal sums apart is rounding, not variance.
        noise = 1e-12 * (self.squares + self.value * self.value * self.denominator_squares)
        return left if left > noise else 0.0

    def _skewness(self) -> float | None:
        left, size = self._left_over(), self.size
        if self.cubes is None or not left or size < 3:  # noqa: PLR2004  as for its correction below
            return None
        third = self.cubes - 3 * self.value * self.squares + 2 * size * self.value**3
        uncorrected = third / size / math.pow(left / size, 1.5)
        return uncorrected * math.sqrt(size * (size - 1)) / (size - 2)


class Difference(NamedTuple):
    """This side less the other, its interval and how often chance alone goes as far."""

    value: float
    low: float | None = None
    high: float | None = None
    p_value: float | None = None

    def scaled(self, factor: float) -> Difference:
        """Return the difference times a factor above zero; the p-value stays."""
        low, high = (None if end is None else end * factor for end in (self.low, self.high))
        return Difference(self.value * factor, low, high, self.p_value)


# An agent is compared with his team and with his shop: often the same others.
@lru_cache(maxsize=1024)
def difference(here: Sample, there: Sample) -> Difference:
    """Return how two independent samples of one KPI differ.

    Shares: Newcombe's hybrid score interval (Newcombe 1998, method 10). Quotients of sums and means:
    Welch's, with the linearised variance of a quotient. Quantiles, and means of at least
    `SKEWNESS_FROM_ROWS` rows on both sides: the distances to the ends of both intervals, squared and
    added (Zou and Donner 2008), which for shares is Newcombe's; so long tails count. The p-value is
    that of the interval that just touches zero: the two never contradict each other.
    """
    found = Difference(here.value - there.value)
    if here.method != there.method:
        return found
    if here.method == "quantile":
        return _of_bounds(here, there, found.value)
    if here.method == "hits":
        return _by_touching(found.value, lambda z: _of_shares(here, there, z))
    if here.method != "amounts":
        return found
    if all(side.cubes is not None and _is_long(side) for side in (here, there)):
        return _of_means(here, there)
    return _of_amounts(here, there)


def word(direction: Direction, found: Difference, p_value: float | None) -> Word | None:
    """Return the plain word for a difference; None where nothing can be claimed."""
    if p_value is None:
        return None
    if p_value > SIGNIFICANT or found.value == 0:
        return "no_clear_change"
    if direction == "neutral":
        return "higher" if found.value > 0 else "lower"
    return "better" if (found.value > 0) == (direction == "up") else "worse"


def _is_long(sample: Sample) -> bool:
    return sample.size >= SKEWNESS_FROM_ROWS and bool(sample.variance())


def _by_touching(value: float, ends: Callable[[float], Interval]) -> Difference:
    """Return a difference with its interval, and the p-value at which one end touches zero."""
    low, high = ends(Z)
    if low is None or high is None:
        return Difference(value)

    def half(z: float) -> float:
        low, high = ends(z)
        return value - (low or 0.0) if value > 0 else (high or 0.0) - value

    known = value - low if value > 0 else high - value
    z = _touching(abs(value), half, known) if value else 0.0
    return Difference(value, low, high, normal_p_value(z))


def _touching(size: float, half: Callable[[float], float], known: float) -> float:
    """Return z where a half width is `size`, from `known`, the one at Z; it grows nearly as z."""
    before, width = 0.0, 0.0
    z, at = Z, known
    for _ in range(_ROOT_STEPS):
        rise = (at - width) / (z - before)
        if at == size or rise <= 0:
            break
        before, width, z = z, at, min(max(z + (size - at) / rise, z / 3), 3 * z, _FARTHEST_Z)
        if abs(z - before) < _ROOT_NEAR:
            break
        at = half(z)
    return z


def _of_shares(here: Sample, there: Sample, z: float) -> Interval:
    own = wilson(here.numerator, here.denominator, z)
    other = wilson(there.numerator, there.denominator, z)
    return _square_and_add(here.value, own, there.value, other)


def _of_means(here: Sample, there: Sample) -> Difference:
    own, other, value = here.reach(), there.reach(), here.value - there.value

    def ends(z: float) -> Interval:
        outside = normal_p_value(z)
        (below, above), (other_below, other_above) = own(outside), other(outside)
        return value - math.hypot(below, other_above), value + math.hypot(above, other_below)

    return _by_touching(value, ends)


def _square_and_add(value: float, own: Interval, other_value: float, other: Interval) -> Interval:
    low, high = own
    other_low, other_high = other
    if low is None or high is None or other_low is None or other_high is None:
        return None, None
    below = math.hypot(value - low, other_high - other_value)
    above = math.hypot(high - value, other_value - other_low)
    return value - other_value - below, value - other_value + above


def _of_amounts(here: Sample, there: Sample) -> Difference:
    value = here.value - there.value
    # Rows that happen to be all alike are no proof that the next one will be: the other side's
    # variance stands in.
    spread = max(here.row_variance() or 0.0, there.row_variance() or 0.0)
    freedoms = here.freedom(), there.freedom()
    if not spread or min(freedoms) <= 0 or min(here.size, there.size) < 2:  # noqa: PLR2004
        return Difference(value)
    parts = [
        sample.variance() or spread * sample.size / sample.denominator**2
        for sample in (here, there)
    ]
    whole = sum(parts)
    freedom = whole**2 / sum(p * p / own for p, own in zip(parts, freedoms, strict=True))
    error = math.sqrt(whole)
    half = t_point(SIGNIFICANT, freedom) * error
    return Difference(value, value - half, value + half, t_p_value(value / error, freedom))


def _of_bounds(here: Sample, there: Sample, value: float) -> Difference:
    low, high = _square_and_add(here.value, here.bounds, there.value, there.bounds)
    if low is None or high is None:
        return Difference(value)
    half = value - low if value > 0 else high - value
    p_value = normal_p_value(Z * abs(value) / half) if half > 0 else None
    return Difference(value, low, high, p_value)
