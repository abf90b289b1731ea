from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cskpi.errors import InputError
from cskpi.ingest.raw import RawTable, start_malformed
from cskpi.ingest.sniff import sniff
from cskpi.ingest.transcode import readable_copy
from cskpi.ingest.transcripts import explode_transcripts, is_transcript, read_transcript

Row = tuple[Any, ...]
COLUMNS = (
    "transcript.time",
    "transcript.sender",
    "transcript.to",
    "transcript.text",
    "transcript.kind",
)


class Bench:
    """A connection on which texts and cells are read."""

    def __init__(self, folder: Path, con: duckdb.DuckDBPyConnection) -> None:
        self.folder, self.con = folder, con

    def file(self, content: str | bytes) -> list[Row]:
        """Return the messages of a text file."""
        path = self.folder / "chat.txt"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        sniffed = sniff(path)
        with readable_copy(sniffed) as readable:
            raw = read_transcript(self.con, sniffed, readable, 1_000_000)
        assert raw.header == COLUMNS
        assert raw.has_origins
        return self.rows()

    def cells(
        self, *cells: str | None, unescape: bool = False, others: Sequence[str] = ()
    ) -> list[Row]:
        """Return what a column of transcripts becomes; another column names the row."""
        start_malformed(self.con)
        names = others or [f"k{number}" for number in range(len(cells))]
        self.con.execute("CREATE OR REPLACE TEMP TABLE raw_rows (c0 VARCHAR, c1 VARCHAR)")
        for pair in zip(cells, names, strict=True):
            self.con.execute("INSERT INTO raw_rows VALUES (?, ?)", pair)
        raw = RawTable(("聊天记录", "客户"), header_row=3, first_row=4, sheet="五月")
        raw = explode_transcripts(self.con, raw, 0, unescape=unescape)
        assert raw.header == ("客户", *COLUMNS)
        assert (raw.sheet, raw.has_origins) == ("五月", True)
        return self.rows()

    def rows(self) -> list[Row]:
        return self.con.execute("FROM raw_rows").fetchall()

    def malformed(self) -> list[Row]:
        return self.con.execute("FROM malformed_rows ORDER BY source_row").fetchall()

    def origins(self) -> list[int]:
        found = self.con.execute("FROM row_origins ORDER BY row_no").fetchall()
        assert [row[0] for row in found] == list(range(len(self.rows())))
        return [row[1] for row in found]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with duckdb.connect(config={"threads": 2, "memory_limit": "1GB"}) as con:
        yield Bench(tmp_path, con)


def said(rows: Sequence[Row]) -> list[tuple[str | None, str | None]]:
    """Return sender and text of exploded or read rows."""
    return [(row[-4], row[-2]) for row in rows]


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


def test_rows_without_a_conversation_are_kept_or_named(bench: Bench) -> None:
    rows = bench.cells(
        "开场白\n另一行\ntb1 2024-01-01 10:00:00\n在吗",
        None,
        "随便写的\n没有时间",
        "  \n ",
        "tb2 2024-01-01 10:00:00\n好",
    )
    assert rows == [
        ("k0", "2024-01-01 10:00:00", "tb1", None, "在吗", None),
        ("k1", None, None, None, None, None),
        ("k3", None, None, None, None, None),
        ("k4", "2024-01-01 10:00:00", "tb2", None, "好", None),
    ]
    assert bench.origins() == [4, 5, 7, 8]
    assert bench.malformed() == [
        (4, "开场白", "before_first_message"),
        (4, "另一行", "before_first_message"),
        (6, "随便写的\n没有时间", "not_a_transcript"),
    ]


def test_malformed_rows_of_the_reader_shift_the_origins(bench: Bench) -> None:
    start_malformed(bench.con)
    bench.con.execute("INSERT INTO malformed_rows VALUES (2, 'x', 'bad_quotes')")
    bench.con.execute("CREATE OR REPLACE TEMP TABLE raw_rows (c0 VARCHAR)")
    bench.con.execute(
        "INSERT INTO raw_rows VALUES ('a 2024-01-01 10:00:00\nx'), ('b 2024-01-01 10:00:00\ny')"
    )
    explode_transcripts(bench.con, RawTable(("聊天记录",), 1, 2), 0, unescape=False)
    assert bench.origins() == [3, 4]


def test_lines_of_a_file_that_are_none_are_named(bench: Bench) -> None:
    head = "导出时间 2024-06-01 10:00:00\n".encode()
    body = "tb1 2024-01-01 10:00:00\n在吗\n小美 2024-01-01 10:00:05\n".encode()
    rows = bench.file(
        head + body + b"\xff\xfe broken\n" + "好\ntb1 2024-01-01 10:00:09\n嗯\n".encode()
    )
    assert said(rows) == [("tb1", "在吗"), ("小美", "好"), ("tb1", "嗯")]
    assert bench.origins() == [2, 4, 7]
    assert [(row[0], row[2]) for row in bench.malformed()] == [
        (1, "before_first_message"),
        (5, "bad_encoding"),
    ]


def test_a_text_that_is_no_transcript_is_refused(bench: Bench) -> None:
    prose = "第一章\n" * 9 + "小美 2024-01-01 10:00:00\n你好\n小美 2024-01-01 10:00:01\n在\n"
    assert not is_transcript(prose)
    with pytest.raises(InputError) as caught:
        bench.file(prose)
    assert caught.value.key == "not_a_transcript"


