from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from ingest_shop import Shop, accounted, open_ingest_shop

CHAT = "客户,客服,角色,时间,内容\n"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with open_ingest_shop(tmp_path) as opened:
        yield opened


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def test_times(shop: Shop) -> None:
    times = {
        "2026-01-05 09:03:12": ("2026-01-05 09:03:12", "second"),
        "2026-01-05 09:03:12.250": ("2026-01-05 09:03:12.25", "second"),
        "2026/1/5 9:03": ("2026-01-05 09:03:00", "minute"),
        "2026年1月5日 9时3分": ("2026-01-05 09:03:00", "minute"),
        "2026年1月5日8时3分2秒": ("2026-01-05 08:03:02", "second"),
        "2026-01-05 17:16:02\t": ("2026-01-05 17:16:02", "second"),
        "21-09-01 星期三": ("2021-09-01 00:00:00", "date"),
        "2026-01-05T01:03:00Z": ("2026-01-05 09:03:00", "second"),
        "2026-01-05 09:03:00 -0400": ("2026-01-05 21:03:00", "second"),
        "2026-01-05 10:00+08": ("2026-01-05 10:00:00", "second"),
        "20260105": ("2026-01-05 00:00:00", "date"),
        "1767574980": ("2026-01-05 09:03:00", "second"),
        "1767574980030": ("2026-01-05 09:03:00.03", "second"),
        "Mon Jan 05 01:03:00 +0000 2026": ("2026-01-05 09:03:00", "second"),
        "２０２６－０１－０５　０９：０３：１２": ("2026-01-05 09:03:12", "second"),
        '="2026-01-05 09:03:12"': ("2026-01-05 09:03:12", "second"),
    }
    shop.take(CHAT + "".join(f"c,a,客户,{quoted(cell)},在吗\n" for cell in times))
    found = shop.rows(
        "SELECT CAST(occurred_at AS VARCHAR), time_precision FROM messages ORDER BY source_row"
    )
    assert dict(zip(times, found, strict=True)) == times
    milliseconds = "CASE WHEN time_precision <> 'date' THEN epoch_ms(occurred_at) END"
    wrong = f"SELECT count(*) FROM messages WHERE occurred_ms IS DISTINCT FROM {milliseconds}"
    assert shop.column(wrong) == [0]


def test_times_that_are_none(shop: Shop) -> None:
    reasons = {
        "昨天": "bad_time",
        "12/31/2015": "bad_time",
        "2026-02-30 10:00:00": "bad_time",
        "45231.377": "bad_time",
        "0001-01-01 00:00:00": "bad_time",
        "10:00:05": "bad_time",
        "": "missing_value",
        "--": "missing_value",
        "1970-01-01 08:00:00": "missing_value",
    }
    report = shop.take(CHAT + "".join(f"c,a,客户,{cell},在吗\n" for cell in reasons))
    assert accounted(report) == (9, 0, 0, 9)
    assert shop.rows(
        "SELECT source_row, column_name, raw_value, reason FROM rejected_rows ORDER BY 1"
    ) == [
        (number, "时间", cell or None, reason)
        for number, (cell, reason) in enumerate(reasons.items(), 2)
    ]


def test_ids(shop: Shop) -> None:
    ids = {
        '="6936476692437472563"': "6936476692437472563",
        "\t9001": "9001",
        "'260517-607198974342268": "260517-607198974342268",
        "ID：123": "123",
        "9002.0": "9002",
        "6936476692437472564": "6936476692437472564",
        "0012345": "0012345",
    }
    lost = ["1.23457E+17", "6936476692437470000", "2100000000000000000.0", "1E17"]
    report = shop.take(
        "订单编号,下单时间\n"
        + "".join(f"{quoted(cell)},2026-10-01 10:00:00\n" for cell in [*ids, *lost])
    )
    assert shop.column("SELECT order_id FROM orders ORDER BY source_row") == list(ids.values())
    assert report.reject_reasons == {"id_digits_lost": 4}


