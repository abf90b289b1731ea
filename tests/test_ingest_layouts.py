from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
import pytest

from cskpi.errors import InputError
from cskpi.ingest.matrix import MatrixLayout, find_legend, is_matrix, unfold_matrix
from cskpi.ingest.questions import QuestionLayout, unfold_questions
from cskpi.ingest.raw import RawTable, start_malformed
from cskpi.ingest.roster_days import find_day_columns, name_days

Rows = Sequence[Sequence[str]]

ROSTER = MatrixLayout(
    name=("姓名", "日期", "星期"),
    group=("职务", "组别"),
    ignore=("早班", "上班人数", "合计", "备注", "星期"),
    blank="rest",
)
UNKNOWN = MatrixLayout(ROSTER.name, ROSTER.group, ROSTER.ignore, "unknown")
SURVEY = QuestionLayout(r"^(?P<no>\d+)[、.．]\s*(?P<text>.+)$", "┋", ("-2", "-3", "(跳过)", "(空)"))


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 2}) as opened:
        yield opened


def table(con: duckdb.DuckDBPyConnection, rows: Rows, header_row: int = 1) -> RawTable:
    """Put rows where a reader leaves them; blank cells are NULL."""
    start_malformed(con)
    header = rows[header_row - 1]
    columns = ", ".join(f"c{index} VARCHAR" for index in range(len(header)))
    con.execute(f"CREATE OR REPLACE TEMP TABLE raw_rows ({columns})")
    for row in rows[header_row:]:
        cells = [*row, *[""] * len(header)][: len(header)]
        marks = ", ".join("?" * len(header))
        con.execute(f"INSERT INTO raw_rows VALUES ({marks})", [cell or None for cell in cells])
    above = tuple(tuple(row) for row in rows[: header_row - 1])
    return RawTable(tuple(header), header_row, header_row + 1, preamble=above)


