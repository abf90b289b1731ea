"""Control charts of a period: limits, gaps, signals and what the outputs say of them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from test_present_samples import sample_inputs, sample_metrics
from transcripts import Shop, make_shop
from typer.testing import Result

from cskpi.metrics.control import ControlOptions
from cskpi.metrics.control_limits import ShareLimits
from cskpi.metrics.control_measure import chart_of
from cskpi.metrics.finding import Finding
from cskpi.periods import month_period
from cskpi.present.control import control_table, signal_section
from cskpi.present.document import Note, Table
from cskpi.present.report import build_report
from cskpi.settings import load_settings

if TYPE_CHECKING:
    from cskpi.metrics.control_chart import ControlChart

Cli = Callable[..., Result]

DOCS = Path(__file__).parents[1] / "docs" / "trust.md"
DEFAULT = ControlOptions.of(load_settings({}, environment={})).rules
OCTOBER = month_period(date(2026, 10, 1))


def day(number: int) -> date:
    """Days of the period count from 0, the baseline's are below."""
    return OCTOBER.start.date() + timedelta(days=number)


def means(values: dict[int, float], sizes: dict[int, int] | None = None) -> dict[date, Finding]:
    return {
        day(number): Finding(
            "first_response_time",
            {"zh": "首次响应时间", "en": "First response time"},
            "duration",
            "down",
            value=value,
            sample_size=(sizes or {}).get(number, 40),
        )
        for number, value in values.items()
    }


def shares(parts: dict[int, tuple[int, int]]) -> dict[date, Finding]:
    return {
        day(number): Finding(
            "reply_rate",
            {"zh": "回复率", "en": "Reply rate"},
            "percent",
            "up",
            value=hits / trials,
            numerator=float(hits),
            denominator=float(trials),
            sample_size=trials,
        )
        for number, (hits, trials) in parts.items()
    }


def chart(name: str, found: dict[date, Finding], rules: Sequence[str] = DEFAULT) -> ControlChart:
    (metric,) = (m for m in sample_metrics() if m.name == name)
    return chart_of(metric, found, {}, OCTOBER, rules=tuple(rules), before=28)


ZIGZAG = {number: 40.0 + 2 * (number % 2) for number in range(-28, 0)}


def test_limits_of_values_are_those_of_an_xmr_chart() -> None:
    # Values 40 and 42 in turn: mean 41, every moving range 2, limits 41 ± 2.66 × 2.
    found = chart("first_response_time", means(ZIGZAG | {0: 46.3, 1: 46.4, 2: 35.6}))
    assert found.kind == "xmr"
    assert found.centre == 41
    first, second, third = found.points[:3]
    assert first.high == pytest.approx(41 + 2.66 * 2, abs=0.01)
    assert first.low == pytest.approx(41 - 2.66 * 2, abs=0.01)
    assert (first.rules, first.side) == ((), None)
    assert (second.rules, second.side) == (("we1",), "high")
    assert (third.rules, third.side) == (("we1",), "low")
    assert [point.day for point in found.signals] == [day(1), day(2)]
    assert not found.is_own_baseline
    assert (found.baseline_from, found.baseline_to) == (date(2026, 9, 3), date(2026, 9, 30))


def test_minutes_and_seconds_give_the_same_signals() -> None:
    values = ZIGZAG | {0: 46.3, 1: 46.4, 2: 35.6}
    seconds = chart("first_response_time", means(values))
    minutes = chart("first_response_time", means({n: v / 60 for n, v in values.items()}))
    assert [p.rules for p in seconds.points] == [p.rules for p in minutes.points]


def test_no_wait_is_shorter_than_nothing() -> None:
    wild = {number: 5.0 + 10 * (number % 2) for number in range(-28, 1)}
    assert chart("first_response_time", means(wild)).points[0].low == 0


