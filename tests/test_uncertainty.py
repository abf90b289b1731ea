"""Intervals, differences and corrections: published examples, known truths, properties."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import stdtrit

from cskpi.metrics.catalog import load_catalog
from cskpi.metrics.comparison import Sample, difference, word
from cskpi.metrics.evaluate import evaluate
from cskpi.metrics.uncertainty import benjamini_hochberg, holm, mean_interval, wilson
from cskpi.periods import month_period
from cskpi.settings import load_settings

if TYPE_CHECKING:
    from cskpi.metrics.declaration import IntervalKind, Metric, MetricType
    from cskpi.metrics.finding import Finding, Unit

Numbers = NDArray[np.float64]
Draw = Callable[[Generator, int], tuple[Numbers, Numbers]]

OCTOBER = month_period(date(2026, 10, 1))
SETTINGS = load_settings({}, environment={})
GROUPS = 200
SEED = 11

# Benjamini and Hochberg 1995, table of §3: fifteen endpoints of a trial.
ENDPOINTS = (
    *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459),
    *(0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0),
)
# Student's sleep data, as R prints `t.test(extra ~ group, data = sleep)`.
SLEEP_1 = (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0)
SLEEP_2 = (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)


def hits(successes: int, trials: int) -> Sample:
    return Sample("hits", successes / trials, trials, successes, trials)


def amounts(above: list[float], below: list[float]) -> Sample:
    return Sample(
        "amounts",
        sum(above) / sum(below),
        len(above),
        sum(above),
        sum(below),
        sum(a * a for a in above),
        sum(a * b for a, b in zip(above, below, strict=True)),
        sum(b * b for b in below),
    )


def mean(values: tuple[float, ...] | list[float]) -> Sample:
    return amounts(list(values), [1.0] * len(values))


# Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_published(successes: int, trials: int, low: float, high: float) -> None:
    assert wilson(successes, trials) == pytest.approx((low, high), abs=5e-5)


# Newcombe 1998, "Interval estimation for the difference between independent proportions", method 10.
@pytest.mark.parametrize(
    ("here", "there", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_differences_of_shares_as_published(
    here: tuple[int, int], there: tuple[int, int], low: float, high: float
) -> None:
    found = difference(hits(*here), hits(*there))
    assert (found.low, found.high) == pytest.approx((low, high), abs=6e-5)


def test_difference_of_means_as_r_prints_it() -> None:
    found = difference(mean(SLEEP_1), mean(SLEEP_2))
    assert found[:3] == pytest.approx((0.75 - 2.33, -3.3654832, 0.2054832), abs=1e-6)
    assert found.p_value == pytest.approx(0.07939, abs=1e-5)


def test_corrections_as_published() -> None:
    corrected = benjamini_hochberg(ENDPOINTS)
    assert [p <= 0.05 for p in corrected] == [True] * 4 + [False] * 11
    # 0.0201 · 15/5; of 0.0278 · 15/6 and 0.0298 · 15/7 the smaller stands for both
    assert corrected[4:7] == pytest.approx([0.0603, 0.0298 * 15 / 7, 0.0298 * 15 / 7])
    assert benjamini_hochberg(ENDPOINTS[::-1]) == corrected[::-1]
    assert holm(ENDPOINTS, len(ENDPOINTS)) == [True] * 3 + [False] * 12
    assert benjamini_hochberg([]) == []


def test_a_mean_is_a_quotient_with_ones_below() -> None:
    values = [31.0, 4.0, 18.0, 77.0, 12.0]
    spread = float(np.std(values, ddof=1))
    low, high = mean_interval(sum(values) / 5, spread, 5)
    assert mean(values).ends() == pytest.approx((low, high))


def test_amounts_by_the_delta_method() -> None:
    # R = 12/20 = 0.6; n - R·d: 1 - 1.2 = -0.2, 5 - 3.6 = 1.4, 6 - 7.2 = -1.2; squares 0.04 + 1.96
    # + 1.44 = 3.44; worth 20²/(4 + 36 + 144) = 2.173913 rows of equal size, so 1.173913 degrees of
    # freedom; variance of R = 2.173913/1.173913 · 3.44 / 20²
    freedom = 400 / 184 - 1
    half = -float(stdtrit(freedom, 0.025)) * math.sqrt((freedom + 1) / freedom * 3.44 / 400)
    found = amounts([1, 5, 6], [2, 6, 12]).ends()
    assert found == pytest.approx((0.6 - half, 0.6 + half))
    assert amounts([1], [2]).ends() == (None, None)
    assert amounts([1, 2, 3], [2, 4, 6]).ends() == (None, None), "rows that do not vary"


def test_rows_that_happen_to_be_alike_claim_nothing_by_themselves() -> None:
    alike, mixed = mean([5.0] * 3), mean([5.0, 5.0, 4.0, 5.0, 3.0, 5.0, 5.0, 4.0])
    assert difference(alike, mean([4.0] * 30)).p_value is None
    found = difference(alike, mixed)
    assert found.p_value is not None
    assert found.p_value > 0.05


@pytest.mark.parametrize(
    ("direction", "above", "below"),
    [("up", "better", "worse"), ("down", "worse", "better"), ("neutral", "higher", "lower")],
)
def test_the_word_follows_the_direction(direction: Any, above: str, below: str) -> None:
    high, low = hits(80, 100), hits(40, 100)
    up, down = difference(high, low), difference(low, high)
    assert word(direction, up, up.p_value) == above
    assert word(direction, down, down.p_value) == below
    assert word(direction, up, 0.051) == "no_clear_change"
    assert word(direction, up, None) is None


counts = st.tuples(st.integers(0, 60), st.integers(0, 60)).filter(lambda pair: sum(pair) > 0)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(counts, counts)
def test_interval_and_p_value_never_contradict_each_other(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    here, there = hits(first[0], sum(first)), hits(second[0], sum(second))
    found, mirrored = difference(here, there), difference(there, here)
    assert found.low is not None
    assert found.high is not None
    assert found.p_value is not None
    assert -1 <= found.low <= found.value <= found.high <= 1
    assert (found.low > 0 or found.high < 0) == (found.p_value < 0.05)
    assert (mirrored.low, mirrored.high) == pytest.approx((-found.high, -found.low), abs=1e-12)


rows = st.lists(
    st.tuples(st.floats(0, 500), st.floats(0.5, 500)).map(lambda row: (round(row[0], 2), row[1])),
    min_size=2,
    max_size=30,
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(rows, counts)
def test_equals_differ_by_nothing(drawn: list[tuple[float, float]], share: tuple[int, int]) -> None:
    above, below = (list(column) for column in zip(*drawn, strict=True))
    for sample in (amounts(above, below), mean(above), hits(share[0], sum(share))):
        found = difference(sample, sample)
        assert found.value == 0
        if found.low is not None and found.high is not None:
            assert found.low <= 0 <= found.high
            assert word("up", found, found.p_value) == "no_clear_change"


@settings(max_examples=40, deadline=None, derandomize=True)
@given(rows, rows)
def test_a_team_is_its_members_rows(
    first: list[tuple[float, float]], second: list[tuple[float, float]]
) -> None:
    both = amounts(*(list(column) for column in zip(*first, *second, strict=True)))
    one, other = (amounts(*(list(c) for c in zip(*part, strict=True))) for part in (first, second))
    added = one.together(other)
    assert added is not None
    assert added.value == pytest.approx(both.value)
    assert added.row_variance() == pytest.approx(both.row_variance(), rel=1e-6, abs=1e-6)
    left = added.together(other, -1)
    assert left is not None
    assert left.value == pytest.approx(one.value, rel=1e-6, abs=1e-6)


def drawn_metric(
    kind: MetricType, unit: Unit, interval: IntervalKind | None, columns: str
) -> Metric:
    """A KPI over the table of drawn rows."""
    like = next(m for m in load_catalog().metrics if m.name == "first_response_time")
    body = f"SELECT shop_id, agent_id, channel, occurred_at, {columns} FROM drawn"
    return replace(
        like,
        type=kind,
        unit=unit,
        interval=interval,
        clock=None,
        params={},
        distinct=("denominator",) if interval == "people" else (),
        sources=("drawn",),
        file=replace(like.file, body=body),
    )


def drawn_findings(metric: Metric, draw: Draw, size: int) -> list[Finding]:
    """200 agents with rows of one and the same kind."""
    above, below = draw(np.random.default_rng(SEED), GROUPS * size)
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute(
            "CREATE TABLE drawn AS SELECT 's' AS shop_id, 'a' || (i % ?) AS agent_id, 'c' AS channel,"
            " TIMESTAMP '2026-10-05' AS occurred_at, a AS above, b AS below FROM"
            " (SELECT unnest(?::DOUBLE[]) AS a, unnest(?::DOUBLE[]) AS b, unnest(range(?)) AS i)",
            [GROUPS, above.tolist(), below.tolist(), GROUPS * size],
        )
        return evaluate(con, [metric], OCTOBER, [("agent",)], SETTINGS)


def marked(share: float) -> Draw:
    return lambda rng, n: ((rng.random(n) < share).astype(float), np.ones(n))


def long_tailed(rng: Generator, n: int) -> tuple[Numbers, Numbers]:
    """Waits: half below 20 s, one in twenty above 100 s."""
    return rng.lognormal(3.0, 1.0, n), np.ones(n)


def rated(rng: Generator, n: int) -> tuple[Numbers, Numbers]:
    return rng.choice([1.0, 2, 3, 4, 5], n, p=[0.05, 0.02, 0.03, 0.2, 0.7]), np.ones(n)


def sold(rng: Generator, n: int) -> tuple[Numbers, Numbers]:
    """Orders of all sizes; of each about 60 % is an agent's."""
    size = rng.lognormal(4.0, 0.8, n)
    return size * (rng.random(n) < 0.6), size


