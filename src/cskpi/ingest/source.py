"""What a preset says of one kind of file; the grammar is at the top of `presets/_base.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cskpi.ingest.headers import normal_header

OPERATORS = ("equals", "in", "contains", "regex", "lt", "gt", "equals_field")
TYPES = (
    "id",
    "label",
    "text",
    "time",
    "date",
    "money",
    "money:fen",
    "number",
    "whole",
    "boolean",
    "boolean:not",
    "duration",
    "duration:minutes",
    "duration:hours",
    "percent",
)
LAYOUTS = ("rows", "transcript", "matrix", "questions")
FORMATS = ("csv", "xlsx", "json", "text")
TABULAR = ("csv", "xlsx", "json")
EVIDENCE = ("E", "W", "G")
PLACES = ("filename", "sheet", "preamble")

Aliases = Mapping[str, tuple[str, ...]]
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows whose `field` satisfies `operator` with one of `operands` have this sender role.

    The operator `default` holds for every row.
    """

    field: str
    operator: str
    operands: tuple[str, ...]
    role: str


@dataclass(frozen=True, slots=True)
class Drop:
    """Rows left out on purpose: `field` is one of `words`, or not (`is_negated`), or matches `regex`."""

    field: str
    words: tuple[str, ...]
    regex: str | None
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Inference:
    """A missing time that stands in another column: its first group, read by a strptime format."""

    column: str
    regex: str
    format: str


@dataclass(frozen=True, slots=True)
class Preset:
    """What holds for all sources of one file; `label`, as notes of sources, is language -> text."""

    name: str
    version: str = "1"
    platform: str | None = None
    label: Words = field(default_factory=dict)
    is_fallback: bool = False
    timezone: str | None = None
    nulls: tuple[str, ...] = ()
    summary_labels: tuple[str, ...] = ()
    summary_scopes: Words = field(default_factory=dict)
    pii: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of a file become rows of a table.

    `kind` is one of LAYOUTS; `cell` names the column of whole conversations, `is_html` whether
    they are escaped; the rest describes rosters and questionnaires.
    """

    kind: str = "rows"
    cell: tuple[str, ...] = ()
    is_html: bool = False
    name: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    blank: str = "rest"
    pattern: str = ""
    separator: str = "┋"
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of file: how it is told from others and which header is which column.

    `columns` and `guess` give the aliases of a canonical column, first match wins; a name starting
    with `_` is a work column for rules, `item.x` a column of order_items, `metric.x` a number of
    agent_metrics, `extra.x` is kept in the `extra` column.
    """

    preset: Preset
    id: str
    target: str
    skip: Words | None = None
    also: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    is_secondary: bool = False
    evidence: str = "E"
    where: Words = field(default_factory=dict)
    lacks: Words = field(default_factory=dict)
    files: tuple[str, ...] = ()
    formats: tuple[str, ...] = TABULAR
    require: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    layout: Layout = Layout()
    period: tuple[str, ...] = ()
    day: tuple[str, ...] = ()
    columns: Aliases = field(default_factory=dict)
    guess: Aliases = field(default_factory=dict)
    types: Words = field(default_factory=dict)
    values: Mapping[str, Words] = field(default_factory=dict)
    strip_prefix: Aliases = field(default_factory=dict)
    extract: Words = field(default_factory=dict)
    coalesce: tuple[str, ...] = ()
    fill_down: tuple[str, ...] = ()
    explode_separators: str = ""
    explode_by: tuple[str, ...] = ()
    explode_columns: tuple[str, ...] = ()
    from_filename: Words = field(default_factory=dict)
    infer: Mapping[str, Inference] = field(default_factory=dict)
    sums: tuple[str, ...] = ()
    roles: tuple[Rule, ...] = ()
    drops: tuple[Drop, ...] = ()
    const: Words = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The preset and the source, as printed."""
        return f"{self.preset.name}.{self.id}"

    def vocabulary(self) -> frozenset[str]:
        """Return every header this source knows, in normal form."""
        named = [need for needs in (self.require, self.any) for need in needs]
        headers = [part for need in named for part in need.split("|") if not part.startswith("@")]
        groups = (*self.columns.values(), *self.guess.values(), self.layout.cell, self.layout.name)
        aliases = (alias for group in groups for alias in group)
        return frozenset(normal_header(header) for header in (*headers, *aliases))