def test_days_without_data_are_gaps_and_break_no_run() -> None:
    above = {0: 41.5, 1: 41.5, 2: 41.5, 3: 41.5, 5: 41.5, 6: 41.5, 7: 41.5, 8: 41.5, 9: 41.5}
    found = chart(
        "first_response_time", means({n: v for n, v in ZIGZAG.items() if n != -1} | above)
    )
    gap = found.points[4]
    assert (gap.value, gap.low, gap.is_judged, gap.rules) == (None, None, False, ())
    # Nine days above, the gap in between aside. Day -2 lay below.
    assert [(p.day, p.rules) for p in found.signals] == [(day(9), ("nelson2",))]


def test_a_run_that_began_before_the_period_counts() -> None:
    values = ZIGZAG | dict.fromkeys(range(-8, 1), 41.9)
    (signal,) = chart("first_response_time", means(values)).signals
    assert (signal.day, signal.rules) == (day(0), ("nelson2",))


def test_of_a_run_that_goes_on_only_its_completion_is_a_signal() -> None:
    values = ZIGZAG | dict.fromkeys(range(12), 41.9) | {12: 40.0, 13: 60.0, 14: 60.0}
    found = chart("first_response_time", means(values))
    # Days -1 (42) and 0 to 11 lie above: nine of them on day 7. Days 13 and 14 stand by themselves.
    assert [p.day for p in found.signals] == [day(7), day(13), day(14)]
    assert [p.day for p in found.points if "nelson2" in p.rules] == [day(n) for n in range(7, 12)]


def test_a_day_of_few_cases_is_shown_and_not_judged() -> None:
    sizes = {0: 9, 1: 10, -1: 9}
    found = chart("first_response_time", means(ZIGZAG | {0: 300.0, 1: 300.0}, sizes))
    few, enough = found.points[:2]
    # The usual day has 40 cases: 9 are less than a quarter, 10 are not.
    assert (few.value, few.is_judged, few.high, few.rules) == (300.0, False, None, ())
    assert enough.rules == ("we1",)
    assert found.baseline_days == 27


def test_counts_have_no_cases_behind_them_to_be_few() -> None:
    found = {
        day(n): replace(f, metric="received_customers", sample_size=int(f.value or 0))
        for n, f in zip(range(-28, 1), means(ZIGZAG | {0: 2.0}).values(), strict=True)
    }
    assert chart("received_customers", found).points[0].side == "low"


@pytest.mark.parametrize(("before", "is_own"), [(20, False), (19, True)])
def test_too_short_a_baseline_is_replaced_and_said(before: int, is_own: bool) -> None:  # noqa: FBT001
    values = {n: 40.0 + 2 * (n % 2) for n in (*range(-before, 0), *range(14))}
    found = chart("first_response_time", means(values))
    assert found.is_own_baseline is is_own
    assert found.baseline_days == (14 if is_own else 20)
    note = control_table([found], only_signals=False).note
    assert ("之前的日子不够，用期间自身作基线：2026-10-01 至 2026-10-31，14 天" in note) is is_own


def test_without_enough_days_nothing_is_judged_and_it_is_said() -> None:
    found = chart("first_response_time", means({n: 40.0 + 2 * (n % 2) for n in range(11)}))
    assert (found.state, found.centre) == ("too_few", None)
    assert not any(point.is_judged for point in found.points)
    assert "只有 11 天，少于 12 天" in control_table([found], only_signals=True).empty


def test_a_series_that_never_moved_has_no_limits() -> None:
    found = chart("first_response_time", means(dict.fromkeys(range(-28, 1), 40.0) | {1: 90.0}))
    assert (found.state, found.signals) == ("flat", ())


def test_shares_have_limits_of_their_own_day() -> None:
    # 2520 of 2800: 90 %. The fewer cases a day has, the wider its limits.
    usual = dict.fromkeys(range(-28, 0), (90, 100))
    found = chart("reply_rate", shares(usual | {0: (180, 200), 1: (9, 10), 2: (2, 3)}))
    assert found.kind == "p"
    assert found.centre == pytest.approx(0.9)
    big, small, tiny = found.points[:3]
    assert big.low is not None
    assert small.low is not None
    assert tiny.low is not None
    assert big.low > small.low > tiny.low
    assert not found.signals


