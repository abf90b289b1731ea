from __future__ import annotations

import pytest
from transcript_bench import Bench, bench, said

from cskpi.ingest.transcripts import is_transcript

__all__ = ["bench"]

CLIPBOARD = """买家昵称 2024-01-01 10:00:00
你好
买家昵称2024-1-1 10:03:05
在吗
[客服昵称] 2024-01-01 10:04:00
亲，在的
已读
某旗舰店:小美 --> t**1 2024-01-01 10:05:00
第一行

第二行
买家昵称
2024-01-01 10:06:00
正文
客服昵称 (2024-01-01 10:07:00):
好的
客服昵称（2024-01-01 10:08:00）：马上发
未读
"""


def test_the_headers_of_the_clipboard_open_messages(bench: Bench) -> None:
    for text in (CLIPBOARD, CLIPBOARD.replace("\n", "\r\n"), CLIPBOARD.encode("gb18030")):
        assert bench.file(text) == [
            ("2024-01-01 10:00:00", "买家昵称", None, "你好", None),
            ("2024-1-1 10:03:05", "买家昵称", None, "在吗", None),
            ("2024-01-01 10:04:00", "客服昵称", None, "亲，在的", None),
            ("2024-01-01 10:05:00", "某旗舰店:小美", "t**1", "第一行\n\n第二行", None),
            ("2024-01-01 10:06:00", "买家昵称", None, "正文", None),
            ("2024-01-01 10:07:00", "客服昵称", None, "好的", None),
            ("2024-01-01 10:08:00", "客服昵称", None, "马上发", None),
        ]
        assert bench.origins() == [1, 3, 5, 8, 12, 15, 17]
        assert bench.malformed() == []
    assert is_transcript(CLIPBOARD)


@pytest.mark.parametrize(
    ("header", "sender", "time"),
    [
        ("小 美\t2024-01-01 10:00:00", "小 美", "2024-01-01 10:00:00"),
        ("🐟爱喝水👨‍👩‍👧 2024/1/1 9:03", "🐟爱喝水👨‍👩‍👧", "2024/1/1 9:03"),
        ("小美　2024年1月1日 10:00:00：", "小美", "2024年1月1日 10:00:00"),
        ("【小美】 2024.01.01 10：00：00", "小美", "2024.01.01 10:00:00"),
        ("tb882024-01-01 10:00:00", "tb88", "2024-01-01 10:00:00"),
        ("小美 2024-01-01 星期一 10:00:00", "小美", "2024-01-01 10:00:00"),
        ("小美 2024-01-01 下午 3:04:05", "小美", "2024-01-01 15:04:05"),
        ("小美 2024-01-01 24:00:00", "小美", "2024-01-01 24:00:00"),
        ("小美 2024-01-01T10:00:00+08:00", "小美", "2024-01-01 10:00:00+08:00"),
        ("2024-01-01 10:00:00\t小美", "小美", "2024-01-01 10:00:00"),
        ("[2024-01-01 10:00:00] 小美", "小美", "2024-01-01 10:00:00"),
        ("小美 2024-01-01 10:00:00 已读", "小美", "2024-01-01 10:00:00"),
        ("小美 10:00:00", "小美", "10:00:00"),
        ("小美(10:00:00):", "小美", "10:00:00"),
    ],
)
def test_spellings_of_a_header(bench: Bench, header: str, sender: str, time: str) -> None:
    rows = bench.cells(f"{header}\n你好\n{header}\n在吗")
    assert [row[1:] for row in rows] == [
        (time, sender, None, "你好", None),
        (time, sender, None, "在吗", None),
    ]


