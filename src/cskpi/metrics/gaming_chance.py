"""Whether a count of hits exceeds chance: against a known share, or against the colleagues."""

from __future__ import annotations

import math

_NEGLIGIBLE = 1e-17


def above_share(hits: int, base: int, share: float) -> float:
    """Return how often chance alone gives as many hits, where each of `base` is one with `share`."""
    if hits == 0:
        return 1.0
    from scipy.special import bdtrc

    return float(bdtrc(hits - 1, base, share))


def above_others(hits: int, base: int, other_hits: int, other_base: int) -> float:
    """Return how often chance alone puts as many of all hits on one side.

    Fisher's exact test, one-sided: the hits of both are dealt out over all chances blindly.
    """
    total, drawn = base + other_base, hits + other_hits
    if hits == 0:
        return 1.0
    whole = _log_choose(total, drawn)
    found = 0.0
    for k in range(max(hits, drawn - other_base), min(base, drawn) + 1):
        term = math.exp(_log_choose(base, k) + _log_choose(other_base, drawn - k) - whole)
        found += term
        # Past the likeliest deal the terms only fall.
        if k * total > base * drawn and term < found * _NEGLIGIBLE:
            break
    return min(found, 1.0)


def _log_choose(of: int, taken: int) -> float:
    return math.lgamma(of + 1) - math.lgamma(taken + 1) - math.lgamma(of - taken + 1)
