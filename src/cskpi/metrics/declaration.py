"""A KPI's declaration: the header of its SQL file, checked and typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, get_args

from cskpi.metrics.finding import Direction, Timed, Unit
from cskpi.settings import DEFAULTS

if TYPE_CHECKING:
    from cskpi.store.sqlfile import SqlFile

MetricType = Literal["count", "sum", "mean", "median", "p90", "max", "ratio"]
IntervalKind = Literal["wilson", "delta", "people", "none"]
Evidence = Literal["A", "B", "C", "S", "G"]
Labels = dict[str, str]
Param = int | float | str | dict[str, str]

LAST_RANK = 1000
"""Place within the group of a metric that names none."""

_REQUIRED: dict[str, type | tuple[type, ...]] = {
    "label": dict,
    "description": dict,
    "formula": dict,
    "group": str,
    "type": str,
    "unit": str,
    "direction": str,
    "grain": str,
    "sources": list,
    "origin": str,
    "version": int,
}
_OPTIONAL: dict[str, type | tuple[type, ...]] = {
    "optional": list,
    "headline": bool,
    "rank": int,
    "min_sample": int,
    "params": dict,
    "target": dict,
    "distinct": list,
    "bucket": str,
    "profile": str,
    "measures": str,
    "effective": dict,
    "interval": str,
    "scale": list,
    "clock": dict,
    "measure_by": dict,
    "matures_after_days": int,
    "flag": dict,
    "evidence": str,
    "differs": dict,
    "reading": dict,
}
_CLOSED: dict[str, tuple[str, ...]] = {
    "type": get_args(MetricType),
    "unit": get_args(Unit),
    "direction": get_args(Direction),
    "bucket": ("hour",),
    "interval": get_args(IntervalKind),
    "evidence": get_args(Evidence),
}
_READING: dict[str, tuple[str, ...]] = {
    "clock": ("first_message", "turn", "created", "none"),
    "unanswered": ("left_out", "missed", "capped", "own", "none"),
    "window": ("none", "asked", "session"),
}
_TABLE_KEYS: dict[str, tuple[str, ...]] = {
    "target": ("good", "warn"),
    "effective": ("from", "to"),
    "clock": ("from", "to"),
    "measure_by": ("shop", "agent"),
    "reading": tuple(_READING),
}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a KPI is good and where it becomes a warning, in the KPI's own unit."""

    good: float
    warn: float | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """One KPI as its file declares it.

    `sources` are the tables without whose rows there is no data, `optional` those it reads besides.
    A parameter is a value, or `{setting = "section.key"}`, the value of that setting.

    `distinct` names the standard columns (measure, numerator, denominator) that hold an identity
    whose distinct values are counted; `bucket` makes a `max` the largest number of rows in one
    clock hour. `interval` says how a ratio's uncertainty is found: by Wilson where rows are hits and
    misses, by the delta method where they are amounts, as a mean over people
    where amounts are added up for each of them. `scale` is the least and the most it can be, where
    that is not what its unit says. `clock` names the two columns (from, to)
    between which `measure` runs, so that it can be counted in business hours as well; `timed` says
    how the engine counts it in this run.
    `measure_by` names the columns a `max` takes in place of `measure` by shop and by agent, for counts
    that are more than the largest of their parts.
    `matures_after_days` is how long after an event its outcome stays open; `flag` says what the
    rows marked `is_flagged` have in common. `body` is a SELECT with one row for each thing counted.

    `measures` names what several definitions measure, `profile` whose definition this is (None: our
    own), `effective_from` and `effective_to` the first and last day on which it was in force.
    `evidence` grades the source: A the platform's own page, B a copy of it, C a single claim, S
    source code, G common knowledge. `differs` says in a sentence how it differs from our own,
    `reading` the same by part: what starts and stops the clock, what becomes of the unanswered,
    which hours count.
    """

    name: str
    labels: Labels
    descriptions: Labels
    formula: Labels
    group: str
    type: MetricType
    unit: Unit
    direction: Direction
    grain: str
    sources: tuple[str, ...]
    origin: str
    version: int
    file: SqlFile
    optional: tuple[str, ...] = ()
    headline: bool = False
    rank: int = LAST_RANK
    min_sample: int = 0
    params: Mapping[str, Param] = field(default_factory=dict)
    target: Target | None = None
    distinct: tuple[str, ...] = ()
    bucket: str | None = None
    profile: str | None = None
    measures: str | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    interval: IntervalKind | None = None
    scale: tuple[float, float] | None = None
    clock: tuple[str, str] | None = None
    measure_by: Mapping[str, str] = field(default_factory=dict)
    timed: Timed = "wall"
    matures_after_days: int = 0
    flag: Labels | None = None
    evidence: Evidence | None = None
    differs: Labels | None = None
    reading: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> str:
        """The SELECT of the file; it ends in a newline, so that a closing comment ends there too."""
        code = re.sub(r";\s*((--[^\n]*\s*)*)\Z", r"\1", self.file.body.strip())
        return f"{code}\n"


