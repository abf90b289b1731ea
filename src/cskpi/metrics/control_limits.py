"""Limits of control charts: XmR for values, p and Laney's p' for shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cskpi.metrics.control_rules import Scores

D2 = 1.128
"""The mean distance of two neighbours, in standard deviations (Shewhart)."""
THREE_SIGMA = 3.0
OVER_DISPERSED = 0.01
"""Days differ more than chance allows when the dispersion test is below this."""


@dataclass(frozen=True, slots=True)
class ValueLimits:
    """An XmR chart: centre and standard deviation from the mean moving range."""

    centre: Scores
    sigma: Scores

    def scores(self, values: Scores) -> Scores:
        """Return distances from the centre in standard deviations; 0 where nothing ever moved."""
        sigma = np.where(self.sigma > 0, self.sigma, np.inf)
        scores: Scores = (values - self.centre[..., None]) / sigma[..., None]
        return scores


def value_limits(values: Scores) -> ValueLimits:
    """Return the limits of values in the order of their days, from two days on.

    Days outside the first limits are left out and the limits drawn once more: a sales festival in
    the baseline is nothing usual. Where that leaves no two days in a row, as of a KPI that moved
    from one level to another, the first limits stand.
    """
    first = _plain_limits(values)
    usual = np.where(np.abs(first.scores(values)) <= THREE_SIGMA, values, np.nan)
    leaves_some = np.isfinite(np.diff(usual, axis=-1)).any(axis=-1, keepdims=True)
    return _plain_limits(np.where(leaves_some, usual, values))


def _plain_limits(values: Scores) -> ValueLimits:
    ranges = np.abs(np.diff(values, axis=-1))
    return ValueLimits(np.nanmean(values, axis=-1), np.nanmean(ranges, axis=-1) / D2)


@dataclass(frozen=True, slots=True)
class ShareLimits:
    """A p chart. `spread` is Laney's factor: 1 where days differ no more than chance allows."""

    centre: float
    spread: float

    def scores(self, hits: Scores, trials: Scores) -> Scores:
        """Return distances in standard deviations.

        Exact binomial tails turned into normal scores, so that a day with few cases raises no more
        false alarms than a full one; normal with Laney's factor where days are over-dispersed.
        """
        if self.spread > 1:
            return _normal_scores(hits, trials, self.centre) / self.spread
        from scipy.special import bdtr, bdtrc, ndtri

        above = hits > trials * self.centre
        whole = trials.astype(np.int64)
        # bdtr and bdtrc count from below and above, both with the day's own count in the tail.
        upper = np.where(hits > 0, bdtrc(np.maximum(hits - 1, 0), whole, self.centre), 1.0)
        tail = np.where(above, upper, bdtr(hits, whole, self.centre))
        # A count that half of all days reach lies on no side: without hits where hits are rare.
        distance = -ndtri(np.clip(tail, _LEAST_TAIL, 0.5))
        scores: Scores = np.where(above, distance, -distance)
        return scores

    def bounds(self, trials: int) -> tuple[float, float]:
        """Return the lowest and the highest share a day of that many cases may have."""
        if self.spread > 1:
            half = THREE_SIGMA * self.spread * np.sqrt(self.centre * (1 - self.centre) / trials)
            return float(max(self.centre - half, 0.0)), float(min(self.centre + half, 1.0))
        counts = np.arange(trials + 1, dtype=np.float64)
        window = _near(counts, trials, self.centre)
        inside = np.abs(self.scores(window, np.full(window.shape, float(trials)))) <= THREE_SIGMA
        kept = window[inside]
        return float(kept[0] / trials), float(kept[-1] / trials)


_LEAST_TAIL = 1e-300


def share_limits(hits: Scores, trials: Scores) -> ShareLimits:
    """Return the limits of shares in the order of their days.

    Days outside the first limits are left out, as with values. With no hit at all, or nothing but
    hits, half a case is added to either side: a share nobody has seen yet is rare, not impossible.
    """
    usual = np.abs(_plain_shares(hits, trials).scores(hits, trials)) <= THREE_SIGMA
    return _plain_shares(hits[usual], trials[usual])


def _plain_shares(hits: Scores, trials: Scores) -> ShareLimits:
    found, asked = float(hits.sum()), float(trials.sum())
    centre = found / asked
    if centre in (0.0, 1.0):
        centre = (found + 0.5) / (asked + 1)
    scores = _normal_scores(hits, trials, centre)
    if not _is_over_dispersed(scores):
        return ShareLimits(centre, 1.0)
    return ShareLimits(centre, max(float(np.abs(np.diff(scores)).mean() / D2), 1.0))


def _is_over_dispersed(scores: Scores) -> bool:
    from scipy.special import chdtrc

    return bool(chdtrc(len(scores) - 1, float((scores**2).sum())) < OVER_DISPERSED)


def _normal_scores(hits: Scores, trials: Scores, centre: float) -> Scores:
    scores: Scores = (hits / trials - centre) / np.sqrt(centre * (1 - centre) / trials)
    return scores


def _near(counts: NDArray[np.float64], trials: int, centre: float) -> NDArray[np.float64]:
    """Only counts within ten standard deviations can be limits; skewed small ones need more room."""
    reach = 10 * np.sqrt(trials * centre * (1 - centre)) + 10
    near: NDArray[np.float64] = counts[np.abs(counts - trials * centre) <= reach]
    return near
