"""What a customer asks, as far as a short answer to it can be set against the knowledge base."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cskpi.quality.clauses import Clause, Quantity, in_full, pieces, quantities
from cskpi.quality.measures import asked_kinds, measures

if TYPE_CHECKING:
    from cskpi.quality.answer_words import AnswerWords

ASKS = re.compile(
    r"[吗嘛不没]$|吗|[^怎什那这多要]么|能不能|可不可以|有没有|是不是|会不会|要不要|支不支持|包不包|送不送|含不含|给不给|能否|可否|是否"
)
YES_OR_NO_ASKED = ASKS.pattern.replace("不没]$", "不没]\\??$|[不没][?\n ]")
"""A question that may be answered with yes or no; a pattern of any engine."""

_WANTS = re.compile(
    r"[?吗么]|[不没]$|多久|多少|多长|多大|几|什么|啥|怎么|哪|谁|能不能|可不可以|有没有|是不是|会不会|要不要|包不包|送不送|含不含|呢$"
)
ASKED = _WANTS.pattern
"""What a question holds, mostly; a pattern of any engine."""

_GREETS = re.compile(
    r"^(?:在吗|在么|在不在|你好|您好|亲|hi|hello|人呢|有人吗|请问一下|请问|客服)*$"
)
AMOUNT_ASKED = re.compile(
    r"多|几|哪|什么时候|啥时候|何时|谁|期限|时效|级别|等级|保质期$|质保$|保修$|功率$"
)
_STATUS = re.compile(
    r"了吗|了没|了么|怎么[还不没]|还没|还不|为什么|为啥|凭什么|到底|已经|都.{1,4}[天年月]了|怎么回事|查一下|帮我查"
)
"""About this order, not about the rule."""

_SAYS = re.compile(r"[0-9a-z\u4e00-\u9fff]")
_ARRIVES = re.compile(r"到.{1,8}(?:几天|多久|几日|什么时候)|(?:几天|多久).{0,3}到")
_DELIVERY = frozenset({"送达"})
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a customer asked.

    `matters` are those of the sentence that asks, `around` those said with it; `is_sure` tells that nothing else
    was asked and that all its words are known.
    """

    matters: frozenset[str]
    around: frozenset[str]
    said: str
    text: str
    kinds: frozenset[str] | None
    is_yes_or_no: bool
    is_sure: bool
    is_status: bool
    amounts: tuple[Quantity, ...]


def read_question(words: AnswerWords, question: str) -> Asked:
    """Return what a customer asked.

    Args:
        words: those of the knowledge base.
        question: his normalised messages, a line each.
    """
    parts = [part for text in question.split("\n") for part in pieces(text)]
    parts = [part for part in parts if _SAYS.search(part) and not _GREETS.match(part)]
    asking = [part for part in parts if _WANTS.search(part)] or parts[-1:]
    if not asking:
        return Asked(
            _NONE,
            _NONE,
            "",
            "",
            None,
            is_yes_or_no=False,
            is_sure=False,
            is_status=False,
            amounts=(),
        )
    said = asking[-1]
    last = in_full(said)
    matters = words.find(last) | (_DELIVERY if _ARRIVES.search(last) else _NONE)
    around = frozenset().union(*(words.find(in_full(part)) for part in parts))
    if not matters - words.light:
        matters, last = around, " ".join(map(in_full, parts))
    return Asked(
        matters,
        around,
        said,
        last,
        asked_kinds(last),
        is_yes_or_no=bool(ASKS.search(last.rstrip("?"))),
        is_sure=len(asking) == 1 and not words.is_unknown(last),
        is_status=bool(_STATUS.search(last)),
        amounts=measures(Clause(last, "", last, quantities(last))),
    )
