"""Rules of control charts: when a point, or a run of points, is more than chance.

All rules look at scores, a value's distance from the centre line in standard deviations, oldest
first along the last axis; they answer for each point whether it completes the pattern. The names
are the usual ones: Western Electric (1956) zone tests `we1`-`we4`, Nelson (1984) tests
`nelson1`-`nelson4`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
Marks = NDArray[np.bool_]
Rule = Callable[[Scores, Scores], Marks]


def beyond_three(scores: Scores, _: Scores) -> Marks:
    """One point more than three standard deviations away."""
    fired: Marks = np.abs(scores) > 3  # noqa: PLR2004  the rule's own number
    return fired


def _zone(limit: float, needed: int, window: int) -> Rule:
    """`needed` of `window` points beyond `limit` on one side, the last one among them."""

    def rule(scores: Scores, _: Scores) -> Marks:
        return _one_side(scores, limit, needed, window)

    return rule


def _run(length: int) -> Rule:
    """`length` points in a row on one side of the centre line."""

    def rule(scores: Scores, _: Scores) -> Marks:
        return _one_side(scores, 0.0, length, length)

    return rule


def _one_side(scores: Scores, limit: float, needed: int, window: int) -> Marks:
    fired = np.zeros(scores.shape, dtype=bool)
    for beyond in (scores > limit, scores < -limit):
        fired |= beyond & (_counted(beyond, window) >= needed)
    return fired


def steady_trend(_: Scores, values: Scores) -> Marks:
    """Six points in a row, each higher, or each lower, than the one before."""
    steps = np.diff(values, axis=-1)
    fired = np.zeros(values.shape, dtype=bool)
    for same in (steps > 0, steps < 0):
        fired[..., 1:] |= _counted(same, 5) == 5  # noqa: PLR2004  six points make five steps
    return fired


def alternation(_: Scores, values: Scores) -> Marks:
    """Fourteen points in a row that go up and down in turn."""
    steps = np.sign(np.diff(values, axis=-1))
    turns = steps[..., 1:] * steps[..., :-1] < 0
    fired = np.zeros(values.shape, dtype=bool)
    fired[..., 2:] = _counted(turns, 12) == 12  # noqa: PLR2004  fourteen points turn twelve times
    return fired


RULES: Mapping[str, Rule] = {
    "we1": beyond_three,
    "we2": _zone(2.0, 2, 3),
    "we3": _zone(1.0, 4, 5),
    "we4": _run(8),
    "nelson1": beyond_three,
    "nelson2": _run(9),
    "nelson3": steady_trend,
    "nelson4": alternation,
}


def fired_rules(names: tuple[str, ...], scores: Scores, values: Scores) -> dict[str, Marks]:
    """Return for each rule which points complete its pattern."""
    return {name: RULES[name](scores, values) for name in names}


def _counted(marks: Marks, window: int) -> NDArray[np.int64]:
    """How many of the last `window` marks are set; places before them count as not set."""
    padded = np.concatenate(
        [np.zeros((*marks.shape[:-1], window), dtype=np.int64), np.cumsum(marks, axis=-1)], axis=-1
    )
    counted: NDArray[np.int64] = padded[..., window:] - padded[..., :-window]
    return counted
