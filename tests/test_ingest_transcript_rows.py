from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from depth import rounds
from hypothesis import example, given, settings
from hypothesis import strategies as st
from transcript_bench import Bench, bench, said

from cskpi.errors import InputError
from cskpi.ingest.raw import RawTable, start_malformed
from cskpi.ingest.transcripts import explode_transcripts, is_transcript

__all__ = ["bench"]


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


@settings(max_examples=rounds(5, thorough=200), deadline=None)
@given(cells=st.lists(st.lists(PIECES, max_size=12).map("\n".join), min_size=1, max_size=4))
@example(cells=["2024-01-01 10:00:05\n文字更多\ntb1 撤回了一条消息"])
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
            lines = cell.split("\n")
            for before, line in zip(["", *lines], lines, strict=False):
                # Below a time alone stands a name: with nothing said, it is a header and no more.
                is_name = before == "2024-01-01 10:00:05" and line == "文字更多"
                if line.startswith(("文字", "由 服务", "tb1 撤回")) and not is_name:
                    assert line in told
