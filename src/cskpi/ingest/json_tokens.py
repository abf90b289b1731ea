"""The brackets and commas of a JSON file with their depth, found over whole blocks at once.

A block always ends behind a bracket or comma outside of strings, so that no string and no escape
is cut in two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cskpi.errors import InputError
from cskpi.ingest.sniff import BLOCK_BYTES
from cskpi.texts import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

Octets = Any
QUOTE, CURLY, SQUARE, UNCURLY, UNSQUARE, COMMA, FEED = range(1, 8)
_KINDS = {'"': QUOTE, "{": CURLY, "[": SQUARE, "}": UNCURLY, "]": UNSQUARE, ",": COMMA}
_BACKSLASH = 0x5C


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a file that begins at byte `offset`.

    `places` and `kinds` are its brackets and commas, `depths` how deep the file is nested behind
    each, `squares` the same for square brackets alone; `feeds` and `inner_feeds` are the line ends
    outside and inside of strings.
    """

    octets: NDArray[Octets]
    offset: int
    places: NDArray[Octets]
    kinds: NDArray[Octets]
    depths: NDArray[Octets]
    squares: NDArray[Octets]
    feeds: NDArray[Octets]
    inner_feeds: NDArray[Octets]

    def outermost(self) -> list[int]:
        """Return which tokens open or close a list that stands in no other list."""
        import numpy as np

        opens = (self.kinds == SQUARE) & (self.squares == 1)
        closes = (self.kinds == UNSQUARE) & (self.squares == 0)
        return [int(index) for index in np.flatnonzero(opens | closes)]


def blocks(path: Path, max_nesting: int) -> Iterator[Block]:
    """Read a file as blocks of tokens.

    Raises:
        InputError: it ends inside a bracket or string, closes what is not open, or is nested
            deeper than `max_nesting`.
    """
    reading = _Reading(path, max_nesting)
    with path.open("rb") as file:
        size = BLOCK_BYTES
        rest = b""
        while True:
            read = file.read(size)
            content = rest + read
            taken = reading.take(content, is_last=not read)
            if taken:
                yield taken
                rest = content[len(taken.octets) :]
                size = BLOCK_BYTES
            else:
                rest = content
                size = min(2 * size, 64 * BLOCK_BYTES)
            if not read:
                return


@dataclass(slots=True)
class _Reading:
    path: Path
    max_nesting: int
    offset: int = 0
    depth: int = 0
    square: int = 0
    first_inner_feed: int | None = None

    def take(self, content: bytes, *, is_last: bool) -> Block | None:
        """Return the block that can be cut off the content, None if more must be read first."""
        import numpy as np

        octets = np.frombuffer(content, dtype=np.uint8)
        places, kinds, feeds, inner = tokens(octets)
        steps = np.array([0, 0, 1, 1, -1, -1, 0, 0], dtype=np.int32)[kinds]
        squares = np.array([0, 0, 0, 1, 0, -1, 0, 0], dtype=np.int32)[kinds]
        depths = self.depth + np.cumsum(steps)
        squares = self.square + np.cumsum(squares)
        if len(depths) and depths.max() > self.max_nesting:
            raise InputError("json_too_deep", path=self.path, limit=self.max_nesting)
        # Whether a list holds objects is seen behind its bracket, which therefore never comes last.
        ends = np.flatnonzero(kinds != SQUARE)
        if not is_last and not len(ends):
            return None
        kept = len(kinds) if is_last else int(ends[-1]) + 1
        end = len(octets) if is_last else int(places[kept - 1]) + 1
        block = Block(
            octets[:end],
            self.offset,
            places[:kept],
            kinds[:kept],
            depths[:kept],
            squares[:kept],
            feeds[feeds < end],
            inner[inner < end],
        )
        self._check(block, is_last=is_last)
        return block

    def _check(self, block: Block, *, is_last: bool) -> None:
        if self.first_inner_feed is None and len(block.inner_feeds):
            self.first_inner_feed = block.offset + int(block.inner_feeds[0])
        fault = _misfit(block)
        if len(block.depths):
            self.depth, self.square = int(block.depths[-1]), int(block.squares[-1])
        self.offset += len(block.octets)
        if fault is None and is_last and (self.depth or _ends_in_string(block)):
            fault = self.offset
        if fault is not None:
            # A line end inside a string says better where a quote is missing than what follows.
            where = fault if self.first_inner_feed is None else self.first_inner_feed
            raise broken(self.path, where, say("load.json_unbalanced"))


def broken(path: Path, position: int, cause: str) -> InputError:
    """Return the error that names where a document breaks, as byte and line counted from 1."""
    with path.open("rb") as file:
        line = file.read(position).count(b"\n") + 1
    return InputError("json_broken", path=path, byte=position + 1, line=line, cause=cause)


def _misfit(block: Block) -> int | None:
    """Return where an outermost list is closed by a bracket of another kind, or nothing is open."""
    import numpy as np

    faulty = np.flatnonzero((block.depths < 0) | (block.squares < 0))
    return block.offset + int(block.places[faulty[0]]) if len(faulty) else None


def _ends_in_string(block: Block) -> bool:
    import numpy as np

    tail = block.octets[int(block.places[-1]) + 1 if len(block.places) else 0 :]
    return bool(np.count_nonzero(unescaped_quotes(tail)) % 2)


def tokens(octets: NDArray[Octets]) -> tuple[NDArray[Octets], ...]:
    """Return places and kinds of brackets and commas, and the line ends outside and in strings.

    The content must begin outside of a string.
    """
    import numpy as np

    table = np.zeros(256, dtype=np.uint8)
    for sign, kind in _KINDS.items():
        table[ord(sign)] = kind
    table[0x0A] = table[0x0D] = FEED
    every = table[octets]
    places = np.flatnonzero(every)
    kinds = every[places]
    is_quote = kinds == QUOTE
    is_quote[is_quote] = ~_escaped(octets, places[is_quote])
    is_inside = (np.cumsum(is_quote) & 1).astype(bool)
    is_feed = kinds == FEED
    wanted = ~is_inside & (kinds != QUOTE) & ~is_feed
    return (
        places[wanted],
        kinds[wanted],
        places[is_feed & ~is_inside],
        places[is_feed & is_inside],
    )


def unescaped_quotes(octets: NDArray[Octets]) -> NDArray[Octets]:
    """Return the places of the quotes that begin or end a string."""
    import numpy as np

    quotes = np.flatnonzero(octets == ord('"'))
    return quotes[~_escaped(octets, quotes)] + 1


def _escaped(octets: NDArray[Octets], quotes: NDArray[Octets]) -> NDArray[Octets]:
    """Tell which quotes stand behind an odd number of backslashes."""
    import numpy as np

    found = np.zeros(len(quotes), dtype=bool)
    slashes = np.flatnonzero(octets == _BACKSLASH)
    if not len(slashes) or not len(quotes):
        return found
    is_behind = (quotes > 0) & (octets[quotes - 1] == _BACKSLASH)
    begins = np.diff(slashes, prepend=-2) != 1
    run_starts = np.maximum.accumulate(np.where(begins, slashes, 0))
    suspects = quotes[is_behind]
    starts = run_starts[np.searchsorted(slashes, suspects - 1)]
    found[is_behind] = (suspects - starts) % 2 == 1
    return found
