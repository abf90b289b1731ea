"""Axes: where they start and end, and at which round numbers they are labelled."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cskpi.present.formatting import format_short_day, format_value
from cskpi.present.graphs import Tick

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from cskpi.metrics.finding import Unit

_MOST_STEPS = 3
_DAY_LABEL_EVERY = 7
_MOST_DAY_LABELS = 5
# An axis of these starts at zero; ratios and scores may live in a narrow band far from it.
_FROM_ZERO = ("count", "duration", "money")
_SECOND_STEPS = (1, 2, 5, 10, 15, 20, 30)
_MINUTE_STEPS = (60, 120, 300, 600, 900, 1200, 1800)
_HOUR_STEPS = (3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 345_600, 691_200)
_DURATION_STEPS = (*_SECOND_STEPS, *_MINUTE_STEPS, *_HOUR_STEPS)
_NICE = (1.0, 2.0, 5.0, 10.0)
# Less than this is no movement, and no reason to blow a flat line up to a mountain range.
_LEAST_SPAN: dict[Unit, float] = {
    "count": 3.0,
    "duration": 3.0,
    "money": 3.0,
    "percent": 0.01,
    "score": 0.3,
}
_HAIR = 1e-9
_LOG_TICKS = (1, 3, 10, 30, 60, 180, 600, 1800, 3600, 10_800, 43_200, 86_400, 259_200, 864_000)


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale of values with its ticks; `place` says where a value lies, 0..1 of its length."""

    bottom: float
    top: float
    ticks: tuple[Tick, ...]

    def place(self, value: float) -> float:
        """Return the place of `value`, 0 at the bottom and 1 at the top."""
        return (value - self.bottom) / (self.top - self.bottom)

    def placed_ticks(self) -> tuple[Tick, ...]:
        """Return the ticks at places 0..1 instead of values."""
        return tuple(Tick(self.place(tick.at), tick.label) for tick in self.ticks)


def value_axis(
    values: Iterable[float | None],
    unit: Unit,
    *,
    from_zero: bool = False,
    most_steps: int = _MOST_STEPS,
) -> Axis:
    """Return an axis that holds all values between round numbers; lengths need `from_zero`."""
    known = [value for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    if from_zero or unit in _FROM_ZERO or 0 <= low <= high / 2:
        low, high = min(0.0, low), max(0.0, high)
    if high - low < _LEAST_SPAN[unit]:
        high = low + _LEAST_SPAN[unit]
    step = _step((high - low) / most_steps, unit)
    bottom = math.floor(low / step + _HAIR) * step
    top = math.ceil(high / step - _HAIR) * step
    ticks = (bottom + step * count for count in range(round((top - bottom) / step) + 1))
    return Axis(bottom, top, tuple(Tick(at, format_value(at, unit)) for at in ticks))


def day_ticks(days: Sequence[date]) -> tuple[Tick, ...]:
    """Return labels for some of the days, at most five, counted in days from the first."""
    every = max(_DAY_LABEL_EVERY, -(-len(days) // _MOST_DAY_LABELS))
    if len(days) <= _DAY_LABEL_EVERY:
        every = 1 if len(days) <= _MOST_DAY_LABELS else 2
    return tuple(Tick(at, format_short_day(days[at])) for at in range(0, len(days), every))


def log_axis(low: float, high: float) -> Axis:
    """Return an axis of durations by their logarithm, from `low` to `high` seconds, both positive.

    Its values are logarithms: `place(math.log(seconds))`.
    """
    inside = [seconds for seconds in _LOG_TICKS if low <= seconds <= high]
    ticks = tuple(Tick(math.log(at), format_value(at, "duration")) for at in inside)
    return Axis(math.log(low), math.log(high), ticks)


def _step(least: float, unit: Unit) -> float:
    if unit == "duration":
        for step in _DURATION_STEPS:
            if step >= least:
                return float(step)
    size = 10.0 ** math.floor(math.log10(least))
    smallest = 1.0 if unit in ("count", "money") else 0.0
    return next(max(size * nice, smallest) for nice in _NICE if size * nice >= least * (1 - _HAIR))
