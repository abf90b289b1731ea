"""How well what a text KPI rests on is read, measured on sentences nobody prepared for."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("text_quality.toml")


@dataclass(frozen=True, slots=True)
class Reading:
    """A signal of a KPI: `meant` sentences have it, it was `said` of some, `both` of these rightly."""

    signal: str
    meant: int
    said: int
    both: int

    @property
    def precision(self) -> float | None:
        """The share of what was said that is right; None where nothing was."""
        return self.both / self.said if self.said else None

    @property
    def recall(self) -> float | None:
        """The share of what should have been said that was; None where nothing should."""
        return self.both / self.meant if self.meant else None


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
