"""The words by which a question and its short answer are matched with the knowledge base."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cskpi.quality.fact_words import Vocabulary, same_words, vocabulary

PATH = Path(__file__).parent / "answer_words.txt"
_HAN = re.compile(r"[\u4e00-\u9fff]")
_POLAR = re.compile(r"^(?:不|没|暂|可以|可|能|有|无(?!理由|息))")
_VALUE = re.compile(
    r"(?:\d+(?:\.\d+)?|[一二两三四五六七八九十百半]+)\s*(?:个?[年月周天日]|小时|工作日|元|块钱?|期|%|℃)?|\{[a-z]+\}|[a-z0-9]+"
)
_UNKNOWN = 2
"""Characters nothing is known of, from which on a question may be about something else."""


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """What questions, answers and entries speak of.

    Attributes:
        vocabulary: words and what is meant by them.
        light: matters that may be missing on either side.
        cases: matters with rules of their own.
        listed: matters of the shipped lists.
        implied: what is meant along with a matter.
    """

    vocabulary: Vocabulary
    light: frozenset[str]
    cases: frozenset[str]
    listed: frozenset[str]
    implied: Mapping[str, frozenset[str]]

    def find(self, text: str) -> frozenset[str]:
        """Return what a normalised text speaks of."""
        return frozenset(self.vocabulary.find(text))

    def with_implied(self, matters: frozenset[str]) -> frozenset[str]:
        """Return matters and what is meant along with them."""
        return matters.union(*(self.implied.get(matter, ()) for matter in matters))

    def is_unknown(self, text: str) -> bool:
        """Whether a text says more than is known of its words."""
        rest = _nothing().sub("|", _VALUE.sub("|", self.without(text)))
        return len(_HAN.findall(rest)) >= _UNKNOWN

    def without(self, text: str) -> str:
        """Return a text with the words of the vocabulary taken out."""
        at, kept = 0, []
        for start, end, _ in self.vocabulary.places(text):
            kept.append(text[at:start])
            at = end
        return "|".join([*kept, text[at:]])


def answer_words(texts: Iterable[str]) -> AnswerWords:
    """Return the words of a knowledge base and those that mean the same.

    Args:
        texts: normalised questions, variants, answers and conditions.
    """
    marks = _marks()
    same = {**same_words(), **marks.same}
    own = vocabulary(texts).meanings
    # A word that holds a known one says no more than that: 发顺丰.
    known = re.compile("|".join(map(re.escape, sorted(same))))
    plain = {
        word: meaning
        for word, meaning in own.items()
        if not (
            word in marks.nothing or word[0].isdigit() or _POLAR.match(word) or known.search(word)
        )
    }
    listed = frozenset(same.values())
    return AnswerWords(Vocabulary(plain | same), marks.light, marks.cases, listed, marks.implied)


@dataclass(frozen=True, slots=True)
class _Marks:
    same: dict[str, str]
    light: frozenset[str]
    cases: frozenset[str]
    nothing: frozenset[str]
    implied: dict[str, frozenset[str]]


@cache
def _marks() -> _Marks:
    same: dict[str, str] = {}
    implied: dict[str, frozenset[str]] = {}
    lists: dict[str, set[str]] = {"~": set(), "?": set(), ".": set()}
    for line in PATH.read_text(encoding="utf-8").splitlines():
        mark, colon, words = line.partition(":")
        if line.startswith("#") or not colon:
            continue
        if mark.startswith("="):
            same |= dict.fromkeys(words.split(), mark[1:])
        elif mark.startswith("^"):
            implied[mark[1:]] = frozenset(words.split())
        else:
            lists[mark].update(words.split())
    return _Marks(
        same, frozenset(lists["~"]), frozenset(lists["?"]), frozenset(lists["."]), implied
    )


@cache
def _nothing() -> re.Pattern[str]:
    words = sorted(_marks().nothing, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, words)))
