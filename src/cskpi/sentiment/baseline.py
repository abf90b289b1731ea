"""SnowNLP's sentiment, guarded: the baseline every scorer of ours is held against."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

UNDECIDED = 0.5
"""What stands for a text SnowNLP cannot read: none of its words, or no Chinese at all."""

_CHINESE = re.compile("[\u4e00-\u9fff]")


def snownlp_scores(texts: Iterable[str | None]) -> list[float]:
    """Return SnowNLP's sentiment of each text, 0 to 1; UNDECIDED where it fails or cannot know.

    It divides by zero on empty texts and judges marks and foreign words by chance.
    """
    known: dict[str, float] = {}
    return [known.setdefault(text, _score(text)) for text in (text or "" for text in texts)]


@cache
def _score(text: str) -> float:
    if not _CHINESE.search(text):
        return UNDECIDED
    from snownlp import SnowNLP

    try:
        score = float(SnowNLP(text).sentiments)
    except (ZeroDivisionError, KeyError, IndexError, ValueError, OverflowError):
        return UNDECIDED
    return score if 0 <= score <= 1 else UNDECIDED
