"""The grammar of a rule file: which keys there are, what each may hold, and where one stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cskpi.quality.rule import (
    CATEGORIES,
    EMOTIONS,
    ENTITIES,
    LEAK_KINDS,
    NEARNESS,
    ROLES,
    SEVERITIES,
    SIGNALS,
)
from cskpi.texts import say

_HEADER = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a key may hold: a test, and the key of the words for it; some name what is allowed."""

    words: str
    fits: Callable[[Any], bool]
    allowed: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """The words for it in the language in force."""
        return say(f"rule_kind.{self.words}", allowed=", ".join(self.allowed))


def _whole(item: Any) -> bool:
    return isinstance(item, int) and not isinstance(item, bool) and item >= 0


def _positive(item: Any) -> bool:
    return _whole(item) and item > 0


def _number(item: Any) -> bool:
    return isinstance(item, int | float) and not isinstance(item, bool)


def _seconds(item: Any) -> bool:
    return _number(item) and item >= 0


def _share(item: Any) -> bool:
    return _number(item) and 0 < item <= 1


def _words(item: Any) -> bool:
    return isinstance(item, list) and bool(item) and all(isinstance(w, str) and w for w in item)


def _listed(allowed: tuple[str, ...]) -> Kind:
    return Kind("listed", lambda item: _words(item) and set(item) <= {*allowed}, allowed)


def _chosen(allowed: tuple[str, ...]) -> Kind:
    return Kind("chosen", lambda item: item in allowed, allowed)


TEXT = Kind("text", lambda item: isinstance(item, str) and bool(item.strip()))
LABELS = Kind(
    "labels",
    lambda item: (
        isinstance(item, dict) and set(item) == {"zh", "en"} and all(map(_text, item.values()))
    ),
)
NUMBER = Kind("number", _number)
SECONDS = Kind("seconds", _seconds)
SHARE = Kind("share", _share)
WHOLE = Kind("whole", _whole)
POSITIVE = Kind("positive", _positive)
WORDS = Kind("words", _words)
NAMES = Kind("names", lambda item: _words(item) or _name(item))
SWITCH = Kind("switch", lambda item: isinstance(item, bool))
DAY = Kind("day", lambda item: type(item) is date)
TABLE = Kind("table", lambda item: isinstance(item, dict))
TABLES = Kind("tables", lambda item: isinstance(item, list))


def _text(item: Any) -> bool:
    return isinstance(item, str)


def _name(item: Any) -> bool:
    return isinstance(item, str) and bool(item.strip())


RULE: Mapping[str, Kind] = {
    "inherit": SWITCH,
    "off": SWITCH,
    "name": LABELS,
    "reason": LABELS,
    "category": _chosen(CATEGORIES),
    "severity": _chosen(SEVERITIES),
    "points": NUMBER,
    "fatal": SWITCH,
    "risk": SWITCH,
    "origin": TEXT,
    "version": POSITIVE,
    "at": NAMES,
    "when": TEXT,
    "from": DAY,
    "to": DAY,
    "scope": TABLE,
    "condition": TABLE,
    "must_hit": TABLES,
    "must_not_hit": TABLES,
}
REQUIRED = ("name", "reason", "category", "severity", "points", "origin", "condition")

_RELATION = Kind(
    "relation",
    lambda item: (
        isinstance(item, dict)
        and isinstance(item.get("of"), str)
        and set(item) <= {"of", "messages", "seconds", "least"}
        and _positive(item.get("messages", 1))
        and _seconds(item.get("seconds", 1))
        and _positive(item.get("least", 1))
    ),
)
CONDITION: Mapping[str, Kind] = {
    "role": _chosen(ROLES),
    "any": WORDS,
    "all": WORDS,
    "none": WORDS,
    "some": WORDS,
    "some_least": POSITIVE,
    "regex": TEXT,
    "exclude": TEXT,
    "signals": _listed(SIGNALS),
    "without": _listed(SIGNALS),
    "entities": _listed(ENTITIES),
    "leaks": _listed(LEAK_KINDS),
    "emotions": _listed(EMOTIONS),
    "sentiment_below": NUMBER,
    "sentiment_above": NUMBER,
    "similar": WORDS,
    "score": SHARE,
    "longest": WHOLE,
    "shortest": POSITIVE,
    "first": POSITIVE,
    "last": POSITIVE,
    "first_lines": POSITIVE,
    "last_lines": POSITIVE,
    "waited_over": SECONDS,
    "waited_under": SECONDS,
    "burst": Kind(
        "burst",
        lambda item: (
            isinstance(item, dict)
            and set(item) == {"least", "seconds"}
            and _positive(item["least"])
            and item["least"] > 1
            and _seconds(item["seconds"])
        ),
    ),
    "silence": Kind(
        "silence",
        lambda item: (
            isinstance(item, dict)
            and set(item) == {"role", "seconds"}
            and item["role"] in ROLES
            and _seconds(item["seconds"])
        ),
    ),
    "repeats": Kind(
        "repeats",
        lambda item: (
            isinstance(item, dict)
            and set(item) == {"least", "similarity", "shortest"}
            and _positive(item["least"])
            and item["least"] > 1
            and _share(item["similarity"])
            and _positive(item["shortest"])
        ),
    ),
    "asked_again": SWITCH,
    "nth": POSITIVE,
    "least": POSITIVE,
    **dict.fromkeys(NEARNESS, _RELATION),
}
SCOPE: Mapping[str, Kind] = {"customer": WHOLE, "agent": WHOLE, "channels": WORDS}
EXAMPLE: Mapping[str, Kind] = {"chat": TEXT, "products": WORDS}


def key_problems(
    table: Mapping[str, Any], known: Mapping[str, Kind], place: str = ""
) -> Iterator[tuple[str, str]]:
    """Yield each key that is unknown or holds something else, and what is wrong with it."""
    for key, item in table.items():
        if key not in known:
            yield key, say("rule_fault.unknown_key", key=f"{place}{key}")
        elif not known[key].fits(item):
            must = known[key].told
            yield key, say("rule_fault.must_be", key=f"{place}{key}", must=must)


def line_of(text: str, table: str, key: str = "", ordinal: int = 0) -> int:
    """Return the line of a key of a table (empty: the top), else of the table, else 1.

    `ordinal` tells which of several tables of that name, from 0.
    """
    here, seen, table_line = "", 0, 1
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.fullmatch(line.split("#")[0])
        if header:
            here = header[1]
            if here == table:
                table_line = number if seen == ordinal else table_line
                seen += 1
        elif key and here == table and (seen == ordinal + 1 or not table):
            name = line.split("=")[0].strip().strip('"')
            if name == key:
                return number
    return table_line
