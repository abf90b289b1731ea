"""The stage of a session in which a machine answers, and the KPIs of bot and human."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from oracle.facts import ONE, Facts, of_session, seconds
from oracle.resolution import Outcomes, outcomes

if TYPE_CHECKING:
    from oracle.measures import Item
    from oracle.sessions import Session
    from oracle.shop import Message

ASKING = (
    *("转人工", "转接人工", "转到人工", "人工客服", "人工服务", "真人客服", "真人服务", "找人工"),
    *("要人工", "接人工", "叫人工", "来人工", "不要机器人"),
)
ALONE = ("人工", "真人")
DECLINING = (
    *("不要人工", "不用人工", "不需要人工", "不找人工"),
    *("不要转人工", "不用转人工", "不需要转人工", "别转人工"),
)
HANDED = ("转交给", "转接给", "转接至", "转入人工", "转至人工", "接入人工", "人工已接入")
BACK = timedelta(hours=24)
_WORD = re.compile(r"\w")
_NUMBER = re.compile(r"\d{10,}")


def asks_for_human(message: Message) -> bool:
    text = (message.text or "").strip()
    wanted = text in ALONE or any(word in text for word in ASKING)
    return message.by_customer and wanted and not any(word in text for word in DECLINING)


def is_handed(message: Message) -> bool:
    said = message.role == "system" and any(word in (message.text or "") for word in HANDED)
    return message.is_transfer or said


def told(message: Message) -> set[str]:
    """What a customer tells: his words without blanks and punctuation, and long numbers."""
    if not message.by_customer or asks_for_human(message):
        return set()
    text = message.text or f"第{message.row}句"
    words = "".join(_WORD.findall(text))
    return {*_NUMBER.findall(text), *([words] if len(words) >= 4 else [])}


@dataclass(frozen=True)
class Stage:
    session: Session

    @cached_property
    def human(self) -> int | None:
        """Place of the first human message of the session."""
        places = [i for i, m in enumerate(self.session.messages) if m.by_human]
        return places[0] if places else None

    @cached_property
    def machines(self) -> list[int]:
        return [i for i, m in enumerate(self.session.messages) if m.role == "bot"]

    @cached_property
    def has_answered(self) -> bool:
        """The machine spoke after the customer had: before, it only greeted."""
        return any(self.session.opening < i < self.until for i in self.machines)

    @cached_property
    def begins(self) -> bool:
        return bool(self.machines) and (self.human is None or self.machines[0] < self.human)

    @property
    def machine(self) -> str | None:
        return self.session.messages[self.machines[0]].agent_id

    @cached_property
    def is_handed_over(self) -> bool:
        return self.begins and self.human is not None

    @cached_property
    def until(self) -> int:
        return len(self.session.messages) if self.human is None else self.human

    @property
    def is_alone(self) -> bool:
        return self.has_answered and self.human is None

    @cached_property
    def requests(self) -> list[int]:
        said = self.session.messages[: self.until]
        return [i for i, m in enumerate(said) if asks_for_human(m)]

    @cached_property
    def marks(self) -> list[int]:
        """A mark before the machine's first word is none of its transfers."""
        said = self.session.messages[: self.until]
        begun = self.machines[0] if self.machines else 0
        return [i for i, m in enumerate(said) if is_handed(m) and i > begun]

    @cached_property
    def handoff(self) -> int | None:
        """Place of the first request or mark."""
        return min([*self.requests, *self.marks], default=None)

    @cached_property
    def waiting(self) -> int:
        """Place from which the customer waits for a human."""
        if self.handoff is not None:
            return self.handoff
        last = max(i for i in self.machines if i < self.until)
        said = self.session.messages
        open_since = (i for i in range(last + 1, self.until) if said[i].by_customer)
        return next(open_since, last)

    @cached_property
    def is_kept(self) -> bool:
        """A machine's from end to end: no human wrote, was addressed, asked for or handed to."""
        addressed = any(self.session.addressed(m) for m in self.session.messages)
        return self.has_answered and self.human is None and not addressed and self.handoff is None

    @cached_property
    def turns_before_human(self) -> int:
        turns, asked = 0, False
        for message in self.session.messages[: self.until]:
            if message.by_customer:
                asked = True
            elif message.role == "bot" and asked:
                turns, asked = turns + 1, False
        return turns

    @cached_property
    def tells_again(self) -> bool:
        said = self.session.messages
        at = self.until if self.handoff is None else self.handoff
        before = set[str]().union(*map(told, said[:at]))
        return any(told(m) & before for m in said[at:])

    @property
    def first_human(self) -> str | None:
        return None if self.human is None else self.session.messages[self.human].agent_id


@lru_cache(maxsize=2)
def stages(facts: Facts) -> dict[int, Stage]:
    return {id(s): Stage(s) for s in facts.customers}


def _handed_over(facts: Facts) -> list[Stage]:
    return [stage for stage in stages(facts).values() if stage.is_handed_over]


def bot_share(facts: Facts) -> list[Item]:
    """Where no machine ever spoke first, none is in use and there is no share of it."""
    if not any(s.begins for s in stages(facts).values()):
        return []
    return [
        of_session(s.session, ONE * s.is_alone, s.session.owner) for s in stages(facts).values()
    ]


def bot_to_human_rate(facts: Facts) -> list[Item]:
    return [
        of_session(s.session, ONE * (s.handoff is not None or s.human is not None), s.machine)
        for s in stages(facts).values()
        if s.begins
    ]


def handoff_wait(facts: Facts) -> list[Item]:
    items = []
    for s in _handed_over(facts):
        said = s.session.messages
        wait = said[s.until].sent_at - said[s.waiting].sent_at
        items.append(of_session(s.session, seconds(wait), s.first_human))
    return items


def bot_turns_before_human(facts: Facts) -> list[Item]:
    return [
        of_session(s.session, Fraction(s.turns_before_human), s.first_human)
        for s in _handed_over(facts)
    ]


def ignored_handoff_requests(facts: Facts) -> list[Item]:
    return [
        of_session(s.session, ONE * (s.human is None), s.first_human)
        for s in stages(facts).values()
        if s.begins and s.requests
    ]


def context_repeat_rate(facts: Facts) -> list[Item]:
    return [of_session(s.session, ONE * s.tells_again, s.first_human) for s in _handed_over(facts)]


def _resolved_alone(stage: Stage, known: Outcomes) -> bool:
    session = stage.session
    handed = stage.human is not None or stage.handoff is not None
    mark = known.mark(session)
    timed_out = known.is_closed_by_machine(session) and mark is not True
    back = known.comes_back(session, BACK)
    return not handed and mark is not False and not timed_out and not back


def bot_resolution_rate(facts: Facts) -> list[Item]:
    known = outcomes(facts)
    return [
        of_session(s.session, ONE * _resolved_alone(s, known), s.machine)
        for s in stages(facts).values()
        if s.begins and s.has_answered
    ]
