"""What an agent's message states against the knowledge base: by itself, and beside the question it answers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cskpi.quality.answers import AnswerBase
from cskpi.quality.clauses import stated
from cskpi.quality.entries import Entry, Judged
from cskpi.quality.knowledge import KnowledgeBase

_QUOTES = re.compile(
    r"[您你](?:刚才|之前)?(?:说的|是说|问的|看到的|看的)|平台活动|活动期间|别家|其他店"
)
_GOODWILL = re.compile(r"这次|特殊|破例|额外|争取|破格")


class Statements:
    """The entries that hold for all products, and those that hold for one."""

    def __init__(self, entries: Sequence[Entry], of_products: Sequence[Entry]) -> None:
        self.alone = KnowledgeBase(entries)
        self.answers = AnswerBase(entries)
        self._products = Statements(of_products, ()) if of_products else None

    def judge(self, form: str) -> list[Judged]:
        """Return what a normalised message states by itself, one an entry."""
        return self.alone.judge(form)

    def beside(self, question: str, form: str, alone: Sequence[Judged]) -> list[Judged]:
        """Return what a message states beside the question it answers.

        Args:
            question: the customer's normalised messages, a line each; empty: none.
            form: the message, normalised.
            alone: what it states by itself.
        """
        known = [self._checked(question, form, judged) for judged in alone]
        if any(judged.kb_id is not None for judged in known):
            return known
        answered = self.answers.judge(question, form) if question else None
        if answered is None or self._is_doubtful(question, form, answered):
            return known
        return [answered]

    def _checked(self, question: str, form: str, judged: Judged) -> Judged:
        """Return what is stated by itself only where nothing speaks for another reading."""
        if judged.kb_id is None:
            return judged
        words = self.answers.words
        # The battery's year is not the machine's.
        if self.answers.is_another_fact(judged):
            return _left(judged)
        clause = stated(judged.said)
        is_plain = clause is None or not clause.quantities
        if is_plain and not self.answers.is_about(judged.kb_id, question, judged.said):
            return _left(judged)
        if judged.verdict != "contradicts":
            return judged
        is_doubtful = is_plain and words.is_unknown(judged.said)
        return _left(judged) if is_doubtful or self._is_doubtful(question, form, judged) else judged

    def _is_doubtful(self, question: str, form: str, judged: Judged) -> bool:
        """Whether a contradiction may be a quote, a favour, or about another case or product."""
        return judged.verdict == "contradicts" and (
            bool(_QUOTES.search(form) or _GOODWILL.search(form))
            or self.answers.is_other_case(judged.kb_id, question, form)
            or self._holds_for_a_product(question, form)
        )

    def _holds_for_a_product(self, question: str, form: str) -> bool:
        if self._products is None:
            return False
        said = self._products.beside(question, form, self._products.judge(form))
        return any(judged.verdict == "agrees" for judged in said)


def _left(judged: Judged) -> Judged:
    return Judged(None, "not_covered", judged.said, None)
