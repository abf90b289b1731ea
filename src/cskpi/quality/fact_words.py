"""The words by which a statement is matched with the knowledge base: those of its own entries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from cskpi.quality.clauses import QUANTITY

_NOTHING = "-"
_SHORTEST = 2
_PLAIN = re.compile(r"[0-9.%{}_]+|e\d级?")
PATH = Path(__file__).parent / "fact_words.txt"


class Vocabulary:
    """Finds what a text speaks of: each word stands for what is meant by it."""

    def __init__(self, meanings: Mapping[str, str]) -> None:
        self._meanings = meanings
        words = sorted(meanings, key=lambda word: (-len(word), word))
        self._pattern = re.compile("|".join(map(re.escape, words)) or r"(?!)")

    @property
    def meanings(self) -> Mapping[str, str]:
        """What each word stands for."""
        return self._meanings

    def pattern_of(self, meanings: Iterable[str]) -> str:
        """Return a pattern of the words that mean one of these, for any engine."""
        wanted = set(meanings)
        words = [word for word, meaning in self._meanings.items() if meaning in wanted]
        return "|".join(re.escape(word) for word in sorted(words))

    def find(self, text: str) -> list[str]:
        """Return what a text speaks of, in its order."""
        return [self._meanings[word] for word in self._pattern.findall(text)]

    def places(self, text: str) -> list[tuple[int, int, str]]:
        """Return start, end and meaning of each word."""
        return [
            (found.start(), found.end(), self._meanings[found[0]])
            for found in self._pattern.finditer(text)
        ]


def named_matters() -> frozenset[str]:
    """Return the meanings the word list names: each stands for one matter, whoever says it."""
    return frozenset(_same_words()[0].values())


def same_words() -> Mapping[str, str]:
    """Return the words of the list and what each stands for."""
    return _same_words()[0]


def vocabulary(texts: Iterable[str]) -> Vocabulary:
    """Return the vocabulary of a knowledge base: its words and those that mean the same.

    Args:
        texts: normalised questions, variants and answers.
    """
    import polars as pl

    from cskpi.enrich.tokens import tokens

    same, empty = _same_words()
    known = Vocabulary(same)
    rest = [_without(known, text) for text in texts]
    words = {word for found in tokens(pl.Series(rest, dtype=pl.String)).to_list() for word in found}
    own = {
        word: word
        for word in words
        if len(word) >= _SHORTEST and word not in empty and not _is_number(word)
    }
    return Vocabulary(own | same)


def _is_number(word: str) -> bool:
    return bool(_PLAIN.fullmatch(word) or QUANTITY.fullmatch(word))


def _without(known: Vocabulary, text: str) -> str:
    """Return a text with the words that have a meaning of their own taken out."""
    at, kept = 0, []
    for start, end, _ in known.places(text):
        kept.append(text[at:start])
        at = end
    return " ".join([*kept, text[at:]])


@cache
def _same_words() -> tuple[dict[str, str], frozenset[str]]:
    """Return word -> meaning, and the words that say nothing."""
    same: dict[str, str] = {}
    empty: list[str] = []
    for line in PATH.read_text(encoding="utf-8").splitlines():
        meaning, colon, words = line.partition(":")
        if line.startswith("#") or not colon:
            continue
        if meaning == _NOTHING:
            empty += words.split()
        else:
            same |= dict.fromkeys(words.split(), meaning)
    return same, frozenset(empty)
