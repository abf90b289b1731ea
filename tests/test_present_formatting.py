from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cskpi.metrics.finding import Comparison, Finding, Unit
from cskpi.present.cells import compared_cell
from cskpi.present.comparison import judge, verdict, weight
from cskpi.present.formatting import (
    cell_width,
    format_change,
    format_day,
    format_interval,
    format_target,
    format_value,
)
from cskpi.texts import set_language, set_numbers

UNITS: tuple[Unit, ...] = ("count", "percent", "duration", "money", "score")


@pytest.fixture(autouse=True)
def _chinese() -> Iterator[None]:
    set_language("zh")
    yield
    set_language("zh")
    set_numbers("thousands")


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (None, "count", "–", "–"),
        (math.nan, "percent", "–", "–"),
        (-math.inf, "duration", "–", "–"),
        (0.932, "percent", "93.2%", "93.2%"),
        (-0.0001, "percent", "0.0%", "0.0%"),
        (1, "percent", "100.0%", "100.0%"),
        (48, "duration", "48 秒", "48 s"),
        (4.62, "duration", "4.6 秒", "4.6 s"),
        (4, "duration", "4 秒", "4 s"),
        (59.6, "duration", "1 分", "1 min"),
        (200, "duration", "3 分 20 秒", "3 min 20 s"),
        (3599.7, "duration", "1 小时", "1 h"),
        (7500, "duration", "2 小时 5 分", "2 h 5 min"),
        (190_040, "duration", "2 天 5 小时", "2 d 5 h"),
        (8_640_000, "duration", "100 天", "100 d"),
        (51_541_200, "duration", "597 天", "597 d"),
        (-61, "duration", "-1 分 1 秒", "-1 min 1 s"),
        (0, "duration", "0 秒", "0 s"),
        (12345.6, "money", "¥12,345.60", "¥12,345.60"),
        (-3, "money", "-¥3.00", "-¥3.00"),
        (-0.001, "money", "¥0.00", "¥0.00"),
        (1234, "count", "1,234", "1,234"),
        (12.34, "count", "12.3", "12.3"),
        (4.62, "score", "4.62", "4.62"),
    ],
)
def test_value_reads_as_its_unit_in_both_languages(
    value: float | None, unit: Unit, zh: str, en: str
) -> None:
    assert format_value(value, unit) == zh
    set_language("en")
    assert format_value(value, unit) == en


@given(value=st.floats(allow_nan=True, allow_infinity=True), unit=st.sampled_from(UNITS))
def test_no_inf_nan_or_negative_zero_is_ever_shown(value: float, unit: Unit) -> None:
    text = format_value(value, unit)
    assert "inf" not in text
    assert "nan" not in text
    assert not (text.startswith("-") and not any(digit in text for digit in "123456789"))


@given(value=st.floats(), previous=st.floats(), unit=st.sampled_from(UNITS))
def test_no_change_is_infinite(value: float, previous: float, unit: Unit) -> None:
    text = format_change(value, previous, unit)
    assert "inf" not in text
    assert "nan" not in text


@pytest.mark.parametrize(
    ("value", "previous", "unit", "text"),
    [
        (0.341, 0.312, "percent", "▲ 2.9 百分点"),
        (33.4, 41.0, "duration", "▼ 18.5%"),
        (4.61, 4.55, "score", "▲ 0.06"),
        (5, 0, "count", "▲ 5"),
        (0.9712, 0.97121, "percent", "持平"),
        (3, None, "count", "–"),
    ],
)
def test_change_is_points_for_ratios_and_relative_else(
    value: float, previous: float | None, unit: Unit, text: str
) -> None:
    assert format_change(value, previous, unit) == text


def test_interval_target_and_day() -> None:
    assert format_interval(0.91, 0.948, "percent") == "91.0%–94.8%"
    assert format_interval(None, 0.9, "percent") == "–"
    assert format_target(30, "duration", "down") == "≤ 30 秒"
    assert format_target(0.9, "percent", "up") == "≥ 90.0%"
    assert format_day(date(2026, 10, 1)) == "10-01 周四"


def test_width_counts_terminal_cells() -> None:
    assert cell_width("首响 30s") == 8


def _finding(**more: object) -> Finding:
    values: dict[str, object] = {
        "metric": "rate",
        "labels": {"zh": "率", "en": "rate"},
        "unit": "percent",
        "direction": "up",
    }
    return Finding(**(values | more))  # type: ignore[arg-type]


def test_only_differences_beyond_noise_are_changes() -> None:
    assert verdict(_finding(value=0.9, low=0.88, high=0.92, previous=0.95)) == "worse"
    assert verdict(_finding(value=0.9, low=0.88, high=0.92, previous=0.875)) == "unclear"
    assert verdict(_finding(value=0.9, low=0.88, high=0.92, previous=0.9)) == "same"
    assert verdict(_finding(value=0.9, low=0.88, high=0.92)) == "unknown"
    small = _finding(value=0.9, low=0.88, high=0.92, previous=0.1, status="small_sample")
    assert verdict(small) == "unclear"


def test_few_rows_are_told_as_such_and_not_as_no_difference() -> None:
    team = Comparison("team", 3.85, -1.97, word="no_clear_change")
    numbers = {"unit": "score", "value": 1.88, "comparisons": (team,)}
    assert compared_cell(_finding(**numbers), "team").mark == "无明显差异"
    assert compared_cell(_finding(**numbers, status="small_sample"), "team").mark == "样本少"


def test_totals_without_interval_need_a_difference_someone_would_act_on() -> None:
    money = {"unit": "money", "direction": "up"}
    assert verdict(_finding(**money, value=103.0, previous=100.0)) == "unclear"
    assert verdict(_finding(**money, value=120.0, previous=100.0)) == "better"
    count = {"unit": "count", "direction": "neutral"}
    assert verdict(_finding(**count, value=12, previous=8)) == "unclear"
    assert verdict(_finding(**count, value=1200, previous=800)) == "changed"


def test_a_lower_duration_is_better() -> None:
    finding = _finding(unit="duration", direction="down", value=30.0, low=28.0, high=32.0)
    assert judge(finding, 40.0) == "better"


def test_a_ratio_is_weighed_by_its_rarer_side() -> None:
    high = _finding(value=0.97, previous=0.99)
    middle = _finding(value=0.52, previous=0.5)
    assert weight(high) > weight(middle)


@pytest.mark.parametrize(
    ("value", "unit", "wan"),
    [
        (9999, "count", "9,999"),
        (10_000, "count", "1 万"),
        (123_456, "count", "12.35 万"),
        (99_999_999, "count", "1 亿"),
        (-2_345_678_901, "count", "-23.46 亿"),
        (9999.994, "money", "¥9,999.99"),
        (498_201.25, "money", "¥49.82 万"),
        (-498_201.25, "money", "-¥49.82 万"),
        (190_040, "duration", "2 天 5 小时"),
    ],
)
def test_large_numbers_are_written_with_wan_where_wished(
    value: float, unit: Unit, wan: str
) -> None:
    plain = format_value(value, unit)
    set_numbers("wan")
    assert format_value(value, unit) == wan
    set_language("en")
    assert "万" not in format_value(value, unit)
    set_language("zh")
    set_numbers("thousands")
    assert format_value(value, unit) == plain