def test_the_limit_is_the_last_count_chance_explains() -> None:
    usual = dict.fromkeys(range(-28, 0), (90, 100))
    low = chart("reply_rate", shares(usual | {0: (90, 100)})).points[0].low
    assert low is not None
    at = round(low * 100)
    on, under = chart("reply_rate", shares(usual | {0: (at, 100), 1: (at - 1, 100)})).points[:2]
    assert on.rules == ()
    assert under.rules == ("we1",)
    # By hand from binomial tables: P(X <= 80 | 100, 0.9) = 0.0020, P(X <= 79) = 0.0008 < 0.00135.
    assert at == 80


def test_a_share_never_seen_is_rare_and_not_impossible() -> None:
    none_yet = dict.fromkeys(range(-28, 0), (0, 50))
    found = chart("complaint_rate", shares(none_yet | {0: (1, 50), 1: (6, 50)}))
    assert found.points[0].rules == ()
    assert found.points[1].rules == ("we1",)


def test_over_dispersion_is_said() -> None:
    turns = {n: ((90, 100) if n % 2 else (60, 100)) for n in range(-28, 1)}
    found = chart("reply_rate", shares(turns))
    assert found.kind == "p_prime"
    assert found.spread is not None
    # (0.9 - 0.6) / sqrt(0.75 * 0.25 / 100) = 6.93 standard deviations apart, over 1.128
    assert found.spread == pytest.approx(6.93 / 1.128, rel=0.01)
    assert "p′ 图" in control_table([found], only_signals=False).note
    assert not found.signals


def test_money_shares_are_no_binomial() -> None:
    (metric,) = (m for m in sample_metrics() if m.name == "reply_rate")
    found = shares(dict.fromkeys(range(-28, 1), (90, 100)) | {-1: (80, 100)})
    amounts = replace(metric, interval="delta")
    assert chart_of(amounts, found, {}, OCTOBER, rules=DEFAULT, before=28).kind == "xmr"
    odd = {d: replace(f, numerator=(f.numerator or 0) + 0.5) for d, f in found.items()}
    assert chart_of(metric, odd, {}, OCTOBER, rules=DEFAULT, before=28).kind == "xmr"


def test_limits_of_large_days_are_found_quickly_and_near_the_normal_ones() -> None:
    low, high = ShareLimits(0.02, 1.0).bounds(100_000)
    half = 3 * (0.02 * 0.98 / 100_000) ** 0.5
    assert low == pytest.approx(0.02 - half, abs=2e-5)
    assert high == pytest.approx(0.02 + half, abs=2e-5)


def test_the_report_lists_the_days_in_order_and_what_was_no_full_baseline() -> None:
    waits = chart("first_response_time", means(ZIGZAG | {0: 40.0, 4: 50.0}))
    replies = chart("reply_rate", shares(dict.fromkeys(range(14), (90, 100)) | {3: (50, 100)}))
    inputs = replace(sample_inputs(), charts=(waits, replies))
    section = signal_section(inputs)
    (table,) = (block for block in section.blocks if isinstance(block, Table))
    texts = [[cell.text for cell in row.cells] for row in table.rows]
    assert [(line[0], line[1], line[-1]) for line in texts] == [
        ("10-04 周日", "回复率", "偏低，变差：超出 3σ"),
        ("10-05 周一", "首次响应时间", "偏高，变差：超出 3σ"),
    ]
    notes = [block.text for block in section.blocks if isinstance(block, Note)]
    assert len(notes) == 1
    assert notes[0].startswith("回复率：之前的日子不够")
    ids = [part.id for part in build_report(inputs).sections]
    assert ids[ids.index("trends") + 1] == "signals"


def test_a_month_without_signals_says_so() -> None:
    quiet = chart("first_response_time", means(ZIGZAG | {0: 41.0}))
    section = signal_section(replace(sample_inputs(), charts=(quiet,)))
    (table,) = (block for block in section.blocks if isinstance(block, Table))
    assert (table.rows, table.empty.splitlines()[0]) == ((), "没有超出正常波动的日子")


