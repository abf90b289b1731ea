"""A finding: one KPI for one combination of dimensions in one period."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Unit = Literal["count", "percent", "duration", "money", "score"]
Direction = Literal["up", "down", "neutral"]
Status = Literal["good", "warn", "bad", "small_sample"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One number with all that is needed to judge it.

    Durations are in seconds, ratios 0..1, money in the shop's currency; None means no data.
    `low` and `high` bound the 95 % interval where one is defined. `status` is None without a target.
    """

    metric: str
    labels: dict[str, str]
    unit: Unit
    direction: Direction
    dimensions: dict[str, str | None] = field(default_factory=dict)
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    sample_size: int = 0
    low: float | None = None
    high: float | None = None
    median: float | None = None
    p90: float | None = None
    previous: float | None = None
    target: float | None = None
    status: Status | None = None
