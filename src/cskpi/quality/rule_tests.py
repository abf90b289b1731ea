"""A rule file's own tests: short chats that must hit, and others that must not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cskpi.enrich.forms import own_lexicons
from cskpi.quality.chat_leaks import leaks_of
from cskpi.quality.hits import FormBook, Inspection
from cskpi.quality.lines import ACTORS, UNKNOWN, Lines
from cskpi.quality.matching import counted_emotions, naming
from cskpi.texts import say

if TYPE_CHECKING:
    from cskpi.quality.rule import Rule
    from cskpi.settings import Settings

_LINE = re.compile(
    r"(?:\+(?P<count>\d+)(?P<unit>[smh])\s+)?(?P<who>客户|客服|机器人|自动|系统)(?P<number>\d*)[:：]"
    r"\s*(?P<text>.*)"
)
_ROLES = {
    "客户": ACTORS["customer"],
    "客服": ACTORS["agent"],
    "机器人": ACTORS["bot"],
    "自动": ACTORS["auto_reply"],
    "系统": ACTORS["system"],
}
_UNITS = {"s": 1, "m": 60, "h": 3600}
_PACE_SECONDS = 10
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class _Said:
    session: int
    actor: int
    account: int
    milliseconds: int
    text: str


def failed_examples(rules: Sequence[Rule], settings: Settings) -> list[str]:
    """Run every rule's chats and return `file:line: message` of each that does otherwise."""
    examples = [(rule, example) for rule in rules for example in rule.examples]
    problems = [
        f"{rule.path}:{example.line}: {say('rule_fault.no_line', line=line)}"
        for rule, example in examples
        for line in example.chat.strip().splitlines()
        if _LINE.fullmatch(line.strip()) is None
    ]
    if problems or not examples:
        return problems
    products = [name for _, example in examples for name in example.products]
    inspection = inspect_chats([example.chat for _, example in examples], settings, products)
    inspection.book.prepare(rules)
    for rule in rules:
        hit = {int(inspection.lines.session[place]) for place in inspection.places(rule)}
        for number, (owner, example) in enumerate(examples):
            if owner is rule and (number in hit) != example.hits:
                key = "rule_fault.not_hit" if example.hits else "rule_fault.hit"
                problems.append(f"{rule.path}:{example.line}: {say(key)}")
    return problems


def inspect_chats(
    chats: Sequence[str], settings: Settings, products: Sequence[str] = ()
) -> Inspection:
    """Return short chats ready for rules, each a session numbered by its place.

    A line is `客户: …`, `客服: …` (`客服2` is another agent), `机器人`, `自动` or `系统`; it comes ten
    seconds after the one before, or as told: `+20s`, `+5m`, `+2h` ahead of it. All data end a day
    after the last line.
    """
    import numpy as np
    import polars as pl

    from cskpi.enrich.signals import signals

    said = [line for number, chat in enumerate(chats) for line in _read(number, chat)]
    texts = list(dict.fromkeys(line.text for line in said))
    numbers = {text: number for number, text in enumerate(texts)}
    lines = Lines(
        session=np.array([line.session for line in said], dtype=np.int64),
        row_key=np.arange(len(said), dtype=np.int64),
        actor=np.array([line.actor for line in said], dtype=np.int8),
        account=np.array([line.account for line in said], dtype=np.int32),
        milliseconds=np.array([line.milliseconds for line in said], dtype=np.int64),
        form=np.array([numbers[line.text] for line in said], dtype=np.int32),
        last_millisecond=max(line.milliseconds for line in said) + _DAY_MS,
    )
    forms = signals(pl.Series(texts, dtype=pl.String), own_lexicons(settings))
    counted = counted_emotions(forms, settings.number("talk.negative_below"))
    leaks = leaks_of(lines, texts, counted, settings)
    return Inspection(lines, FormBook(naming(counted, products)), leaks=leaks)


def _read(session: int, chat: str) -> Iterator[_Said]:
    moment = 0
    for number, line in enumerate(chat.strip().splitlines()):
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise ValueError(line)
        pace = int(match["count"]) * _UNITS[match["unit"]] if match["count"] else _PACE_SECONDS
        moment += pace * 1000 if number else 0
        actor = _ROLES[match["who"]]
        account = int(match["number"] or 1) if actor == ACTORS["agent"] else UNKNOWN
        yield _Said(session, actor, account, moment, match["text"])
