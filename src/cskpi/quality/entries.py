"""An entry of the knowledge base, and a statement with its verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["agrees", "contradicts", "not_covered"]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the knowledge base, its texts normalised."""

    kb_id: str
    question: str
    variants: str
    answer: str
    conditions: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A statement with the verdict, both texts beside each other, and the question where it needs it."""

    kb_id: str | None
    verdict: Verdict
    said: str
    known: str | None
    asked: str | None = None
