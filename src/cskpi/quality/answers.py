"""Short answers against the knowledge base: what is said of the matter the customer asked about.

"10元" states nothing by itself; after "运费几块" it does. The matter is taken from question and answer together and
must be that of an entry: nothing of either may be left over that the entry does not speak of. What may be about
something else is not judged, for a contradiction accuses somebody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from cskpi.quality.answer_words import AnswerWords, answer_words
from cskpi.quality.clauses import CAUSES, CITY, Clause, Quantity, clause_of, in_full, pieces
from cskpi.quality.entries import Entry, Judged
from cskpi.quality.measures import DAY, NUMERAL, UNIT, measures, spelled
from cskpi.quality.questions import AMOUNT_ASKED, Asked, read_question

_REMEMBERED = 200_000
"""Questions whose reading is kept."""

LONGEST = 40
"""Characters of an answer; what is longer names its matter itself."""

_NO_STRONG = "暂不支持|不支持|不可以|不能|不提供|不包|不接受|没有|无法|不会|不建议|不推荐|不含|不送|不退|不换|不保|不行|别用"
_NO_ANYWHERE = (
    f"{_NO_STRONG}|暂不|暂无|不可|不开|不发|不带|不配|不收|不防|不给|未添加|无添加|零添加|不了|没"
)
_NO_WORDS = f"{_NO_ANYWHERE}(?=[的哦呢哈]|$)"
_YES_STRONG = "支持|可以"
_YES_WORDS = f"{_YES_STRONG}|没问题|提供|赠送|可|能|会|有|包|送|含|带|行|适合|配|免费"
_SOFT = (
    r"(?:亲+|亲爱的|您好|你好|在的|嗯+|哦|额|不好意思|很?抱歉|非常抱歉|实在|是的|对的|好的|哈|呢|呀|的话?|这个|这款|这种|我们|我家|咱家|咱们|本店"
    r"|目前|暂时|现在|都|也|这边|店铺|一般|肯定|当然|完全|放心|其实|就|只|还|,|~|!|\s|\{[a-z]+\})*"
)
_BEGINS = re.compile(rf"^{_SOFT}(?:(?P<no>{_NO_WORDS})|(?P<yes>{_YES_WORDS}))")
_INSIDE = re.compile(rf"^(?P<subject>.{{0,12}}?)(?:(?P<no>{_NO_STRONG})|(?P<yes>{_YES_STRONG}))")
_CANNOT = re.compile(r"^.{0,6}不了")
_WORDS_OF_ENTRY = re.compile(rf"(?P<no>{_NO_WORDS})|(?P<yes>{_YES_WORDS})")
_HEDGED = re.compile(
    r"不过|但是?|除非|除了|如果|要是|要看|看情况|看您|根据|另外|可能|应该|也许|尽量|核实|查|确认一下|问一下|稍等"
)
_GOODWILL = re.compile(
    r"这次|特殊|破例|额外|[给帮为][您你]申请|争取|补偿|红包|破格|老客户|给您免|帮您免|返现|送您"
)
_QUOTED = re.compile(
    r"[您你](?:刚才|之前)?(?:说的?|是说|问的|看到的|看的|是指|拍的是|买的是|是要|是想|要的)|别家|其他店|平台|活动|客户说"
)
STATES_AMOUNT = (
    rf"{NUMERAL}\s*(?:个|{UNIT}|工作日|小时|钟头|天|日|周|星期|年|元|块|期|%|度|℃|件|成|点)|百分之|:\d\d|[当次第二明今]天"
    rf"|次日|当日|承担|自理|自付|负责|您出|我们出|免费|不收|包了|{CITY}|e\d|^[^\d]{{0,6}}\d+[^\d]{{0,6}}$"
)
"""Without one of these an answer states no quantity; a pattern of any engine."""

STATES_YES_OR_NO = rf"^{_SOFT}(?:{_NO_ANYWHERE}|{_YES_WORDS})|^.{{0,12}}(?:{_NO_STRONG}|{_YES_STRONG})|^.{{0,6}}不了"
"""Without one of these an answer says neither yes nor no; a pattern of any engine."""

_FREE_ASKED = re.compile(r"要钱|收费|收钱|要邮费|要运费|加钱|花钱|收.{0,4}费")
_FREE_SAID = re.compile(r"免费|不收|不用|不要钱|不需要|不另|不花|包的")
_FREE = Quantity("yuan", 0.0, 0.0)
_EXCEPT = re.compile(r"[^,。;!]+(?:除外|不算|不含)")
_PARTLY = re.compile(r"满|[购买][满\d一二两三]|不满|未满|达到")
_TAKES_UP = re.compile(r"回复|答复|联系|给您回|催|反馈|跟进|稍等|等一下|看一下|查|核实|登记好|分钟")
"""What an agent will do, and how soon."""

_ON_ITS_WAY = re.compile(rf"{CITY}|到(?!账|付|时)|路上|快递|物流|发出[之以]?后|市区|省|偏远")
_NONE: frozenset[str] = frozenset()
_SOFTENER = re.compile(r"[的呢哦哈呀啦嘛吧呗哒哟喔噢~,。!\s]+$|\{[a-z]+\}")


@dataclass(frozen=True, slots=True)
class _Known:
    """A fact of an entry: a clause of its answer."""

    entry: Entry
    text: str
    matters: frozenset[str]
    measures: tuple[Quantity, ...]
    is_yes: bool | None


@dataclass(frozen=True, slots=True)
class _Matter:
    """An entry with the ways its matter is asked for and all it speaks of."""

    entry: Entry
    ways: tuple[frozenset[str], ...]
    every: frozenset[str]
    exceptions: frozenset[str]
    facts: tuple[_Known, ...]


class AnswerBase:
    """The entries of a knowledge base by the questions they answer."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        texts = [
            in_full(text)
            for entry in entries
            for text in (entry.question, entry.variants, entry.answer, entry.conditions)
        ]
        self.words: AnswerWords = answer_words(texts)
        self._matters = [self._matter(entry) for entry in entries]
        self._asked = lru_cache(_REMEMBERED)(partial(read_question, self.words))
        self._may_answer = lru_cache(_REMEMBERED)(self.may_answer)

    @property
    def pattern(self) -> str:
        """Pattern of the words one of which a question about an entry holds; empty: no entries."""
        known = frozenset().union(*(way for matter in self._matters for way in matter.ways))
        known |= frozenset().union(*(fact.matters for m in self._matters for fact in m.facts))
        return self.words.vocabulary.pattern_of(known - self.words.light)

    def may_answer(self, question: str) -> bool:
        """Whether an entry may answer a question: one speaks of something it names and of all of that."""
        asked = self._asked(question)
        if asked.is_status or not asked.text:
            return False
        matters = asked.matters - self.words.light
        return any(
            matters & matter.every
            and not matters - self.words.with_implied(matter.every) - matter.exceptions
            for matter in self._matters
        )

    def judge(self, question: str, answer: str) -> Judged | None:
        """Return how a short answer stands to the entry that answers the question; None: not known.

        Args:
            question: the customer's normalised messages, a line each.
            answer: the normalised message of the agent.
        """
        if len(answer) > LONGEST or _GOODWILL.search(answer):
            return None
        asked = self._asked(question)
        if not self._may_answer(question):
            return None
        found: Judged | None = None
        for place, piece in enumerate(pieces(answer)):
            if _QUOTED.search(piece):
                return None
            if _TAKES_UP.search(piece):
                continue
            judged = self._piece(asked, piece, answer, place)
            if judged is not None and (found is None or judged.verdict == "contradicts"):
                found = judged
        return None if found is None else replace(found, asked=asked.said)

    def is_other_case(self, kb_id: str | None, question: str, answer: str) -> bool:
        """Whether question or answer name a case with rules of its own of which an entry does not speak."""
        asked = self._asked(question)
        named = (asked.matters | asked.around | self.words.find(answer)) & self.words.cases
        return any(
            bool(named - matter.every) for matter in self._matters if matter.entry.kb_id == kb_id
        )

    def is_another_fact(self, judged: Judged) -> bool:
        """Whether a statement names a case of which the entry has a fact of its own, and not the one it was set against."""
        named = self.words.find(judged.said) & self.words.cases - CAUSES
        named -= self.words.find(judged.known or "")
        return any(
            fact.measures and bool(named & fact.matters)
            for matter in self._matters
            if matter.entry.kb_id == judged.kb_id
            for fact in matter.facts
        )

    def is_about(self, kb_id: str | None, question: str, piece: str) -> bool:
        """Whether question and piece of an answer name the matter of an entry, or all a clause of it speaks of."""
        asked = self._asked(question)
        heard = asked.matters | asked.around | self.words.find(in_full(piece))
        return any(
            any(way <= heard for way in matter.ways)
            or any(self._is_named(fact, heard) for fact in matter.facts)
            for matter in self._matters
            if matter.entry.kb_id == kb_id
        )

    def _piece(self, asked: Asked, piece: str, answer: str, place: int) -> Judged | None:
        clause = clause_of(in_full(spelled(_SOFTENER.sub("", piece), asked.text)))
        if clause is None:
            return None
        heard = asked.matters | self.words.find(clause.text)
        if not heard - self.words.light:
            return None
        if "发货" in heard and not heard & {"送达", "发货地"} and _ON_ITS_WAY.search(answer):
            return None
        amounts = self._amounts(asked, clause, answer)
        if _FREE_ASKED.search(asked.text) and _FREE_SAID.search(clause.text):
            amounts = [_FREE]
        if amounts:
            return self._amount(asked, heard, amounts, piece)
        if asked.is_yes_or_no and place <= 1:
            is_yes = _yes_or_no(clause.text, self.words, is_first=place == 0)
            if is_yes is not None:
                return self._yes_or_no(asked, heard, piece, answer, is_yes=is_yes)
        return None

    def _amounts(self, asked: Asked, clause: Clause, answer: str) -> list[Quantity]:
        """Return the quantities of a clause that answer a question."""
        is_answer = (
            asked.kinds is not None
            or AMOUNT_ASKED.search(asked.text)
            or _BEGINS.match(answer)
            or re.search(_YES_STRONG, clause.text)
            or self.words.find(clause.text) & self.words.listed - self.words.light
        )
        if not is_answer:
            return []
        return [m for m in measures(clause) if asked.kinds is None or m.kind in asked.kinds]

    def _amount(
        self, asked: Asked, heard: frozenset[str], amounts: list[Quantity], piece: str
    ) -> Judged | None:
        for matter, is_named in self._nearest(asked, heard):
            facts = self._of_kind(matter, heard, {m.kind for m in amounts})
            for fact in facts:
                if _agree(amounts, fact.measures):
                    return _judged(fact, piece, agrees=True)
            if facts and is_named:
                # What is told of another case of the same matter may be that one's.
                is_sure = (
                    asked.is_sure
                    and {m.kind for m in amounts} != {DAY}
                    and (
                        bool(facts[0].matters & heard & self.words.cases)
                        or not any(_shares(amounts, fact.measures) for fact in matter.facts)
                    )
                )
                return _judged(facts[0], piece, agrees=False) if is_sure else None
        return None

    def _of_kind(self, matter: _Matter, heard: frozenset[str], kinds: set[str]) -> list[_Known]:
        """Return the facts of an entry in these kinds; of those for a case that was named, only them."""
        facts = [fact for fact in matter.facts if {m.kind for m in fact.measures} & kinds]
        if "payer" in kinds:
            facts = [fact for fact in facts if fact.matters & CAUSES == heard & CAUSES]
        named = {id(fact): len(fact.matters & heard - self.words.light) for fact in facts}
        most = max(named.values(), default=0)
        return [fact for fact in facts if named[id(fact)] == most]

    def _yes_or_no(
        self, asked: Asked, heard: frozenset[str], piece: str, answer: str, *, is_yes: bool
    ) -> Judged | None:
        for matter, is_named in self._nearest(asked, heard):
            if not is_named:
                continue
            excepted = bool(matter.exceptions & (heard | asked.around))
            facts = self._of_answer(asked, matter, heard)
            agreeing = [fact for fact in facts if (fact.is_yes != excepted) == is_yes]
            if agreeing and asked.is_sure:
                return _judged(agreeing[0], piece, agrees=True)
            if facts and asked.is_sure and not excepted and not _HEDGED.search(answer):
                return _judged(facts[0], piece, agrees=False)
            if facts:
                return None
        return None

    def _of_answer(self, asked: Asked, matter: _Matter, heard: frozenset[str]) -> list[_Known]:
        """Return what an entry says yes or no to, of what was heard."""
        light = self.words.light
        facts = []
        for fact in matter.facts:
            if fact.is_yes is None or _PARTLY.search(fact.text):
                continue
            # A yes to four months says nothing of from six months on.
            if fact.measures and asked.amounts and not _shares(asked.amounts, fact.measures):
                continue
            targets = fact.matters - light
            # What holds in a case alone is no answer where the case is not named.
            if targets & self.words.cases - heard - _asked_always(matter):
                continue
            if not targets or targets & self.words.with_implied(heard):
                facts.append(fact)
        most = max((len(fact.matters & heard - light) for fact in facts), default=0)
        return [fact for fact in facts if len(fact.matters & heard - light) == most]

    def _nearest(self, asked: Asked, heard: frozenset[str]) -> list[tuple[_Matter, bool]]:
        """Return the entries that speak of all that was heard, the nearest first, and whether their matter was named."""
        light, cases = self.words.light, self.words.cases
        meant = self.words.with_implied(heard)
        found = []
        for place, matter in enumerate(self._matters):
            spoken = self.words.with_implied(matter.every) | matter.exceptions
            if heard - spoken - light or asked.around & cases - spoken:
                continue
            shared = meant & matter.every - light
            size = max((len(way) for way in matter.ways if way <= meant), default=0)
            size = size or any(self._is_named(fact, meant) for fact in matter.facts)
            if size or shared:
                found.append((-2 * size - len(shared), place, matter, bool(size)))
        found.sort(key=lambda item: item[:2])
        return [(matter, is_named) for _, _, matter, is_named in found]

    def _is_named(self, fact: _Known, heard: frozenset[str]) -> bool:
        """Whether all a clause speaks of was heard, or the case it is for."""
        matters = fact.matters & self.words.listed - self.words.light
        return bool(matters) and (matters <= heard or bool(matters & heard & self.words.cases))

    def _matter(self, entry: Entry) -> _Matter:
        asked = [in_full(entry.question), *in_full(entry.variants).split("|")]
        question = self.words.find(asked[0])
        answer = in_full(spelled(entry.answer))
        but = self.words.find(" ".join(_EXCEPT.findall(answer)))
        conditions = self.words.find(entry.conditions)
        told = [piece for piece in pieces(entry.answer) if not _EXCEPT.search(piece)]
        facts = [fact for piece in told for fact in self._known(entry, piece)]
        spoken = question.union(*(fact.matters for fact in facts))
        found = [self._way(text) for text in asked]
        # What a variant names by one word of its own is seldom the matter.
        ways = tuple(way for way in found if way and (way & spoken or len(way) > 1))
        every = frozenset().union(question, *ways, *(fact.matters for fact in facts))
        every |= self.words.find(answer)
        exceptions = (but | conditions & self.words.cases) - question
        return _Matter(
            entry,
            ways,
            every - exceptions,
            exceptions,
            tuple(_telling(facts, entry.question, question - self.words.light)),
        )

    def _way(self, text: str) -> frozenset[str]:
        words = self.words.find(text)
        return words - self.words.light or words

    def _known(self, entry: Entry, piece: str) -> Iterator[_Known]:
        clause = clause_of(in_full(spelled(piece, entry.question)), is_rule=True)
        if clause is not None:
            matters = self.words.find(clause.text)
            stands = self._stands(clause.text)
            yield _Known(entry, piece, matters, measures(clause), stands)

    def _stands(self, text: str) -> bool | None:
        """Return whether a clause says yes or no to something."""
        said = {found["no"] is None for found in _WORDS_OF_ENTRY.finditer(self.words.without(text))}
        return said.pop() if len(said) == 1 else None


