"""95 % intervals of one number: shares, means, ratios of sums; corrections for many tests at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache

CONFIDENCE = 0.95
Z = 1.959963984540054
"""The 97.5 % point of the normal distribution."""

SKEWNESS_FROM_ROWS = 20
"""Below this many rows a single long wait decides the skewness, and Student's t is used alone."""

_NO_SKEWNESS = 1e-6

Interval = tuple[float | None, float | None]


def wilson(successes: float, trials: float, z: float = Z) -> Interval:
    """Return Wilson's score interval of a share; none without trials or above one."""
    if trials <= 0 or successes < 0 or successes > trials:
        return None, None
    share = successes / trials
    shrink = 1 + z * z / trials
    centre = (share + z * z / (2 * trials)) / shrink
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / shrink
    low = 0.0 if successes == 0 else centre - half
    return low, 1.0 if successes == trials else centre + half


def mean_interval(
    mean: float | None,
    spread: float | None,
    count: int,
    skewness: float | None = None,
    outside: float = 1 - CONFIDENCE,
) -> Interval:
    """Return the interval of a mean; none below two rows.

    Student's t, and from `SKEWNESS_FROM_ROWS` rows on with Hall's cubic correction for skewness
    (Hall 1992, "On the removal of skewness by transformation"): waits have a long right tail, and
    the plain interval then misses the true mean more often than one time in twenty.

    Args:
        mean: of the sample.
        spread: its sample standard deviation.
        count: number of rows.
        skewness: of the sample, where known.
        outside: how often the interval may miss.
    """
    if mean is None or spread is None or count < 2:  # noqa: PLR2004  a spread needs two
        return None, None
    below, above = mean_reach(spread, count, skewness)(outside)
    return mean - below, mean + above


def mean_reach(
    spread: float, count: int, skewness: float | None
) -> Callable[[float], tuple[float, float]]:
    """Return what tells how far below and above a mean its interval reaches, by how often it misses."""
    root = math.sqrt(count)

    def straight(outside: float) -> tuple[float, float]:
        half = t_point(outside, count - 1) / root * spread
        return half, half

    if skewness is None or not math.isfinite(skewness) or count < SKEWNESS_FROM_ROWS:
        return straight
    if abs(skewness) < _NO_SKEWNESS:
        return straight
    scale, shift = 3 * spread / skewness, 1 - skewness * skewness / (6 * count)

    def corrected(outside: float) -> tuple[float, float]:
        bent = skewness * t_point(outside, count - 1) / root
        return scale * (math.cbrt(shift + bent) - 1), scale * (1 - math.cbrt(shift - bent))

    return corrected


def t_point(outside: float, freedom: float) -> float:
    """Return the point that a share `outside` of Student's t exceeds in size."""
    return -float(_student()[0](freedom, outside / 2))


def t_p_value(point: float, freedom: float) -> float:
    """Return how often Student's t exceeds `point` in size."""
    return float(2 * _student()[1](freedom, -abs(point)))


@cache
def _student() -> tuple[Callable[..., float], Callable[..., float]]:
    # Loading it takes longer than printing a help text.
    from scipy.special import stdtr, stdtrit

    return stdtrit, stdtr


def normal_p_value(point: float) -> float:
    """Return how often the normal distribution exceeds `point` in size."""
    return math.erfc(abs(point) / math.sqrt(2))


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Return the p-values corrected for how many there are, in the same order.

    Whoever calls those of at most 5 % a difference is wrong, on average, in at most 5 % of what he
    calls so (Benjamini and Hochberg 1995, step-up).
    """
    count = len(p_values)
    corrected = [1.0] * count
    least = 1.0
    for place, index in reversed(
        list(enumerate(sorted(range(count), key=lambda index: p_values[index]), start=1))
    ):
        least = min(least, p_values[index] * count / place)
        corrected[index] = least
    return corrected


def holm(p_values: Sequence[float], tests: int, level: float = CONFIDENCE) -> list[bool]:
    """Tell which of several hypotheses fall, so that with probability `level` none falls wrongly.

    Holm's step-down (1979), which holds however the tests depend on each other.

    Args:
        p_values: the smallest ones of all tests.
        tests: how many there are in all.
        level: the confidence in all of them at once.
    """
    rejected = [False] * len(p_values)
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    for place, index in enumerate(order):
        if p_values[index] > (1 - level) / (tests - place):
            break
        rejected[index] = True
    return rejected
