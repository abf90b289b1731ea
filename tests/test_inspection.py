"""Inspection rules: every operator on a short chat, the shipped book's own tests, faulty files."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cskpi.errors import DefinitionError
from cskpi.quality.expression import parse
from cskpi.quality.lines import ACTORS, Lines
from cskpi.quality.rule_file import make_rule, read_rule_file
from cskpi.quality.rule_keys import CONDITION
from cskpi.quality.rule_tests import failed_examples, inspect_chats
from cskpi.quality.rulebook import load_rules, read_rules, shipped_paths
from cskpi.quality.similarity import Likeness, dice, plain
from cskpi.settings import load_settings
from cskpi.texts import set_language

if TYPE_CHECKING:
    from cskpi.quality.hits import Inspection
    from cskpi.quality.rule import Rule

SETTINGS = load_settings({}, environment={})
HEAD = """
name     = { zh = "试", en = "Try" }
reason   = { zh = "试", en = "Try" }
category = "attitude"
severity = "low"
points   = -1
origin   = "test"
"""
TAIL = """
[[must_hit]]
chat = "客服: 稍等"
[[must_not_hit]]
chat = "客户: 稍等"
"""

OPERATORS = {
    "any word": ('any = ["稍等", "马上"]', "客户: 稍等\n客服: 好\n客服: 马上来", [2]),
    "words of any case and width": ('any = ["VIP群"]', "客户: 好\n客服: 进ｖｉｐ群", [1]),
    "all words": ('all = ["退", "运费"]', "客户: 好\n客服: 退\n客服: 退，赔运费", [2]),
    "no word": ('none = ["亲"]', "客户: 亲\n客服: 亲\n客服: 在", [2]),
    "two of three words": (
        'some = ["好评", "返现", "晒图"]\nsome_least = 2',
        "客户: 在\n客服: 给好评\n客服: 好评晒图",
        [2],
    ),
    "a pattern": ("regex = '[0-9]+元'", "客户: 5元\n客服: 5块\n客服: 15元", [2]),
    "a pattern but for an exclusion": (
        "regex = '最低'\nexclude = '最低温度'",
        "客户: 好\n客服: 最低温度\n客服: 最低温度时价格最低",
        [2],
    ),
    "a signal": ('signals = ["is_apology"]', "客户: 抱歉\n客服: 好\n客服: 抱歉", [2]),
    "words without a signal": (
        'any = ["发"]\nwithout = ["is_apology"]',
        "客户: 好\n客服: 抱歉，明天发\n客服: 明天发",
        [2],
    ),
    "an emotion of the customer": (
        'role = "customer"\nemotions = ["angry"]',
        "客户: 在吗\n客服: 您好\n客户: 骗子，我要投诉",
        [2],
    ),
    "a bot": ('role = "bot"\nany = ["好"]', "客户: 好\n机器人: 好\n客服: 好", [1]),
    "personal data, orders and links": (
        'entities = ["mobile", "link"]',
        "客户: 好\n客服: 打13812345678\n客服: 看 https://a.cn/b\n客服: 订单号 123456789012",
        [1, 2],
    ),
    "a product of the shop": (
        'entities = ["product"]',
        "客户: 好\n客服: 云朵沙发有货\n客服: 沙发有货",
        [1],
    ),
    "data the customer had not given": (
        'leaks = ["mobile"]',
        "客户: 我的是13812345678\n客服: 13812345678对吧\n客服: 还是+86 139-1234-5678",
        [2],
    ),
    "a reply within 5 s": (
        "waited_under = 5",
        "客户: 在\n+4s 客服: 在\n+1s 客服: 说\n客户: 好\n+5s 客服: 嗯",
        [1],
    ),
    "the third message within 20 s": (
        "burst = { least = 3, seconds = 20 }",
        "客户: 在\n客服: 一\n客服: 二\n客户: 等等\n+0s 客服: 三\n+1s 客服: 四\n+9m 客服: 五",
        [4, 5],
    ),
    "a clear sentiment": (
        'sentiment_below = -0.2\nrole = "customer"',
        "客户: 你好\n客户: 太差了，很失望，垃圾\n客服: 太差了",
        [1],
    ),
    "length": (
        "longest = 3\nshortest = 2",
        "客户: 好的\n客服: 好\n客服: 好的\n客服: 好的亲亲",
        [2],
    ),
    "the first two of the role": (
        "first = 2",
        "客户: 一\n客服: 二\n客户: 三\n客服: 四\n客服: 五",
        [1, 3],
    ),
    "the last of the role": ("last = 1", "客户: 一\n客服: 二\n客服: 三\n客户: 四", [2]),
    "among the first three lines": (
        "first_lines = 3",
        "客户: 一\n客服: 二\n客户: 三\n客服: 四",
        [1],
    ),
    "among the last two lines": ("last_lines = 2", "客户: 一\n客服: 二\n客户: 三\n客服: 四", [3]),
    "the second hit": ('any = ["拍"]\nnth = 2', "客户: 好\n客服: 拍\n客服: 拍\n客服: 拍", [2]),
    "hits of sessions with three": ('any = ["拍"]\nleast = 3', "客户: 好\n客服: 拍\n客服: 拍", []),
    "a wait of more than 180 s": ("waited_over = 180", "客户: 在\n+180s 客服: 在", []),
    "a wait counts from the first question": (
        "waited_over = 180",
        "客户: 在\n+100s 客户: 人呢\n+81s 客服: 在\n+1h 客服: 还在",
        [2],
    ),
    "silence of more than 600 s": (
        'silence = { role = "agent", seconds = 600 }',
        "客户: 在\n客服: 稍等\n+600s 客服: 好\n+601s 客服: 还有",
        [2, 3],
    ),
    "said for the third time": (
        "repeats = { least = 3, similarity = 0.8, shortest = 4 }",
        "客户: 在\n客服: 请您耐心等待\n客服: 请您耐心等待哦\n客服: 今天发\n客服: 请您耐心等待~",
        [4],
    ),
    "another agent repeats nobody": (
        "repeats = { least = 2, similarity = 0.8, shortest = 4 }",
        "客户: 在\n客服: 请您耐心等待\n客服2: 请您耐心等待",
        [],
    ),
    "like a sample": (
        'similar = ["这是公司规定，我也没办法"]\nscore = 0.7',
        "客户: 在\n客服: 这是公司的规定我也没办法\n客服: 公司有班车",
        [1],
    ),
}


SORRY_TWICE = "客户: 在\n客服: 抱歉\n客服: 马上\n客户: ?\n客服: 马上\n客服: 抱歉马上\n客服: 好了"
HOLD_TWICE = "客户: 在\n客服: 稍等\n客户: 好\n客服: 查到了\n客服: 稍等\n客服: 别急"
SHORT, LONG, NOBODY_ASKED = (
    "客户: 在\n客服: 好",
    "客户: 在\n客服: 好\n客服: 行",
    "客服: 好\n客服: 行",
)
FURTHER = (SORRY_TWICE, HOLD_TWICE, SHORT, LONG, NOBODY_ASKED)


def rule_of(tmp_path: Path, body: str) -> Rule:
    path = tmp_path / "tried.toml"
    path.write_text(HEAD + body + TAIL, encoding="utf-8")
    file, problems = read_rule_file(path, {})
    assert (file is not None, problems) == (True, [])
    assert file is not None
    return make_rule(file)


@cache
def inspected() -> tuple[Inspection, dict[str, int]]:
    """Return all chats read at once, and the number of each: reading prepares every word list."""
    chats = list(dict.fromkeys([*(chat for _, chat, _ in OPERATORS.values()), *FURTHER]))
    places = {chat: number for number, chat in enumerate(chats)}
    return inspect_chats(chats, SETTINGS, ["云朵沙发"]), places


def hits(rule: Rule, chat: str) -> list[int]:
    """Return the lines of one of the chats that a rule hits."""
    inspection, numbers = inspected()
    places = inspection.places(rule)
    own = places[inspection.lines.session[places] == numbers[chat]]
    first = int(np.argmax(inspection.lines.session == numbers[chat]))
    return [int(place) - first for place in own]


@pytest.mark.parametrize("name", OPERATORS)
def test_an_operator_hits_these_lines(tmp_path: Path, name: str) -> None:
    condition, chat, expected = OPERATORS[name]
    assert hits(rule_of(tmp_path, f"[condition.tried]\n{condition}\n"), chat) == expected


JOINED = """
at = "hold"
when = "{when}"
[condition.hold]
any = ["稍等"]
[condition.other]
any = ["查到"]
{relation}
"""
EITHER = """
at = ["sorry", "soon"]
when = "(sorry or soon) and not done"
[condition.sorry]
any = ["抱歉"]
[condition.soon]
any    = ["马上"]
before = { of = "asked", messages = 1 }
[condition.asked]
role = "customer"
any  = ["?"]
[condition.done]
any   = ["好了"]
after = { of = "sorry", messages = 1 }
"""


def test_findings_stand_at_each_of_several_conditions(tmp_path: Path) -> None:
    rule = rule_of(tmp_path, EITHER)
    assert hits(rule, SORRY_TWICE) == [1, 2]


RELATIONS = {
    "after, anywhere": ("hold and other", 'after = { of = "hold" }', [1]),
    "not after": ("hold and not other", 'after = { of = "hold" }', [4]),
    "before": ("hold and other", 'before = { of = "hold" }', [4]),
    "within two lines": ("other", 'after = { of = "hold", messages = 2 }', [1]),
    "not within one line": ("other", 'after = { of = "hold", messages = 1 }', []),
    "within 20 seconds": ("other", 'after = { of = "hold", seconds = 20 }', [1]),
    "not within 19 seconds": ("other", 'after = { of = "hold", seconds = 19 }', []),
    "around, either side": ("other", 'around = { of = "hold", messages = 2 }', [1, 4]),
    "no second one": ("other", 'after = { of = "hold", least = 2 }', []),
    "in the session": ("hold and other", "", [1, 4]),
    "or, not and brackets": ("not (hold and other) or not other", "", []),
}


@pytest.mark.parametrize("name", RELATIONS)
def test_a_relation_is_judged_for_each_hit(tmp_path: Path, name: str) -> None:
    when, relation, expected = RELATIONS[name]
    rule = rule_of(tmp_path, JOINED.format(when=when, relation=relation))
    assert hits(rule, HOLD_TWICE) == expected


def test_sessions_do_not_touch_each_other(tmp_path: Path) -> None:
    rule = rule_of(tmp_path, JOINED.format(when="other", relation='after = { of = "hold" }'))
    chats = ["客户: 在\n客服: 稍等", "客户: 在\n客服: 查到了", "客户: 在\n客服: 稍等\n客服: 查到"]
    assert [int(place) for place in inspect_chats(chats, SETTINGS).places(rule)] == [5]


def test_a_rule_looks_only_at_sessions_of_its_scope(tmp_path: Path) -> None:
    rule = rule_of(tmp_path, '[scope]\nagent = 2\n[condition.tried]\nany = ["好"]\n')
    assert [hits(rule, chat) for chat in (SHORT, LONG, NOBODY_ASKED)] == [[], [1], []]


def test_the_shipped_rules_are_sound_and_pass_their_own_tests() -> None:
    assert read_rules(shipped_paths(), {})[1] == []
    rules = load_rules(SETTINGS)
    assert len(rules) > 40
    assert failed_examples(rules, SETTINGS) == []


def test_an_example_that_fails_is_named_with_its_line(tmp_path: Path) -> None:
    rule = rule_of(tmp_path, '[condition.tried]\nany = ["马上"]\n')
    assert failed_examples([rule], SETTINGS) == [f"{rule.path}:11: 这段对话应当命中，却没有命中"]


FAULTS = {
    "unknown key 'tone'": ('origin   = "test"', 'origin   = "test"\ntone = 1', 8),
    "missing key 'reason'": ('reason   = { zh = "试", en = "Try" }\n', "", 1),
    "'name' must be a text for both": (', en = "Try" }\nreason', " }\nreason", 2),
    "'severity' must be one of": ('"low"', '"grave"', 5),
    "a bonus is of severity 'none'": ("-1", "1", 5),
    "a fatal rule is of severity": ('origin   = "test"', 'origin = "test"\nfatal = true', 8),
    "unknown key 'condition.tried.word'": ("any = ", "word = ", 9),
    "'condition.tried.any' must be a list": ('["稍等"]', '"稍等"', 9),
    "is no pattern": ('any = ["稍等"]', "regex = '(稍'", 9),
    "'condition.tried.signals' must be a list out of": ("any =", "signals =", 9),
    "names no other condition: 'x'": ('"稍等"]', '"稍等"]\nafter = { of = "x" }', 10),
    "'when' names no condition: 'x'": ("[condition.tried]", 'when = "x"\n[condition.tried]', 8),
    "'when' cannot be read: a bracket": (
        "[condition.tried]",
        'when = "(tried"\n[condition.tried]',
        8,
    ),
    "no [[must_hit]]: a rule brings": ('[[must_hit]]\nchat = "客服: 稍等"\n', "", 1),
    "'to' lies before 'from'": (
        'origin   = "test"',
        'origin   = "test"\nfrom = 2026-02-01\nto = 2026-01-01',
        9,
    ),
}


@pytest.mark.parametrize("message", FAULTS)
def test_a_faulty_rule_is_told_with_file_and_line(tmp_path: Path, message: str) -> None:
    set_language("en")
    old, new, line = FAULTS[message]
    good = f'{HEAD}[condition.tried]\nany = ["稍等"]\n{TAIL}'
    assert old in good
    path = tmp_path / "tried.toml"
    path.write_text(good.replace(old, new, 1), encoding="utf-8")
    _, problems = read_rule_file(path, {})
    assert [p for p in problems if p.startswith(f"{path}:{line}: ") and message in p], problems
    set_language("zh")
    told = [p.removeprefix(f"{path}:") for p in read_rule_file(path, {})[1]]
    assert [one for one in told if not re.search("[\u4e00-\u9fff]", one)] == []


def test_all_faults_of_all_files_are_told_at_once() -> None:
    set_language("en")
    folder = Path("qa_rules")
    folder.mkdir()
    (folder / "one.toml").write_text("name = 1\n[condition", encoding="utf-8")
    (folder / "two.toml").write_text("nane = 1\nseverity = 2\n", encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_rules(SETTINGS)
    told = caught.value.problems
    assert told[0].startswith(f"{folder / 'one.toml'}:2: ")
    assert f"{folder / 'two.toml'}:1: unknown key 'nane'" in told
    assert any(problem.startswith(f"{folder / 'two.toml'}:2: 'severity'") for problem in told)


def test_a_shop_changes_adds_and_switches_off_rules() -> None:
    folder = Path("qa_rules")
    folder.mkdir()
    (folder / "no_welcome.toml").write_text("inherit = true\npoints = -9\n", encoding="utf-8")
    (folder / "bad_closing.toml").write_text("off = true\n", encoding="utf-8")
    own = f'{HEAD}[condition.tried]\nany = ["稍等"]\n{TAIL}'
    (folder / "our_own.toml").write_text(own, encoding="utf-8")
    before = {rule.name: rule for rule in load_rules(load_settings({"quality.rules_folder": "x"}))}
    rules = {rule.name: rule for rule in load_rules(SETTINGS)}
    assert set(before) - set(rules) == {"bad_closing"}
    assert set(rules) - set(before) == {"our_own"}
    assert (before["no_welcome"].points, rules["no_welcome"].points) == (-3, -9)
    assert rules["no_welcome"].conditions == before["no_welcome"].conditions
    assert rules["no_welcome"].digest != before["no_welcome"].digest
    assert rules["insult"].digest == before["insult"].digest


@pytest.mark.parametrize(
    ("text", "a", "b", "expected"),
    [
        ("a and not b", 1, 0, 1),
        ("not a or b", 1, 0, 0),
        ("not (a or b)", 0, 0, 1),
        ("a or b and not a", 1, 0, 1),
        ("NOT a AND NOT b", 0, 0, 1),
    ],
)
def test_an_expression_binds_not_before_and_before_or(
    text: str, a: int, b: int, expected: int
) -> None:
    values = {"a": np.array([bool(a)]), "b": np.array([bool(b)])}
    assert bool(parse(text).holds(values)[0]) is bool(expected)


MESSAGES = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from((1, 2, 3)), st.integers(0, 900)), max_size=30
)


@given(MESSAGES)
def test_waits_and_silence_agree_with_reading_line_by_line(
    told: list[tuple[int, int, int]],
) -> None:
    rows, moment = sorted(told, key=lambda one: one[0]), 0
    moments = [moment := moment + pace for _, _, pace in rows]
    lines = Lines(
        session=np.array([row[0] for row in rows], dtype=np.int64),
        row_key=np.arange(len(rows)),
        actor=np.array([row[1] for row in rows], dtype=np.int8),
        account=np.zeros(len(rows), dtype=np.int32),
        milliseconds=np.array(moments, dtype=np.int64) * 1000,
        form=np.zeros(len(rows), dtype=np.int32),
        last_millisecond=(moment + 50) * 1000,
    )
    waited, silent = lines.waited, lines.silent_for("agent")
    for at, (session, actor, _) in enumerate(rows):
        before = [n for n in range(at) if rows[n][0] == session]
        humans = [n for n in before if rows[n][1] == ACTORS["agent"]]
        asked = [n for n in before if rows[n][1] == 1 and n > max(humans, default=-1)]
        expected = moments[at] - moments[asked[0]] if asked and actor == 2 else None
        assert (None if np.isnan(waited[at]) else waited[at]) == expected
        later = [n for n in range(at + 1, len(rows)) if rows[n][0] == session and rows[n][1] == 2]
        until = moments[later[0]] if later else moment + 50
        assert silent[at] == until - moments[at]


SENTENCES = st.lists(
    st.text("今天明发货吗呢的了快", min_size=1, max_size=14), min_size=2, max_size=8
)


@given(SENTENCES, st.sampled_from((0.6, 0.8, 0.95)))
def test_what_the_bits_sift_is_what_an_exact_comparison_finds(
    sentences: list[str], score: float
) -> None:
    likeness = Likeness(pl.Series(sentences, dtype=pl.String))
    one, other = np.triu_indices(len(sentences), k=1)
    found = likeness.alike(one.astype(np.int32), other.astype(np.int32), score)
    exact = [
        dice(plain(sentences[a]), plain(sentences[b])) >= score
        for a, b in zip(one, other, strict=True)
    ]
    assert found.tolist() == exact


def test_the_rule_of_the_handbook_works(tmp_path: Path) -> None:
    page = (Path(__file__).parents[1] / "docs" / "inspection.md").read_text(encoding="utf-8")
    path = tmp_path / "handbook.toml"
    path.write_text(page.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    files, problems = read_rules([path], {})
    assert problems == []
    assert failed_examples([make_rule(files["handbook"])], SETTINGS) == []


def test_the_handbook_names_every_key_of_a_condition() -> None:
    page = (Path(__file__).parents[1] / "docs" / "inspection.md").read_text(encoding="utf-8")
    assert [key for key in CONDITION if f"`{key}" not in page] == []
