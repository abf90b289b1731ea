"""An insight: one thing worth telling about a period, with all that is needed to judge it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from cskpi.metrics.finding import Direction, Finding, Unit

Kind = Literal[
    "change",
    "last_year",
    "target",
    "days",
    "agent_weak",
    "agent_strong",
    "topic_share",
    "topic_change",
    "topic_loss",
    "cover",
    "rest",
    "tickets",
    "gaps",
    "gaps_before",
    "rejected",
    "orders_unmatched",
    "agents_unknown",
]
Side = Literal["better", "worse", "changed", "fault"]
Dimension = Literal["agent", "hour", "shop", "channel", "topic", "stage", "product"]
EffectKind = Literal["rate", "mix"]


@dataclass(frozen=True, slots=True)
class Driver:
    """A part of the whole that accounts for a good deal of a change.

    `effect` is what it adds to the change, in the KPI's unit; `share` the same as a share of the
    change. `kind` is rate where the part itself changed, mix where it weighs more or less than
    before. `value` and `previous` are the part's own numbers, `sample_size` its cases in the period.
    """

    dimension: Dimension
    name: str | None
    shop: str | None
    kind: EffectKind
    effect: float
    share: float
    value: float | None
    previous: float | None
    sample_size: int


@dataclass(frozen=True, slots=True)
class Insight:
    """One thing worth telling.

    `id` is the same for the same thing in any run. `value` stands against `reference`; `low` and
    `high` bound the difference (95 %), `p_value` is how often chance goes as far, corrected for all
    that was looked at beside it; None where the number is counted, not sampled. `affected` is how
    many customers, sessions or orders it concerns, as far as the numbers tell; `money` the amount.
    `certainty` is 0..1. `also` are KPIs that tell the same, told once with it. `ref` is the id of
    the place in the report that proves it, `step` the key of the suggested next step. `facts` are
    plain values the sentence names (counts, days, names).
    """

    kind: Kind
    id: str
    side: Side
    ref: str
    step: str
    group: str = ""
    metric: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    unit: Unit = "count"
    direction: Direction = "neutral"
    value: float | None = None
    reference: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    sample_size: int = 0
    affected: float = 0.0
    money: float | None = None
    certainty: float = 1.0
    score: float = 0.0
    dimensions: Mapping[str, str | None] = field(default_factory=dict)
    drivers: tuple[Driver, ...] = ()
    also: tuple[Finding, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
