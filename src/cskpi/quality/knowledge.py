"""Statements against the knowledge base: what agrees, what contradicts, what it does not cover."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import inf

from cskpi.quality.clauses import (
    CAUSES,
    NAMED,
    SHORT,
    STATES,
    Clause,
    clauses,
    in_full,
    pieces,
    stated,
)
from cskpi.quality.entries import Entry, Judged, Verdict
from cskpi.quality.fact_words import Vocabulary, named_matters, vocabulary

_NO = r"暂不支持|暂不|不支持|不可以|不能|不提供|不包|不接受|没有|无法|不可|不开|不会|不建议|不要|先?别"
_YES = r"支持|可以|提供|会有轻微|会有一点|会有|有|可|能|会|放心|免费"
POLARITY = re.compile(rf"(?P<no>{_NO})|(?P<yes>{_YES})")
_NEAR = 4
"""Characters between a yes or no and the word it is about."""

_ADJACENT = frozenset({"有", "没有", "可", "能", "会", "不会", "放心", "别", "先别", "不要"})
_ADVICE = frozenset({"不建议", "不要", "别", "先别", "放心"})
"""Yes and no only where they are about use."""

_USE, _FREE_PARCEL = "使用", "包邮"
_OPPOSED = (
    CAUSES,
    frozenset({"有电梯", "没电梯"}),
)
"""Cases that exclude each other: a rule for one says nothing of the other."""

_DENIES = re.compile(r"(?<!邮)不(?![收用])|没|无|非|除")
_THRESHOLD = re.compile(r"才|至少|起码|最少")

_QUESTION_WORD, _OTHER_WORD, _ELSEWHERE, _NOT_SAID = 2.0, 1.0, 0.25, 0.5
_REMEMBERED = 200_000
"""Pieces of texts whose reading is kept."""

_TELLING = {"sent_from": 2.0, "grade": 1.0}
_RARE, _SAME_KIND = 1.0, 0.1
"""For a value that tells its matter by itself, and for a unit one entry alone uses."""

_MAY_BE_RARE = frozenset({"percent", "instalments", "degrees", "pieces"})
_LEAST = 2.0
"""Below this a statement is taken to be about something else."""


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
    kinds: frozenset[str]


_EXCEPT = re.compile(r"[^,。;!]+(?:除外|不算|不含)")


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
        # Agents say the same pieces in ever new order.
        self._hear = lru_cache(_REMEMBERED)(self._understand)
        self._facts: dict[str, list[_Fact]] = {}
        self._by_kind: dict[str, list[_Fact]] = {}
        for entry in entries:
            for fact in self._facts_of(entry):
                for word in (fact.question | fact.variants | fact.said.words) - {_USE}:
                    self._facts.setdefault(word, []).append(fact)
                for kind in fact.kinds:
                    self._by_kind.setdefault(kind, []).append(fact)
        self._rare = frozenset(
            kind
            for kind in _MAY_BE_RARE
            if len({fact.entry.kb_id for fact in self._by_kind.get(kind, ())}) == 1
        )

    @property
    def pattern(self) -> str:
        """Pattern of the words without one of which nothing is said about a fact; empty: no facts."""
        words = self.words.pattern_of(self._facts)
        named = f"|{STATES}" if NAMED & self._by_kind.keys() else ""
        return f"{words}|{SHORT}{named}" if words else ""

    def judge(self, text: str) -> list[Judged]:
        """Return the statements of a normalised text, one an entry; contradictions win."""
        heard = [self._hear(piece) for piece in pieces(text)]
        elsewhere = frozenset().union(*(words for words, _ in heard))
        found: dict[str | None, Judged] = {}
        for _, said in heard:
            if said is None:
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
        for quantity in said.clause.quantities:
            if quantity.kind in NAMED or quantity.kind in self._rare:
                near |= {id(fact): fact for fact in self._by_kind.get(quantity.kind, ())}
        scored = [(_score(said, fact, elsewhere, self._rare), fact) for fact in near.values()]
        best = max((score for score, _ in scored), default=0.0)
        nearest = [fact for score, fact in scored if score == best and score > 0]
        if any(fact.exceptions & elsewhere for fact in nearest):
            nearest = []
        nearest = [fact for fact in nearest if not _other_case(said, fact, elsewhere)]
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
        question = frozenset(self.words.find(in_full(entry.question)))
        variants = frozenset(self.words.find(in_full(entry.variants)))
        answer = frozenset(self.words.find(entry.answer))
        but = " ".join(_EXCEPT.findall(entry.answer))
        exceptions = frozenset(self.words.find(entry.conditions)) - answer - question
        exceptions |= frozenset(self.words.find(but)) - question
        return [
            _Fact(
                entry,
                said,
                question | (said.words & self._own),
                variants,
                question | variants | answer,
                exceptions,
                frozenset(quantity.kind for quantity in said.clause.quantities),
            )
            for said in map(self._said, clauses(entry.answer, is_rule=True))
            if said.clause.quantities or said.target is not None
        ]

    def _understand(self, piece: str) -> tuple[frozenset[str], _Said | None]:
        """Return the words of a piece of a text and the fact it states."""
        clause = stated(piece)
        said = self._said(clause) if clause is not None else None
        if said is not None and not said.clause.quantities and said.target is None:
            said = None
        return frozenset(self.words.find(in_full(piece))), said

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
            gap = 1 if found[0] in _ADJACENT else _NEAR
            quantity = re.match(r"\d+\S{1,2}?|[一二两三四五六七八九十]+[天年]", text[found.end() :])
            reach = found.end() + gap + (len(quantity[0]) if quantity else 0)
            after = [place for place in places if found.end() <= place[0] <= reach]
            if after and (found[0] not in _ADVICE or after[0][2] == _USE):
                return _matter(after[0], places), found["no"] is None
        if any(word == _FREE_PARCEL for _, _, word in places) and not _DENIES.search(text):
            return _FREE_PARCEL, True
        return None, True


def _matter(place: tuple[int, int, str], places: Sequence[tuple[int, int, str]]) -> str:
    """Return a word, or what is used where it says use."""
    _, end, word = place
    used = [other for start, _, other in places if word == _USE and start == end]
    return used[0] if used else word


def _judged(said: _Said, fact: _Fact, *, agrees: bool) -> Judged:
    known = f"{fact.entry.question}：{fact.said.clause.text}"
    verdict: Verdict = "agrees" if agrees else "contradicts"
    return Judged(fact.entry.kb_id, verdict, said.clause.text, known)


def _score(said: _Said, fact: _Fact, elsewhere: frozenset[str], rare: frozenset[str]) -> float:
    """Return how surely a statement is about a fact; 0 where it is not."""
    known = fact.said
    same_kinds = {q.kind for q in said.clause.quantities} & fact.kinds
    same_target = said.target is not None and said.target == known.target
    if not same_kinds and not same_target:
        return 0.0
    # That something may be used names no matter.
    words = said.words - {_USE}
    shared = words & known.words
    score = _QUESTION_WORD * len(words & fact.question)
    score += _OTHER_WORD * len(words & (fact.variants - fact.question))
    score += _OTHER_WORD * len(shared - fact.question)
    score += _OTHER_WORD * len(said.conditions & (known.conditions | known.words))
    score += _OTHER_WORD * len(said.conditions & known.conditions & fact.question)
    if shared:
        aside = words & fact.every - fact.question - fact.variants - shared
        score += _OTHER_WORD * bool(aside)
        score += _OTHER_WORD * (same_target and said.target == _USE)
    score += sum(_TELLING.get(kind, 0.0) for kind in same_kinds) + _RARE * len(same_kinds & rare)
    if score < _LEAST:
        return 0.0
    score += _SAME_KIND * bool(same_kinds) + _ELSEWHERE * len(elsewhere & fact.every)
    return score - _NOT_SAID * len(fact.question - elsewhere)


def _other_case(said: _Said, fact: _Fact, elsewhere: frozenset[str]) -> bool:
    """Whether a fact holds in a case that is not the statement's."""
    ours, theirs = said.words | said.conditions, fact.said.words | fact.said.conditions
    if any((ours | elsewhere) & pair - theirs and theirs & pair - ours for pair in _OPPOSED):
        return True
    # Who pays for the parcel rests on why it goes back.
    return "payer" in fact.kinds and theirs & CAUSES != elsewhere & CAUSES


def _compare(said: _Said, fact: _Fact) -> bool | None:
    """Return whether both agree; None where nothing of them can be compared."""
    known = fact.said
    compared: list[bool] = []
    for kind in {quantity.kind for quantity in said.clause.quantities}:
        ours = [q for q in said.clause.quantities if q.kind == kind]
        theirs = [q for q in known.clause.quantities if q.kind == kind]
        # That two things cost nothing does not make them the same.
        if theirs and (kind != "yuan" or any(q.high for q in ours + theirs)):
            if _THRESHOLD.search(said.clause.rest):
                # Said to begin there: where the rule's values begin counts, not what lies above.
                theirs = [replace(q, high=q.low) if q.high == inf else q for q in theirs]
            compared.append(any(a.meets(b) for a in ours for b in theirs))
    # Free from a sum on is neither free nor not.
    is_partly = said.target == _FREE_PARCEL and bool(fact.kinds) != bool(said.clause.quantities)
    if said.target is not None and said.target == known.target and not is_partly:
        compared.append(said.is_yes == known.is_yes)
    # What agrees in one thing and tells a second the fact does not hold is not yet right.
    if compared == [True] and {q.kind for q in said.clause.quantities} - fact.kinds:
        return None
    return all(compared) if compared else None