@pytest.mark.parametrize(
    "head",
    [
        "时间,昵称,内容\n2024-01-01 10:00:00,小美,亲\n2024-01-01 10:00:01,tb1,好\n",
        "昵称\t时间\n小美\t2024-01-01 10:00:00\ntb1\t2024-01-01 10:00:01\n",
        "小美\t亲\t2024-01-01 10:00:00\ntb1\t好\t2024-01-01 10:00:01\n",
        "2024-01-01 10:00:00\t小美\t亲\n2024-01-01 10:00:01\ttb1\t好\n",
        '客户ID,聊天记录\ntb1,"2024-05-09 10:00:00\n某旗舰店:小美: 在\n2024-05-09 10:00:09\ntb1: 好"\n',
        "订单号;时间;金额\n1;2024-01-01 10:00:00;3\n2;2024-01-01 10:00:00;4\n",
        "tb1 2024-01-01 10:00:00\n在吗\n",
        "",
        "随便\n写的\n",
    ],
)
def test_tables_and_prose_are_no_transcripts(head: str) -> None:
    assert not is_transcript(head)


@pytest.mark.parametrize(
    "head",
    [
        "15.04.2016, 15:04 - Mary: hi\n15.04.2016, 15:05 - Bob: yo, you\n",
        "[15-01-20 02:22:56] Mary: hi\n[15-01-20 02:23:56] Bob: yo\n",
        "2024-01-01 10:00:00 nick: hi\n2024-01-01 10:00:01 tb1: yo\n",
        "老王\t2026-10-05 21:40:12\n一, 二, 三\n老李\t2026-10-05 21:41:12\n好\n",
        "标题\n\n小美 2024-01-01 10:00:00\n亲,在的\n\ntb1 2024-01-01 10:00:01\n好",
    ],
)
def test_transcripts_are_found_by_their_beginning(head: str) -> None:
    assert is_transcript(head)


def test_many_cells_and_long_messages_are_all_accounted_for(bench: Bench) -> None:
    cells = [
        "".join(
            f"{'小美' if n % 2 else f'tb{row}'} 2024-01-01 10:{n:02}:00\n"
            + "行\n" * (n % 7)
            + "\n" * (n % 3)
            for n in range(50)
        )
        for row in range(200)
    ]
    rows = bench.cells(*cells)
    assert len(rows) == 200 * 50
    # A message n has n % 7 lines: seven full rounds of 21 lines and the one message n = 49.
    assert sum((row[4] or "").count("行") for row in rows) == 200 * 7 * 21
    assert {row[2] for row in rows if row[0] == "k7"} == {"小美", "tb7"}
    left = bench.con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'transcript%'"
    ).fetchall()
    assert left == []


def test_short_texts_after_a_colon_are_no_accounts(bench: Bench) -> None:
    rows = bench.cells(
        "2024-05-09 10:00:00 tb1:在吗\n2024-05-09 10:00:01 小美:在的\n2024-05-09 10:00:02 tb1:好"
    )
    assert said(rows) == [("tb1", "在吗"), ("小美", "在的"), ("tb1", "好")]


def test_a_log_of_a_program_is_no_transcript() -> None:
    assert not is_transcript(
        "2024-01-01 10:00:00 INFO: started\n2024-01-01 10:00:01 ERROR: failed\n" * 5
    )


def test_a_table_below_titles_is_no_transcript() -> None:
    rows = "\n".join(f"小美{n}\t亲{n}\t2024-01-01 10:00:{n:02}" for n in range(20))
    assert not is_transcript(f"导出信息\n店铺：甲\n\n昵称\t内容\t时间\n{rows}\n")


PIECES = st.sampled_from(
    [
        "小美 2024-01-01 10:00:00",
        "tb1 2024-01-01 09:00:00",
        "2024-01-01 10:00:05",
        "2024-01-01 10:00:06 某店:小美: 在",
        "10:00:07 小美: 好",
        "[15-01-20 02:22:56] Mary: hi",
        "订单创建于 2024-01-01 10:00:00",
        "tb1 撤回了一条消息",
        "由 服务助手 转交给 小丽",
        "已读",
        "小美",
        "文字更多",
        " ",
        "",
        "\u200e",
        "¥1",
        "a&amp;b&nbsp;",
    ]
)


@settings(max_examples=20, deadline=None)
@given(cells=st.lists(st.lists(PIECES, max_size=12).map("\n".join), min_size=1, max_size=4))
def test_no_line_is_lost_whatever_the_cells_hold(cells: list[str]) -> None:
    """What is neither said nor rejected is noise, a header, or blank."""
    with duckdb.connect(config={"threads": 1}) as con:
        rows = Bench(Path(), con).cells(*cells, unescape=True)
        # A cell is rows, or stands in malformed_rows as a whole.
        refused = [row for row in Bench(Path(), con).malformed() if row[2] == "not_a_transcript"]
        assert len({row[0] for row in rows}) + len(refused) == len(cells)
        told = "\n".join(
            str(value) for row in [*rows, *Bench(Path(), con).malformed()] for value in row
        )
        for cell in cells:
            for line in cell.split("\n"):
                if line.startswith(("文字", "由 服务", "tb1 撤回")):
                    assert line in told
