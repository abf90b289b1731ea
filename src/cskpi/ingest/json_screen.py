"""A quick look over JSON Lines for what DuckDB's parser does not bear: absurd nesting, long decimals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cskpi.errors import InputError
from cskpi.ingest.json_tables import SAFE_BYTES
from cskpi.ingest.json_tokens import CURLY, SQUARE, UNCURLY, UNSQUARE, tokens
from cskpi.ingest.sniff import BLOCK_BYTES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cskpi.ingest.json_tokens import Octets

MAX_DIGITS = 40
EXACT_DIGITS = 15


def screen(path: Path, max_nesting: int) -> bool:
    """Tell whether a file may hold numbers whose digits floating point does not keep.

    Raises:
        InputError: a line is nested deeper than `max_nesting`.
    """
    import numpy as np

    has_long_decimals = False
    rest = b""
    with path.open("rb") as file:
        while True:
            read = file.read(BLOCK_BYTES)
            content = rest + read
            end = len(content) if not read else content.rfind(b"\n") + 1
            octets = np.frombuffer(content[:end], dtype=np.uint8)
            _refuse_nesting(path, octets, max_nesting)
            has_long_decimals = has_long_decimals or _has_long_decimals(octets)
            rest = content[end:]
            if not read:
                return has_long_decimals


def _refuse_nesting(path: Path, octets: NDArray[Octets], max_nesting: int) -> None:
    import numpy as np

    ends = np.flatnonzero(octets == ord("\n"))
    lengths = np.diff(ends, prepend=-1, append=len(octets))
    for index in np.flatnonzero(lengths > SAFE_BYTES):
        begin = int(ends[index - 1]) + 1 if index else 0
        _, kinds, *_ = tokens(octets[begin : begin + int(lengths[index])])
        steps = np.zeros(8, dtype=np.int32)
        steps[[CURLY, SQUARE]] = 1
        steps[[UNCURLY, UNSQUARE]] = -1
        if len(kinds) and np.cumsum(steps[kinds]).max() > max_nesting:
            raise InputError("json_too_deep", path=path, limit=max_nesting)


def _has_long_decimals(octets: NDArray[Octets]) -> bool:
    import numpy as np

    dots = np.flatnonzero(octets == ord("."))
    dots = dots[(dots > 1) & (dots < len(octets) - 1)]
    dots = dots[_is_digit(octets[dots - 1]) & _is_digit(octets[dots + 1])]
    if not len(dots):
        return False
    begin, end = dots - 1, dots + 1
    for _ in range(MAX_DIGITS):
        begin = begin - (_is_digit(octets[begin]) & (begin > 0))
        end = end + (_is_digit(octets[np.minimum(end, len(octets) - 1)]) & (end < len(octets)))
    begin = begin - ((octets[begin] == ord("-")) & (begin > 0))
    is_number = np.isin(octets[begin], np.frombuffer(b": \t,[", dtype=np.uint8))
    dots, begin, end = dots[is_number], begin[is_number], end[is_number]
    # What ends in a single `.0` comes out as it went in.
    is_long = (end - dots > EXACT_DIGITS) | ((octets[end - 1] == ord("0")) & (end > dots + 1 + 1))
    follows = octets[np.minimum(end, len(octets) - 1)]
    closes = np.isin(follows, np.frombuffer(b",}] \t\r\neE", dtype=np.uint8))
    return bool(np.any(is_long & closes))


def _is_digit(octets: NDArray[Octets]) -> NDArray[Octets]:
    return (octets >= ord("0")) & (octets <= ord("9"))
