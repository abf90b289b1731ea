"""Which tables hold what is read from texts: what rests on them needs the text work first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from cskpi.store.migrations import steps

if TYPE_CHECKING:
    from cskpi.metrics.breakdown_files import Breakdown
    from cskpi.metrics.declaration import Metric

TEXT_SCHEMA = ("text", "sentiment", "talk", "quality", "grading", "emotion", "statements")
"""The schema steps whose tables the stages of the text work fill."""

TOLD = ("qa_plan", "qa_grade", "qa_verdict", "qa_dispute")
"""How the names of those tables begin that people fill, and that stand without any text work."""

_MADE = re.compile(r"^CREATE (?:TABLE|VIEW) (\w+)", re.MULTILINE)
_WORD = re.compile(r"\w+")


@cache
def text_tables() -> frozenset[str]:
    """Return every table and view that is empty or out of date before the text work is done."""
    made = (
        name
        for _, path in steps()
        if path.stem.partition("_")[2] in TEXT_SCHEMA
        for name in _MADE.findall(path.read_text(encoding="utf-8"))
    )
    return frozenset(name for name in made if not name.startswith(TOLD))


def read_texts(*definitions: Iterable[Metric | Breakdown]) -> bool:
    """Tell whether any of these KPIs and breakdowns rests on what is read from texts."""
    return any(
        not text_tables().isdisjoint((*definition.sources, *definition.optional))
        for group in definitions
        for definition in group
    )


def query_reads_texts(sql: str) -> bool:
    """Tell whether a user's SQL names a table of what is read from texts."""
    return not text_tables().isdisjoint(_WORD.findall(sql.lower()))
