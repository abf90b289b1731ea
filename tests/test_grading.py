"""Grading sheets: drawn with known probabilities, written for people, taken back row by row."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

import duckdb
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from transcripts import build_shop, make_shop

from cskpi.errors import InputError
from cskpi.periods import week_period
from cskpi.present.grading_sheet import grading_xlsx
from cskpi.present.masking import mask_text
from cskpi.quality.evidence import shown_words
from cskpi.quality.graded_sessions import sessions_to_grade
from cskpi.quality.grading import SheetOutcome, import_sheets
from cskpi.quality.rubric import ITEMS, Level, score_of
from cskpi.quality.sampling import STRATA, allocate, draw, make_plan
from cskpi.settings import load_settings
from cskpi.store.migrations import migrate

if TYPE_CHECKING:
    from conftest import Cli

WEEK = week_period("2026-W41")
SETTINGS = load_settings({}, environment={})
CHATS = """
# shop=旗舰店 session=- customer=tb-annie-77
2026-10-05 10:00:00 客户→A 我的电话13800138000，=1+1
2026-10-05 10:00:20 客服 A 你有病吧
# session=S2 customer=c2
2026-10-06 10:00:00 客户→A 怎么还没发货
2026-10-06 10:00:20 客服 A 今天发
# session=S3 customer=c3
2026-10-07 10:00:00 客户→B 送到杭州市余杭区文一西路969号能便宜点吗
2026-10-07 10:00:20 客服 B 已经是活动价
# session=S4 customer=c4
2026-10-12 10:00:00 客户→B 什么颜色好看
2026-10-12 10:00:20 客服 B 黑色好看
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    folder = tmp_path_factory.mktemp("shop")
    (folder / "transcript.txt").write_text(CHATS, encoding="utf-8")
    return build_shop(folder, SETTINGS, texts=True)


