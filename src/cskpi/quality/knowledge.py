"""Statements against the knowledge base: what agrees, what contradicts, what it does not cover."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cskpi.quality.clauses import SHORT, Clause, clauses, in_full
from cskpi.quality.fact_words import Vocabulary, named_matters, vocabulary

Verdict = Literal["agrees", "contradicts", "not_covered"]

_NO = r"暂不支持|暂不|不支持|不可以|不能|不提供|不包|不接受|没有|无法|暂不支持|不可|不开"
_YES = r"支持|可以|提供|有|可"
POLARITY = re.compile(rf"(?P<no>{_NO})|(?P<yes>{_YES})")
_NEAR = 4
"""Characters between a yes or no and the word it is about."""

_QUESTION_WORD, _OTHER_WORD, _ELSEWHERE, _NOT_SAID = 2.0, 1.0, 0.25, 0.5
_LEAST = 2.0
"""Below this a statement is taken to be about something else."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the knowledge base, its texts normalised."""

    kb_id: str
    question: str
    variants: str
    answer: str
    conditions: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A statement with the verdict, both texts beside each other."""

    kb_id: str | None
    verdict: Verdict
    said: str
    known: str | None


@dataclass(frozen=True, slots=True)
class _Said:
    clause: Clause
    words: frozenset[str]
    conditions: frozenset[str]
    target: str | None
    is_yes: bool


@dataclass(frozen=True, slots=True)
class _Fact:
    entry: Entry
    said: _Said
    question: frozenset[str]
    variants: frozenset[str]
    every: frozenset[str]
    exceptions: frozenset[str]


class KnowledgeBase:
    """The checkable facts of the entries, and how a text stands to them."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        texts = [
            text
            for entry in entries
            for text in (entry.question, entry.variants, entry.answer, entry.conditions)
        ]
        self.words: Vocabulary = vocabulary(texts)
        self._own = self._own_matters(entries)
        self._facts: dict[str, list[_Fact]] = {}
        for entry in entries:
            for fact in self._facts_of(entry):
                for word in fact.question | fact.variants | fact.said.words:
                    self._facts.setdefault(word, []).append(fact)

    @property
    def pattern(self) -> str:
        """Pattern of the words without one of which nothing is said about a fact; empty: no facts."""
        words = self.words.pattern_of(self._facts)
        return f"{words}|{SHORT}" if words else ""

    def judge(self, text: str) -> list[Judged]:
        """Return the statements of a normalised text, one an entry; contradictions win."""
        text = in_full(text)
        elsewhere = frozenset(self.words.find(text))
        found: dict[str | None, Judged] = {}
        for clause in clauses(text):
            said = self._said(clause)
            if not clause.quantities and said.target is None:
                continue
            judged = self._against(said, elsewhere)
            if judged is None:
                continue
            before = found.get(judged.kb_id)
            if before is None or (before.verdict, judged.verdict) == ("agrees", "contradicts"):
                found[judged.kb_id] = judged
        return list(found.values())

    def _against(self, said: _Said, elsewhere: frozenset[str]) -> Judged | None:
        near = {id(fact): fact for word in elsewhere for fact in self._facts.get(word, ())}
        scored = [(_score(said, fact, elsewhere), fact) for fact in near.values()]
        best = max((score for score, _ in scored), default=0.0)
        nearest = [fact for score, fact in scored if score == best and score > 0]
        if any(fact.exceptions & elsewhere for fact in nearest):
            nearest = []
        verdicts = {id(fact): (_compare(said, fact), fact) for fact in nearest}
        # Where the knowledge base is of two minds, whoever says one of them is not wrong.
        for wanted in (True, False):
            facts = sorted(
                (fact for verdict, fact in verdicts.values() if verdict is wanted),
                key=lambda fact: fact.entry.kb_id,
            )
            if facts:
                return _judged(said, facts[0], agrees=wanted)
        if said.clause.quantities:
            return Judged(None, "not_covered", said.clause.text, None)
        return None

    def _own_matters(self, entries: Sequence[Entry]) -> frozenset[str]:
        """Return the matters of the word list of which one entry alone speaks."""
        count = Counter(
            word
            for entry in entries
            for word in set(self.words.find(f"{entry.question} {entry.variants} {entry.answer}"))
        )
        return frozenset(word for word in named_matters() if count[word] == 1)

    def _facts_of(self, entry: Entry) -> list[_Fact]:
        question = frozenset(self.words.find(entry.question))
        variants = frozenset(self.words.find(entry.variants))
        answer = frozenset(self.words.find(entry.answer))
        exceptions = frozenset(self.words.find(entry.conditions)) - answer - question
        return [
            _Fact(
                entry,
                said,
                question | (said.words & self._own),
                variants,
                question | variants | answer,
                exceptions,
            )
            for said in map(self._said, clauses(in_full(entry.answer)))
            if said.clause.quantities or said.target is not None
        ]

    def _said(self, clause: Clause) -> _Said:
        target, is_yes = self._polarity(clause.rest)
        return _Said(
            clause,
            frozenset(self.words.find(clause.rest)),
            frozenset(self.words.find(clause.condition)),
            target,
            is_yes,
        )

    def _polarity(self, text: str) -> tuple[str | None, bool]:
        """Return what a clause says yes or no to: the word right after."""
        places = self.words.places(text)
        for found in POLARITY.finditer(text):
            gap = _NEAR if found[0] not in {"有", "没有", "可"} else 1
            quantity = re.match(r"\d+\S{1,2}?|[一二两三四五六七八九十]+[天年]", text[found.end() :])
            reach = found.end() + gap + (len(quantity[0]) if quantity else 0)
            after = [word for start, _, word in places if found.end() <= start <= reach]
            if after:
                return after[0], found["no"] is None
        return None, True


def _judged(said: _Said, fact: _Fact, *, agrees: bool) -> Judged:
    known = f"{fact.entry.question}：{fact.said.clause.text}"
    verdict: Verdict = "agrees" if agrees else "contradicts"
    return Judged(fact.entry.kb_id, verdict, said.clause.text, known)


def _score(said: _Said, fact: _Fact, elsewhere: frozenset[str]) -> float:
    """Return how surely a statement is about a fact; 0 where it is not."""
    if not (fact.question | fact.variants | fact.said.words) & elsewhere:
        return 0.0
    known = fact.said
    same_kind = {q.kind for q in said.clause.quantities} & {q.kind for q in known.clause.quantities}
    same_target = said.target is not None and said.target == known.target
    if not same_kind and not same_target:
        return 0.0
    score = _QUESTION_WORD * len(said.words & fact.question)
    score += _OTHER_WORD * len(said.words & (fact.variants - fact.question))
    score += _OTHER_WORD * len(said.words & known.words - fact.question)
    score += _OTHER_WORD * len(said.conditions & known.conditions)
    if score < _LEAST:
        return 0.0
    score += _ELSEWHERE * len(elsewhere & fact.every)
    return score - _NOT_SAID * len(fact.question - elsewhere)


def _compare(said: _Said, fact: _Fact) -> bool | None:
    """Return whether both agree; None where nothing of them can be compared."""
    known = fact.said
    compared: list[bool] = []
    for kind in {quantity.kind for quantity in said.clause.quantities}:
        ours = [q for q in said.clause.quantities if q.kind == kind]
        theirs = [q for q in known.clause.quantities if q.kind == kind]
        if theirs:
            compared.append(any(a.meets(b) for a in ours for b in theirs))
    if said.target is not None and said.target == known.target:
        compared.append(said.is_yes == known.is_yes)
    return all(compared) if compared else None
