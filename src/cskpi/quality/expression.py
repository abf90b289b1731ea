"""`hold and not (back or excused)`: names joined by AND, OR and NOT."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cskpi.texts import say

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TOKEN = re.compile(r"\s*([()]|[^\s()]+)")
_WORDS = ("and", "or", "not", "(", ")")


@dataclass(frozen=True, slots=True)
class Expression:
    """A name, or `and`, `or`, `not` over parts."""

    operator: str
    parts: tuple[Expression, ...] = ()

    def names(self) -> set[str]:
        """Return the names in it."""
        if not self.parts:
            return {self.operator}
        return {name for part in self.parts for name in part.names()}

    def holds(self, values: Mapping[str, NDArray[np.bool_]]) -> NDArray[np.bool_]:
        """Evaluate over arrays of the same length, one for each name."""
        if not self.parts:
            return values[self.operator]
        first, *rest = (part.holds(values) for part in self.parts)
        if self.operator == "not":
            return ~first
        for other in rest:
            first = first & other if self.operator == "and" else first | other
        return first


def parse(text: str) -> Expression:
    """Read an expression; `not` binds closest, then `and`, then `or`.

    Raises:
        ValueError: with what is wrong.
    """
    tokens = _TOKEN.findall(text)
    tokens = [token.lower() if token.lower() in _WORDS else token for token in tokens]
    expression, rest = _either(tokens)
    if rest:
        raise ValueError(say("rule_fault.out_of_place", word=rest[0]))
    return expression


def _either(tokens: list[str]) -> tuple[Expression, list[str]]:
    return _joined("or", tokens)


def _joined(word: str, tokens: list[str]) -> tuple[Expression, list[str]]:
    below = _negated if word == "and" else _both
    part, rest = below(tokens)
    parts = [part]
    while rest and rest[0] == word:
        part, rest = below(rest[1:])
        parts.append(part)
    return (Expression(word, tuple(parts)) if len(parts) > 1 else part), rest


def _both(tokens: list[str]) -> tuple[Expression, list[str]]:
    return _joined("and", tokens)


def _negated(tokens: list[str]) -> tuple[Expression, list[str]]:
    if not tokens:
        raise ValueError(say("rule_fault.nothing_left"))
    if tokens[0] == "not":
        part, rest = _negated(tokens[1:])
        return Expression("not", (part,)), rest
    if tokens[0] == "(":
        part, rest = _either(tokens[1:])
        if not rest or rest[0] != ")":
            raise ValueError(say("rule_fault.bracket"))
        return part, rest[1:]
    if tokens[0] in _WORDS:
        raise ValueError(say("rule_fault.out_of_place", word=tokens[0]))
    return Expression(tokens[0]), tokens[1:]