@pytest.fixture(scope="module")
def busy_shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Two agents, a session each on every day from 3 September; A takes ten minutes on 20 October."""
    lines = []
    for number in range(59):
        at = date(2026, 9, 3) + timedelta(days=number)
        for agent, base in (("A", 20), ("B", 40)):
            wait = 600 if (agent, at) == ("A", date(2026, 10, 20)) else base + number % 3
            lines += [
                f"# session={agent}{number} customer={agent}{number}",
                f"{at} 10:00:00 客户→{agent} 在吗",
                f"{at} 10:{wait // 60:02d}:{wait % 60:02d} 客服 {agent} 在的",
            ]
    return make_shop(tmp_path_factory.mktemp("busy"), "\n".join(lines))


def test_the_command_finds_the_slow_day(busy_shop: Shop, cli: Cli) -> None:
    words = ("control", "first_response_time", "--month", "2026-10", "--db", busy_shop.path)
    out = cli(*words, "--signals").stdout
    assert "10-20 周二" in out
    assert "偏高，变差：超出 3σ" in out
    assert "XmR 图，基线 2026-09-03 至 2026-09-30，28 天" in out
    assert "10-19" not in out
    assert "10-19" in cli(*words).stdout


def test_json_names_everything_the_limits_rest_on(busy_shop: Shop, cli: Cli) -> None:
    words = ("control", "first_response_time", "--month", "2026-10", "--db", busy_shop.path)
    content = json.loads(cli(*words, "--by", "agent", "--format", "json").stdout)
    assert content["period"]["label"] == "2026-10"
    by_agent = {c["dimensions"]["agent"]: c for c in content["charts"]}
    assert set(by_agent) == {"A", "B"}
    assert set(by_agent["A"]) == {
        *("metric", "label", "dimensions", "unit", "chart", "state", "centre", "spread"),
        *("baseline", "rules", "points"),
    }
    assert by_agent["A"]["baseline"] == {
        "from": "2026-09-03",
        "to": "2026-09-30",
        "days": 28,
        "is_period": False,
    }
    assert len(by_agent["A"]["points"]) == 31
    fired = {
        name: [p["day"] for p in found["points"] if p["rules"]] for name, found in by_agent.items()
    }
    assert fired == {"A": ["2026-10-20"], "B": []}
    (point,) = (p for p in by_agent["A"]["points"] if p["day"] == "2026-10-20")
    assert (point["value"], point["rules"], point["side"]) == (600, ["we1"], "high")


def test_csv_and_markdown_hold_the_same_days(busy_shop: Shop, cli: Cli) -> None:
    words = ("control", "first_response_time", "--month", "2026-10", "--db", busy_shop.path)
    rows = list(csv.DictReader(io.StringIO(cli(*words, "--format", "csv").stdout)))
    assert len(rows) == 31
    assert [row["day"] for row in rows if row["rules"]] == ["2026-10-20"]
    assert "超出 3σ" in cli(*words, "--format", "md").stdout


def test_without_names_the_headline_kpis_are_looked_at(busy_shop: Shop, cli: Cli) -> None:
    content = json.loads(
        cli("control", "--month", "2026-10", "--db", busy_shop.path, "--format", "json").stdout
    )
    assert {"first_response_time", "reply_rate"} <= {c["metric"] for c in content["charts"]}


def test_wrong_options_are_refused_with_what_is_possible(busy_shop: Shop, cli: Cli) -> None:
    words = ("control", "first_response_time", "--month", "2026-10", "--db", busy_shop.path)
    assert "nelson4" in cli(*words, "--rules", "we9", code=2).stderr
    assert "agent" in cli(*words, "--by", "hour", code=2).stderr


def test_other_rules_and_another_baseline(busy_shop: Shop, cli: Cli) -> None:
    words = ("control", "first_response_time", "--month", "2026-10", "--db", busy_shop.path)
    content = json.loads(
        cli(*words, "--rules", "nelson3", "--baseline", "20", "--format", "json").stdout
    )
    (found,) = content["charts"]
    assert found["rules"] == ["nelson3"]
    assert found["baseline"]["from"] == "2026-09-11"
    assert not any(point["rules"] for point in found["points"])