def bought_twice(rng: Generator, n: int) -> tuple[Numbers, Numbers]:
    """Two orders of each customer: who spends much does so both times."""
    place = np.arange(n)
    person = place // (2 * GROUPS) * GROUPS + place % GROUPS
    means = rng.lognormal(4.0, 0.6, n)
    return means[person] * rng.lognormal(0.0, 0.3, n), person.astype(float)


RATIO, MEASURE = "above AS numerator, below AS denominator", "above AS measure"


@pytest.mark.parametrize(
    ("metric", "draw", "size", "truth"),
    [
        (drawn_metric("ratio", "percent", None, RATIO), marked(0.1), 40, 0.1),
        (drawn_metric("ratio", "percent", None, RATIO), marked(0.95), 30, 0.95),
        (drawn_metric("ratio", "percent", "delta", RATIO), sold, 60, 0.6),
        (
            drawn_metric("ratio", "money", "people", RATIO),
            bought_twice,
            80,
            2 * math.exp(4.0 + 0.18 + 0.045),
        ),
        (drawn_metric("mean", "duration", None, MEASURE), long_tailed, 40, math.exp(3.5)),
        (drawn_metric("mean", "score", None, MEASURE), rated, 40, 4.48),
        (drawn_metric("median", "duration", None, MEASURE), long_tailed, 25, math.exp(3.0)),
        (
            drawn_metric("p90", "duration", None, MEASURE),
            long_tailed,
            60,
            math.exp(3.0 + 1.2815515655446004),
        ),
    ],
    ids=["rare", "common", "amounts", "people", "waits", "ratings", "median", "p90"],
)
def test_intervals_hold_the_truth_about_95_times_in_100(
    metric: Metric, draw: Draw, size: int, truth: float
) -> None:
    findings = drawn_findings(metric, draw, size)
    assert len(findings) == GROUPS
    held = [f.low <= truth <= f.high for f in findings if f.low is not None and f.high is not None]
    assert len(held) == GROUPS
    assert 0.90 <= sum(held) / GROUPS <= 0.99