@pytest.fixture
def con(shop: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    yield shop
    for table in ("qa_plan_strata", "qa_plan_sessions", "qa_grades", "qa_grade_items"):
        shop.execute(f"TRUNCATE {table}")
    shop.execute("TRUNCATE qa_verdicts")


def workbook(con: duckdb.DuckDBPyConnection, share: float = 1.0) -> bytes:
    plan = make_plan(con, WEEK, SETTINGS, share=share)
    return grading_xlsx(plan, sessions_to_grade(con, WEEK.label, mask_text), WEEK.start)


def rows_of(sheet: Path) -> list[dict[str, str]]:
    values = list(openpyxl.load_workbook(sheet).worksheets[0].iter_rows(values_only=True))
    heads = [str(head) for head in values[0]]
    return [
        {head: "" if cell is None else str(cell) for head, cell in zip(heads, row, strict=True)}
        for row in values[1:]
    ]


def write_rows(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def graded(row: dict[str, str], grader: str, level: str = "达到", **other: str) -> dict[str, str]:
    items = dict.fromkeys(("服务效率", "话术合规", "信息准确", "共情态度", "问题解决"), level)
    return {**row, "评分人": grader, **items, **other}


def counts(outcome: SheetOutcome) -> tuple[int, ...]:
    return (outcome.new, outcome.changed, outcome.unchanged, outcome.blank, len(outcome.faults))


# -- the draw


@given(
    st.dictionaries(st.sampled_from(STRATA), st.integers(1, 500), min_size=1),
    st.floats(0.01, 1.0),
)
def test_every_stratum_is_drawn_from_and_all_together_are_the_share_wanted(
    sizes: Any, share: float
) -> None:
    planned = allocate(sizes, share)
    total = sum(sizes.values()) * share
    assert set(planned) == set(sizes)
    assert all(1 <= planned[stratum] <= sizes[stratum] for stratum in sizes)
    assert sum(planned.values()) >= total - 1e-6
    assert sum(planned.values()) <= max(total + 1, len(sizes) + total / 2)


def test_weighted_means_of_the_sample_are_those_of_all_sessions_over_many_seeds() -> None:
    """Complaints score lowest and are drawn most: the plain mean of the sample would be far off."""
    con = duckdb.connect()
    migrate(con, Path())
    con.execute(
        """
        CREATE TEMP TABLE qa_candidates AS
        SELECT n AS session_no, 'S' AS shop_id, 'id' || n AS session_id,
            CASE WHEN n < 20 THEN 'complaint' WHEN n < 32 THEN 'risk' ELSE 'rest' END AS stratum,
            CASE WHEN n < 20 THEN 20 WHEN n < 32 THEN 50 ELSE 90 END + n % 7 AS score
        FROM range(150) AS t (n)
        """
    )
    answer = con.execute("SELECT sum(score), avg(score) FROM qa_candidates").fetchone()
    assert answer is not None
    totals, plain = [], []
    for seed in range(60):
        draw(con, "2026-W41", seed, 0.2)
        row = con.execute(
            "SELECT sum(score / inclusion), sum(1 / inclusion), avg(score)"
            " FROM qa_plan_sessions JOIN qa_candidates USING (shop_id, session_id)"
        ).fetchone()
        assert row is not None
        assert row[1] == pytest.approx(150)
        totals.append(float(row[0]))
        plain.append(float(row[2]))
    error = stdev(totals) / len(totals) ** 0.5
    assert abs(fmean(totals) - float(answer[0])) < 4 * error
    assert abs(fmean(plain) - float(answer[1])) > 10


def test_the_same_week_is_drawn_the_same_and_another_seed_differs() -> None:
    con = duckdb.connect()
    migrate(con, Path())
    con.execute(
        "CREATE TEMP TABLE qa_candidates AS SELECT n AS session_no, 'S' AS shop_id,"
        " 'id' || n AS session_id, 'rest' AS stratum FROM range(200) AS t (n)"
    )

    def drawn(seed: int) -> list[Any]:
        draw(con, "2026-W41", seed, 0.2)
        return con.execute("SELECT session_id FROM qa_plan_sessions ORDER BY 1").fetchall()

    first = drawn(1)
    assert len(first) == 40
    assert drawn(1) == first
    assert drawn(2) != first


# -- the sheet


def test_the_sheet_asks_with_lists_shows_no_personal_data_and_holds_no_formula(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    content = workbook(con)
    assert workbook(con) == content
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(content)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    text = "\n".join(str(cell.value) for cell in cells)
    assert "138****8000" in text
    assert "13800138000" not in text
    assert "tb-annie-77" not in text
    lists = {str(rule.formula1) for rule in sheet.data_validations.dataValidation}
    assert {'"达到,部分达到,未达到,不适用"', '"是,否"', '"成立,驳回"', '"对,错"'} <= lists
    # S4 is of the next week; the insult is a risk, and what the rules found is asked about.
    rows = rows_of(path)
    assert sorted(row["抽中原因"] for row in rows) == ["其他", "其他", "风险会话"]
    assert "辱骂" in next(row["自动发现1"] for row in rows if row["抽中原因"] == "风险会话")
    assert book.worksheets[1]["A1"].value == "质检评分表 2026-W41"


def test_grades_come_back_and_importing_twice_changes_nothing(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(workbook(con))
    rows = rows_of(path)
    risk = next(n for n, row in enumerate(rows) if row["抽中原因"] == "风险会话")
    rows[risk] = graded(rows[risk], "小王", "部分达到", 判断1="错", 申诉理由="没骂人")
    sheet = write_rows(tmp_path / "wang.csv", rows)
    assert counts(import_sheets(con, [sheet])[0]) == (1, 0, 0, 2, 0)
    assert counts(import_sheets(con, [sheet])[0]) == (0, 0, 1, 2, 0)
    assert con.execute(
        "SELECT grader, score, appeal_reason, appeal_result FROM qa_grades"
    ).fetchall() == [("小王", 50.0, "没骂人", None)]
    assert con.execute("SELECT rule, is_right FROM qa_verdicts").fetchall() == [("insult", False)]
    # The appeal is decided: the row is changed, not doubled, and the revised score counts.
    rows[risk] |= {"申诉结果": "成立", "复核得分": "85"}
    assert counts(import_sheets(con, [write_rows(sheet, rows)])[0]) == (0, 1, 0, 2, 0)
    assert con.execute(
        "SELECT score, is_appealed, is_upheld FROM qa_planned_sessions WHERE score IS NOT NULL"
    ).fetchall() == [(85.0, True, True)]
    # Once graded the plan of the week stays, whatever share is asked for.
    kept = make_plan(con, WEEK, SETTINGS, share=0.3)
    assert kept.is_kept
    assert kept.share == 1.0


def test_the_workbook_itself_comes_back_as_well(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(workbook(con))
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    place = {cell.value: cell.column for cell in sheet[1]}
    for head, value in graded({}, "Li", "达到").items():
        sheet.cell(3, place[head], value)
    sheet.cell(3, place["致命错误"], "是")
    sheet.cell(3, place["申诉理由"], "不同意")
    sheet.cell(3, place["申诉结果"], "成立")
    sheet.cell(3, place["复核得分"], 72.5)
    book.save(path)
    assert counts(import_sheets(con, [path])[0]) == (1, 0, 0, 2, 0)
    assert con.execute("SELECT score, is_fatal, revised_score FROM qa_grades").fetchall() == [
        (0.0, True, 72.5)
    ]


def test_a_row_that_cannot_be_taken_is_named_with_its_reason(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(workbook(con))
    row = rows_of(path)[0]
    rows = [
        graded(row, "", "达到"),
        graded(row, "王", "好"),
        graded({**row, "编号": "Q000000000000"}, "王"),
        graded(row, "王", "不适用"),
        graded(row, "王", 申诉结果="成立"),
        graded(row, "王", 申诉理由="不服", 复核得分="90"),
        graded(row, "王", 申诉理由="不服", 申诉结果="成立", 复核得分="101"),
        graded(row, "王", 致命错误="也许"),
        graded(row, "王"),
        graded(row, "王", "未达到"),
    ]
    (outcome,) = import_sheets(con, [write_rows(tmp_path / "bad.csv", rows)])
    assert counts(outcome) == (1, 0, 0, 0, 9)
    assert [(fault.row, fault.field) for fault in outcome.faults] == [
        (2, "grader"),
        (3, "efficiency"),
        (4, "key"),
        (5, "efficiency"),
        (6, "appeal_result"),
        (7, "revised_score"),
        (8, "revised_score"),
        (9, "fatal"),
        (11, "grader"),
    ]
    assert all(fault.reason for fault in outcome.faults)


def test_a_file_that_is_no_grading_sheet_is_refused(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    for name, text in (("other.csv", "a,b\n1,2\n"), ("broken.xlsx", "no workbook")):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError):
            import_sheets(con, [path])
    with pytest.raises(InputError):
        import_sheets(con, [tmp_path / "missing.xlsx"])


@given(
    levels=st.dictionaries(st.sampled_from(ITEMS), st.sampled_from(("full", "part", "none"))),
    is_fatal=st.booleans(),
)
def test_a_score_is_a_share_of_what_applies(levels: dict[str, Level], *, is_fatal: bool) -> None:
    score = score_of(levels, is_fatal=is_fatal)
    if is_fatal:
        assert score == 0
    elif not levels:
        assert score is None
    else:
        assert score is not None
        assert 0 <= score <= 100
        assert score_of({**levels, "more": "not_applicable"}, is_fatal=False) == score


def test_the_commands_draw_write_and_take_back(tmp_path: Path, cli: Cli) -> None:
    made = make_shop(tmp_path, CHATS)
    here = ("--db", made.path)
    sheet = tmp_path / "sheet.xlsx"
    drawn = cli("qa", "sample", "--week", "2026-W41", "--share", "1", "-o", sheet, *here)
    assert "旗舰店" in drawn.stdout
    assert sheet.name in drawn.stderr
    rows = [graded(row, "小王") for row in rows_of(sheet)]
    told = "".join(row["会话内容"] for row in rows)
    assert "送到杭***能便宜点吗" in told
    assert "13800138000" not in told
    rows[0]["服务效率"] = "好"
    filled = write_rows(tmp_path / "filled.csv", rows)
    told = cli("qa", "import", filled, "--format", "json", *here).stdout
    (record,) = json.loads(told)
    assert (record["new"], [fault["row"] for fault in record["faults"]]) == (2, [2])
    shown = cli("qa", "precision", "--month", "2026-10", "--format", "csv", *here).stdout
    assert "规则" in shown.splitlines()[0] or "rule" in shown.splitlines()[0]
    scores = cli("kpi", "qa_score", "qa_coverage", "--month", "2026-10", "--format", "json", *here)
    found = {row["metric"]: row["value"] for row in json.loads(scores.stdout)["rows"]}
    assert found == {"qa_score": 100.0, "qa_coverage": pytest.approx(2 / 3)}
    shown = cli("explain", "session", "t***@20261005T100000", *here).stdout
    assert "你有病" in shown
    assert shown_words("bank_card、你有病") == "银行卡号、你有病"
    assert "-o" in cli("qa", "sample", "--week", "2026-W41", *here).stderr
    cli("qa", "sample", "--week", "2026-W41", "--share", "2", *here, code=2)
    cli("qa", "sample", "--week", "2026-W41", "-o", "sheet.csv", *here, code=2)
    cli("qa", "sample", "--week", "2026-W01", *here, code=2)
    cli("qa", "sample", "--week", "October", *here, code=2)
    cli("qa", "import", tmp_path / "messages.csv", *here, code=3)
    cli("qa", "import", filled, "--db", tmp_path / "none.duckdb", code=4)


def test_weeks_begin_on_monday() -> None:
    assert WEEK.start == datetime(2026, 10, 5)  # noqa: DTZ001
