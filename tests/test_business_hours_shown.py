"""Business hours in a shop: what every output says of the clock."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from test_business_hours import OFFICE, at, settings_of, week
from transcripts import Shop, make_shop

from cskpi.metrics.catalog import load_catalog
from cskpi.metrics.evaluate import evaluate
from cskpi.periods import Period

if TYPE_CHECKING:
    from conftest import Cli

    from cskpi.settings import Value


CHAT = """
# shop=旗舰店 session=S1 customer=c1 channel=app
2026-11-16 23:30:00 客户→A 在吗
2026-11-17 09:05:00 客服 A 在的
# shop=旗舰店 session=S2 customer=c2 channel=app
2026-11-17 10:00:00 客户→A 在吗
2026-11-17 10:01:00 客服 A 在的
"""
HOURS = '[business_hours]\nmon_fri = "09:00-18:00"\n'
MONTH = ("--month", "2026-11")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return make_shop(tmp_path_factory.mktemp("shop"), CHAT)


TICKETS = """shop,ticket_id,agent_id,created_at,closed_at
旗舰店,T1,A,2026-11-16 17:00:00,2026-11-17 10:30:00
旗舰店,T2,A,2026-11-20 12:30:00,2026-11-23 09:00:01
旗舰店,T3,A,2026-11-21 12:30:00,2026-11-22 09:00:01
"""


def test_no_kpi_changes_round_the_clock(tmp_path: Path) -> None:
    tickets = tmp_path / "tickets.csv"
    tickets.write_text(TICKETS, encoding="utf-8")
    month = Period(at("2026-11-01"), at("2026-12-01"), "2026-11", is_month=True)
    clocked = [metric for metric in load_catalog().metrics if metric.clock]
    groupings: list[tuple[str, ...]] = [(), ("agent",), ("day",)]
    with duckdb.connect(str(make_shop(tmp_path, CHAT, tickets).path)) as con:

        def numbers(hours: Mapping[str, Value]) -> dict[tuple[Any, ...], Any]:
            found = evaluate(con, clocked, month, groupings, settings_of(hours))
            return {
                (finding.metric, *finding.dimensions.items()): (finding.value, finding.sample_size)
                for finding in found
            }

        wall = numbers({"business_hours.use": False})
        assert numbers(week(daily="00:00-24:00")) == wall
        office = numbers(OFFICE)
    assert office.keys() == wall.keys()
    # Open daily 9 to 18: T1 1 h + 1 h 30 min, T2 5 h 30 min + 2 days of 9 h + 1 s, T3 5 h 30 min
    # + 1 s.
    assert office["ticket_close_time",] == ((9000 + 84_601 + 19_801) / 3, 3)
    for key, (seconds, size) in office.items():
        assert size == wall[key][1]
        assert seconds is None or 0 <= seconds <= wall[key][0]


def test_every_output_says_which_clock_it_is(cli: Cli, shop: Shop) -> None:
    Path("cskpi.toml").write_text(HOURS, encoding="utf-8")
    names = ("first_response_time", "first_reply_in_target", *MONTH, "--db", shop.path)
    wall = json.loads(cli("kpi", *names, "--format", "json").stdout)["rows"]
    # 9 h 35 min and a minute; in opening time five minutes and one.
    assert [row["clock"] for row in wall] == ["wall", None]
    assert wall[0]["value"] == (34_500 + 60) / 2
    out = json.loads(cli("kpi", *names, "--business-hours", "--format", "json").stdout)["rows"]
    assert [row["clock"] for row in out] == ["business", None]
    assert out[0]["value"] == (300 + 60) / 2
    # A threshold stays on the wall clock: one of the two replies missed it, either way.
    assert out[1] == wall[1]
    printed = cli("kpi", *names, "--business-hours", "--format", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(printed)))
    assert [(row["value"], row["clock"]) for row in rows] == [("180.0", "business"), ("0.0", "")]
    assert "首次响应时间（营业时间）" in rows[0]["label"]
    for style in ("table", "md"):
        shown = cli("kpi", *names, "--business-hours", "--format", style).stdout
        assert "首次响应时间（营业时间）" in shown
        assert "3 分" in shown
        assert "营业时间" not in cli("kpi", *names, "--format", style).stdout


def test_the_setting_turns_it_on_and_the_flag_off(cli: Cli, shop: Shop) -> None:
    Path("cskpi.toml").write_text(f"{HOURS}use = true\n", encoding="utf-8")
    names = ("first_response_time", *MONTH, "--db", shop.path)
    assert "营业时间" in cli("kpi", *names).stdout
    assert "营业时间" not in cli("kpi", *names, "--wall-clock").stdout
    traced = cli("explain", "first_response_time", *MONTH, "--db", shop.path).stdout
    assert "首次响应时间（营业时间）" in traced
    assert "300" in traced
    assert "34500" not in traced


def test_the_report_says_so_too(cli: Cli, shop: Shop) -> None:
    Path("cskpi.toml").write_text(HOURS, encoding="utf-8")
    cli("report", *MONTH, "--business-hours", "--out", "out", "--db", shop.path)
    page = Path("out/report.html").read_text(encoding="utf-8")
    assert "首次响应时间（营业时间）" in page
    assert "9 小时" not in page


def test_without_opening_hours_the_switch_is_refused(cli: Cli, shop: Shop) -> None:
    out = cli("kpi", "first_response_time", *MONTH, "--business-hours", "--db", shop.path, code=2)
    assert "business_hours" in out.stderr
