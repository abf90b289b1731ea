"""A breakdown's declaration: the header of its SQL file, checked and typed, its body proved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from cskpi.metrics.binding import select_problems
from cskpi.metrics.declaration import LAST_RANK, Labels, Param
from cskpi.metrics.finding import Unit
from cskpi.settings import DEFAULTS

if TYPE_CHECKING:
    from cskpi.store.sqlfile import SqlFile

View = Literal["table", "heat_map"]

PERIOD_PARAMETERS = ("period_start", "period_end")
_GRID_COLUMNS = ("weekday", "hour")
_REQUIRED: dict[str, type] = {
    "label": dict,
    "description": dict,
    "group": str,
    "sources": list,
    "origin": str,
    "column": list,
}
_OPTIONAL: dict[str, type] = {
    "optional": list,
    "view": str,
    "most_rows": int,
    "rank": int,
    "params": dict,
}
_COLUMN_KEYS: dict[str, type] = {"name": str, "label": dict, "unit": str, "rank": int}


@dataclass(frozen=True, slots=True)
class BreakdownColumn:
    """A column of a breakdown; without a unit it holds names, days or moments, not numbers.

    A narrow terminal drops the column with the highest `rank` first, one of rank 0 never.
    """

    name: str
    labels: Labels
    unit: Unit | None = None
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One breakdown as its file declares it.

    `sources` are the tables without whose rows there is nothing to show, `optional` those it reads
    besides. `most_rows` is how many rows a report shows, 0 for all. The body takes `$period_start`,
    `$period_end` (half-open) and the parameters, and sets the order of the rows itself.
    """

    name: str
    labels: Labels
    descriptions: Labels
    group: str
    columns: tuple[BreakdownColumn, ...]
    sources: tuple[str, ...]
    origin: str
    file: SqlFile
    optional: tuple[str, ...] = ()
    view: View = "table"
    most_rows: int = 0
    rank: int = LAST_RANK
    params: Mapping[str, Param] = field(default_factory=dict)

    @property
    def body(self) -> str:
        """The SELECT of the file without its closing semicolon."""
        return f"{self.file.body.strip().rstrip(';')}\n"


def declare_breakdown(file: SqlFile) -> tuple[Breakdown | None, list[str]]:
    """Return the breakdown a file declares and the problems found as `file:line: message`."""
    problems = [f"{file.path}:1: {text}" for text in _problems(file)]
    return (None if problems else _build(file)), problems


def body_problems(breakdown: Breakdown) -> list[str]:
    """Return every fault of the body, bound against empty copies of the tables it declares."""
    return select_problems(
        breakdown.file,
        breakdown.body,
        (*breakdown.sources, *breakdown.optional),
        breakdown.params,
        [column.name for column in breakdown.columns],
        given=PERIOD_PARAMETERS,
    )


def _build(file: SqlFile) -> Breakdown:
    head = file.header
    return Breakdown(
        name=file.name,
        labels=head["label"],
        descriptions=head["description"],
        group=head["group"],
        columns=tuple(
            BreakdownColumn(c["name"], c["label"], c.get("unit"), c.get("rank", 0))
            for c in head["column"]
        ),
        sources=tuple(head["sources"]),
        origin=head["origin"],
        file=file,
        optional=tuple(head.get("optional", ())),
        view=head.get("view", "table"),
        most_rows=head.get("most_rows", 0),
        rank=head.get("rank", LAST_RANK),
        params=head.get("params", {}),
    )


def _problems(file: SqlFile) -> list[str]:
    head = file.header
    if file.kind != "breakdown":
        return ["the file starts with no /* breakdown … */ header"]
    found = _key_problems(head, _REQUIRED, _OPTIONAL, "")
    if found:
        return found
    found = [f"'{key}' needs a text for both zh and en" for key in _one_tongued(head)]
    if not head["sources"]:
        found.append("at least one source table is named")
    if head.get("view", "table") not in get_args(View):
        found.append(f"'view' is '{head['view']}', not one of {', '.join(get_args(View))}")
    found += [
        f"parameter '{name}' names no known setting"
        for name, param in head.get("params", {}).items()
        if isinstance(param, dict) and param.get("setting") not in DEFAULTS
    ]
    return [*found, *_column_problems(head)]


def _column_problems(head: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    for column in head["column"]:
        place = f"column.{column.get('name', '?')}."
        required = {key: _COLUMN_KEYS[key] for key in ("name", "label")}
        wrong = _key_problems(column, required, _COLUMN_KEYS, place)
        if not wrong:
            wrong = [f"'{place}{k}' needs a text for both zh and en" for k in _one_tongued(column)]
            if column.get("unit", "count") not in get_args(Unit):
                wrong.append(f"'{place}unit' is none of {', '.join(get_args(Unit))}")
        found += wrong
    names = [column.get("name") for column in head["column"]]
    if len(set(names)) < len(names):
        found.append("two columns have the same name")
    if not names:
        found.append("at least one [[column]] is named")
    if head.get("view") == "heat_map" and not (
        set(_GRID_COLUMNS) < set(names) and head["column"][-1].get("unit")
    ):
        found.append("a heat map needs the columns weekday and hour, and last the one measured")
    return found


def _key_problems(
    table: Mapping[str, Any], required: Mapping[str, type], allowed: Mapping[str, type], place: str
) -> list[str]:
    known = {**required, **allowed}
    found = [f"missing key '{place}{key}'" for key in required if key not in table]
    found += [f"unknown key '{place}{key}'" for key in table if key not in known]
    found += [
        f"'{place}{key}' must be of type {known[key].__name__}"
        for key, content in table.items()
        if key in known and (not isinstance(content, known[key]) or isinstance(content, bool))
    ]
    return found


def _one_tongued(table: Mapping[str, Any]) -> list[str]:
    return [
        key
        for key in ("label", "description")
        if key in table
        if set(table[key]) != {"zh", "en"}
        or not all(isinstance(text, str) and text.strip() for text in table[key].values())
    ]
