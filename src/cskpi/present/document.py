"""The report as one immutable document; terminal, HTML and Excel only lay it out.

Every graphic block carries its numbers as a `Table`, so an output that cannot draw loses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from cskpi.metrics.finding import Unit
from cskpi.present.graphs import Graph, Sparkline

Tone = Literal["plain", "good", "warn", "bad", "muted"]
CellUnit = Unit | Literal["text", "date"]
Scope = Literal["all", "sheet", "page"]
Side = Literal["customer", "agent", "other"]
Scalar = str | int | float | date | None
Place = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class About:
    """What stands behind a number, shown when a reader asks for it.

    `ref` is the id of its definition: a KPI's, or that of the part of the report which holds a table.
    `value` is the number; empty where a row has several, and the one asked for is meant. `place` is
    what it is broken down by, as pairs of dimension and value: sessions of that place belong to it.
    """

    title: str
    ref: str
    value: str = ""
    place: Place = ()
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A value, its unit and its text; `mark` is a word set small beside it."""

    text: str
    value: Scalar = None
    unit: CellUnit = "text"
    tone: Tone = "plain"
    mark: str = ""
    about: About | None = None

    @property
    def is_number(self) -> bool:
        """Whether the cell belongs to a column of numbers."""
        return self.unit != "text"


@dataclass(frozen=True, slots=True)
class Bounds:
    """A KPI's target: from `good` on it is met, from `warn` on nearly; upwards where `is_up`."""

    good: float
    warn: float | None
    is_up: bool


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
    bounds: Bounds | None = None

    @property
    def is_number(self) -> bool:
        """Whether the column is aligned to the right."""
        return self.unit not in ("text", "date")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table; rows of one `group` stand together under its name.

    `about` stands behind every number of the row that has nothing of its own behind it. `bounds` is
    the target of a row that is a KPI: it judges its first number.
    """

    cells: tuple[Cell, ...]
    group: str = ""
    is_total: bool = False
    about: About | None = None
    bounds: Bounds | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns; `empty` is what stands there without rows.

    `more` are rows a page and a terminal have no room for, `more_note` what is said under all of them.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    caption: str = ""
    note: str = ""
    group_title: str = ""
    empty: str = ""
    is_collapsed: bool = False
    more: tuple[Row, ...] = ()
    more_note: str = ""

    def whole(self) -> Table:
        """Return the table with all its rows, for files that have room for them."""
        if not self.more:
            return self
        return replace(self, rows=self.rows + self.more, note=self.more_note, more=())


@dataclass(frozen=True, slots=True)
class Sentence:
    """A statement in plain words; `ref` is the id of the place in the report it rests on.

    `note` is the small print (n, interval), `step` what to do next, `id` its own anchor.
    """

    text: str
    tone: Tone = "plain"
    ref: str = ""
    note: str = ""
    step: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Sentences:
    """The month in a few sentences."""

    items: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A headline number with what is needed to judge it: a line is words with numbers in it."""

    label: str
    ref: str
    value: Cell
    change: Cell
    status: Cell | None
    lines: tuple[tuple[tuple[str, str], ...], ...] = ()
    remarks: tuple[str, ...] = ()
    spark: Sparkline | None = None


@dataclass(frozen=True, slots=True)
class CardGrid:
    """Headline cards, and the same numbers as a table."""

    cards: tuple[Card, ...]
    table: Table


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


@dataclass(frozen=True, slots=True)
class Hint:
    """Stands where data are missing: what cannot be said, and which exports would say it."""

    text: str
    exports: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class ExampleLine:
    """A message as it may be shown, masked; `mark` says what the clock says about it."""

    time: str
    speaker: str
    side: Side
    text: str
    mark: str = ""
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """A session to look at and why.

    `place` is where it belongs (see `About.place`), `kpis` are those it illustrates, `counted` those
    that count it besides.
    """

    id: str
    title: str
    reason: str
    lines: tuple[ExampleLine, ...]
    facts: tuple[Fact, ...] = ()
    place: Place = ()
    kpis: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()
    more: str = ""


@dataclass(frozen=True, slots=True)
class Examples:
    """Sessions one under the other, and their messages as a table."""

    title: str
    items: tuple[Example, ...]
    table: Table


@dataclass(frozen=True, slots=True)
class AgentPage:
    """One agent on a page of paper: scorecard, strengths, weaknesses, sessions to look at."""

    id: str
    name: str
    shop: str
    scorecard: Table
    strengths: tuple[Sentence, ...] = ()
    weaknesses: tuple[Sentence, ...] = ()
    charts: tuple[Graph, ...] = ()
    examples: tuple[Example, ...] = ()
    lead: str = ""


Block = (
    Sentences
    | CardGrid
    | Table
    | Graph
    | Note
    | Facts
    | DefinitionList
    | Hint
    | Examples
    | AgentPage
)


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter, or with `level` 2 a part of the chapter before; `sheet` names it in the workbook."""

    id: str
    title: str
    sheet: str
    blocks: tuple[Block, ...]
    lead: str = ""
    level: int = 1


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report in one language; `dated` is the moment stamped into files.

    `examples` are sessions behind numbers; they need not stand in a block. `span` are the first and
    the last day of what is told.
    """

    title: str
    subtitle: str
    lang: str
    dated: date
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    examples: tuple[Example, ...] = ()
    span: tuple[date, date] | None = None
