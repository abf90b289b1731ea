"""Control charts: how often their rules fire by chance alone, and how soon when they should."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from test_control import ZIGZAG, chart, means, shares
from typer.testing import Result

from cskpi.metrics.control import ControlOptions
from cskpi.metrics.control_limits import share_limits, value_limits
from cskpi.metrics.control_rules import RULES, Scores, fired_rules
from cskpi.periods import month_period
from cskpi.settings import load_settings

Cli = Callable[..., Result]

DOCS = Path(__file__).parents[1] / "docs" / "trust.md"
DEFAULT = ControlOptions.of(load_settings({}, environment={})).rules
OCTOBER = month_period(date(2026, 10, 1))
BASELINE, MONTH = 28, 30
SERIES = 20_000


def normal_series(shift: float = 0.0) -> tuple[Scores, Scores]:
    """28 days of baseline, then 30 days that may have moved; scores and values."""
    values = np.random.default_rng(20261001).normal(size=(SERIES, BASELINE + MONTH))
    values[:, BASELINE:] += shift
    return value_limits(values[:, :BASELINE]).scores(values), values


def alarms(rules: tuple[str, ...], scores: Scores, values: Scores) -> np.ndarray:
    marks = list(fired_rules(rules, scores, values).values())
    return np.asarray(np.any(marks, axis=0)[:, BASELINE:])


def stated(name: str) -> float:
    """The measured number the documentation prints, in per cent."""
    found = re.search(rf"`{name}`[^|]*\|\s*([\d.]+)", DOCS.read_text(encoding="utf-8"))
    assert found, name
    return float(found[1])


def test_false_alarms_of_stable_values_are_as_stated() -> None:
    scores, values = normal_series()
    first = alarms(("we1",), scores, values)
    assert 0.001 < first.mean() < 0.015
    assert round(float(first.mean()) * 100, 1) == stated("we1-per-day")
    sets = {
        "we1-per-month": ("we1",),
        "default-per-month": DEFAULT,
        "we1-we2-nelson2-per-month": ("we1", "we2", "nelson2"),
        "all-we-per-month": ("we1", "we2", "we3", "we4"),
    }
    for name, rules in sets.items():
        months = alarms(rules, scores, values).any(axis=1).mean()
        assert round(float(months) * 100) == stated(name), name


@pytest.mark.parametrize("share", [0.01, 0.5, 0.93])
def test_false_alarms_of_stable_shares_stay_rare_though_days_are_small(share: float) -> None:
    random = np.random.default_rng(7)
    trials = random.integers(3, 120, size=(400, BASELINE + MONTH)).astype(np.float64)
    hits = random.binomial(trials.astype(np.int64), share).astype(np.float64)
    fired = []
    for x, n in zip(hits, trials, strict=True):
        scores = share_limits(x[:BASELINE], n[:BASELINE]).scores(x, n)
        fired.append(np.abs(scores[BASELINE:]) > 3)
    assert np.mean(fired) < 0.008


@pytest.mark.parametrize(("share", "cases"), [(0.015, 25), (0.3, 12), (0.95, 30)])
def test_runs_are_no_more_frequent_where_hits_are_rare(share: float, cases: int) -> None:
    random = np.random.default_rng(13)
    trials = np.full((400, BASELINE + MONTH), float(cases))
    hits = random.binomial(cases, share, size=trials.shape).astype(np.float64)
    months = []
    for x, n in zip(hits, trials, strict=True):
        scores = share_limits(x[:BASELINE], n[:BASELINE]).scores(x, n)
        marks = fired_rules(DEFAULT, scores, x / n)
        months.append(np.any(list(marks.values()), axis=0)[BASELINE:].any())
    assert np.mean(months) <= stated("default-per-month") / 100


def test_days_that_differ_more_than_chance_get_wider_limits() -> None:
    random = np.random.default_rng(11)
    trials = np.full((300, BASELINE + MONTH), 400.0)
    # The true share of each day scatters by 5 points around 70 %: stable, but no binomial.
    share = random.normal(0.7, 0.05, size=trials.shape)
    hits = random.binomial(400, share).astype(np.float64)
    charts = [share_limits(x[:BASELINE], n[:BASELINE]) for x, n in zip(hits, trials, strict=True)]
    assert all(chart.spread > 1 for chart in charts)
    laney = [
        np.abs(c.scores(x, n)[BASELINE:]) > 3 for c, x, n in zip(charts, hits, trials, strict=True)
    ]
    plain = [
        np.abs(replace(c, spread=1.0).scores(x, n)[BASELINE:]) > 3
        for c, x, n in zip(charts, hits, trials, strict=True)
    ]
    assert np.mean(laney) < 0.015
    assert np.mean(plain) > 0.15


def test_one_festival_in_the_baseline_hides_nothing() -> None:
    festival = ZIGZAG | {-5: 400.0}
    found = chart("first_response_time", means(festival | {0: 60.0}))
    assert found.points[0].rules == ("we1",)
    assert found.centre == pytest.approx(41, abs=0.1)
    usual = dict.fromkeys(range(-28, 0), (90, 100)) | {-5: (20, 100)}
    replies = chart("reply_rate", shares(usual | {0: (70, 100)}))
    assert replies.kind == "p"
    assert replies.centre == pytest.approx(0.9)
    assert replies.points[0].rules == ("we1",)


def test_a_shift_of_two_sigma_is_found_within_the_stated_days() -> None:
    scores, values = normal_series(shift=2.0)
    days = int(stated("shift-days"))
    found = alarms(DEFAULT, scores, values)[:, :days].any(axis=1).mean()
    assert found >= 0.9


FIRES: dict[str, list[float]] = {
    "we1": [0, 0, 3.01],
    "we2": [2.1, 0, 2.1],
    "we3": [1.1, 1.1, 0, 1.1, 1.1],
    "we4": [0.1] * 8,
    "nelson1": [0, -3.01],
    "nelson2": [-0.1] * 9,
    "nelson3": [0, 1, 2, 3, 4, 5],
    "nelson4": [0, 1] * 7,
}
QUIET: dict[str, list[Sequence[float]]] = {
    "we1": [[0, 3.0, -3.0]],
    # beyond two on different sides; the third point itself is inside; one point too far back
    "we2": [[2.1, 0, -2.1], [2.1, 2.0, 0], [2.1, 0, 0, 2.1], [2.0, 2.0, 2.0]],
    "we3": [[1.1, 1.1, 0, 0, 1.1], [1.1, 1.1, 0, -1.1, 1.1], [1.1, 1.1, 1.1, 1.0, 0]],
    "we4": [[0.1] * 7, [0.1] * 7 + [-0.1], [0.1] * 4 + [0.0] + [0.1] * 4],
    "nelson1": [[3.0]],
    "nelson2": [[0.1] * 8, [0.1] * 8 + [0.0, 0.1]],
    "nelson3": [[0, 1, 2, 3, 4], [0, 1, 2, 3, 3, 5], [5, 4, 3, 2, 3, 1]],
    "nelson4": [[0, 1] * 6 + [0], [0, 1] * 6 + [1, 0]],
}


@pytest.mark.parametrize("name", RULES)
def test_each_rule_fires_at_its_last_point_and_not_one_short(name: str) -> None:
    points = np.array(FIRES[name], dtype=np.float64)
    for side in (points, -points):
        marks = RULES[name](side, side)
        assert marks.tolist() == [False] * (len(points) - 1) + [True]
    for quiet in QUIET[name]:
        points = np.array(quiet, dtype=np.float64)
        assert not RULES[name](points, points).any(), quiet


def test_limits_of_a_kpi_that_moved_once_are_numbers() -> None:
    limits = value_limits(np.array([0.0] * 10 + [100.0] * 4))
    # One step of 100 in 13; the mean of 14 days.
    assert limits.centre == pytest.approx(400 / 14)
    assert limits.sigma == pytest.approx(100 / 13 / 1.128)
