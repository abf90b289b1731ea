"""Satisfaction read from chats: measures, moods, dialogues with labels, models from ratings."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from emotion_quality import FRESH, WRITTEN_BESIDE, accuracies, sentences
from hypothesis import given, settings
from hypothesis import strategies as st
from transcripts import open_shop

from cskpi.enrich.emotion import emotions
from cskpi.present.satisfaction import evaluation_table
from cskpi.present.terminal import table_text
from cskpi.sentiment.baseline import UNDECIDED, snownlp_scores
from cskpi.sentiment.dialogues import read_dialogues
from cskpi.sentiment.evaluate import judge, learn, untrained
from cskpi.sentiment.measures import accuracy, auc, auc_interval, calibration_error, macro_f1
from cskpi.sentiment.session_model import Model, calibrate, read_model
from cskpi.settings import load_settings

Cli = Callable[..., Any]

REAL = Path(__file__).parents[2] / "shared" / "data" / "jd_dialogues.jsonl"
FEWEST = 120
LEAST = 0.95
"""Of emotions and of polarities on the sentences the word lists were written beside."""
FRESH_LEAST = 0.74

scored = st.lists(st.tuples(st.booleans(), st.integers(-5, 5)), min_size=2, max_size=40)


@given(scored)
def test_auc_is_the_share_of_pairs_in_order(rows: list[tuple[bool, int]]) -> None:
    found = [score for hit, score in rows if hit]
    missed = [score for hit, score in rows if not hit]
    pairs = [(a > b) + 0.5 * (a == b) for a in found for b in missed]
    told = auc([hit for hit, _ in rows], [score for _, score in rows])
    assert told == (pytest.approx(sum(pairs) / len(pairs)) if pairs else None)


def test_measures_by_hand() -> None:
    # classes 0 0 1 2 said 0 1 1 1: two of four right; F1 of 0: 2/3, of 1: 2/4, of 2: 0
    assert accuracy([0, 0, 1, 2], [0, 1, 1, 1]) == 0.5
    assert macro_f1([0, 0, 1, 2], [0, 1, 1, 1]) == pytest.approx((2 / 3 + 0.5) / 3)
    assert (accuracy([], []), macro_f1([], []), calibration_error([], [])) == (None, None, None)
    # ten told 0.9 of which eight hold, ten told 0.2 of which two hold: (0.1 + 0) / 2
    hits = [1] * 8 + [0] * 2 + [1] * 2 + [0] * 8
    assert calibration_error(hits, [0.9] * 10 + [0.2] * 10) == pytest.approx(0.05)
    assert calibration_error([1, 1, 0, 0], [1, 1, 0, 0]) == 0


def test_interval_of_a_sure_ranking_is_a_point_and_none_without_both() -> None:
    assert auc_interval([1, 1, 0, 0] * 5, [2, 2, 1, 1] * 5, range(20), 1) == (1.0, 1.0)
    assert auc_interval([1, 1], [1, 2], ["a", "b"], 1) == (None, None)


def test_sentences_are_many_and_each_once() -> None:
    texts = [row["text"] for path in (WRITTEN_BESIDE, FRESH) for row in sentences(path)]
    assert len(sentences(WRITTEN_BESIDE)) >= FEWEST
    assert len(texts) == len(set(texts))


def test_moods_are_read_as_well_as_before() -> None:
    assert min(accuracies(WRITTEN_BESIDE)) >= LEAST
    assert min(accuracies(FRESH)) >= FRESH_LEAST


def test_a_shop_own_words_are_read_and_win(tmp_path: Path) -> None:
    (tmp_path / "sentiment.txt").write_text("[angry]\n好评\n[pleased]\n噗噜噜\n", encoding="utf-8")
    texts = pl.Series(["噗噜噜", "好评", None, ""])
    assert emotions(texts)["emotion"].to_list() == ["calm", "pleased", None, "calm"]
    assert emotions(texts, tmp_path)["emotion"].to_list() == ["pleased", "angry", None, "calm"]


@settings(max_examples=30)
@given(
    st.lists(st.text(alphabet="好不很太差吗!?？。谢骗急 a{}[]\n\ue100", max_size=12), max_size=5)
)
def test_any_text_has_a_mood_within_bounds(texts: list[str]) -> None:
    read = emotions(pl.Series(texts, dtype=pl.String))
    assert read.height == len(texts)
    assert all(-1 <= score <= 1 for score in read["sentiment"])


def test_snownlp_is_not_asked_what_it_cannot_read() -> None:
    assert snownlp_scores(["", None, "???", "where is it"]) == [UNDECIDED] * 4


Told = tuple[int | None, list[tuple[str, int | None]]]


def made(path: Path, *dialogues: Told) -> Path:
    told = [
        {
            "dialogue_id": str(number),
            "satisfaction": whole,
            "turns": [
                {"customer": text, "agent": "亲", "intent": 0}
                | ({} if label is None else {"satisfaction": label})
                for text, label in turns
            ],
        }
        for number, (whole, turns) in enumerate(dialogues)
    ]
    path.write_text("\n".join(json.dumps(one) for one in told), encoding="utf-8")
    return path


PLAIN: tuple[Told, ...] = (
    (2, [("在吗", None), ("我拍了一件白色的", 1), ("太感谢了", 2)]),
    (0, [("你好", None), ("怎么还没发货", 0), ("太差了，骗子", 0)]),
    (1, [("我要改地址", 1)]),
)


def test_evaluate_without_labels_learnt(tmp_path: Path, cli: Cli) -> None:
    file = made(tmp_path / "dialogues.jsonl", *PLAIN)
    told = json.loads(cli("sentiment", "evaluate", file, "--format", "json").stdout)
    assert list(told) == ["turn", "dialogue"]
    for level, count in (("turn", 5), ("dialogue", 3)):
        found = told[level]
        assert (found["n"], found["mode"]) == (count, "untrained")
        assert (found["auc_dissatisfied"], found["auc_satisfied"]) == (1, 1)
        assert (found["accuracy"], found["macro_f1"]) == (1, 1)
    assert "1.000" in table_text(evaluation_table(told))


def test_dialogues_measured_and_learnt_from_are_told(tmp_path: Path) -> None:
    told = read_dialogues(made(tmp_path / "told.jsonl", *PLAIN))
    assert told.shared_with(told) == 3
    assert told.shared_with(read_dialogues(made(tmp_path / "other.jsonl", PLAIN[1]))) == 1


def test_what_cannot_be_evaluated_is_said(tmp_path: Path, cli: Cli) -> None:
    file = made(tmp_path / "plain.jsonl", (None, [("在吗", None)]))
    assert "没有标注" in cli("sentiment", "evaluate", file, code=3).stderr
    labelled = made(tmp_path / "labelled.jsonl", *PLAIN)
    assert "没有标注" in cli("sentiment", "evaluate", labelled, "--train", file, code=3).stderr
    both = ("--train", labelled, "--cross-validate")
    assert cli("sentiment", "evaluate", labelled, *both, code=2).stderr
    (tmp_path / "bad.jsonl").write_text('{"turns": []}\n{"turns": 3}\n', encoding="utf-8")
    assert "bad.jsonl:2" in cli("sentiment", "evaluate", tmp_path / "bad.jsonl", code=3).stderr
    (tmp_path / "bad.jsonl").write_bytes('{"turns": [{"customer": "在吗"}]}'.encode("gb18030"))
    assert "bad.jsonl:1" in cli("sentiment", "evaluate", tmp_path / "bad.jsonl", code=3).stderr
    assert cli("sentiment", "evaluate", tmp_path / "none.jsonl", code=3).stderr


@settings(deadline=None, max_examples=40)
@given(scored)
def test_a_curve_rises_keeps_the_mean_and_is_never_sure(rows: list[tuple[bool, int]]) -> None:
    scores = np.array([float(score) for _, score in rows])
    ratings = np.array([5.0 if hit else 1.0 for hit, _ in rows])
    model = calibrate(Model("calibrated", {"score": (0, 1, 1)}, {}, 0), scores, ratings)
    chances = model.chances(np.sort(scores))
    assert (np.diff(chances) >= 0).all()
    assert (chances > 0).all()
    assert (chances < 1).all()
    ends = model.chances(np.array([scores.min(), scores.max()]))
    # one made-up hit at the lowest and one made-up miss at the highest score
    told = (chances.sum() + ends.sum()) * 1.0
    assert told == pytest.approx(sum(hit for hit, _ in rows) + 1, abs=1e-4 * (len(rows) + 2))


def shop(folder: Path, said: dict[int, str], count: int) -> None:
    """Write sessions rated 5 and 1 in turn, whose customers say the words of their rating; two silent."""
    lines, ratings = [], ["shop,conversation_id,customer_id,score,rated_at"]
    for number in range(count + 2):
        rating = 5 if number % 2 else 1
        lines.append(f"# session=S{number} customer=k{number}")
        lines.append(f"2026-10-0{1 + number % 9} 10:00:00 客户→A {said[rating]}")
        lines.append(f"2026-10-0{1 + number % 9} 10:00:20 客服 A 收到")
        if number < count:
            ratings.append(
                f"旗舰店,S{number},k{number},{rating},2026-10-0{1 + number % 9} 11:00:00"
            )
    (folder / "transcript.txt").write_text("\n".join(lines), encoding="utf-8")
    (folder / "ratings.csv").write_text("\n".join(ratings), encoding="utf-8")


def filled(folder: Path) -> tuple[tuple[Any, ...], list[tuple[Any, ...]]]:
    told = load_settings({"sentiment.least_ratings": 10}, environment={})
    with open_shop(folder, told) as con:
        model = con.execute(
            "SELECT version, basis, reason, auc, untrained_auc, content FROM satisfaction_models"
        ).fetchone()
        silent = con.execute(
            "SELECT expected FROM session_satisfaction WHERE rating IS NULL ORDER BY session_no"
        ).fetchall()
    assert model
    return model, silent


def test_words_of_the_shop_are_learnt_from_its_ratings(tmp_path: Path) -> None:
    shop(tmp_path, {5: "拍了绿色那款的桌布", 1: "拍了蓝色那款的窗帘"}, 40)
    (version, basis, reason, found, plain, content), silent = filled(tmp_path)
    assert (basis, reason, found, plain) == ("model", None, 1, 0.5)
    # Twenty of each, one made-up contrary case: 1/21 and 20/21.
    assert [row[0] for row in silent] == [pytest.approx(1 / 21, 1e-3), pytest.approx(20 / 21, 1e-3)]
    assert read_model(content).grams
    assert filled(tmp_path)[0][0] == version


def test_a_model_that_is_no_better_is_not_used(tmp_path: Path) -> None:
    shop(tmp_path, {5: "太感谢了", 1: "太差了"}, 40)
    (_, basis, reason, found, plain, _), silent = filled(tmp_path)
    assert (basis, reason, found, plain) == ("calibrated", "not_better", 1, 1)
    assert [row[0] for row in silent] == [pytest.approx(1 / 21, 1e-3), pytest.approx(20 / 21, 1e-3)]


def test_too_few_ratings_teach_nothing(tmp_path: Path) -> None:
    shop(tmp_path, {5: "太感谢了", 1: "太差了"}, 18)
    (_, basis, reason, found, _, content), silent = filled(tmp_path)
    assert (basis, reason, found, content) == ("rule", "too_few", None, None)
    assert silent[0][0] < 0.2
    assert silent[1][0] > 0.8


def test_commands_tell_what_a_number_rests_on(tmp_path: Path, cli: Cli) -> None:
    folder = Path(__file__).parent / "metrics" / "_shops" / "satisfaction_told"
    from transcripts import make_shop

    made_shop = make_shop(
        tmp_path, (folder / "transcript.txt").read_text("utf-8"), folder / "ratings.csv"
    )
    month = ("--month", "2026-09", "--db", made_shop.path)
    told = json.loads(cli("kpi", "silent_satisfaction", *month, "--format", "json").stdout)
    assert (told["silent"]["silent_count"], told["silent"]["basis"]) == (5, "too_few")
    surest = [one["session_id"] for one in told["silent"]["surest"]]
    assert surest == ["P2", "P1", "P3", "P4"]
    assert [flag["kind"] for flag in told["rows"][0]["flags"]][:1] == ["fallback"]
    assert "依据 5 个未评价会话" in cli("kpi", "silent_satisfaction", *month).stdout
    explained = cli("explain", "silent_satisfaction", *month).stdout
    assert explained.index("最可能满意") < explained.index("最可能不满意")
    assert "谢谢" in explained
    shown = json.loads(cli("sentiment", "show", "--db", made_shop.path, "--format", "json").stdout)
    assert (shown["basis"], shown["rated_count"]) == ("too_few", 2)
    scored_ = cli("sentiment", "score", "太感谢了", "--db", made_shop.path, "--format", "json")
    assert json.loads(scored_.stdout)["messages"][0]["emotion"] == "pleased"


@pytest.mark.skipif(not REAL.is_file(), reason="the public dialogues are not on this machine")
def test_real_dialogues_are_told_apart_as_well_as_before() -> None:
    told = read_dialogues(REAL)
    labels = told.turns["label"].to_numpy()
    known = labels >= 0
    score = untrained(told)[0].happy[known]
    assert (auc(labels[known] == 0, -score) or 0) >= 0.74
    assert (auc(labels[known] == 2, score) or 0) >= 0.83
    numbers = list(range(len(told.labels)))
    others = told.only(numbers[230:])
    turns, _ = judge(learn(told.only(numbers[:80])), others)
    labels = others.turns["label"].to_numpy()
    known = labels >= 0
    assert (auc(labels[known] == 0, turns.unhappy[known]) or 0) >= 0.76
    assert (auc(labels[known] == 2, turns.happy[known]) or 0) >= 0.86
