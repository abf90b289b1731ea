"""`--by` hour, weekday, day, week and month, alone and together, over the turn of a year."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from transcripts import Shop, make_shop

if TYPE_CHECKING:
    from conftest import Cli

# 28 December 2026 is the Monday of week 53, 3 January 2027 its Sunday, the 4th begins week 1.
CHAT = """
# shop=旗舰店 session=S1 customer=c1 channel=app
2026-12-27 23:59:00 客户→A 在吗
2026-12-27 23:59:10 客服 A 在的
# shop=旗舰店 session=S2 customer=c2 channel=app
2026-12-28 00:00:00 客户→A 在吗
2026-12-28 00:00:20 客服 A 在的
# shop=旗舰店 session=S3 customer=c3 channel=app
2027-01-03 09:00:00 客户→B 在吗
2027-01-03 09:00:30 客服 B 在的
# shop=旗舰店 session=S4 customer=c4 channel=app
2027-01-03 23:59:59 客户→A 在吗
2027-01-04 00:00:39 客服 A 在的
# shop=工厂店 session=S5 customer=c5 channel=app
2027-01-04 09:00:00 客户→A 在吗
2027-01-04 09:00:50 客服 A 在的
# shop=旗舰店 session=S0 customer=c1 channel=app
2026-12-14 09:00:00 客户→A 在吗
2026-12-14 09:01:00 客服 A 在的
"""
SPAN = ("--from", "2026-12-21", "--to", "2027-01-10")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return make_shop(tmp_path_factory.mktemp("shop"), CHAT)


def waits(cli: Cli, shop: Shop, by: str, *more: str) -> list[dict[str, Any]]:
    out = cli(
        *("kpi", "first_response_time", *SPAN, "--by", by, "--format", "json", *more),
        *("--db", shop.path),
    )
    rows: list[dict[str, Any]] = json.loads(out.stdout)["rows"]
    return rows


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("day", {"2026-12-27": 10, "2026-12-28": 20, "2027-01-03": 35, "2027-01-04": 50}),
        ("week", {"2026-W52": 10, "2026-W53": 30, "2027-W01": 50}),
        ("month", {"2026-12": 15, "2027-01": 40}),
        ("weekday", {"1": 35, "7": 80 / 3}),
        ("hour", {"00": 20, "09": 40, "23": 25}),
    ],
)
def test_one_dimension(cli: Cli, shop: Shop, by: str, expected: dict[str, float]) -> None:
    # W53: (20 + 30 + 40) / 3. Sundays: (10 + 30 + 40) / 3. 23 h: (10 + 40) / 2.
    rows = waits(cli, shop, by)
    assert [set(row["dimensions"]) for row in rows] == [{by}] * len(rows)
    found = {row["dimensions"][by]: row["value"] for row in rows}
    assert found == pytest.approx(expected)


def test_weekday_by_hour(cli: Cli, shop: Shop) -> None:
    rows = waits(cli, shop, "weekday,hour")
    assert [list(row["dimensions"]) for row in rows] == [["weekday", "hour"]] * len(rows)
    found = {tuple(row["dimensions"].values()): row["value"] for row in rows}
    assert found == {("1", "00"): 20, ("1", "09"): 50, ("7", "09"): 30, ("7", "23"): 25}


def test_agent_by_week(cli: Cli, shop: Shop) -> None:
    rows = waits(cli, shop, "agent,week")
    assert [list(row["dimensions"]) for row in rows] == [["shop", "agent", "week"]] * len(rows)
    found = {tuple(row["dimensions"].values()): row["value"] for row in rows}
    assert found == {
        ("工厂店", "A", "2027-W01"): 50,
        ("旗舰店", "A", "2026-W52"): 10,
        ("旗舰店", "A", "2026-W53"): 30,
        ("旗舰店", "B", "2026-W53"): 30,
    }


def test_only_what_comes_again_has_a_previous_number(cli: Cli, shop: Shop) -> None:
    # 30 November to 20 December holds S0: a Monday, nine o'clock, 60 s.
    assert {row["dimensions"]["hour"]: row["previous"] for row in waits(cli, shop, "hour")} == {
        "00": None,
        "09": 60,
        "23": None,
    }
    assert [row["previous"] for row in waits(cli, shop, "weekday")] == [60, None]
    for by in ("day", "week", "month", "agent,week", "hour,day"):
        assert {row["previous"] for row in waits(cli, shop, by)} == {None}


def test_parts_add_up_to_the_whole(cli: Cli, shop: Shop) -> None:
    for by in ("day", "week", "month", "weekday", "hour", "weekday,hour", "agent,week"):
        rows = waits(cli, shop, by)
        assert sum(row["sample_size"] for row in rows) == 5
        assert sum(row["numerator"] for row in rows) == 10 + 20 + 30 + 40 + 50


def test_a_week_by_itself_is_the_same_as_in_the_longer_span(cli: Cli, shop: Shop) -> None:
    (whole,) = json.loads(
        cli(
            *("kpi", "first_response_time", "--from", "2026-12-28", "--to", "2027-01-03"),
            *("--format", "json", "--db", shop.path),
        ).stdout
    )["rows"]
    (week,) = [row for row in waits(cli, shop, "week") if row["dimensions"]["week"] == "2026-W53"]
    assert (whole["value"], whole["sample_size"]) == (week["value"], week["sample_size"])
