"""Graphic blocks of the report with everything already measured: renderers only draw.

Places on an axis are 0..1 of its length unless `bottom` and `top` say otherwise. Every block has
its numbers as `table` and what it shows in words as `alt`, so an output that cannot draw loses
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from cskpi.present.document import About, Cell, Table, Tone


@dataclass(frozen=True, slots=True)
class Point:
    """A day of a line; `height` is None where there is no data: a gap, never a zero.

    `about` stands behind the day's number.
    """

    position: int
    height: float | None
    label: str
    about: About | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A line without axes beside a number; None is a gap, `target` is drawn across."""

    heights: tuple[float | None, ...]
    alt: str
    target: float | None = None
    bottom: float = 0.0
    top: float = 1.0


@dataclass(frozen=True, slots=True)
class LineChart:
    """One small line by day."""

    title: str
    ref: str
    value: Cell
    alt: str
    points: tuple[Point, ...]
    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]
    bottom: float
    top: float
    target: Tick | None = None


@dataclass(frozen=True, slots=True)
class LineGrid:
    """Small lines over the same days, and all their numbers as one table."""

    charts: tuple[LineChart, ...]
    table: Table


@dataclass(frozen=True, slots=True)
class Panel:
    """One line of small multiples: whose it is, his number, and how it compares."""

    title: str
    value: Cell
    points: tuple[Point, ...]
    alt: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class SmallMultiples:
    """The same KPI of many agents or shops on one common scale."""

    title: str
    ref: str
    alt: str
    panels: tuple[Panel, ...]
    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]
    bottom: float
    top: float
    table: Table
    target: Tick | None = None
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a day would be by chance alone; limits may differ by day, since its sample does."""

    low: float
    centre: float
    high: float


@dataclass(frozen=True, slots=True)
class Signal:
    """A day beyond chance: its position, and the rule that says so in words."""

    position: int
    label: str
    tone: Tone = "bad"


@dataclass(frozen=True, slots=True)
class LimitChart:
    """A control chart: the line by day, its limits (parallel to `points`) and its signals."""

    title: str
    ref: str
    value: Cell
    alt: str
    points: tuple[Point, ...]
    limits: tuple[Limits | None, ...]
    signals: tuple[Signal, ...]
    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]
    bottom: float
    top: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class LimitGrid:
    """Control charts over the same days, and their days as one table."""

    charts: tuple[LimitChart, ...]
    table: Table
    legend: str = ""


@dataclass(frozen=True, slots=True)
class HeatMap:
    """A grid of shades; `shades` (0..1, None without data) run parallel to the cells of `table`.

    The first column of `table` names the rows and has no shade.
    """

    title: str
    alt: str
    shades: tuple[tuple[float | None, ...], ...]
    table: Table
    legend: str = ""


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """A stage: `share` (0..1) of the first one, `rate` the part of the stage before that got here."""

    label: str
    value: Cell
    share: float
    rate: Cell | None = None


@dataclass(frozen=True, slots=True)
class Funnel:
    """Who came this far, stage by stage; the widths are true to the numbers."""

    title: str
    alt: str
    steps: tuple[FunnelStep, ...]
    table: Table
    legend: str = ""


@dataclass(frozen=True, slots=True)
class WaterfallPart:
    """A bar from `start` to `end`; totals stand on the ground, parts hang from the bar before."""

    label: str
    start: float
    end: float
    value: Cell
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Waterfall:
    """What moved a number from one period to the next: parts that add up without a rest."""

    title: str
    ref: str
    alt: str
    parts: tuple[WaterfallPart, ...]
    ticks: tuple[Tick, ...]
    bottom: float
    top: float
    table: Table
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Bin:
    """A bar of a histogram: its two edges and its height, 0..1; its area is its share.

    `reached` is the share (0..1) of all that lies left of its right edge.
    """

    left: float
    right: float
    height: float
    label: str
    reached: float = 0.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A labelled line across a distribution or a row of bars."""

    at: float
    label: str
    kind: Literal["median", "p90", "target", "mean"] = "median"


@dataclass(frozen=True, slots=True)
class Distribution:
    """How a measure spreads: a histogram, and the share reached as a line.

    `x_ticks` tell the (log) scale of the measure, `y_ticks` that of the share.
    """

    title: str
    ref: str
    value: Cell
    alt: str
    bins: tuple[Bin, ...]
    marks: tuple[Mark, ...]
    x_ticks: tuple[Tick, ...]
    table: Table
    legend: str = ""
    y_ticks: tuple[Tick, ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """One of a ranking: `end`, `low` and `high` are places 0..1 on the common axis."""

    label: str
    value: Cell
    end: float
    low: float | None = None
    high: float | None = None
    note: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Bars:
    """Ranked horizontal bars with the interval of each; the axis starts at `start` (0..1)."""

    title: str
    ref: str
    alt: str
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    table: Table
    marks: tuple[Mark, ...] = ()
    legend: str = ""
    start: float = 0.0


Graph = LineGrid | SmallMultiples | LimitGrid | HeatMap | Funnel | Waterfall | Distribution | Bars