def test_lines_with_a_time_that_open_nothing(bench: Bench) -> None:
    lines = [
        "您的订单 2024-01-01 10:00:00 已发货",
        "预计送达时间：2024-01-01 10:00:00",
        "预计送达时间: 2024-01-01 10:00:00",
        "订单创建于 2024-01-01 09:00:00",
        "请在 18:00:00 前付款",
        "活动 2024-01-01 10:00:5",
        "比分 3:15",
        "付款时间 2024-01-01 09:01:00",
        "物流更新 2024-01-01 08:00:00",
        "2024-01-01 07:00:00 快件已到杭州",
    ]
    text = "\n".join(lines)
    rows = bench.cells(
        f"小美 2024-01-01 10:00:00\n{text}\ntb1 2024-01-01 10:00:30\n嗯\n小美 2024-01-01 10:01:00\n{text}"
    )
    assert said(rows) == [("小美", text), ("tb1", "嗯"), ("小美", text)]


def test_a_name_seen_once_is_believed_where_its_time_fits(bench: Bench) -> None:
    rows = bench.cells(
        "小美 2024-01-01 10:00:00\n您好\n路人 2024-01-01 10:00:10\n你好\n小美 2024-01-01 10:00:20\n"
        "在\n外人 2024-01-01 09:00:00\n转发\n来者 2024-01-03 09:00:00\n预告\n小美 2024-01-01 10:00:30\n好"
    )
    assert said(rows) == [
        ("小美", "您好"),
        ("路人", "你好"),
        ("小美", "在\n外人 2024-01-01 09:00:00\n转发\n来者 2024-01-03 09:00:00\n预告"),
        ("小美", "好"),
    ]


def test_another_conversation_may_begin_earlier(bench: Bench) -> None:
    rows = bench.file(
        "tb1 2024-01-02 12:00:00\n甲\n小美 2024-01-02 12:01:00\n乙\n"
        "tb2 2024-01-01 11:00:00\n丙\n小美 2024-01-01 11:01:00\n丁\n"
    )
    assert said(rows) == [("tb1", "甲"), ("小美", "乙"), ("tb2", "丙"), ("小美", "丁")]


def test_a_name_in_another_column_is_known(bench: Bench) -> None:
    cell = "小美 2024-01-01 10:00:00\n您好\n订单 2024-01-01 09:00:00\n你好\n小美 2024-01-01 10:00:20\n在"
    assert [row[2] for row in bench.cells(cell, others=["订单"])] == ["小美", "订单", "小美"]
    assert [row[2] for row in bench.cells(cell, others=["别人"])] == ["小美", "小美"]


def test_accounts_keep_their_colon(bench: Bench) -> None:
    rows = bench.cells(
        "2024-05-09 10:00:00\n某旗舰店:小美: 亲，在的呢\n\n2024-05-09 10:00:09\ntb1: 好的: 谢谢"
    )
    assert rows == [
        ("k0", "2024-05-09 10:00:00", "某旗舰店:小美", None, "亲，在的呢", None),
        ("k0", "2024-05-09 10:00:09", "tb1", None, "好的: 谢谢", None),
    ]
    # Nothing in the name says shop: that 小美 and 小丽 return does.
    lines = [
        "阿强家:小美:在的",
        "tb1:在吗",
        "阿强家:小丽:亲",
        "阿强家:小美:好",
        "tb1:尺码:M",
        "阿强家:小丽:嗯",
    ]
    rows = bench.cells("\n".join(f"2024-05-09 10:00:0{n} {line}" for n, line in enumerate(lines)))
    assert said(rows) == [
        ("阿强家:小美", "在的"),
        ("tb1", "在吗"),
        ("阿强家:小丽", "亲"),
        ("阿强家:小美", "好"),
        ("tb1", "尺码:M"),
        ("阿强家:小丽", "嗯"),
    ]


def test_a_shop_is_learnt_from_headers_and_other_columns(bench: Bench) -> None:
    by_header = "阿强家:小美 2024-01-01 10:00:00\n您好\n2024-01-01 10:00:05 阿强家:小丽: 在"
    assert said(bench.cells(by_header)) == [("阿强家:小美", "您好"), ("阿强家:小丽", "在")]
    cell = "2024-01-01 10:00:05 阿强家:小丽:在\n2024-01-01 10:00:06 阿强家:x\n2024-01-01 10:00:07 tb1:y"
    assert said(bench.cells(cell, others=["阿强家:小美"]))[0] == ("阿强家:小丽", "在")
    assert said(bench.cells(cell))[0] == ("阿强家", "小丽:在")


