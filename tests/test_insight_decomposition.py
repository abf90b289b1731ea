"""A ratio's change taken apart: the parts add up, and each effect is what it is called."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cskpi.insight.decomposition import Part, decompose

COUNTS = st.integers(0, 5000)
PARTS = st.dictionaries(
    st.sampled_from("abcdefgh"), st.tuples(COUNTS, COUNTS).map(lambda pair: Part(*pair)), max_size=8
)


@settings(max_examples=60)
@given(PARTS, PARTS)
def test_the_effects_of_all_parts_add_up_to_the_change_of_the_whole(
    now: dict[str, Part], then: dict[str, Part]
) -> None:
    found = decompose(now, then)
    wholes = [
        (
            sum(p.numerator for p in side.values() if p.denominator),
            sum(p.denominator for p in side.values()),
        )
        for side in (now, then)
    ]
    if found is None:
        assert min(denominator for _, denominator in wholes) == 0
        return
    rates = [above / below for above, below in wholes]
    assert found.change == pytest.approx(rates[0] - rates[1], abs=1e-12)
    total = sum(effect.rate + effect.mix for effect in found.effects)
    assert total == pytest.approx(found.change, abs=1e-9 * max(1.0, *map(abs, rates)))


def test_a_part_that_got_worse_alone_is_all_of_the_change() -> None:
    then = {"a": Part(10, 100), "b": Part(10, 100)}
    now = {"a": Part(30, 100), "b": Part(10, 100)}
    found = decompose(now, then)
    assert found is not None
    effects = {effect.key: (effect.rate, effect.mix) for effect in found.effects}
    # a: (0.3 − 0.1) × 1/2
    assert effects["a"] == pytest.approx((0.1, 0.0))
    assert effects["b"] == pytest.approx((0.0, 0.0))


def test_more_work_for_the_slow_one_is_an_effect_of_weight_alone() -> None:
    then = {"fast": Part(0, 50), "slow": Part(50, 50)}
    now = {"fast": Part(0, 25), "slow": Part(75, 75)}
    found = decompose(now, then)
    assert found is not None
    effects = {effect.key: (effect.rate, effect.mix) for effect in found.effects}
    # The level is (0.5 + 0.75) / 2 = 0.625; slow: (0.75 − 0.5) × (1 − 0.625), fast: (−0.25) × −0.625
    assert effects["slow"] == pytest.approx((0.0, 0.09375))
    assert effects["fast"] == pytest.approx((0.0, 0.15625))


def test_a_newcomer_has_no_rate_of_then() -> None:
    found = decompose({"old": Part(10, 100), "new": Part(50, 100)}, {"old": Part(10, 100)})
    assert found is not None
    effects = {effect.key: (effect.rate, effect.mix) for effect in found.effects}
    # Whole 0.1 → 0.3, level 0.2; new: 1/2 × (0.5 − 0.2), old: −1/2 × (0.1 − 0.2)
    assert effects["new"] == pytest.approx((0.0, 0.15))
    assert effects["old"] == pytest.approx((0.0, 0.05))
