"""The sieve before the patterns, and the other quick ways: they tell what the plain ones tell."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from text_quality import sentences

from cskpi.enrich.lexicons import for_polars, load_lexicons
from cskpi.enrich.normalise import Traced, folded, folded_plainly, normalise
from cskpi.enrich.personal import find_personal, possible_rules
from cskpi.enrich.sieve import Sieve
from cskpi.enrich.signals import WORDS, form_signals
from cskpi.enrich.triggers import triggers
from cskpi.quality.evidence import WordLists, evidence_of_rule, pieces_beside, pieces_of, words_of
from cskpi.quality.evidence_places import form_places
from cskpi.quality.matching import matching_forms
from cskpi.quality.rule import Condition
from cskpi.quality.rulebook import load_rules
from cskpi.quality.similarity import Likeness
from cskpi.settings import load_settings

SIGNS = "不退货款的吗abc,?1 "

pieces = st.sampled_from(
    [*"不退货款吗ab", "[不退]", "[^货]", ".", r"\d", r"\b", "(?:退货|款)", "(a|b|)"]
)
parts = st.tuples(pieces, st.sampled_from(["", "", "?", "*", "+", "{2}", "{0,2}", "{1,3}"]))
sequences = st.lists(parts, min_size=1, max_size=5).map(
    lambda found: "".join(p + (r if p != r"\b" else "") for p, r in found)
)
patterns = st.lists(sequences, min_size=1, max_size=3).map("|".join)


@settings(max_examples=60, deadline=None)
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


def test_many_texts_are_looked_through_as_each_alone() -> None:
    forms = normalise(pl.Series([one.text for one in sentences()])).gather_every(120)
    lists = load_lexicons()
    for place in WORDS.values():
        hit = forms.filter(lists[place].hits(forms))
        assert lists[place].find_all(hit) == [lists[place].find(form) for form in hit]
        assert lists[place].find_all(forms.filter(forms == "")) == [[]] * int((forms == "").sum())


def test_rules_that_cannot_hold_find_nothing() -> None:
    texts = pl.Series(
        [
            *("订单2300011112222333 单号yt1234567890123", "卡号 6222 0212 3456 7890 125"),
            *(
                "电话13812345678,寄到杭州市西湖区文三路12号3室",
                "a.b@c.com 微信abc_12345 qq 123456789",
            ),
            *("退货地址:上海市松江区新桥镇民益路201号,电话021-57681234", "nothing at all", ""),
        ]
    )
    for text, rules in zip(texts, possible_rules(texts), strict=True):
        assert find_personal(text, rules) == find_personal(text)
    assert possible_rules(texts)[-2:] == [0, 0]


def test_places_beside_changes_are_those_traced() -> None:
    for raw in (
        "加ＶＸ吧 😊😊",
        "😊  不能退~",
        "[图片]不能退了 http://a.b/c",
        "不 能  退",
        "ﬁ不能退",
    ):
        (form,) = normalise(pl.Series([raw]))
        start = form.index("退") if "退" in form else 0
        place = (start, start + 1)
        traced = Traced(raw).raw_span(*place)
        assert pieces_beside(raw, form, [place]) in (None, [(*traced, raw[slice(*traced)])])
    assert pieces_beside("😊  不能退~", "{smile} 不能退~", [(8, 11)]) == [(3, 6, "不能退")]


def test_rules_find_the_same_with_and_without_the_sieve(monkeypatch: pytest.MonkeyPatch) -> None:
    forms = form_signals(normalise(pl.Series([one.text for one in sentences()])).gather_every(30))
    rules = load_rules(load_settings({}, environment={}))
    asked = [
        one for rule in rules for one in rule.conditions.values() if one.regex and not one.similar
    ]
    forms = forms.with_columns(names_product=False)
    whole = matching_forms(forms, asked, lambda: Likeness(forms["form"]))
    monkeypatch.setattr("cskpi.quality.matching.FEWEST_SIFTED", 0)
    sifted = matching_forms(forms, asked, lambda: Likeness(forms["form"]))
    for one, other in zip(whole, sifted, strict=True):
        assert one is not None
        assert other is not None
        assert one.tolist() == other.tolist()


def test_width_and_case_of_all_texts_at_once_are_those_sign_by_sign() -> None:
    raw = pl.Series(
        [f"a{chr(code)}亲{chr(code)}" for code in range(0x1FB00) if not 0xD800 <= code < 0xE000]
    )
    told = folded_plainly(raw)
    assert told.null_count() < len(raw) - 20_000
    assert [one for one in told if one is not None] == [
        folded(text) for text, one in zip(raw, told, strict=True) if one is not None
    ]


def test_words_of_many_texts_are_those_found_one_by_one() -> None:
    said = [one.text for one in sentences()][::60]
    raws = [
        *said,
        *(f"😊 {text}~" for text in said[::2]),
        *(f"{text}，ﬁ {text}  {text.upper()}" for text in said[::3]),
        "退款退款，退款  不退",
    ]
    texts = pl.DataFrame({"text": raws}).unique().with_row_index("text_hash")
    texts = texts.with_columns(pl.col("text_hash").cast(pl.UInt64), form=normalise(texts["text"]))
    lists, found = WordLists(load_lexicons()), 0
    for rule in load_rules(load_settings({}, environment={})):
        alone = {
            text_hash: (words_of(pieces), *min(pieces)[:2])
            for text_hash, pieces in pieces_of(texts.rows(), rule.anchors, lists)
            if pieces
        }
        told = evidence_of_rule(texts, rule.anchors, lists, {})
        assert {row[0]: row[1:] for row in told.iter_rows()} == alone
        found += len(alone)
    assert found > len(texts) / 2


def test_a_word_said_again_stands_behind_the_first() -> None:
    condition = Condition("", any=("退款", "退"))
    places = form_places(pl.Series(["不退 退款退款"]), [condition], WordLists(load_lexicons()))
    assert [place[1:] for place in places.iter_rows()] == [(1, 2), (3, 5), (5, 7)]