def test_names_alone_after_the_time(bench: Bench) -> None:
    rows = bench.file(
        "2026-10-05 21:40:12 老王\n内容\n\n2026-10-05 21:41:12 某旗舰店:小美\n好的: 亲\n\n2026-10-05 21:42:12 老王\n嗯\n"
    )
    assert said(rows) == [("老王", "内容"), ("某旗舰店:小美", "好的: 亲"), ("老王", "嗯")]
    assert bench.origins() == [1, 4, 7]
    rows = bench.file("老王 2026-10-05 21:40:12\n内容\n\n我 2026-10-05 21:41:12\n好\n")
    assert said(rows) == [("老王", "内容"), ("我", "好")]


def test_times_alone_on_a_line(bench: Bench) -> None:
    before = "tb1\n2024-01-01 10:00:00\n正文\n某旗舰店:小美\n2024-01-01 10:00:05\n好的: 亲\ntb1\n2024-01-01 10:00:10\n嗯"
    assert said(bench.cells(before)) == [
        ("tb1", "正文"),
        ("某旗舰店:小美", "好的: 亲"),
        ("tb1", "嗯"),
    ]
    after = "2024-01-01 10:00:00\ntb1\n正文\n2024-01-01 10:00:05\n小美\n好的\n2024-01-01 10:00:10\ntb1\n嗯\n2024-01-01 10:00:15\n小美\n好"
    assert said(bench.cells(after)) == [
        ("tb1", "正文"),
        ("小美", "好的"),
        ("tb1", "嗯"),
        ("小美", "好"),
    ]
    tight = "2024-01-01 10:00:00\ntb1: 正文\n续\n2024-01-01 10:00:05\n某旗舰店:小美: 好的"
    assert said(bench.cells(tight)) == [("tb1", "正文\n续"), ("某旗舰店:小美", "好的")]


def test_live_helper_chat_is_html(bench: Bench) -> None:
    rows = bench.cells(
        "2024-01-01 10:00:00 O&#039;Neil: a &amp;lt; b &amp; c&nbsp;&lt;br&gt;<br />more & more\n"
        "2024-01-01 10:00:05 System assistant: Chat was closed\n2024-01-01 10:00:06 Anna Lee: see http://a.b/c:d",
        unescape=True,
    )
    assert rows == [
        ("k0", "2024-01-01 10:00:00", "O'Neil", None, "a &lt; b & c\u00a0<br>\nmore & more", None),
        ("k0", "2024-01-01 10:00:05", "System assistant", None, "Chat was closed", "system"),
        ("k0", "2024-01-01 10:00:06", "Anna Lee", None, "see http://a.b/c:d", None),
    ]
    assert bench.cells("2024-01-01 10:00:00 a: x &amp; y")[0][4] == "x &amp; y"


def test_whatsapp_on_android(bench: Bench) -> None:
    rows = bench.file(
        "15.04.2016, 15:04 - Messages are end-to-end encrypted.\n15.04.2016, 15:05 - Mary Ann: hi\nthere: you\n"
        "15.04.2016, 15:06 - Bob: 1.1.2016, 10:00 - no\n"
    )
    assert rows == [
        ("2016-04-15 15:04", None, None, "Messages are end-to-end encrypted.", "system"),
        ("2016-04-15 15:05", "Mary Ann", None, "hi\nthere: you", None),
        ("2016-04-15 15:06", "Bob", None, "1.1.2016, 10:00 - no", None),
    ]


