"""Whether two numbers of one KPI differ by more than chance: difference, interval, plain word."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from cskpi.metrics.uncertainty import (
    CONFIDENCE,
    Interval,
    normal_p_value,
    normal_point,
    t_p_value,
    t_point,
    wilson,
)

if TYPE_CHECKING:
    from cskpi.metrics.finding import Direction, Word

Method = Literal["hits", "amounts", "quantile", "none"]

SIGNIFICANT = 1 - CONFIDENCE
_ROOT_STEPS = 16


@dataclass(frozen=True, slots=True)
class Sample:
    """What one side of a comparison rests on.

    `hits`: `numerator` of `denominator` things have a mark. `amounts`: the quotient of two sums over
    `size` rows, with the sums of squares and products its variance needs; a mean is one whose rows
    all have the denominator 1. `quantile`: a value with its interval. `none`: a value alone.
    """

    method: Method
    value: float
    size: int
    numerator: float = 0.0
    denominator: float = 0.0
    squares: float = 0.0
    products: float = 0.0
    denominator_squares: float = 0.0
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
        )

    def row_variance(self) -> float | None:
        """Return the variance of `numerator - value * denominator` over rows; none below two."""
        if self.size < 2:  # noqa: PLR2004  a variance needs two
            return None
        left = self.squares - 2 * self.value * self.products
        left += self.value * self.value * self.denominator_squares
        # What is left after taking nearly equal sums apart is rounding, not variance.
        noise = 1e-12 * (self.squares + self.value * self.value * self.denominator_squares)
        return left / (self.size - 1) if left > noise else 0.0

    def interval(self, level: float = CONFIDENCE) -> Interval:
        """Return the interval of a quotient of sums; none where its rows do not vary."""
        variance = self.row_variance()
        if not variance:
            return None, None
        half = t_point(level, self.size - 1) * math.sqrt(variance * self.size) / self.denominator
        return self.value - abs(half), self.value + abs(half)


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


def difference(here: Sample, there: Sample, level: float = CONFIDENCE) -> Difference:
    """Return how two independent samples of one KPI differ.

    Shares: Newcombe's hybrid score interval (Newcombe 1998, method 10); quotients of sums and means:
    Welch's, with the linearised variance of a quotient; quantiles: squares of the distances to the
    ends of both intervals added (Zou and Donner 2008), which for shares is Newcombe's. The p-value
    is that of the interval that just touches zero, so the two never contradict each other.
    """
    found = Difference(here.value - there.value)
    if here.method != there.method:
        return found
    if here.method == "hits":
        return _of_shares(here, there, level)
    if here.method == "amounts":
        return _of_amounts(here, there, level)
    if here.method == "quantile":
        return _of_bounds(here, there, found.value)
    return found


def word(direction: Direction, found: Difference, p_value: float | None) -> Word | None:
    """Return the plain word for a difference; None where nothing can be claimed."""
    if p_value is None:
        return None
    if p_value > SIGNIFICANT or found.value == 0:
        return "no_clear_change"
    if direction == "neutral":
        return "higher" if found.value > 0 else "lower"
    return "better" if (found.value > 0) == (direction == "up") else "worse"


def _of_shares(here: Sample, there: Sample, level: float) -> Difference:
    value = here.value - there.value
    ends = _square_and_add(here, there, normal_point(level))
    if ends is None:
        return Difference(value)
    return Difference(value, *ends, _touching_p_value(here, there))


def _square_and_add(here: Sample, there: Sample, z: float) -> tuple[float, float] | None:
    low, high = wilson(here.numerator, here.denominator, z)
    other_low, other_high = wilson(there.numerator, there.denominator, z)
    if low is None or high is None or other_low is None or other_high is None:
        return None
    value = here.value - there.value
    return (
        value - math.hypot(here.value - low, other_high - there.value),
        value + math.hypot(high - here.value, there.value - other_low),
    )


def _touching_p_value(here: Sample, there: Sample) -> float:
    """The half width grows nearly as z does: its own size leads in few steps to where it touches."""
    value = here.value - there.value
    if value == 0:
        return 1.0
    z = 1.0
    for _ in range(_ROOT_STEPS):
        ends = _square_and_add(here, there, z)
        if ends is None:
            return 1.0
        half = value - ends[0] if value > 0 else ends[1] - value
        step = abs(value) / half
        z *= step
        if abs(step - 1) < 1e-9:  # noqa: PLR2004  far below what a p-value shows
            break
    return normal_p_value(z)


def _of_amounts(here: Sample, there: Sample, level: float) -> Difference:
    value = here.value - there.value
    variances = here.row_variance(), there.row_variance()
    if variances[0] is None or variances[1] is None or not any(variances):
        return Difference(value)
    # Rows that happen to be all alike are no proof that the next one will be: the other side's
    # variance stands in.
    parts = [
        (variance or max(v for v in variances if v)) * sample.size / sample.denominator**2
        for variance, sample in zip(variances, (here, there), strict=True)
    ]
    whole = sum(parts)
    freedom = whole**2 / sum(
        part**2 / (sample.size - 1) for part, sample in zip(parts, (here, there), strict=True)
    )
    error = math.sqrt(whole)
    half = t_point(level, freedom) * error
    return Difference(value, value - half, value + half, t_p_value(value / error, freedom))


def _of_bounds(here: Sample, there: Sample, value: float) -> Difference:
    low, high = here.bounds
    other_low, other_high = there.bounds
    if low is None or high is None or other_low is None or other_high is None:
        return Difference(value)
    below = math.hypot(here.value - low, other_high - there.value)
    above = math.hypot(high - here.value, there.value - other_low)
    half = below if value > 0 else above
    z = normal_point(CONFIDENCE)
    p_value = normal_p_value(z * abs(value) / half) if half > 0 else None
    return Difference(value, value - below, value + above, p_value)
