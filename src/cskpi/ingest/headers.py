"""How a column header is compared: the same normal form for files, presets and user mappings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import cache

HEADER_SEARCH_ROWS = 30
"""Exports put titles, periods and notes above the header; JD's personal one has twenty lines."""

_INVISIBLE = re.compile("[\ufeff\u200b\u200e]")
_SPACE = re.compile(r"[\s\x00]+")
_UNIT = re.compile(r"\((元|￥|¥|秒|分|分钟|时|小时|天|件|次|个|人|%)\)?$")
_MOMENT = re.compile(r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}")
_PUNCTUATION = re.compile(r"[()\[\]【】_\-—–]+")


@cache
def normal_header(header: str) -> str:
    """Return the form two spellings of one header share: width, case, spaces and units removed."""
    form = _INVISIBLE.sub("", unicodedata.normalize("NFKC", header))
    form = _UNIT.sub("", _SPACE.sub("", form).strip("'\"`="))
    return _PUNCTUATION.sub("", form).lower()


def header_unit(header: str) -> str | None:
    """Return the unit in a header's brackets, such as 秒 or 元."""
    form = _INVISIBLE.sub("", unicodedata.normalize("NFKC", header))
    found = _UNIT.search(_SPACE.sub("", form).strip("'\"`="))
    return found[1] if found else None


def count_hits(cells: Sequence[str], vocabulary: Collection[str]) -> int:
    """Return how many different cells of a row are known headers."""
    return len({normal_header(cell) for cell in cells if cell} & set(vocabulary))


def find_header(rows: Sequence[Sequence[str]], vocabulary: Collection[str]) -> tuple[int, int]:
    """Return the index of the header row and its hits: most known headers, else the first filled row.

    Rows above it are titles, periods and notes.
    """
    candidates = rows[:HEADER_SEARCH_ROWS]
    hits = [count_hits(row, vocabulary) for row in candidates]
    best = max(hits, default=0)
    if best > 1 or (best and not _is_data(candidates, hits.index(best))):
        return hits.index(best), best
    filled = [index for index, row in enumerate(candidates) if any(cell.strip() for cell in row)]
    return (filled[0] if filled else 0), 0


def _is_data(rows: Sequence[Sequence[str]], index: int) -> bool:
    """Tell of a row with one known word whether it holds a moment below a row of as many names."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows[: index + 1]]
    has_moment = any(_MOMENT.search(cell) for cell in rows[index])
    return has_moment and any(
        number >= filled[index] and not any(_MOMENT.search(cell) for cell in row)
        for number, row in zip(filled[:-1], rows, strict=False)
    )
