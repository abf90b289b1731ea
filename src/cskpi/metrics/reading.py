"""How well what a text KPI rests on is read, measured on sentences nobody prepared for."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("text_quality.toml")


@dataclass(frozen=True, slots=True)
class Score:
    """How often a reading was right: `said` and `meant` count cases, `both` those of both."""

    said: int
    meant: int
    both: int

    @property
    def precision(self) -> float | None:
        """The share of what was said that is right; None where nothing was."""
        return self.both / self.said if self.said else None

    @property
    def recall(self) -> float | None:
        """The share of what should have been said that was; None where nothing should."""
        return self.both / self.meant if self.meant else None


@dataclass(frozen=True, slots=True)
class Reading(Score):
    """How often a signal that a KPI rests on was read right."""

    signal: str


def readings(kpi: str) -> tuple[Reading, ...]:
    """Return what a KPI rests on; nothing for one that reads no texts or was not measured."""
    return _readings().get(kpi, ())


@cache
def _readings() -> dict[str, tuple[Reading, ...]]:
    found: dict[str, tuple[Reading, ...]] = {}
    for row in tomllib.loads(_FILE.read_text(encoding="utf-8")).get("reading", ()):
        kpi = row.pop("kpi")
        found[kpi] = (*found.get(kpi, ()), Reading(**row))
    return found
