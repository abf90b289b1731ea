"""What a text must hold for a pattern to match in it: pieces of one or two characters.

Reads the patterns of word lists and rules: characters, classes, groups, alternatives, repetitions
and anchors. Of all else it is taken that anything may stand there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

_MOST = 400
"""Words a pattern is spelled out into at most; beyond that its parts are looked at one by one."""

# What triggers cost is weighed by how often signs stand in service chats, roughly. Placeholders
# ({number}, {order}, …) make letters common that are rare elsewhere.
_SHARES = {
    0.03: "的了您我不是可以有好这个吗呢在亲到一么没还要,?~ ",
    0.01: "你们那什都能会就也来去给请问为下单订哦啊吧看时货后发退款收多少怎"
    "样天今明现件用买么服务客售帮查理处题系联需等出上家店快递中京东物流再过说想"
    "知道大小商品价码支付先息信电话行回对开点提供成得最前里啦哈谢.!",
    0.02: "abcdefghijklmnopqrstuvwxyz0123456789",
}
_SHARE_OF = {sign: share for share, signs in _SHARES.items() for sign in signs}
_RARE = 0.001
_PLACEHOLDERS = "number order emoji link image smile mobile parcel address name amount date time"
_PLACEHOLDER_SHARE = 0.1

_CLASS_SIGNS = 64
_PLAIN = re.compile(r"[^()\[\]\\^$.?*+{}|]+(?![?*+{])")
"""Signs that stand for themselves, once each."""

Spelled = frozenset[str]


class _Part(NamedTuple):
    """All a part of a pattern can be, if that is few; else what must stand in it at least."""

    whole: Spelled | None
    inside: Spelled | None = None

    def least(self) -> Spelled | None:
        """Return what must stand in it, None where that is not known."""
        return self.inside if self.whole is None else self.whole


_ANYTHING = _Part(None)
_NOTHING = _Part(frozenset({""}))


@cache
def triggers(pattern: str) -> Spelled | None:
    """Return pieces of which any text the pattern matches holds one; None where none are known."""
    try:
        part = _Reader(pattern).read()
    except (IndexError, ValueError):
        return None
    found = part.least()
    if not found or "" in found:
        return None
    pieces = frozenset(_rarest(word)[1] for word in found)
    # Where something was taken out of a text a line break stands, which the text itself has none of.
    return None if any("\n" in piece for piece in pieces) else pieces


@cache
def _share(piece: str) -> float:
    """Return how often a piece stands in a text, roughly."""
    if len(piece) > 1 and piece in _PLACEHOLDERS:
        return _PLACEHOLDER_SHARE
    return math.prod(_SHARE_OF.get(sign, _RARE) for sign in piece)


@cache
def _rarest(word: str) -> tuple[float, str]:
    """Return the piece of a word that fewest texts hold, after its share of them."""
    pieces = [word[n : n + 2] for n in range(max(len(word) - 1, 1))]
    return min(zip(map(_share, pieces), pieces, strict=True))


def _rarer(one: Spelled | None, other: Spelled | None) -> Spelled | None:
    """Return the set of words that fewer texts hold; one with the empty word tells nothing."""
    known = [words for words in (one, other) if words and "" not in words]
    if len(known) < 2:  # noqa: PLR2004
        return known[0] if known else None
    return min(known, key=lambda words: sum(_rarest(word)[0] for word in words))


def _one_of(parts: Sequence[_Part]) -> _Part:
    if len(parts) == 1:
        return parts[0]
    least = [part.least() for part in parts]
    if any(words is None for words in least):
        return _ANYTHING
    every = frozenset[str]().union(*(words for words in least if words is not None))
    if len(every) <= _MOST and all(part.whole is not None for part in parts):
        return _Part(every)
    return _Part(None, None if "" in every else every)


class _Sequence:
    """Parts one after the other: what of them is spelled out so far, and the rarest piece."""

    def __init__(self) -> None:
        self._run: Spelled = frozenset({""})
        self._best: Spelled | None = None
        self._is_whole = True

    def add(self, part: _Part) -> None:
        """Go on by a part."""
        if part.whole is not None and len(self._run) * len(part.whole) <= _MOST:
            self._run = frozenset(left + right for left in self._run for right in part.whole)
            return
        self.cut()
        if part.whole is None:
            self._best = _rarer(self._best, part.inside)
        else:
            self._run = part.whole

    def cut(self) -> None:
        """Leave open what follows."""
        self._best = _rarer(self._best, self._run)
        self._run, self._is_whole = frozenset({""}), False

    def part(self) -> _Part:
        """Return the whole as one part."""
        return _Part(self._run) if self._is_whole else _Part(None, _rarer(self._best, self._run))


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, pattern: str) -> None:
        self._pattern, self._at = pattern, 0

    def read(self) -> _Part:
        """Return the whole pattern.

        Raises:
            ValueError: it holds what is not known here.
        """
        part = self._alternatives()
        if self._at < len(self._pattern):
            raise ValueError(self._pattern)
        return part

    def _next(self) -> str:
        return self._pattern[self._at] if self._at < len(self._pattern) else ""

    def _take(self) -> str:
        self._at += 1
        return self._pattern[self._at - 1]

    def _alternatives(self) -> _Part:
        parts = [self._sequence()]
        while self._next() == "|":
            self._take()
            parts.append(self._sequence())
        return _one_of(parts)

    def _sequence(self) -> _Part:
        found = _Sequence()
        while self._next() not in {"", "|", ")"}:
            if plain := _PLAIN.match(self._pattern, self._at):
                self._at = plain.end()
                found.add(_Part(frozenset({plain.group()})))
                continue
            part = self._atom()
            least, most = self._repetition()
            if (least, most) == (1, 1):
                found.add(part)
            elif (least, most) == (0, 1) and part.whole is not None:
                found.add(_Part(part.whole | {""}))
            elif least:
                # Once at least, and whatever follows stands behind the last time.
                found.add(part)
                found.cut()
                if part.whole is not None and len(part.whole) <= _MOST:
                    found.add(part)
            else:
                found.cut()
        return found.part()

    def _repetition(self) -> tuple[int, int | None]:
        match = re.compile(r"[?*+]|\{(\d+)(,?)(\d*)\}").match(self._pattern, self._at)
        if match is None:
            return 1, 1
        self._at = match.end()
        if self._next() in {"?", "+"}:
            self._take()
        sign = match.group()
        if sign in "?*+":
            return {"?": (0, 1), "*": (0, None), "+": (1, None)}[sign]
        least = int(match[1])
        most = int(match[3]) if match[3] else None if match[2] else least
        return least, most

    def _atom(self) -> _Part:
        sign = self._take()
        if sign == "(":
            return self._group()
        if sign == "[":
            return self._class()
        if sign == "\\":
            return self._escaped()
        if sign in "^$":
            return _NOTHING
        if sign == ".":
            return _ANYTHING
        if sign in "?*+{":
            raise ValueError(self._pattern)
        return _Part(frozenset({sign}))

    def _group(self) -> _Part:
        match = re.compile(r"\?(?::|P<\w+>)").match(self._pattern, self._at)
        if match:
            self._at = match.end()
        elif self._next() == "?":
            raise ValueError(self._pattern)
        part = self._alternatives()
        if self._take() != ")":
            raise ValueError(self._pattern)
        return part

    def _escaped(self) -> _Part:
        sign = self._take()
        if sign in "bB":
            return _NOTHING
        if sign.isalnum():
            return _ANYTHING
        return _Part(frozenset({sign}))

    def _class(self) -> _Part:
        match = re.compile(r"(\^?\]?(?:\\.|[^\]\\])*)\]", re.DOTALL).match(self._pattern, self._at)
        if match is None:
            raise ValueError(self._pattern)
        self._at = match.end()
        inside = match[1]
        if inside.startswith("^") or re.search(r"\\[a-zA-Z0-9]|\[|&&|--|~~", inside):
            return _ANYTHING
        signs: set[str] = set()
        for one in re.finditer(r"(\\?.)-(\\?.)|\\?(.)", inside, re.DOTALL):
            low, high, single = one.groups()
            signs |= {single} if single else set(map(chr, range(ord(low[-1]), ord(high[-1]) + 1)))
            if len(signs) > _CLASS_SIGNS:
                return _ANYTHING
        return _Part(frozenset(signs))
