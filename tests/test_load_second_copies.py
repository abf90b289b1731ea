"""The same data under another name: nothing is merged, and a person is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ingest_shop import Shop, accounted, open_ingest_shop

from cskpi.resources import data_dir
from cskpi.store.sqlfile import read_sql_file

if TYPE_CHECKING:
    from cskpi.ingest.report import FileReport

CHAT = "会话ID,发送时间,账号类型,客户名,客服,消息内容\n"
WITHOUT = "发送时间,账号类型,客户名,客服,消息内容\n"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with open_ingest_shop(tmp_path) as opened:
        yield opened


def told(report: FileReport) -> dict[str, dict[str, object]]:
    return {one.key: dict(one.values) for one in report.told}


def check(shop: Shop, name: str) -> list[tuple[str, str]]:
    body = read_sql_file(data_dir("queries") / "checks" / f"{name}.sql").body
    return [(str(subject), str(detail)) for subject, detail in shop.rows(body)]


def chat(conversation: str, customer: str = "c1") -> str:
    prefix = f"{conversation}," if conversation else ""
    return (
        f"{prefix}2026-10-01 10:00:00,客户,{customer},小美,在吗\n"
        f"{prefix}2026-10-01 10:00:20,客服,{customer},小美,在的亲\n"
        f"{prefix}2026-10-01 10:00:40,客户,{customer},小美,发什么快递\n"
    )


def test_the_same_file_for_another_shop_is_named_as_a_second_copy(shop: Shop) -> None:
    path = shop.write("十月.csv", CHAT + chat("S1"))
    assert told(shop.load(path, shop="旗舰店")) == {}
    assert check(shop, "same_file_twice") == []
    assert told(shop.load(path, shop="旗舰店")) == {}
    again = shop.load(path, shop="工厂店")
    assert accounted(again) == (3, 3, 0, 0)
    assert told(again) == {"second_copy": {"path": "十月.csv", "count": 3}}
    assert check(shop, "same_file_twice") == [(str(path), "messages: 3 + 3")]


def test_a_chat_under_another_conversation_id_is_named(shop: Shop) -> None:
    shop.take(CHAT + chat("S1"), "千牛.csv")
    assert check(shop, "doubled_chats") == []
    report = shop.take(CHAT + chat("8801"), "质检.csv")
    assert accounted(report) == (3, 3, 0, 0)
    assert told(report) == {"doubled_chats": {"count": 3, "chats": 1, "others": "千牛.csv"}}
    assert check(shop, "doubled_chats") == [("8801 = S1", "3")]


def test_a_chat_with_and_without_conversation_ids_is_named(shop: Shop) -> None:
    shop.take(CHAT + chat("S1"), "千牛.csv")
    report = shop.take(WITHOUT + chat(""), "剪贴.csv")
    assert told(report) == {"doubled_chats": {"count": 3, "chats": 1, "others": "千牛.csv"}}
    assert check(shop, "doubled_chats") == [("S1 = –", "3")]


def test_two_customers_who_say_the_same_at_once_are_two(shop: Shop) -> None:
    shop.take(CHAT + chat("S1"), "千牛.csv")
    assert told(shop.take(CHAT + chat("S2", "c2"), "其他.csv")) == {}
    other_words = CHAT + chat("S3").replace("在吗", "在不在").replace("亲", "").replace(
        "什么", "啥"
    )
    assert told(shop.take(other_words, "又一份.csv")) == {}
    assert check(shop, "doubled_chats") == []
