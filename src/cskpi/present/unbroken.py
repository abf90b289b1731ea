"""Numbers in sentences, which no line may break."""

from __future__ import annotations

import re
from functools import cache

from cskpi.texts import Lang, language, say


def unbroken(text: str) -> list[tuple[str, bool]]:
    """Return a text cut into pieces, each with whether it is a number with its sign and unit."""
    pieces: list[tuple[str, bool]] = []
    last = 0
    for found in _values(language()).finditer(text):
        if found.start() > last:
            pieces.append((text[last : found.start()], False))
        pieces.append((found.group(), True))
        last = found.end()
    if last < len(text):
        pieces.append((text[last:], False))
    return pieces


_DAY = r"(?<!\d)(?:\d{4}-)?\d\d-\d\d(?: \d\d:\d\d)?(?![\d-])"


@cache
def _values(_: Lang) -> re.Pattern[str]:
    unit = rf"(?:{say('graph.units')})(?![A-Za-z])"
    value = rf"\d[\d,.:]*(?:\s?{unit}(?:\s\d+\s?{unit})*)?"
    return re.compile(rf"{_DAY}|(?:[▲▼≥≤¥]\s?|[-+]|n = )?{value}(?:–{value})*")