@pytest.mark.parametrize(
    ("metric", "draw", "most"),
    [
        (drawn_metric("ratio", "percent", None, RATIO), marked(0.3), 0),
        # Of long tails the ends are approximate: one in 200 may stand out.
        (drawn_metric("mean", "duration", None, MEASURE), long_tailed, 1),
    ],
    ids=["shares", "means"],
)
def test_among_200_equals_nobody_stands_out_after_correction(
    metric: Metric, draw: Draw, most: int
) -> None:
    found = [f.compared("team") for f in drawn_findings(metric, draw, 40)]
    bounded = [(c, c.low, c.high) for c in found if c]
    outside = [not low <= 0 <= high for _, low, high in bounded if low is not None and high]
    assert len(outside) == GROUPS
    # Looked at one by one, about 10 of 200 differ from the rest by chance alone.
    assert sum(outside) in range(3, 22)
    assert sum(c.word != "no_clear_change" for c, _, _ in bounded) <= most
    assert all(c.is_corrected for c, _, _ in bounded)


def test_no_interval_where_there_are_too_few_rows_for_its_ranks() -> None:
    metric = drawn_metric("p90", "duration", None, MEASURE)
    findings = drawn_findings(metric, long_tailed, 12)
    assert {(f.low, f.high) for f in findings} == {(None, None)}
    assert all(f.value is not None for f in findings)


def test_interval_none_is_none() -> None:
    findings = drawn_findings(drawn_metric("ratio", "percent", "none", RATIO), marked(0.5), 30)
    assert {(f.low, f.high) for f in findings} == {(None, None)}
    assert not any(c.p_value or c.word for f in findings for c in f.comparisons)