def standard_columns(metric_type: str, bucket: str | None) -> tuple[str, ...]:
    """Return the columns a body of this type must hold beside the dimensions."""
    if metric_type == "ratio":
        return ("numerator", "denominator")
    return () if metric_type == "count" or bucket else ("measure",)


def declare(file: SqlFile) -> tuple[Metric | None, list[str]]:
    """Return the metric a file declares and the problems found; None where it cannot be built."""
    problems = [f"{file.path}:{_line_of(file, key)}: {text}" for key, text in _problems(file)]
    return (None if problems else _build(file)), problems


def _build(file: SqlFile) -> Metric:
    head = file.header
    target = head.get("target")
    effective = head.get("effective", {})
    return Metric(
        name=file.name,
        labels=head["label"],
        descriptions=head["description"],
        formula=head["formula"],
        group=head["group"],
        type=head["type"],
        unit=head["unit"],
        direction=head["direction"],
        grain=head["grain"],
        sources=tuple(head["sources"]),
        origin=head["origin"],
        version=head["version"],
        file=file,
        optional=tuple(head.get("optional", ())),
        headline=head.get("headline", False),
        rank=head.get("rank", LAST_RANK),
        min_sample=head.get("min_sample", 0),
        params=head.get("params", {}),
        target=Target(target["good"], target.get("warn")) if target else None,
        distinct=tuple(head.get("distinct", ())),
        bucket=head.get("bucket"),
        profile=head.get("profile"),
        measures=head.get("measures"),
        effective_from=effective.get("from"),
        effective_to=effective.get("to"),
        interval=head.get("interval"),
        scale=(head["scale"][0], head["scale"][1]) if "scale" in head else None,
        clock=(head["clock"]["from"], head["clock"]["to"]) if "clock" in head else None,
        measure_by=head.get("measure_by", {}),
        matures_after_days=head.get("matures_after_days", 0),
        flag=head.get("flag"),
        evidence=head.get("evidence"),
        differs=head.get("differs"),
        reading=head.get("reading", {}),
    )


def _problems(file: SqlFile) -> list[tuple[str, str]]:
    head = file.header
    if file.kind != "metric":
        return [("", "the file starts with no /* metric … */ header")]
    found = [("", f"missing key '{key}'") for key in _REQUIRED if key not in head]
    known = _REQUIRED | _OPTIONAL
    found += [(key, f"unknown key '{key}'") for key in head if key not in known]
    found += [
        (key, f"'{key}' must be of type {getattr(known[key], '__name__', known[key])}")
        for key in head
        if key in known and not isinstance(head[key], known[key])
    ]
    if found:
        return found
    return [*_value_problems(head), *_table_problems(head), *_name_problems(file)]


def _value_problems(head: dict[str, Any]) -> list[tuple[str, str]]:
    found = _number_problems(head)
    found += [
        (key, f"'{key}' is '{head[key]}', not one of {', '.join(allowed)}")
        for key, allowed in _CLOSED.items()
        if key in head and head[key] not in allowed
    ]
    found += [
        (key, f"'{key}' needs a text for both zh and en")
        for key in ("label", "description", "formula", "flag", "differs")
        if key in head
        if set(head[key]) != {"zh", "en"} or not all(_is_text(text) for text in head[key].values())
    ]
    found += [
        (
            "reading",
            f"'reading.{key}' is '{head['reading'].get(key)}', not one of {', '.join(allowed)}",
        )
        for key, allowed in _READING.items()
        if "reading" in head and head["reading"].get(key) not in allowed
    ]
    if "profile" in head and not {"measures", "evidence", "differs"} <= set(head):
        found.append(
            ("profile", "a profile names what it 'measures', its 'evidence' and 'differs'")
        )
    if "bucket" in head and head["type"] != "max":
        found.append(("bucket", "only a 'max' can have a bucket"))
    if head["type"] == "ratio" and head["unit"] not in ("percent", "money", "score", "count"):
        found.append(("unit", "a ratio cannot be a duration"))
    found += [
        ("distinct", f"'{column}' is no standard column of a {head['type']}")
        for column in head.get("distinct", ())
        if column not in standard_columns(head["type"], head.get("bucket"))
        and (head["type"], column) != ("count", "measure")
    ]
    if not head["sources"]:
        found.append(("sources", "at least one source table is named"))
    return found


