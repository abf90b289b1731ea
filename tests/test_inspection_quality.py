"""How well findings, statements and replies are judged, against what was reached once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from inspection_quality import added, reply_scores, rule_scores, verdict_scores

if TYPE_CHECKING:
    from cskpi.metrics.reading import Score

FEWEST = 100


@pytest.mark.parametrize(
    ("suffix", "precision", "recall"), [("", 0.95, 0.95), ("_fresh", 0.85, 0.7)]
)
def test_the_rules_find_what_they_found(suffix: str, precision: float, recall: float) -> None:
    scores = rule_scores(suffix)
    assert len(scores) > 20
    hold(added(list(scores.values())), precision, recall)


@pytest.mark.parametrize(
    ("suffix", "precision", "recall"),
    [("", 0.95, 0.9), ("_fresh", 0.88, 0.38), ("2", 0.95, 0.85), ("2_fresh", 0.95, 0.75)],
)
def test_statements_are_judged_as_rightly_as_before(
    suffix: str, precision: float, recall: float
) -> None:
    scores = verdict_scores(suffix)
    hold(added(list(scores.values())), precision, recall)
    # A false contradiction accuses somebody.
    hold(scores["contradicts"], 0.95, recall)


def test_chats_hard_to_read_are_read_as_well_as_before() -> None:
    hold(rule_scores("_more_fresh")["customer_repeats"], 0.9, 0.7)
    hold(reply_scores("_more_fresh")["off_topic"], 0.9, 0.8)


@pytest.mark.parametrize(("suffix", "recall"), [("", 0.85), ("_fresh", 0.65)])
def test_invalid_replies_are_found_rightly(suffix: str, recall: float) -> None:
    hold(added(list(reply_scores(suffix).values())), 0.9, recall)


def hold(score: Score, precision: float, recall: float) -> None:
    assert score.precision is not None
    assert score.recall is not None
    assert score.precision >= precision
    assert score.recall >= recall
