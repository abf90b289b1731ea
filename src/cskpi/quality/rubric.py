"""What people grade a session by: the items of the rubric, their levels, and the score they make.

Labels and explanations stand in the message table under `item` and `item_about`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

ITEMS = ("efficiency", "compliance", "accuracy", "empathy", "resolution")
"""The sides of service quality that seed 1 inspects: efficiency; compliance, accuracy and empathy of
communication; problem solving. All count the same: nobody gives weights."""

Level = Literal["full", "part", "none", "not_applicable"]
LEVELS: tuple[Level, ...] = get_args(Level)
FATAL = "fatal"
"""The item beside the rubric that makes the score 0."""

FULL_SCORE = 100.0
_POINTS: Mapping[str, float] = {"full": 1.0, "part": 0.5, "none": 0.0}


def score_of(levels: Mapping[str, Level], *, is_fatal: bool) -> float | None:
    """Return 0 to 100: the points reached, of those that apply; 0 after a fatal fault.

    None where no item applies. Equal weights and a fatal item that fails the whole session are what
    the field's rubrics share (kpi-definitions #135).
    """
    if is_fatal:
        return 0.0
    points = [_POINTS[level] for level in levels.values() if level in _POINTS]
    return FULL_SCORE * sum(points) / len(points) if points else None