def _number_problems(head: dict[str, Any]) -> list[tuple[str, str]]:
    found = [
        (key, f"'{key}' must be a whole number")
        for key in ("version", "rank", "min_sample", "matures_after_days")
        if isinstance(head.get(key), bool)
    ]
    found += [
        ("target", f"'target.{key}' must be a number")
        for key, limit in head.get("target", {}).items()
        if isinstance(limit, bool) or not isinstance(limit, int | float)
    ]
    days = head.get("effective", {})
    found += [
        ("effective", f"'effective.{key}' must be a date")
        for key, day in days.items()
        if type(day) is not date
    ]
    if not found and {"from", "to"} <= set(days) and days["from"] > days["to"]:
        found.append(("effective", "'from' lies after 'to'"))
    return found


def _is_text(text: object) -> bool:
    return isinstance(text, str) and bool(text.strip())


def _table_problems(head: dict[str, Any]) -> list[tuple[str, str]]:
    found = [
        (table, f"unknown key '{table}.{key}'")
        for table, allowed in _TABLE_KEYS.items()
        for key in head.get(table, {})
        if key not in allowed
    ]
    if "clock" in head and (set(head["clock"]) != {"from", "to"} or head["unit"] != "duration"):
        found.append(("clock", "'clock' names the columns 'from' and 'to' of a duration"))
    if "scale" in head and not _is_scale(head["scale"]):
        found.append(("scale", "'scale' is the least and the most the KPI can be"))
    if "measure_by" in head and (head["type"] != "max" or "bucket" in head):
        found.append(("measure_by", "only a 'max' without bucket has other measures"))
    if "interval" in head and head["type"] != "ratio":
        found.append(("interval", "only a ratio names its interval"))
    if head.get("interval") == "delta" and head.get("distinct"):
        found.append(("interval", "'delta' is the variance over rows: nothing can be distinct"))
    if head.get("interval") == "people" and head.get("distinct") != ["denominator"]:
        found.append(("interval", "'people' adds up the rows of each distinct denominator"))
    target = head.get("target")
    if target is not None and "good" not in target:
        found.append(("target", "missing key 'target.good'"))
    elif target is not None and "warn" in target and not _is_ordered(target, head["direction"]):
        found.append(("target", "'warn' lies on the good side of 'good'"))
    return found


def _is_scale(scale: list[Any]) -> bool:
    ends = [end for end in scale if isinstance(end, int | float) and not isinstance(end, bool)]
    return len(ends) == len(scale) == 2 and ends[0] < ends[1]  # noqa: PLR2004  least and most


def _is_ordered(target: dict[str, Any], direction: str) -> bool:
    if not all(isinstance(limit, int | float) for limit in target.values()):
        return True
    good, warn = float(target["good"]), float(target["warn"])
    if direction == "up":
        return warn <= good
    return direction != "down" or warn >= good


def _name_problems(file: SqlFile) -> list[tuple[str, str]]:
    found = []
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", file.name):
        found.append(("", f"the file name '{file.name}' is no lower_snake_case name"))
    found += [
        (name, f"parameter '{name}' names no known setting")
        for name, param in file.header.get("params", {}).items()
        if isinstance(param, dict) and param.get("setting") not in DEFAULTS
    ]
    found += [
        (name, f"parameter '{name}' takes a name reserved for the engine")
        for name in file.header.get("params", {})
        if name.startswith("period_")
    ]
    return found


def _line_of(file: SqlFile, key: str) -> int:
    lines = file.path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        if key and re.match(rf"\s*\[?{re.escape(key)}\b", line):
            return number
    return 1
