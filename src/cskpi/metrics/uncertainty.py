"""95 % intervals: Wilson for shares, Student's t for means."""

from __future__ import annotations

import math

CONFIDENCE = 0.95
Z = 1.959963984540054
"""The 97.5 % point of the normal distribution."""

Interval = tuple[float | None, float | None]


def wilson(successes: float, trials: float) -> Interval:
    """Return Wilson's score interval of a share; none without trials or above one."""
    if trials <= 0 or successes < 0 or successes > trials:
        return None, None
    share = successes / trials
    shrink = 1 + Z * Z / trials
    centre = (share + Z * Z / (2 * trials)) / shrink
    half = Z * math.sqrt(share * (1 - share) / trials + Z * Z / (4 * trials * trials)) / shrink
    low = 0.0 if successes == 0 else centre - half
    return low, 1.0 if successes == trials else centre + half


def mean_interval(mean: float | None, spread: float | None, count: int) -> Interval:
    """Return the t interval of a mean from its sample standard deviation; none below two rows."""
    if mean is None or spread is None or count < 2:  # noqa: PLR2004  a spread needs two
        return None, None
    from scipy.special import stdtrit

    half = float(stdtrit(count - 1, (1 + CONFIDENCE) / 2)) * spread / math.sqrt(count)
    return mean - half, mean + half
