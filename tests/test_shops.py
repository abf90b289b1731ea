"""Chats that name no shop meet the orders of the only one there is, and nobody's where there are two."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Cli

CHATS = (
    "会话ID,发送时间,账号类型,客户名,客服,消息内容\n"
    "S1,2026-10-05 10:00:00,客户,c1,小美,在吗\n"
    "S1,2026-10-05 10:00:31,客服,c1,小美,在的\n"
)
ORDERS = "店铺,订单号,下单时间,付款时间,实付金额,买家\n"
A1 = "云上,A1,2026-10-05 10:10:00,2026-10-05 10:11:00,90,c1\n"
B1 = "山下,B1,2026-10-06 10:10:00,2026-10-06 10:11:00,70,c9\n"


def faults(cli: Cli) -> int:
    """Return how many kinds of data the check finds without a shop among several."""
    checks = json.loads(cli("check", "--month", "2026-10", "--format", "json").stdout)
    found = [c["faults"] for c in checks["checks"] if c["check"] == "rows_without_shop"]
    return int(found[0])


def sales(
    cli: Cli, database: str = "cskpi.duckdb"
) -> list[tuple[str | None, str | None, float | None]]:
    out = cli(
        "kpi",
        "agent_sales",
        "--month",
        "2026-10",
        "--by",
        "agent",
        "--format",
        "json",
        "--db",
        database,
    )
    return [
        (row["dimensions"]["shop"], row["dimensions"]["agent"], row["value"])
        for row in json.loads(out.stdout)["rows"]
    ]


def test_rows_without_a_shop_are_the_only_shops(tmp_path: Path, cli: Cli) -> None:
    chats, orders = tmp_path / "chats.csv", tmp_path / "orders.csv"
    chats.write_text(CHATS, encoding="utf-8")
    orders.write_text(ORDERS + A1, encoding="utf-8")
    cli("load", chats, orders)
    assert "云上" in cli("kpi", "agent_sales", "--month", "2026-10").stderr
    assert sales(cli) == [("云上", "小美", 90)]
    assert faults(cli) == 0


def test_with_two_shops_nothing_is_guessed_and_the_check_says_so(tmp_path: Path, cli: Cli) -> None:
    chats, orders = tmp_path / "chats.csv", tmp_path / "orders.csv"
    chats.write_text(CHATS, encoding="utf-8")
    orders.write_text(ORDERS + A1 + B1, encoding="utf-8")
    cli("load", chats, orders)
    assert ("云上", "小美", 90) not in sales(cli)
    assert faults(cli) == 1
    cli("load", chats, orders, "--shop", "云上", "--db", "second.duckdb")
    assert ("云上", "小美", 90) in sales(cli, "second.duckdb")