def rows_of(con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return con.execute("FROM raw_rows").fetchall()


def malformed(con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return con.execute("FROM malformed_rows").fetchall()


def origins(con: duckdb.DuckDBPyConnection) -> list[int]:
    found = con.execute("FROM row_origins ORDER BY row_no").fetchall()
    assert [row[0] for row in found] == list(range(len(rows_of(con))))
    return [row[1] for row in found]


EXAMPLE = [
    ["2026年3月客服排班表", "", "", "", ""],
    ["", "日期", "24", "25", "26"],
    ["职务", "星期", "二", "三", "四"],
    ["售前", "张三", "早", "晚", ""],
    ["", "王五", "早+晚", "9:00-18:00", "-"],
    ["售后", "李四", "休", "中", "早"],
    ["早班", "", "1", "0", "1"],
    ["上班人数", "", "2", "2", "1"],
    ["", "", "", "", ""],
    ["备注：早：9:00-18:00；晚=13:00-次日1:00", "", "", "", ""],
    ["中班", "9:30-17:00", "", "", ""],
]
EXAMPLE_SHIFTS = [
    ("张三", "售前", "2026-03-24", "早", "09:00", "18:00"),
    ("张三", "售前", "2026-03-25", "晚", "13:00", "01:00"),
    ("张三", "售前", "2026-03-26", "休", None, None),
    ("王五", "售前", "2026-03-24", "早", "09:00", "18:00"),
    ("王五", "售前", "2026-03-24", "晚", "13:00", "01:00"),
    ("王五", "售前", "2026-03-25", "9:00-18:00", "09:00", "18:00"),
    ("王五", "售前", "2026-03-26", "休", None, None),
    ("李四", "售后", "2026-03-24", "休", None, None),
    ("李四", "售后", "2026-03-25", "中", "09:30", "17:00"),
    ("李四", "售后", "2026-03-26", "早", "09:00", "18:00"),
]


@pytest.mark.parametrize("header_row", [1, 2, 3])
def test_a_roster_gives_one_row_a_shift_whichever_row_was_taken_for_the_header(
    con: duckdb.DuckDBPyConnection, header_row: int
) -> None:
    raw = unfold_matrix(con, table(con, EXAMPLE, header_row), ROSTER, ["Sheet1"])
    names = ("name", "group", "day", "code", "start", "end")
    assert raw.header == tuple(f"matrix.{name}" for name in names)
    assert rows_of(con) == EXAMPLE_SHIFTS
    assert origins(con) == [4, 4, 4, 5, 5, 5, 5, 6, 6, 6]
    assert malformed(con) == [
        (7, "早班, 1, 0, 1", "left_out"),
        (8, "上班人数, 2, 2, 1", "left_out"),
        (10, "备注：早：9:00-18:00；晚=13:00-次日1:00", "left_out"),
        (11, "中班, 9:30-17:00", "left_out"),
    ]


def test_a_blank_cell_is_no_shift_where_the_layout_says_so(con: duckdb.DuckDBPyConnection) -> None:
    unfold_matrix(con, table(con, EXAMPLE), UNKNOWN, [])
    given = [
        row
        for row in EXAMPLE_SHIFTS
        if row[:3] not in {("张三", "售前", "2026-03-26"), ("王五", "售前", "2026-03-26")}
    ]
    assert rows_of(con) == given


def test_other_columns_repeat_and_impossible_days_are_named(con: duckdb.DuckDBPyConnection) -> None:
    header = ["工号", "姓名", *(str(day) for day in range(1, 32)), "备注"]
    first = ["A1", "小美", *["早"] * 30, "", "新人"]
    second = ["A2", "小林", *["休"] * 31, ""]
    raw = unfold_matrix(con, table(con, [header, first, second]), ROSTER, ["4月", "2026排班.xlsx"])
    assert raw.header[6:] == ("工号", "备注")
    assert len(rows_of(con)) == 60
    assert rows_of(con)[29] == ("小美", None, "2026-04-30", "早", None, None, "A1", "新人")
    assert malformed(con) == [(3, "小林, 休", "no_such_day")]


def test_section_titles_and_nameless_rows_are_left_out(con: duckdb.DuckDBPyConnection) -> None:
    days = ["2026-03-01", "2026-03-02", "2026-03-03"]
    rows = [
        ["姓名", *days],
        ["售前组", "", "", ""],
        ["小美", "早", "中", "晚"],
        ["", "早", "", ""],
        ["某店:小林", "A", "", "A"],
    ]
    unfold_matrix(con, table(con, rows), UNKNOWN, [])
    assert [row[0] for row in rows_of(con)] == ["小美"] * 3 + ["某店:小林"] * 2
    assert malformed(con) == [(2, "售前组", "left_out"), (4, "早", "left_out")]


@pytest.mark.parametrize(
    ("header", "hints", "first", "last"),
    [
        (["姓名", "3/1", "3/2", "3/3"], ["2026年排班"], "2026-03-01", "2026-03-03"),
        (["姓名", "3月1日", "3月2日"], ["排班202603.xlsx"], "2026-03-01", "2026-03-02"),
        (["姓名", "2026/3/1", "2026/3/2"], [], "2026-03-01", "2026-03-02"),
        (["姓名", "2026-03-01 00:00:00", "2026-03-02 00:00:00"], [], "2026-03-01", "2026-03-02"),
        (["姓名", "46082", "46083.0"], [], "2026-03-01", "2026-03-02"),
        (["姓名", "1日", "2日"], ["3月", "2026"], "2026-03-01", "2026-03-02"),
        (["姓名", "周日 3.1", "周一 3.2"], ["2026"], "2026-03-01", "2026-03-02"),
        (["姓名", "1\n日", "2\n一"], ["2026-03"], "2026-03-01", "2026-03-02"),
        (["姓名", "１号", "２号"], ["２０２６年３月"], "2026-03-01", "2026-03-02"),
        (["姓名", "3.8", "3.9", "3.1", "3.11"], ["2026"], "2026-03-08", "2026-03-11"),
        (["姓名", "12/31", "1/1"], ["2026年1月"], "2025-12-31", "2026-01-01"),
        (["姓名", "12/31", "1/1"], ["2025年12月-2026年1月"], "2025-12-31", "2026-01-01"),
        (["姓名", "30", "31", "1"], ["2025年12月至1月"], "2025-12-30", "2026-01-01"),
        (
            ["姓名", "1", "2"],
            ["Sheet1", "2026年3月", "排班_20260415.xlsx"],
            "2026-03-01",
            "2026-03-02",
        ),
        (["姓名", "1", "2"], ["制表日期：2026-03-28"], "2026-03-01", "2026-03-02"),
        (["姓名", "1", "2"], ["十二月", "2026"], "2026-12-01", "2026-12-02"),
    ],
)
def test_days_and_months_in_many_spellings(
    con: duckdb.DuckDBPyConnection, header: list[str], hints: list[str], first: str, last: str
) -> None:
    unfold_matrix(con, table(con, [header, ["小美", *["早"] * (len(header) - 1)]]), ROSTER, hints)
    assert (rows_of(con)[0][2], rows_of(con)[-1][2]) == (first, last)


@pytest.mark.parametrize(
    ("numbers", "hints", "weekdays", "first"),
    [
        # 24…31 is no February, so March is the first of the two months.
        ([*range(24, 32), *range(1, 24)], ["2026年3月"], {}, "2026-03-24"),
        # March has a 31st, so the 30th before the 1st is April's.
        ([*range(26, 31), *range(1, 26)], ["2026年4月"], {}, "2026-04-26"),
        # July and August are alike: the title is of the month that makes up the end.
        ([*range(26, 32), *range(1, 26)], ["2026年8月"], {}, "2026-07-26"),
        # 26 August 2026 is a Wednesday.
        ([*range(26, 32), *range(1, 26)], ["2026年8月"], {1: 2, 2: 3}, "2026-08-26"),
        ([*range(26, 32), *range(1, 26)], ["2026年8月-9月"], {}, "2026-08-26"),
        ([*range(26, 32), *range(1, 26)], ["2026.08.26-09.25"], {}, "2026-08-26"),
        ([*range(10, 32), *range(1, 10)], ["2026年8月"], {}, "2026-08-10"),
        ([*range(1, 32)], ["2026年2月"], {}, "2026-02-01"),
    ],
)
def test_which_month_a_roster_over_two_months_begins_in(
    numbers: list[int], hints: list[str], weekdays: dict[int, int], first: str
) -> None:
    found = find_day_columns([["姓名", *map(str, numbers)]])
    assert found is not None
    dates = name_days(found[1], hints, {}, weekdays)
    assert dates is not None
    assert str(dates[1]) == first
    assert len(dates) == len(numbers)


def test_months_above_the_days_tell_too(con: duckdb.DuckDBPyConnection) -> None:
    rows = [
        ["排班 2026", "7月", "", "", "8月"],
        ["姓名", "29", "30", "31", "1"],
        ["小美", "早", "早", "早", "晚"],
    ]
    unfold_matrix(con, table(con, rows, 2), ROSTER, [])
    assert [row[2] for row in rows_of(con)] == [
        "2026-07-29",
        "2026-07-30",
        "2026-07-31",
        "2026-08-01",
    ]


def test_a_roster_without_month_or_names_is_refused(con: duckdb.DuckDBPyConnection) -> None:
    days = ["1", "2", "3"]
    with pytest.raises(InputError) as caught:
        unfold_matrix(con, table(con, [["姓名", *days], ["小美", *"早早早"]]), ROSTER, ["Sheet1"])
    assert caught.value.key == "roster_without_month"
    with pytest.raises(InputError) as caught:
        unfold_matrix(con, table(con, [["序号", *days], ["1", *"早早早"]]), ROSTER, ["2026-03"])
    assert caught.value.key == "roster_without_names"
    with pytest.raises(InputError) as caught:
        unfold_matrix(con, table(con, [["姓名", "班次"], ["小美", "早"]]), ROSTER, ["2026-03"])
    assert caught.value.key == "roster_without_days"


def test_a_column_of_names_without_a_known_header_is_next_to_the_days(
    con: duckdb.DuckDBPyConnection,
) -> None:
    rows = [["组", "谁", "1", "2"], ["售前", "小美", "早", "晚"]]
    unfold_matrix(con, table(con, rows), ROSTER, ["2026-03"])
    assert rows_of(con)[0] == ("小美", None, "2026-03-01", "早", None, None, "售前")


@pytest.mark.parametrize(
    ("header", "below", "expected"),
    [
        (["姓名", *"12345"], [], True),
        (["姓名", *"12345"], [["小美", *"早早休休晚"]], True),
        (["姓名", "29", "30", "1"], [["", "三", "四", "五"], ["小美", "早", "早", "早"]], True),
        (["姓名", *"1234"], [["小美", *"早早早早"]], True),
        (["姓名", *"123"], [["小美", "早班", "9:00-18:00", "休"], ["小林", "", "早+晚", ""]], True),
        (["姓名", *"12"], [["小美", *"早早"]], False),
        (["题目", *"123"], [["满意吗", "好", "中", "差"]], False),
        (["题目", *"123"], [["满意吗", "", "", ""]], False),
        (["店铺", *(f"2026-03-0{day}" for day in range(1, 7))], [["甲", *"123456"]], False),
        (["时段", *map(str, range(24))], [["周一", *["忙"] * 24]], False),
        (["订单号", "数量", "金额"], [["1", "2", "3"], ["4", "5", "6"]], False),
        (["题目", "10", "20", "30", "40", "50"], [["甲", *"早早早早早"]], False),
    ],
)
def test_a_roster_is_told_by_its_days_and_codes(
    header: list[str], below: list[list[str]], *, expected: bool
) -> None:
    assert is_matrix(header, (), below) is expected
    assert is_matrix(["标题", *[""] * (len(header) - 1)], (), [header, *below]) is expected


def test_legends() -> None:
    rows = [
        ["早班 9:00-17:00", "", "A=8:30-17:30"],
        ["晚：13:00～22:00，夜班（22:00至次日6:00）"],
        ["", "中班", "12:00", "21:00"],
        ["C", "10点-18点半", ""],
        ["说明文字", "2026-03-01", "共3人"],
        ["早班", "8:00-16:00", ""],
    ]
    assert find_legend(rows) == {
        "早班": ("09:00", "17:00"),
        "A": ("08:30", "17:30"),
        "晚": ("13:00", "22:00"),
        "夜班": ("22:00", "06:00"),
        "中班": ("12:00", "21:00"),
        "C": ("10:00", "18:30"),
    }


def test_shifts_in_a_cell_keep_their_hours(con: duckdb.DuckDBPyConnection) -> None:
    cells = ["早(8:00-12:00)", "22:00-6:00", "早\n晚", "早班", "PTO", "9-18点", "早、晚"]
    rows = [
        ["姓名", *map(str, range(1, 8)), "班次说明"],
        ["小美", *cells, "晚 18:00-24:00"],
        ["小林", *"早早早早早早早"],
    ]
    unfold_matrix(con, table(con, rows), ROSTER, ["2026-03"])
    assert [row[2:6] for row in rows_of(con) if row[0] == "小美"] == [
        ("2026-03-01", "早", "08:00", "12:00"),
        ("2026-03-02", "22:00-6:00", "22:00", "06:00"),
        ("2026-03-03", "早", None, None),
        ("2026-03-03", "晚", "18:00", "24:00"),
        ("2026-03-04", "早班", None, None),
        ("2026-03-05", "PTO", None, None),
        ("2026-03-06", "9-18点", "09:00", "18:00"),
        ("2026-03-07", "早", None, None),
        ("2026-03-07", "晚", "18:00", "24:00"),
    ]


def test_questions_become_rows(con: duckdb.DuckDBPyConnection) -> None:
    header = [
        "序号",
        "1、您满意吗？",
        "2．在意什么？",
        "3、评价(行1)",
        "3、评价(行2)",
        "4.1",
        "4.2 速度",
        "5.5元贵吗",
        "总分",
    ]
    rows = [
        header,
        ["7", "非常满意", "速度┋ 态度┋", "5", "4", "甲", "乙", "不贵", "9"],
        ["8", "-3", "(跳过)", "", "-2", "", "", "", ""],
        [""] * 9,
    ]
    raw = unfold_questions(con, table(con, rows), SURVEY)
    assert raw.header == (
        "序号",
        "总分",
        "question.no",
        "question.text",
        "question.option",
        "question.answer",
        "question.skipped",
    )
    assert raw.preamble == (tuple(header),)
    assert rows_of(con) == [
        ("7", "9", "1", "您满意吗？", "1", "非常满意", "0"),
        ("7", "9", "2", "在意什么？", "1", "速度", "0"),
        ("7", "9", "2", "在意什么？", "2", "态度", "0"),
        ("7", "9", "3.1", "评价(行1)", "1", "5", "0"),
        ("7", "9", "3.2", "评价(行2)", "1", "4", "0"),
        ("7", "9", "4.1", "4.1", "1", "甲", "0"),
        ("7", "9", "4.2", "速度", "1", "乙", "0"),
        ("7", "9", "5", "5元贵吗", "1", "不贵", "0"),
        ("8", None, "1", "您满意吗？", "1", None, "1"),
        ("8", None, "2", "在意什么？", "1", None, "1"),
        ("8", None, "3.1", "评价(行1)", "1", None, "1"),
        ("8", None, "3.2", "评价(行2)", "1", None, "1"),
        ("8", None, "4.1", "4.1", "1", None, "1"),
        ("8", None, "4.2", "速度", "1", None, "1"),
        ("8", None, "5", "5元贵吗", "1", None, "1"),
    ]
    assert origins(con) == [2] * 8 + [3] * 7


def test_a_survey_without_questions_is_refused(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(InputError) as caught:
        unfold_questions(con, table(con, [["序号", "总分"], ["1", "9"]]), SURVEY)
    assert caught.value.key == "survey_without_questions"


def test_codes_stay_text_and_a_separator_alone_is_no_answer(con: duckdb.DuckDBPyConnection) -> None:
    rows = [["序号", "1、打分"], ["1", "10"], ["2", "1┋3"], ["3", "┋"]]
    unfold_questions(con, table(con, rows), SURVEY)
    assert [(row[0], *row[3:]) for row in rows_of(con)] == [
        ("1", "1", "10", "0"),
        ("2", "1", "1", "0"),
        ("2", "2", "3", "0"),
        ("3", "1", None, "1"),
    ]
