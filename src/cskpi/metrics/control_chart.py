"""A control chart: a KPI day by day against the range that chance explains."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from cskpi.metrics.finding import Direction, Unit

ChartKind = Literal["xmr", "p", "p_prime"]
ChartState = Literal["ok", "too_few", "flat"]
Side = Literal["high", "low"]

ALONE = ("we1", "nelson1")
"""Rules that a day fulfils by itself; the others speak of a run of days."""


@dataclass(frozen=True, slots=True)
class ControlPoint:
    """One day of the period.

    `value` None is a day without data; `is_judged` is false there and where too few cases stand
    behind the value. `low` and `high` are the limits of that day; `rules` are those it completes.
    """

    day: date
    value: float | None = None
    sample_size: int = 0
    low: float | None = None
    high: float | None = None
    is_judged: bool = False
    rules: tuple[str, ...] = ()
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class ControlChart:
    """A KPI's days in one period against their usual range.

    The limits come from the days from `baseline_from` to `baseline_to`, both included, of which
    `baseline_days` could be used; `is_own_baseline` where these are the days of the period itself.
    `spread` is Laney's factor of p' charts. Without limits `state` says why.
    """

    metric: str
    labels: dict[str, str]
    unit: Unit
    direction: Direction
    dimensions: dict[str, str | None]
    kind: ChartKind
    state: ChartState
    rules: tuple[str, ...]
    baseline_from: date
    baseline_to: date
    baseline_days: int
    is_own_baseline: bool
    centre: float | None
    spread: float | None
    points: tuple[ControlPoint, ...]

    @property
    def signals(self) -> tuple[ControlPoint, ...]:
        """The days on which a rule fired; of a run that goes on, only the day that completed it."""
        found, before = [], ControlPoint(self.points[0].day)
        for point in self.points:
            news = {name for name in point.rules if name in ALONE or name not in before.rules}
            if news or (point.rules and point.side != before.side):
                found.append(point)
            if point.is_judged:
                before = point
        return tuple(found)
