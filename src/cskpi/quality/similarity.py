"""How much two sentences share: Dice over their character pairs, sifted by bits first.

A sentence's pairs set bits of a 256-bit signature. Two sentences that share less than asked for by
their bits share less by their pairs, too, but for collisions, so few are compared exactly.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

_WORDS = 4
_BITS = 64 * _WORDS
_BATCH = 50_000
_SLACK = 0.2
"""Two pairs of one sentence may set the same bit, which lowers what the bits share."""
_MULTIPLIER = 2_654_435_761
_SILENT = re.compile(r"[\W_]+")


def plain(form: str) -> str:
    """Return a sentence without punctuation, blanks and emoji."""
    return _SILENT.sub("", form)


@lru_cache(maxsize=200_000)
def pairs(text: str) -> frozenset[str]:
    """Return the character pairs of a plain sentence; of one character, itself."""
    return frozenset(text[n : n + 2] for n in range(max(len(text) - 1, 1)))


def dice(one: str, other: str) -> float:
    """Return what two plain sentences share, 0..1."""
    first, second = pairs(one), pairs(other)
    return 2 * len(first & second) / (len(first) + len(second))


def signatures(plain_forms: pl.Series) -> NDArray[np.uint64]:
    """Return a row of four words of bits for each plain sentence."""
    import numpy as np
    import polars as pl

    some = (plain_forms.slice(at, _BATCH) for at in range(0, len(plain_forms), _BATCH))
    with ThreadPoolExecutor(pl.thread_pool_size()) as pool:
        parts = list(pool.map(_signed, some))
    return np.concatenate(parts) if parts else np.zeros((0, _WORDS), dtype=np.uint64)


def _signed(plain_forms: pl.Series) -> NDArray[np.uint64]:
    import numpy as np

    lengths = plain_forms.str.len_chars().to_numpy().astype(np.int64) + 1
    codes = np.frombuffer("\n".join([*plain_forms, ""]).encode("utf-32-le"), dtype=np.uint32)
    starts = np.cumsum(lengths) - lengths
    hashed = (codes[:-1].astype(np.uint64) * np.uint64(31) + codes[1:]) * np.uint64(_MULTIPLIER)
    bits = np.append((hashed >> np.uint64(20)) % np.uint64(_BITS), np.uint64(0))
    # A pair that ends in the line's end is none.
    inside = np.ones(len(codes), dtype=bool)
    ends = starts + lengths - 1
    inside[ends] = False
    inside[np.maximum(ends - 1, starts)] = False
    rows = np.empty((len(lengths), _WORDS), dtype=np.uint64)
    for word in range(_WORDS):
        here = inside & (bits // np.uint64(64) == word)
        set_bits = np.where(here, np.uint64(1) << (bits % np.uint64(64)), np.uint64(0))
        rows[:, word] = np.bitwise_or.reduceat(set_bits, starts)
    return rows


def shared_bits(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Return Dice over the bits of two arrays of signatures; 0 where neither has any."""
    import numpy as np

    both = np.bitwise_count(one & other).sum(axis=-1, dtype=np.int64)
    each = np.bitwise_count(one).sum(axis=-1, dtype=np.int64)
    each = each + np.bitwise_count(other).sum(axis=-1, dtype=np.int64)
    shared: NDArray[np.float64] = np.zeros(both.shape)
    np.divide(2 * both, each, out=shared, where=each > 0)
    return shared


@dataclass
class Likeness:
    """Compares forms by number; equal forms are alike, exact results are remembered."""

    forms: pl.Series
    known: dict[tuple[int, int, float], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.plain = self.forms.fill_null("").str.replace_all(r"[\W_]+", "")
        self.length = self.plain.str.len_chars().to_numpy()
        self.signed = signatures(self.plain)

    def like_samples(self, samples: Sequence[str], score: float) -> NDArray[np.bool_]:
        """Tell which forms share at least `score` with one of some sentences."""
        import numpy as np
        import polars as pl

        wanted = [plain(sample) for sample in samples]
        found = np.zeros(len(self.plain), dtype=bool)
        signs = signatures(pl.Series(wanted, dtype=pl.String))
        for sample, sign in zip(wanted, signs, strict=True):
            shared = shared_bits(self.signed, sign[None, :])
            for place in np.flatnonzero(~found & (shared >= score - _SLACK)):
                found[place] = dice(self.plain[int(place)], sample) >= score
        return found

    def alike(
        self, one: NDArray[np.int32], other: NDArray[np.int32], score: float
    ) -> NDArray[np.bool_]:
        """Tell pair by pair whether two forms share at least `score`."""
        import numpy as np

        found: NDArray[np.bool_] = one == other
        open_pairs = np.flatnonzero(~found)
        bits = shared_bits(self.signed[one[open_pairs]], self.signed[other[open_pairs]])
        # A sentence of one character has no pair, so its bits tell nothing.
        single = self.length[one[open_pairs]] < 2  # noqa: PLR2004
        open_pairs = open_pairs[(bits >= score - _SLACK) | single]
        if len(open_pairs):
            keys = one[open_pairs].astype(np.int64) << 32 | other[open_pairs]
            unique, back = np.unique(keys, return_inverse=True)
            judged = [self._exact(int(key >> 32), int(key & 0xFFFFFFFF), score) for key in unique]
            found[open_pairs] = np.array(judged)[back]
        return found

    def _exact(self, one: int, other: int, score: float) -> bool:
        key = (min(one, other), max(one, other), score)
        if key not in self.known:
            self.known[key] = dice(self.plain[one], self.plain[other]) >= score
        return self.known[key]