def _telling(facts: Sequence[_Known], question: str, matters: frozenset[str]) -> Iterator[_Known]:
    """Yield the facts that state a value, a yes or a no; what an entry says of its matter without either is a yes."""
    is_said = any(fact.is_yes is not None for fact in facts)
    for fact in facts:
        if not is_said and fact.matters & matters and not AMOUNT_ASKED.search(question):
            yield replace(fact, is_yes=True)
        elif fact.measures or fact.is_yes is not None:
            yield fact


def _asked_always(matter: _Matter) -> frozenset[str]:
    """Return what every question about an entry names."""
    return matter.ways[0] if matter.ways else _NONE


def _yes_or_no(text: str, words: AnswerWords, *, is_first: bool) -> bool | None:
    """Return whether an answer says yes or no: at its beginning, or of a subject that is known."""
    if _CANNOT.match(text):
        return False
    found = _BEGINS.match(text)
    if found is None:
        found = _INSIDE.match(text)
        if found is None or words.is_unknown(found["subject"]):
            return None
    if not is_first and found["no"] is None:
        return None
    return found["no"] is None


def _agree(ours: Sequence[Quantity], theirs: Sequence[Quantity]) -> bool:
    kinds = {m.kind for m in ours} & {m.kind for m in theirs}
    return all(
        any(a.meets(b) for a in ours if a.kind == kind for b in theirs if b.kind == kind)
        for kind in kinds
    )


def _shares(ours: Sequence[Quantity], theirs: Sequence[Quantity]) -> bool:
    return any(a.kind == b.kind and a.meets(b) for a in ours for b in theirs)


def _judged(fact: _Known, piece: str, *, agrees: bool) -> Judged:
    known = f"{fact.entry.question}：{fact.text}"
    return Judged(fact.entry.kb_id, "agrees" if agrees else "contradicts", piece, known)
