"""A gaming detector as its file in `queries/gaming/` declares it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import TYPE_CHECKING, Any

from cskpi.errors import DefinitionError
from cskpi.resources import data_dir
from cskpi.settings import DEFAULTS
from cskpi.store.sqlfile import read_sql_file

if TYPE_CHECKING:
    from cskpi.metrics.declaration import Labels, Param
    from cskpi.store.sqlfile import SqlFile

_REQUIRED: Mapping[str, type] = {
    "label": dict,
    "description": dict,
    "what": dict,
    "sources": list,
    "origin": str,
    "min_sample": int,
}
_OPTIONAL: Mapping[str, type] = {"optional": list, "params": dict}


@dataclass(frozen=True, slots=True)
class Detector:
    """One pattern that makes a KPI look better than the service was.

    The body returns a row for each chance to show it, `is_hit` 1 where it was taken; `expected` is
    the share of hits without any intention, NULL where only colleagues tell. `whats` is the
    sentence that describes a hit, with columns of the body in braces: names ending in `_seconds`
    are durations. Below `min_sample` rows nobody is judged. The body takes `$period_start`,
    `$period_end` (half-open) and the parameters.
    """

    name: str
    labels: Labels
    descriptions: Labels
    whats: Labels
    sources: tuple[str, ...]
    origin: str
    min_sample: int
    file: SqlFile
    optional: tuple[str, ...] = ()
    params: Mapping[str, Param] = field(default_factory=dict)

    @property
    def body(self) -> str:
        """The SELECT of the file."""
        return f"{self.file.body.strip().rstrip(';')}\n"

    @property
    def evidence(self) -> tuple[str, ...]:
        """The columns its sentence names."""
        return tuple(name for _, name, _, _ in Formatter().parse(self.whats["zh"]) if name)


def load_detectors() -> tuple[Detector, ...]:
    """Return the shipped detectors by name.

    Raises:
        DefinitionError: with every problem of every header.
    """
    files = [read_sql_file(p) for p in sorted((data_dir("queries") / "gaming").glob("*.sql"))]
    problems = [f"{file.path}:1: {text}" for file in files for text in _problems(file.header)]
    if problems:
        raise DefinitionError(problems)
    return tuple(_declare(file) for file in files)


def _declare(file: SqlFile) -> Detector:
    head = file.header
    return Detector(
        name=file.name,
        labels=head["label"],
        descriptions=head["description"],
        whats=head["what"],
        sources=tuple(head["sources"]),
        origin=head["origin"],
        min_sample=head["min_sample"],
        file=file,
        optional=tuple(head.get("optional", ())),
        params=head.get("params", {}),
    )


def _problems(head: Mapping[str, Any]) -> list[str]:
    known = {**_REQUIRED, **_OPTIONAL}
    found = [f"missing key '{key}'" for key in _REQUIRED if key not in head]
    found += [f"unknown key '{key}'" for key in head if key not in known]
    found += [
        f"'{key}' must be of type {known[key].__name__}"
        for key in head
        if key in known and not isinstance(head[key], known[key])
    ]
    found += [
        f"'{key}' needs a text for both zh and en"
        for key in ("label", "description", "what")
        if isinstance(head.get(key), dict) and set(head[key]) != {"zh", "en"}
    ]
    found += [
        f"parameter '{name}' names no known setting"
        for name, param in head.get("params", {}).items()
        if isinstance(param, dict) and param.get("setting") not in DEFAULTS
    ]
    return found
