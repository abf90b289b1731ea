"""The report as one immutable document; terminal, HTML and Excel only lay it out.

Every graphic block carries its numbers as a `Table`, so an output that cannot draw loses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from cskpi.metrics.finding import Unit

Tone = Literal["plain", "good", "warn", "bad", "muted"]
CellUnit = Unit | Literal["text", "date"]
Scope = Literal["all", "sheet", "page"]
Scalar = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A value, its unit and its text; `mark` is a word set small beside it."""

    text: str
    value: Scalar = None
    unit: CellUnit = "text"
    tone: Tone = "plain"
    mark: str = ""

    @property
    def is_number(self) -> bool:
        """Whether the cell belongs to a column of numbers."""
        return self.unit != "text"


@dataclass(frozen=True, slots=True)
class Column:
    """A column head.

    `ref` is the id of its definition. `rank` 0 always stays; the higher, the earlier a narrow
    terminal drops it. A `scope` of sheet or page keeps it to the workbook or away from it: people
    read `low–high`, spreadsheets calculate with two numbers.
    """

    title: str
    unit: CellUnit = "text"
    ref: str = ""
    rank: int = 0
    scope: Scope = "all"

    @property
    def is_number(self) -> bool:
        """Whether the column is aligned to the right."""
        return self.unit not in ("text", "date")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table; rows of one `group` stand together under its name."""

    cells: tuple[Cell, ...]
    group: str = ""
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns; `empty` is what stands there without rows."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    caption: str = ""
    note: str = ""
    group_title: str = ""
    empty: str = ""
    is_collapsed: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """A statement in plain words; `ref` is the id of the place in the report it rests on."""

    text: str
    tone: Tone = "plain"
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Sentences:
    """The month in a few sentences."""

    items: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A headline number with what is needed to judge it."""

    label: str
    ref: str
    value: Cell
    change: Cell
    status: Cell | None
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CardGrid:
    """Headline cards, and the same numbers as a table."""

    cards: tuple[Card, ...]
    table: Table


@dataclass(frozen=True, slots=True)
class Point:
    """A day of a line; `height` is None where there is no data: a gap, never a zero."""

    position: int
    height: float | None
    label: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class LineChart:
    """One small line with everything already measured: renderers only draw."""

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
    """Small multiples over the same days, and all their numbers as one table."""

    charts: tuple[LineChart, ...]
    table: Table


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
class Note:
    """A remark between blocks."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Fact:
    """A named value; `remark` explains it."""

    label: str
    cell: Cell
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Named values, one under the other."""

    items: tuple[Fact, ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """What a KPI means and how it is computed."""

    ref: str
    term: str
    group: str
    meaning: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DefinitionList:
    """Definitions in the order of the report, and the same as a table."""

    items: tuple[Definition, ...]
    table: Table


Block = Sentences | CardGrid | Table | LineGrid | HeatMap | Note | Facts | DefinitionList


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter; `sheet` is its short name in the workbook."""

    id: str
    title: str
    sheet: str
    blocks: tuple[Block, ...]
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report in one language; `dated` is the moment stamped into files."""

    title: str
    subtitle: str
    lang: str
    dated: date
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
