"""Platforms' own numbers stand beside ours of the same days, and never among them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cskpi.ingest.presets import shipped_sources
from cskpi.metrics.catalog import load_catalog
from cskpi.metrics.platform import counterparts
from cskpi.texts import has_text

if TYPE_CHECKING:
    from conftest import Cli

CHATS = (
    "会话ID,发送时间,账号类型,客户名,客服,消息内容\n"
    "S1,2026-10-05 10:00:00,客户,c1,小美,在吗\n"
    "S1,2026-10-05 10:00:31,客服,c1,小美,在的\n"
    "S2,2026-10-06 11:00:00,客户,c2,小丽,多少钱\n"
    "S2,2026-10-06 11:00:10,客服,c2,小丽,九十\n"
)
REPORT = (
    "旺旺昵称,旺旺分组,咨询人数,接待人数,首次响应时长（秒),平均响应时长（秒）,客户满意率,销售额\n"
    '小美,售前,1,1,28,30,99.71%,"1,234.50"\n'
    "小丽,售前,1,1,1分10秒,--,-,0\n"
    "汇总值,,2,2,49,30,99.71%,1234.5\n"
    "平均值,,1,1,49,30,,617.25\n"
)


@pytest.fixture
def report(tmp_path: Path, cli: Cli) -> Path:
    chats, path = tmp_path / "chats.csv", tmp_path / "客服绩效_2026-10-01_2026-10-31.csv"
    chats.write_text(CHATS, encoding="utf-8")
    path.write_text(REPORT, encoding="utf-8")
    cli("load", chats, path)
    return path


def test_the_channel_is_named_where_two_platforms_report(
    cli: Cli, report: Path, tmp_path: Path
) -> None:
    assert cli("load", report).stdout
    alone = cli("platform", "--month", "2026-10").stdout.splitlines()[0]
    assert "渠道" not in alone
    other = tmp_path / "拼多多客服绩效_2026-10-05.txt"
    other.write_text(
        "客服账号\t咨询人数\t需人工回复的咨询人数\t3分钟人工回复率(8-23点)\t平均人工响应时长\n"
        "小美\t3\t3\t100%\t12秒\n",
        encoding="utf-8",
    )
    cli("load", other)
    both = cli("platform", "--month", "2026-10").stdout
    assert both.split()[0] == "渠道"
    assert "pdd" in both
    assert "taobao" in both


@pytest.mark.usefixtures("report")
def test_a_platform_report_is_compared_with_ours(cli: Cli) -> None:
    rows = json.loads(cli("platform", "--month", "2026-10", "--format", "json").stdout)
    said = {(row["agent"], row["metric"]): row for row in rows}
    first = said["小美", "first_response_s"]
    assert (first["platform_value"], first["own_value"], first["difference"]) == (28, 31, 3)
    assert first["kpi"] == "first_response_time"
    assert "8–23" in first["reason"]
    assert said["小丽", "first_response_s"]["platform_value"] == 70
    assert ("小丽", "avg_response_s") not in said
    assert said["小美", "satisfaction"]["platform_value"] == pytest.approx(0.9971)
    assert said["小美", "sales"]["platform_value"] == 1234.5
    total = next(r for r in rows if r["scope"] == "shop_total" and r["metric"] == "n_received")
    assert (total["platform_value"], total["own_value"]) == (2, 2)
    assert {row["scope"] for row in rows} == {"agent", "shop_total", "shop_average"}


@pytest.mark.usefixtures("report")
def test_the_table_gives_the_reasons_below(cli: Cli) -> None:
    result = cli("platform")
    assert "28 秒" in result.stdout
    assert "31 秒" in result.stdout
    assert "机器人" in result.stderr or "自动回复" in result.stderr


@pytest.mark.usefixtures("report")
def test_platform_numbers_never_enter_our_own(cli: Cli) -> None:
    out = cli(
        "kpi", "received_customers", "--month", "2026-10", "--by", "agent", "--format", "json"
    )
    agents = {row["dimensions"]["agent"] for row in json.loads(out.stdout)["rows"]}
    assert agents == {"小美", "小丽"}


def test_a_report_that_names_no_days_is_refused_with_what_to_do(tmp_path: Path, cli: Cli) -> None:
    path = tmp_path / "客服绩效.csv"
    path.write_text(REPORT, encoding="utf-8")
    assert "--date 2026-10" in cli("load", path, code=3).stderr
    cli("load", path, "--date", "2026-10")
    rows = json.loads(cli("platform", "--format", "json").stdout)
    assert {(row["period_start"], row["period_end"]) for row in rows} == {
        ("2026-10-01", "2026-10-31")
    }


def test_every_number_the_presets_read_has_a_name_for_people() -> None:
    names = {
        column.removeprefix("metric.")
        for source in shipped_sources()
        for column in (*source.columns, *source.guess)
        if column.startswith("metric.")
    }
    assert names
    assert not [name for name in sorted(names) if not has_text(f"platform_metric.{name}")]


def test_every_counterpart_is_a_kpi_of_ours() -> None:
    known = {metric.name for metric in load_catalog().metrics}
    assert {counterpart.kpi for counterpart in counterparts().values()} <= known
