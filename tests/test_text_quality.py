"""How well texts are read, against what was reached once: nothing may get worse unseen."""

from __future__ import annotations

from text_quality import (
    CHALLENGE,
    FRESH,
    Score,
    class_scores,
    deadline_accuracy,
    flag_scores,
    sentences,
)
from text_quality import read as read_sentences

FEWEST = 300
LEAST = {"precision": 0.88, "recall": 0.88, "accuracy": 0.98}
"""Of every signal on the sentences the rules were written beside."""

FRESH_LEAST = {"precision": 0.85, "recall": 0.6, "accuracy": 0.9}
"""Of all signals together (accuracy: of each) on the sentences written afterwards."""

TOPICS_LEAST = 0.9
EMOTIONS_LEAST = 0.8
FRESH_EMOTIONS_LEAST = 0.75
FRESH_TOPICS_LEAST = 0.75


def test_the_set_is_large_and_says_each_thing_once() -> None:
    texts = [one.text for one in sentences()] + [one.text for one in sentences(FRESH)]
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
    assert recall(class_scores(challenge, said, "topic")) >= FRESH_TOPICS_LEAST
    assert recall(class_scores(challenge, said, "emotion")) >= FRESH_EMOTIONS_LEAST


def precision(scores: dict[str, Score]) -> float:
    return sum(s.both for s in scores.values()) / sum(s.said for s in scores.values())


def recall(scores: dict[str, Score]) -> float:
    return sum(s.both for s in scores.values()) / sum(s.meant for s in scores.values())
