"""A finding: one KPI for one combination of dimensions in one period."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Unit = Literal["count", "percent", "duration", "money", "score"]
Direction = Literal["up", "down", "neutral"]
Status = Literal["good", "warn", "bad", "small_sample"]
Timed = Literal["wall", "business"]
FlagKind = Literal["fallback", "provisional", "part", "outside"]
Against = Literal["previous", "last_year", "shop", "team"]
Word = Literal["better", "worse", "higher", "lower", "no_clear_change"]


@dataclass(frozen=True, slots=True)
class Flag:
    """A reservation about a number.

    `fallback`: `share` of the sample (0..1) rests on a second-best rule, which `labels` names.
    `provisional`: outcomes are still open; data from `final_on` on settle the number.
    `part`: the definition was in force only from `first_on` to `last_on` of the period, and only these
    days are counted. `outside`: it was in force from `first_on` to `last_on`, no day of the period;
    None where that end is not known.
    """

    kind: FlagKind
    labels: dict[str, str] = field(default_factory=dict)
    share: float | None = None
    final_on: date | None = None
    first_on: date | None = None
    last_on: date | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a finding differs from another number of the same KPI.

    `previous` is the period before, `last_year` the same period a year ago, `shop` the agent's shop
    with all its rows, `team` the other named agents of that shop. `value` is the other number,
    `difference` this one less that, `low` and `high` its 95 % interval. `p_value` is how often chance
    alone goes as far, corrected for the number of comparisons where `is_corrected`; None where
    nothing is tested. `word` rests on it: higher and lower where neither is good; None where no
    claim can be made, as of counts and sums, which are no sample.
    """

    against: Against
    value: float
    difference: float
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    word: Word | None = None
    is_corrected: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One number with all that is needed to judge it.

    Durations are in seconds, ratios 0..1, money in the shop's currency; None means no data.
    `low` and `high` bound the 95 % interval where one is defined. `status` is None without a target.
    `clock` says of a duration whether it was counted by the clock on the wall or in business hours.
    `flagged` is the share of the sample that rests on a fallback, None where the KPI has none.
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
    clock: Timed | None = None
    flagged: float | None = None
    flags: tuple[Flag, ...] = ()
    comparisons: tuple[Comparison, ...] = ()

    def compared(self, against: Against) -> Comparison | None:
        """Return how the finding compares with one thing, None where that was not looked at."""
        return next((c for c in self.comparisons if c.against == against), None)
