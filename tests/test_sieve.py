"""The sieve before the patterns: what it holds back, no pattern matches."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cskpi.enrich.lexicons import for_polars, load_lexicons
from cskpi.enrich.sieve import Sieve
from cskpi.enrich.triggers import triggers

SIGNS = "不退货款的吗abc,?1 "

pieces = st.sampled_from(
    [*"不退货款吗ab", "[不退]", "[^货]", ".", r"\d", r"\b", "(?:退货|款)", "(a|b|)"]
)
parts = st.tuples(pieces, st.sampled_from(["", "", "?", "*", "+", "{2}", "{0,2}", "{1,3}"]))
sequences = st.lists(parts, min_size=1, max_size=5).map(
    lambda found: "".join(p + (r if p != r"\b" else "") for p, r in found)
)
patterns = st.lists(sequences, min_size=1, max_size=3).map("|".join)


@settings(max_examples=150, deadline=None)
@given(patterns, st.lists(st.text(SIGNS, max_size=12), min_size=1, max_size=8))
def test_a_text_held_back_does_not_match(pattern: str, texts: list[str]) -> None:
    (near,) = Sieve((pattern,)).near(pl.Series(texts, dtype=pl.String))
    matched = pl.Series(texts, dtype=pl.String).str.contains(for_polars(pattern)).to_numpy()
    assert not (matched & ~near).any()


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("退货|换货", {"退货", "换货"}),
        # Of the two places that must be met the one fewer texts hold.
        ("(你|您)[^,]{0,4}(骗子|奸商)", {"骗子", "奸商"}),
        ("(?:不|没)(?:能|法)?退", {"不退", "没退", "能退", "法退"}),
        ("骂+人", {"骂人"}),
        # An optional end leaves what stands before it.
        ("投诉(?:你们)?", {"投诉"}),
        (r"\bbbb\b", {"bb"}),
        ("[^吗]*", None),
        ("退?货?", None),
        # Unknown syntax lets every text through.
        ("(?<!不)退货", None),
    ],
)
def test_triggers(pattern: str, expected: set[str] | None) -> None:
    found = triggers(pattern)
    assert found == (None if expected is None else frozenset(expected))


def test_words_are_found_the_same_with_and_without_the_sieve() -> None:
    lists = load_lexicons()
    said = (
        "抱歉,这个不能退|您联系快递吧|加我微信领券|全网最低价|什么时候发货|hello, can i return it"
    )
    forms = pl.Series([*said.split("|"), "", "😊[图片]", "你们是骗子吗"])
    classes = [lists["talk", name] for name in ("question", "refusal", "referral", "greeting")]
    parts = tuple(part for words in classes for part in words.parts)
    near = Sieve(parts).near(forms)
    for words in classes:
        rows, near = near[: len(words.parts)], near[len(words.parts) :]
        assert words.hits(forms, rows).to_list() == words.hits(forms).to_list()


def test_more_patterns_than_bits_of_a_word() -> None:
    words = [
        f"{first}{second}" for first in "退换修补发送" for second in "货款钱单件图票码价色包袋"
    ]
    near = Sieve(tuple(words)).near(pl.Series(words))
    assert len(words) == 72
    assert all(near[n, n] for n in range(72))
    assert not near[70, 0]
