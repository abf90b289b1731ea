"""Who talked with whom, in files that say it only by names: never mixed up, never all customers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ingest_shop import Shop, accounted, open_ingest_shop

TALK = "发送人,角色,发送时间,消息内容\n{0},客户,2026-05-01 10:00:00,在吗\n{1},客服,2026-05-01 10:00:09,在\n"
LINES = "王姐 2026-10-05 21:40:12\n多少钱\n阿美 2026-10-05 21:41:00\n100元\n王姐 2026-10-05 21:42:12\n好\n"
WHO = "SELECT customer_id, agent_id, sender_role FROM messages ORDER BY occurred_at, customer_id"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with open_ingest_shop(tmp_path) as opened:
        yield opened


def test_equal_words_of_different_people_are_different_messages(shop: Shop) -> None:
    for name, people in (("a.csv", ("甲", "小美")), ("b.csv", ("乙", "小强"))):
        assert accounted(shop.take(TALK.format(*people), name)) == (2, 2, 0, 0)
    assert set(shop.rows(WHO)) == {
        ("甲", None, "customer"),
        ("甲", "小美", "agent"),
        ("乙", None, "customer"),
        ("乙", "小强", "agent"),
    }


def test_lists_of_several_orders_in_one_json_stay_apart(shop: Shop) -> None:
    def talk(buyer: str) -> list[dict[str, Any]]:
        return [
            {"time": "2026-05-01 12:00:01", "role": "用户", "name": buyer, "content": "在吗"},
            {"time": "2026-05-01 12:00:10", "role": "客服", "name": "小美", "content": "在"},
        ]

    first, second = "260517-607198974342268", "260517-607198974342269"
    path = shop.write("chats.json", json.dumps({first: talk("张*三"), second: talk("李*四")}))
    from cskpi.ingest.load import LoadOptions, load_file

    load_file(shop.con, path, LoadOptions())
    found = shop.rows("SELECT order_id, sender_role FROM messages")
    assert sorted(found) == [(o, r) for o in (first, second) for r in ("agent", "customer")]


def test_a_transcript_named_after_the_customer_tells_who_the_agent_is(shop: Shop) -> None:
    assert shop.take(LINES, "王姐.txt").rows_accepted == 3
    assert shop.rows(WHO)[1] == ("王姐", "阿美", "agent")


def test_a_transcript_in_which_nobody_is_an_agent_is_not_all_customers(shop: Shop) -> None:
    assert shop.take(LINES, "x9.txt").reject_reasons == {"unknown_sender_role": 3}
    shop.take("客服账号,姓名,部门\n阿美,陈美,售前\n", "agents.csv")
    assert shop.take(LINES + "王姐 2026-10-05 21:43:12\n谢谢\n", "y.txt").rows_accepted == 4
    assert ("王姐", "阿美", "agent") in shop.rows(WHO)


def test_a_masked_name_behind_the_arrow_splits_no_thread(shop: Shop) -> None:
    lines = "小鱼 2024-01-01 10:00:00\n在吗\n云上:小美 --> t**1 2024-01-01 10:05:00\n在\n"
    shop.take(lines, "chat.txt")
    assert shop.column("SELECT DISTINCT customer_id FROM messages") == ["小鱼"]


def test_day_and_clock_in_two_columns_are_one_time(shop: Shop) -> None:
    shop.take("客户,客服,日期,时间,角色,内容\nc,小美,2026-05-03,09:05:01,客户,在吗\n")
    assert shop.column("SELECT CAST(occurred_at AS VARCHAR) FROM messages") == [
        "2026-05-03 09:05:01"
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-05-03 下午1:03", "2026-05-03 13:03:00"),
        ("2026/5/3 上午 12:30:05", "2026-05-03 00:30:05"),
        ("2026/5/3 中午12:10", "2026-05-03 12:10:00"),
        ("2026-05-03 11:03:00 PM", "2026-05-03 23:03:00"),
        ("2026-05-03 12:03 AM", "2026-05-03 00:03:00"),
    ],
)
def test_halves_of_the_day(shop: Shop, written: str, read: str) -> None:
    shop.take(f"客户,时间,角色,内容\nc,{written},客户,在吗\n")
    assert shop.column("SELECT CAST(occurred_at AS VARCHAR) FROM messages") == [read]


def test_sixteen_digits_that_a_spreadsheet_rounded_are_lost(shop: Shop) -> None:
    ids = ("2612345678901230", "2612345678901240", "2612345678901250", "2612345678901251")
    rows = "".join(f"{order},2026-05-01 10:00:00,1\n" for order in ids)
    report = shop.take("订单号,下单时间,实付金额\n" + rows)
    assert report.reject_reasons == {"id_digits_lost": 3}
    whole = "".join(
        f"{order + n},2026-05-01 10:00:00,1\n" for n, order in enumerate([2 * 10**15] * 20)
    )
    assert shop.take("订单号,下单时间,实付金额\n" + whole, "whole.csv").rows_accepted == 20


def test_separators_after_the_last_name_of_the_header_only(shop: Shop) -> None:
    report = shop.take(
        "订单号,下单时间,实付金额,\n1,2026-05-01 10:00:00,1\n2,2026-05-01 10:00:00,2\n"
    )
    assert accounted(report) == (2, 2, 0, 0)


def test_a_table_that_says_nothing_of_senders_is_rejected_by_name(shop: Shop) -> None:
    report = shop.take("会话ID,时间,内容\n1,2026-05-01 10:00:00,hi\n")
    assert report.reject_reasons == {"unknown_sender_role": 1}


ROCKET = [
    {"_id": "m0", "rid": "r1", "t": "livechat-started", "msg": "", "ts": "2026-10-05T02:00:00.000Z",
     "u": {"_id": "g", "username": "guest-12"}},
    {"_id": "m1", "rid": "r1", "msg": "在吗", "ts": "2026-10-05T02:00:01.000Z",
     "u": {"_id": "g", "username": "guest-12"}},
    {"_id": "m2", "rid": "r1", "msg": "稍等", "ts": "2026-10-05T02:00:02.000Z",
     "u": {"_id": "b", "username": "rocket.cat"}},
    {"_id": "m3", "rid": "r1", "msg": "在的", "ts": "2026-10-05T02:00:20.000Z",
     "u": {"_id": "a", "username": "xiaomei"}},
]  # fmt: skip


def test_visitors_of_rocket_chat_are_its_guests(shop: Shop) -> None:
    report = shop.take(json.dumps(ROCKET), "room.json")
    assert report.preset == "rocketchat"
    roles = shop.rows("SELECT message_id, sender_role FROM messages ORDER BY occurred_at")
    assert roles == [("m0", "system"), ("m1", "customer"), ("m2", "bot"), ("m3", "agent")]


CHAT_OF_ANN = (
    "05.10.2026, 10:00 - Messages to this chat are end-to-end encrypted.\n"
    "05.10.2026, 10:00 - Ann: Hi, where is my order?\nsecond line\n"
    "05.10.2026, 10:02 - Bea: On its way\n"
)


@pytest.mark.parametrize("name", ["WhatsApp Chat with Ann.txt", "WhatsApp Chat - Ann.txt"])
def test_a_chat_program_names_the_customer_in_the_file_name(shop: Shop, name: str) -> None:
    shop.take(CHAT_OF_ANN, name)
    found = shop.rows("SELECT sender_role, agent_id, customer_id FROM messages ORDER BY source_row")
    assert found == [("system", None, "Ann"), ("customer", None, "Ann"), ("agent", "Bea", "Ann")]


def test_an_archive_of_one_chat_names_its_customer(shop: Shop, tmp_path: Path) -> None:
    from cskpi.ingest.load import LoadOptions, load_file

    path = shop.write("_chat.txt", CHAT_OF_ANN)
    shown = tmp_path / "WhatsApp Chat - Ann.zip" / "_chat.txt"
    load_file(shop.con, path, LoadOptions(), shown=shown)
    assert shop.column("SELECT agent_id FROM messages WHERE sender_role = 'agent'") == ["Bea"]