@pytest.mark.parametrize(
    ("days", "times"),
    [
        (("15-01-20 02:22:56", "16-01-20 02:22:57"), ("15-01-20, 02:22:56", "16-01-20, 02:22:57")),
        (
            ("01-02-20 02:22:56", "13-02-20 02:22:57"),
            ("2020-02-01 02:22:56", "2020-02-13 02:22:57"),
        ),
        (
            ("1/31/20, 2:22:56 PM", "2/1/20, 12:23:56\u202fAM"),
            ("2020-01-31 14:22:56", "2020-02-01 00:23:56"),
        ),
        (("31/12/2019, 9:05", "01/01/2020, 9:06"), ("2019-12-31 9:05", "2020-01-01 9:06")),
        (("03/04/2020, 9:05", "03/04/2020, 9:06"), ("03/04/2020, 9:05", "03/04/2020, 9:06")),
    ],
)
def test_dates_of_whatsapp_are_read_where_only_one_order_fits(
    bench: Bench, days: tuple[str, str], times: tuple[str, str]
) -> None:
    first, second = days
    rows = bench.file(f"\u200e[{first}] Mary: \u200ehi\n[{second}] Bob: yo\n")
    # 15-01-20 may be a day of 2020 or of 2015; 01-02-20 none of 2001: WhatsApp is of 2009.
    assert said(rows) == [("Mary", "hi"), ("Bob", "yo")]
    assert [row[0] for row in rows] == list(times)


def test_recalls_system_lines_goods_and_noise(bench: Bench) -> None:
    rows = bench.cells(
        "tb1 2024-01-01 10:00:00\n当前用户来自 商品详情页\ntb1 2024-01-01 10:00:01\n我要这个\n发送中\n"
        "tb1 2024-01-01 10:00:02\nhttps://item.taobao.com/item.htm?id=1\n¥12.00\n"
        "某旗舰店:小美 2024-01-01 10:00:03\n亲\n由 服务助手 转交给 小丽\n原因：【离线留言自动分配】\n看下这个\n"
        "tb1 2024-01-01 10:00:04\ntb1 撤回了一条消息\n商品推荐一下\n某旗舰店:小美 2024-01-01 10:00:05\n你撤回了一条消息\n----------\n"
    )
    assert [row[1:] for row in rows] == [
        ("2024-01-01 10:00:00", "tb1", None, "当前用户来自 商品详情页", "system"),
        ("2024-01-01 10:00:01", "tb1", None, "我要这个", None),
        (
            "2024-01-01 10:00:02",
            "tb1",
            None,
            "https://item.taobao.com/item.htm?id=1\n¥12.00",
            "goods",
        ),
        ("2024-01-01 10:00:03", "某旗舰店:小美", None, "亲\n看下这个", None),
        ("2024-01-01 10:00:03", "某旗舰店:小美", None, "由 服务助手 转交给 小丽", "system"),
        ("2024-01-01 10:00:03", "某旗舰店:小美", None, "原因：【离线留言自动分配】", "system"),
        ("2024-01-01 10:00:04", "tb1", None, "商品推荐一下", None),
        ("2024-01-01 10:00:04", "tb1", None, "tb1 撤回了一条消息", "recall"),
        ("2024-01-01 10:00:05", "某旗舰店:小美", None, "你撤回了一条消息", "recall"),
    ]


def test_events_on_the_line_of_their_time(bench: Bench) -> None:
    rows = bench.cells(
        "2024-01-01 10:00:00 tb1: 在吗\n2024-01-01 10:00:01 tb1 撤回了一条消息\n"
        "2024-01-01 10:00:02 由 服务助手 转交给 小丽\n2024-01-01 10:00:03 小丽: 在"
    )
    assert [row[2:] for row in rows] == [
        ("tb1", None, "在吗", None),
        ("tb1", None, "tb1 撤回了一条消息", "recall"),
        (None, None, "由 服务助手 转交给 小丽", "system"),
        ("小丽", None, "在", None),
    ]


def test_a_message_without_text_is_one(bench: Bench) -> None:
    rows = bench.cells("tb1 2024-01-01 10:00:00\n小美 2024-01-01 10:00:01\n在")
    assert said(rows) == [("tb1", None), ("小美", "在")]
