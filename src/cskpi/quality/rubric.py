"""What people grade a session by: the items of the rubric, their levels, and the score they make."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

Level = Literal["full", "part", "none", "not_applicable"]
LEVELS: tuple[Level, ...] = get_args(Level)
FATAL = "fatal"
"""The item beside the rubric that makes the score 0."""

FULL_SCORE = 100.0
_POINTS: Mapping[str, float] = {"full": 1.0, "part": 0.5, "none": 0.0}


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the rubric; labels and explanations by language."""

    name: str
    labels: Mapping[str, str]
    abouts: Mapping[str, str]


@cache
def load_rubric() -> tuple[Item, ...]:
    """Return the items in the order of the sheet."""
    text = (Path(__file__).parent / "rubric.toml").read_text(encoding="utf-8")
    items = tomllib.loads(text)["item"]
    return tuple(Item(item["name"], item["label"], item["about"]) for item in items)


def score_of(levels: Mapping[str, Level], *, is_fatal: bool) -> float | None:
    """Return 0 to 100: the points reached, of those that apply; 0 after a fatal fault.

    None where no item applies. Equal weights and a fatal item that fails the whole session are what
    the field's rubrics share (kpi-definitions #135).
    """
    if is_fatal:
        return 0.0
    points = [_POINTS[level] for level in levels.values() if level in _POINTS]
    return FULL_SCORE * sum(points) / len(points) if points else None
