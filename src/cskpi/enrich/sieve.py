"""Which texts can hold a pattern at all, told by single characters and pairs of them.

Of each pattern its triggers are known: pieces of one or two characters of which a text must hold
one wherever the pattern matches. All texts are looked through once for the triggers of many
patterns; what is left to the patterns themselves is a small part of the texts. A text the sieve
lets through need not match; one it holds back cannot.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from cskpi.enrich.triggers import triggers

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

FEWEST_SIFTED = 20_000
"""Making a sieve takes as long as looking through so many texts without it."""
FEWEST_TIMES = 6
"""It takes as long as looking through few texts so often: each time their patterns are compiled anew."""

_BITS = 64
_UNITS = 1 << 16
_MULTIPLIER = 40_503
"""Odd, so that pairs of common characters fall on places far apart."""

_TEXTS_AT_ONCE = 20_000


@dataclass(frozen=True)
class Sieve:
    """Patterns that many texts are sifted for; one without triggers lets every text through."""

    patterns: tuple[str, ...]

    def near(self, texts: pl.Series) -> NDArray[np.bool_]:
        """Return a row for each pattern and a column for each text: whether it can match there.

        Args:
            texts: without line breaks; null counts as empty.
        """
        import numpy as np

        found = np.empty((len(self.patterns), len(texts)), dtype=bool)
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            some = texts.slice(start, _TEXTS_AT_ONCE)
            for word, marks in enumerate(self._marks(some)):
                for bit, row in enumerate(range(word * _BITS, self._after(word))):
                    found[row, start : start + len(some)] = marks & np.uint64(1 << bit)
        return found

    def _after(self, word: int) -> int:
        return min((word + 1) * _BITS, len(self.patterns))

    def _marks(self, texts: pl.Series) -> list[NDArray[np.uint64]]:
        """Return for each text the bits of the patterns that can match, 64 patterns a word."""
        import numpy as np

        # Texts stand behind one another, each with a line break after it.
        joined = "\n".join([*texts.fill_null(""), ""])
        units = np.frombuffer(joined.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)
        ends = np.flatnonzero(units == ord("\n"))
        if len(ends) != len(texts):
            return [np.full(len(texts), ~np.uint64(0))] * len(self._tables)
        starts = np.append(0, ends[:-1] + 1)
        pairs = units * np.uint16(_MULTIPLIER)
        pairs[:-1] ^= units[1:]
        marked = []
        for always, single, double in self._tables:
            bits = single[units]
            bits |= double[pairs]
            marked.append(np.bitwise_or.reduceat(bits, starts) | always)
        return marked

    @cached_property
    def _tables(self) -> list[tuple[np.uint64, NDArray[np.uint64], NDArray[np.uint64]]]:
        """Return the bits set by nothing, by a character and by a pair, for 64 patterns each."""
        import numpy as np

        tables = []
        for first in range(0, len(self.patterns), _BITS):
            always, single, double = 0, *np.zeros((2, _UNITS), dtype=np.uint64)
            for bit, pattern in enumerate(self.patterns[first : first + _BITS]):
                found = triggers(pattern)
                if found is None:
                    always |= 1 << bit
                for piece in found or ():
                    table = single if len(piece) == 1 else double
                    table[_place(piece)] |= np.uint64(1 << bit)
            tables.append((np.uint64(always), single, double))
        return tables


def _place(piece: str) -> int:
    """Return where in its table a trigger stands; of signs beyond 16 bits the first half tells."""
    units = piece.encode("utf-16-le", "surrogatepass")
    codes = [int.from_bytes(units[n : n + 2], "little") for n in range(0, len(units), 2)]
    return codes[0] if len(piece) == 1 else (codes[0] * _MULTIPLIER % _UNITS) ^ codes[1]
