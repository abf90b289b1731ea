"""How well texts are read, against what was reached once: nothing may get worse unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from kpi_quality import RESTS
from text_quality import (
    CHALLENGE,
    FRESH,
    MORE,
    MORE_FRESH,
    SETS,
    SignalScore,
    class_scores,
    deadline_accuracy,
    flag_scores,
    sentences,
)
from text_quality import read as read_sentences

from cskpi.metrics.catalog import load_catalog
from cskpi.metrics.reading import Reading, readings
from cskpi.metrics.text_tables import read_texts
from cskpi.texts import has_text

if TYPE_CHECKING:
    from pathlib import Path

FEWEST = 300
LEAST = {"precision": 0.88, "recall": 0.88, "accuracy": 0.98}
"""Of every signal on the sentences the rules were written beside."""

FRESH_LEAST = {"precision": 0.85, "recall": 0.75, "accuracy": 0.95}
"""Of all signals together (accuracy: of each) on the sentences nobody looked at."""

MORE_LEAST = {MORE: 0.95, MORE_FRESH: 0.9}
"""Precision and recall of each of the signals that are hard to read."""

TOPICS_LEAST = 0.9
EMOTIONS_LEAST = 0.8


def test_the_set_is_large_and_says_each_thing_once() -> None:
    texts = [one.text for path in SETS.values() for one in sentences(path)]
    assert len(sentences()) >= FEWEST
    assert len(texts) == len(set(texts))


def test_every_signal_is_read_as_well_as_before() -> None:
    challenge = sentences(CHALLENGE)
    said = read_sentences(challenge)
    for name, score in flag_scores(challenge, said).items():
        assert score.meant, f"no sentence has {name}"
        assert score.precision is not None, name
        assert score.recall is not None, name
        assert score.precision >= LEAST["precision"], name
        assert score.recall >= LEAST["recall"], name
        assert score.accuracy >= LEAST["accuracy"], name
    right, promised = deadline_accuracy(challenge, said)
    assert right == promised > 0
    assert recall(class_scores(challenge, said, "topic")) >= TOPICS_LEAST
    assert recall(class_scores(challenge, said, "language")) >= TOPICS_LEAST
    assert recall(class_scores(challenge, said, "emotion")) >= EMOTIONS_LEAST


def test_sentences_nobody_prepared_for_are_read_as_well_as_before() -> None:
    challenge = sentences(FRESH)
    said = read_sentences(challenge)
    scores = flag_scores(challenge, said)
    for name, score in scores.items():
        assert score.accuracy >= FRESH_LEAST["accuracy"], name
    assert precision(scores) >= FRESH_LEAST["precision"]
    assert recall(scores) >= FRESH_LEAST["recall"]


@pytest.mark.parametrize("path", MORE_LEAST)
def test_signals_hard_to_read_are_read_as_well_as_before(path: Path) -> None:
    challenge = sentences(path)
    scores = {n: s for n, s in flag_scores(challenge, read_sentences(challenge)).items() if s.count}
    assert len(scores) == 4
    for name, score in scores.items():
        assert score.precision is not None, name
        assert score.recall is not None, name
        assert min(score.precision, score.recall) >= MORE_LEAST[path], name


def test_every_text_kpi_says_what_it_rests_on_and_how_well_that_is_read() -> None:
    reading = {metric.name for metric in load_catalog().own() if read_texts([metric])}
    assert reading == set(RESTS)
    for kpi, signals in RESTS.items():
        assert [found.signal for found in readings(kpi)] == list(signals)
    assert all(has_text(f"reading.{signal}") for signals in RESTS.values() for signal in signals)
    fresh = sentences(FRESH)
    scores = flag_scores(fresh, read_sentences(fresh))
    told = {found.signal: found for kpi in RESTS for found in readings(kpi)}
    for name, score in scores.items():
        if name in told:
            assert (told[name].meant, told[name].said, told[name].both) == (
                score.meant,
                score.said,
                score.both,
            )


def test_a_kpi_that_rests_on_nothing_measured_tells_no_figures() -> None:
    assert readings("received_sessions") == ()
    assert Reading(signal="is_refusal", meant=0, said=0, both=0).precision is None
    assert Reading(signal="is_refusal", meant=4, said=2, both=1).recall == 0.25


def precision(scores: dict[str, SignalScore]) -> float:
    return sum(s.both for s in scores.values()) / sum(s.said for s in scores.values())


def recall(scores: dict[str, SignalScore]) -> float:
    return sum(s.both for s in scores.values()) / sum(s.meant for s in scores.values())
