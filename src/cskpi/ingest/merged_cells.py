"""Merged cells and headers of two rows: what stands once for several cells."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cskpi.ingest.headers import find_header

if TYPE_CHECKING:
    import polars as pl

    from cskpi.ingest.excel_xml import Merge

MAX_HEADER_ROWS = 3


@dataclass(frozen=True, slots=True)
class Header:
    """A header, the index of its last row, and the rows above it."""

    names: tuple[str, ...]
    index: int
    preamble: tuple[tuple[str, ...], ...]


def locate_header(
    rows: Sequence[Sequence[str]], merges: Sequence[Merge], vocabulary: Collection[str]
) -> Header:
    """Find the header among the first rows; a cell merged over two rows makes it two rows high."""
    filled = [list(row) for row in rows]
    for merge in merges:
        for row in filled[merge.top : merge.bottom + 1]:
            for column in range(merge.left, min(merge.right + 1, len(row))):
                row[column] = filled[merge.top][merge.left]
    index, _ = find_header(filled, vocabulary)
    bottoms = (merge.bottom for merge in merges if merge.top <= index < merge.bottom)
    last = max((b for b in bottoms if b < index + MAX_HEADER_ROWS), default=index)
    index = min(last, len(rows) - 1)
    preamble = tuple(tuple(row) for row in rows[:index])
    return Header(complete_header(filled, index), index, preamble)


def complete_header(rows: Sequence[Sequence[str]], index: int) -> tuple[str, ...]:
    """Return a header row with the names of the row above it where it needs them.

    A blank cell takes the name above it; of cells with the same name each becomes `upper/lower`.
    The row above counts only if it holds at least two different names: a title holds one.
    """
    lower = [cell.strip() and cell for cell in rows[index]]
    upper = rows[index - 1] if index else ()
    if len({cell.strip() for cell in upper if cell.strip()}) < 2:  # noqa: PLR2004 - two are a row
        return tuple(lower)
    group = ""
    names = []
    for place, name in enumerate(lower):
        above = upper[place].strip() if place < len(upper) else ""
        group = above or group
        if not name:
            names.append(above)
        elif lower.count(name) > 1 and group and group != name.strip():
            names.append(f"{group}/{name.strip()}")
        else:
            names.append(name)
    return tuple(names)


def fill_down(frame: pl.DataFrame, merges: Sequence[Merge], header_index: int) -> pl.DataFrame:
    """Give every row of a range merged over rows below the header the value of its first row."""
    import numpy as np
    import polars as pl

    sources: dict[int, np.ndarray] = {}
    for merge in merges:
        if header_index < merge.top < merge.bottom and 0 <= merge.left < frame.width:
            rows = sources.setdefault(merge.left, np.arange(frame.height))
            rows[merge.top : merge.bottom + 1] = merge.top
    return frame.with_columns(
        frame.to_series(column).gather(pl.Series(rows)).alias(frame.columns[column])
        for column, rows in sources.items()
    )
