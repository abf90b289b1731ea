"""Personal data: not stored unless asked for, hidden ids still join, the erased stay erased."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

if TYPE_CHECKING:
    from conftest import Cli

CHATS = (
    "会话ID,发送时间,账号类型,客户名,客服,消息内容\n"
    "S1,2026-10-05 10:00:00,客户,小鱼爱喝水,小美,在吗\n"
    "S1,2026-10-05 10:00:31,客服,小鱼爱喝水,小美,在的\n"
    "S2,2026-10-06 11:00:00,客户,云淡风轻,小美,多少钱\n"
    "S2,2026-10-06 11:00:05,客服,云淡风轻,小美,九十\n"
)
ORDERS = (
    "订单号,下单时间,付款时间,实付金额,买家,收货人姓名,联系手机\n"
    "A1001,2026-10-05 10:10:00,2026-10-05 10:11:00,90,小鱼爱喝水,王阿福,13900139000\n"
    "1.23E+17,2026-10-06 11:10:00,2026-10-06 11:11:00,80,云淡风轻,李阿贵,13800138000\n"
    "A1003,2026-10-06 11:20:00,2026-10-06 11:21:00,70,云淡风轻,李阿贵\n"
)
SECRETS = ("王阿福", "李阿贵", "13900139000", "13800138000")


@pytest.fixture
def exports(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "chats.csv", tmp_path / "orders.csv"]
    for path, text in zip(paths, (CHATS, ORDERS), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def everything(database: Path) -> str:
    """Return all rows of all tables as text."""
    with duckdb.connect(database, read_only=True) as con:
        names = con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        rows: list[Any] = [con.execute(f'FROM "{name}"').fetchall() for (name,) in names]
    return repr(rows)


def test_personal_columns_are_stored_nowhere_not_even_with_rejects(
    exports: list[Path], cli: Cli
) -> None:
    said = cli("load", *exports).stdout
    assert "收货人姓名、联系手机" in said
    stored = everything(Path("cskpi.duckdb"))
    assert not [secret for secret in SECRETS if secret in stored]
    with duckdb.connect("cskpi.duckdb", read_only=True) as con:
        rejects = con.execute("SELECT source_row, reason FROM rejected_rows ORDER BY 1").fetchall()
    assert rejects == [(3, "id_digits_lost"), (4, "too_few_columns")]


def test_personal_columns_are_stored_when_asked_for_and_then_named(
    exports: list[Path], cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CSKPI_KEEP_PII", "true")
    assert "按 keep_pii 保存" in cli("load", *exports).stdout
    with duckdb.connect("cskpi.duckdb", read_only=True) as con:
        ((extra,),) = con.execute("SELECT extra FROM orders").fetchall()
    assert json.loads(extra) == {"收货人姓名": "王阿福", "联系手机": "13900139000"}


def test_hidden_customers_still_join_chats_and_orders(
    exports: list[Path], cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CSKPI_PII_HASH_CUSTOMERS", "true")
    cli("load", *exports)
    stored = everything(Path("cskpi.duckdb"))
    assert "小鱼爱喝水" not in stored
    assert "云淡风轻" not in stored
    out = cli("kpi", "agent_sales", "--month", "2026-10", "--by", "agent", "--format", "json")
    rows = json.loads(out.stdout)["rows"]
    assert [(row["dimensions"]["agent"], row["value"]) for row in rows] == [("小美", 90)]


def test_who_was_erased_does_not_come_back_with_the_same_export(
    exports: list[Path], cli: Cli
) -> None:
    cli("load", *exports)
    cli("purge", "--customer", "小鱼爱喝水", "--yes")
    assert "此客户已按要求清除" in cli("load", *exports).stdout
    stored = everything(Path("cskpi.duckdb"))
    assert "小鱼爱喝水" not in stored
    assert "云淡风轻" in stored
    with duckdb.connect("cskpi.duckdb", read_only=True) as con:
        assert con.execute("SELECT count(*) FROM messages").fetchone() == (2,)
        assert con.execute("SELECT count(*) FROM orders").fetchone() == (0,)
