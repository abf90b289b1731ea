"""A ratio's change taken apart: what each part changed itself, and what its weight changed.

A whole that is `sum(numerators) / sum(denominators)` over parts changes by the sum of two effects
of every part, exactly (the symmetric split; Kitagawa 1955):

    rate effect = (rate now - rate then) x mean weight
    mix effect  = (weight now - weight then) x (mean rate of the part - mean rate of the whole)

Weights are shares of the denominator. A part that was not there then, or is not now, has no rate of
that time: its change is one of weight alone.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

K = TypeVar("K", bound=Hashable)


class Part(NamedTuple):
    """A part in one period: what was hit (or the sum of amounts), of how many."""

    numerator: float
    denominator: float


@dataclass(frozen=True, slots=True)
class Effect(Generic[K]):
    """What one part adds to the change of the whole."""

    key: K
    rate: float
    mix: float


@dataclass(frozen=True, slots=True)
class Decomposition(Generic[K]):
    """The effects of all parts; they add up to `change`, the change of the parts' own whole."""

    effects: tuple[Effect[K], ...]
    change: float


def decompose(now: Mapping[K, Part], then: Mapping[K, Part]) -> Decomposition[K] | None:
    """Return the effects of each part; None where either period has no case at all."""
    whole_now, whole_then = _whole(now), _whole(then)
    if whole_now is None or whole_then is None:
        return None
    level = (_rate(whole_now) + _rate(whole_then)) / 2
    effects = tuple(
        _effect(key, now.get(key), then.get(key), (whole_now, whole_then), level)
        for key in dict.fromkeys([*now, *then])
    )
    return Decomposition(effects, _rate(whole_now) - _rate(whole_then))


def _effect(
    key: K, now: Part | None, then: Part | None, wholes: tuple[Part, Part], level: float
) -> Effect[K]:
    here = now if now is not None and now.denominator > 0 else None
    there = then if then is not None and then.denominator > 0 else None
    weight_now = here.denominator / wholes[0].denominator if here else 0.0
    weight_then = there.denominator / wholes[1].denominator if there else 0.0
    known = here or there
    if known is None:
        return Effect(key, 0.0, 0.0)
    rate_now, rate_then = _rate(here or known), _rate(there or known)
    return Effect(
        key,
        rate=(rate_now - rate_then) * (weight_now + weight_then) / 2,
        mix=(weight_now - weight_then) * ((rate_now + rate_then) / 2 - level),
    )


def _whole(parts: Mapping[K, Part]) -> Part | None:
    denominator = sum(part.denominator for part in parts.values() if part.denominator > 0)
    if denominator <= 0:
        return None
    numerator = sum(part.numerator for part in parts.values() if part.denominator > 0)
    return Part(numerator, denominator)


def _rate(part: Part) -> float:
    return part.numerator / part.denominator
