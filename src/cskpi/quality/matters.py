"""What questions and replies are about, as bits of a number, and which matters answer which."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from cskpi.enrich.sieve import Sieve

if TYPE_CHECKING:
    import polars as pl

PATH = Path(__file__).parent / "matters.txt"


@dataclass(frozen=True, slots=True)
class Matters:
    """The word list: the bit of each word and pattern, the matters each goes with, the remote ones."""

    bits: dict[str, int]
    patterns: dict[str, int]
    names: dict[str, int]
    related: dict[int, int]
    remote: int

    def read(self, texts: pl.Series) -> pl.Series:
        """Return what each normalised text is about; 0 where nothing is known of it."""
        import polars as pl

        # Of words that begin alike the longest counts.
        words = sorted(self.bits, key=lambda word: (-len(word), word))
        found = pl.DataFrame({"text": texts}).select(
            pl.col("text").str.extract_many(words, leftmost=True).list.unique().alias("word")
        )
        known = pl.DataFrame({"word": words, "bit": [self.bits[word] for word in words]})
        # Bits are powers of two, so the sum over distinct matters is all of them.
        sums = (
            found.with_row_index("place")
            .explode("word")
            .join(known, on="word")
            .group_by("place")
            .agg(pl.col("bit").unique().sum())
        )
        places = pl.DataFrame({"place": pl.arange(0, len(texts), eager=True, dtype=pl.UInt32)})
        read = places.join(sums, on="place", how="left", maintain_order="left")["bit"]
        return read.fill_null(0).cast(pl.Int64) | self._by_patterns(texts)

    def _by_patterns(self, texts: pl.Series) -> pl.Series:
        import numpy as np
        import polars as pl

        found = np.zeros(len(texts), dtype=np.int64)
        near = Sieve(tuple(self.patterns)).near(texts)
        for (pattern, bit), possible in zip(self.patterns.items(), near, strict=True):
            places = np.flatnonzero(possible)
            hits = texts.gather(places).str.contains(pattern).fill_null(value=False).to_numpy()
            found[places[hits]] |= bit
        return pl.Series(found)

    def named(self, names: Iterable[str]) -> int:
        """Return matters by name."""
        return sum(self.names[name] for name in names)

    def answering(self, asked: int) -> int:
        """Return the matters a reply to a question about these may be about."""
        found = asked
        for bit, others in self.related.items():
            if asked & bit:
                found |= others
        return found


@cache
def matters() -> Matters:
    """Return the shipped word list."""
    bits: dict[str, int] = {}
    patterns: dict[str, int] = {}
    names: dict[str, int] = {}
    pairs: list[tuple[str, str]] = []
    remote: list[str] = []
    for line in PATH.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line:
            continue
        if line.startswith("remote:"):
            remote = line.partition(":")[2].split()
        elif " ~ " in line:
            name, _, others = line.partition(" ~ ")
            pairs += [(name, other) for other in others.split()]
        else:
            name, _, words = line.partition(":")
            bit = names.setdefault(name, 1 << len(names))
            for word in words.split():
                if word[0] == word[-1] == "/":
                    patterns[word[1:-1]] = bit
                else:
                    bits[word] = bit
    related = dict.fromkeys(names.values(), 0)
    for one, other in pairs:
        related[names[one]] |= names[other]
        related[names[other]] |= names[one]
    return Matters(bits, patterns, names, related, sum(names[name] for name in remote))