def test_money(shop: Shop) -> None:
    amounts = {
        "¥1,234.50": "1234.50",
        "￥89.50": "89.50",
        "1,234.50元": "1234.50",
        "(12.00)": "-12.00",
        "－3": "-3.00",
        "１２３．５": "123.50",
        "-": None,
        "无": None,
        "": None,
    }
    bad = ["abc", "1e5", "1_000", "inf", "9" * 30]
    rows = (
        f"{number},2026-10-01 10:00:00,{quoted(cell)}\n"
        for number, cell in enumerate([*amounts, *bad])
    )
    report = shop.take("订单编号,下单时间,实付金额\n" + "".join(rows))
    paid = shop.column("SELECT CAST(paid_amount AS VARCHAR) FROM orders ORDER BY source_row")
    assert dict(zip(amounts, paid, strict=True)) == amounts
    assert report.reject_reasons == {"bad_number": 5}
    assert shop.rows("SELECT column_name, raw_value FROM rejected_rows ORDER BY source_row") == [
        ("实付金额", cell) for cell in bad
    ]


def test_missing_words_are_words_in_free_text(shop: Shop) -> None:
    texts = ["无", "-", "null", "'ok", "=1+1", "  两边有空格 "]
    rows = "".join(f"-,a,客户,2026-10-01 10:00:0{i},{text}\n" for i, text in enumerate(texts))
    shop.take(CHAT + rows)
    assert shop.column("SELECT text FROM messages ORDER BY source_row") == texts
    assert shop.column("SELECT count(customer_id) FROM messages") == [0]


def test_role_words(shop: Shop) -> None:
    words = {
        "客户": "customer",
        "买家": "customer",
        " Visitor ": "customer",
        "客服": "agent",
        "Agent": "agent",
        "机器人": "bot",
        "BOT": "bot",
        "智能辅助": "assist_bot",
        "assist_bot": "assist_bot",
        "自动回复": "auto_reply",
        "欢迎语": "auto_reply",
        "系统": "system",
    }
    rows = (f"c,a,{word},2026-10-01 10:00:00,{i}\n" for i, word in enumerate([*words, "神", ""]))
    report = shop.take(CHAT + "".join(rows))
    assert report.reject_reasons == {"unknown_sender_role": 2}
    roles = shop.column("SELECT sender_role FROM messages ORDER BY source_row")
    assert roles == list(words.values())


def test_roles_from_who_sent_it(shop: Shop) -> None:
    report = shop.take(
        "session_id,time,sender,customer,agent,text\n"
        "1,2026-10-01 10:00:00,bob,bob,旗舰店:amy,hi\n"
        "1,2026-10-01 10:00:01,旗舰店:amy,bob,旗舰店:amy,yo\n"
        "1,2026-10-01 10:00:02,zed,bob,旗舰店:amy,?\n"
    )
    assert report.reject_reasons == {"unknown_sender_role": 1}
    assert shop.rows(
        "SELECT sender_role, customer_id, agent_id FROM messages ORDER BY source_row"
    ) == [("customer", "bob", "旗舰店:amy"), ("agent", "bob", "旗舰店:amy")]


def test_a_role_word_as_sender_is_nobody(shop: Shop) -> None:
    shop.take("session_id,time,sender,text\n1,2026-10-01 10:00:00,customer,hi\n")
    assert shop.rows("SELECT sender_role, customer_id FROM messages") == [("customer", None)]


def test_a_day_for_a_file_without_times_keeps_the_order(shop: Shop) -> None:
    content = "客户,客服,角色,内容\nc,a,客户,在吗\nc,a,客户,在吗\nc,a,客服,在\n"
    report = shop.take(content, days=(date(2026, 10, 1),) * 2)
    assert report.rows_accepted == 3
    assert shop.rows(
        "SELECT CAST(occurred_at AS VARCHAR), occurred_ms, time_precision, text"
        " FROM messages ORDER BY source_row"
    ) == [("2026-10-01 00:00:00", None, "date", text) for text in ("在吗", "在吗", "在")]


def test_a_day_for_a_file_with_clock_times_only(shop: Shop) -> None:
    shop.take(CHAT + "c,a,客户,09:05:07,在吗\n", days=(date(2026, 10, 1),) * 2)
    assert shop.column("SELECT CAST(occurred_at AS VARCHAR) FROM messages") == [
        "2026-10-01 09:05:07"
    ]


def test_another_time_zone(shop: Shop) -> None:
    shop.take(CHAT + "c,a,客户,2026-01-05T01:03:00Z,在吗\n", timezone="America/New_York")
    assert shop.column("SELECT CAST(occurred_at AS VARCHAR) FROM messages") == [
        "2026-01-04 20:03:00"
    ]
