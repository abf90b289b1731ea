from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from test_present_graphs import graph_document
from test_present_samples import empty_inputs, sample_inputs

from cskpi.present.document import Bounds, Cell, Column, Document, Row, Section, Table
from cskpi.present.excel import render_xlsx
from cskpi.present.report import build_report
from cskpi.present.tables import block_tables

Golden = Callable[[str, str], None]
NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def _sheets(content: bytes) -> dict[str, dict[str, str | float]]:
    """Return the raw cells by sheet: text as str, numbers as float."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        strings = [
            "".join(part.text or "" for part in item.iter(f"{NS}t"))
            for item in _parse(book, "xl/sharedStrings.xml").iter(f"{NS}si")
        ]
        names = [item.attrib["name"] for item in _parse(book, "xl/workbook.xml").iter(f"{NS}sheet")]
        return {
            name: _cells(_parse(book, f"xl/worksheets/sheet{number}.xml"), strings)
            for number, name in enumerate(names, start=1)
        }


def _parse(book: zipfile.ZipFile, path: str) -> ET.Element:
    return ET.fromstring(book.read(path))  # noqa: S314  our own file


def _cells(sheet: ET.Element, strings: list[str]) -> dict[str, str | float]:
    found: dict[str, str | float] = {}
    for cell in sheet.iter(f"{NS}c"):
        assert cell.find(f"{NS}f") is None, "a formula"
        value = cell.findtext(f"{NS}v")
        if value is not None:
            is_text = cell.attrib.get("t") == "s"
            found[cell.attrib["r"]] = strings[int(value)] if is_text else float(value)
    return found


def _one_cell(cell: Cell) -> str | float:
    table = Table((Column("名"),), (Row((cell,)),))
    section = Section("s", "标题", "表", (table,))
    document = Document("报告", "店", "zh", date(2026, 11, 1), (), (section,))
    return _sheets(render_xlsx(document))["表"]["A5"]


def test_cells_are_as_reviewed(golden: Golden) -> None:
    lines = []
    for name, cells in _sheets(render_xlsx(build_report(sample_inputs()))).items():
        lines.append(f"[{name}]\n")
        lines += [f"{place} {value!r}\n" for place, value in cells.items()]
    golden("present/report.xlsx.txt", "".join(lines))


def test_same_document_gives_the_same_bytes() -> None:
    document = build_report(sample_inputs())
    assert render_xlsx(document) == render_xlsx(document)


def test_sheets_have_short_chinese_names() -> None:
    names = list(_sheets(render_xlsx(build_report(sample_inputs()))))
    assert names[:4] == ["摘要", "核心指标", "发现", "每日"]
    assert {"响应", "响应：按客服", "客服", "店铺", "分时", "高频问题", "数据覆盖"} <= set(names)
    assert names[-1] == "定义"


def test_numbers_are_numbers_durations_are_days() -> None:
    cards = _sheets(render_xlsx(build_report(sample_inputs())))["核心指标"]
    assert cards["A5"] == "首次响应时间"
    assert cards["B5"] == pytest.approx(33.4 / 86_400)
    assert cards["B7"] == 0.9712
    assert cards["B12"] == 6921


def test_heads_are_frozen_filtered_and_repeated_in_print() -> None:
    document = build_report(sample_inputs())
    with_tables = tuple(
        section
        for section in document.sections
        if any(table.rows for block in section.blocks for table in block_tables(block))
    )
    content = render_xlsx(replace(document, sections=with_tables))
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        sheets = [book.read(name).decode() for name in names]
        titled = book.read("xl/workbook.xml").decode().count("Print_Titles")
    assert len(sheets) > 8
    # Heads are repeated where a table is longer than a page: two pages of ten agents, the rest short.
    long = [sheet for sheet in sheets if sheet.count("<row ") > 50]
    assert titled == len(long) > 0
    assert all('state="frozen"' in sheet and "<autoFilter" in sheet for sheet in sheets)


def test_main_sheets_have_charts_of_their_own_cells() -> None:
    with zipfile.ZipFile(io.BytesIO(render_xlsx(build_report(sample_inputs())))) as book:
        charts = [book.read(n).decode() for n in book.namelist() if n.startswith("xl/charts/")]
    lines = [chart for chart in charts if "<c:lineChart>" in chart]
    bars = [chart for chart in charts if "<c:barChart>" in chart]
    assert len(lines) == 8
    assert all("每日!$B$5:$B$35" in chart or "每日!" in chart for chart in lines)
    # The total in the first row of the agents' table is no bar among them.
    assert any("客服!$B$6:$B$17" in chart for chart in bars)


def test_how_waits_spread_has_a_chart_of_its_own_cells() -> None:
    with zipfile.ZipFile(io.BytesIO(render_xlsx(graph_document()))) as book:
        charts = [book.read(n).decode() for n in book.namelist() if n.startswith("xl/charts/")]
    columns = [chart for chart in charts if 'c:barDir val="col"' in chart]
    assert any("首次响应时间!$B$5:$B$23" in chart for chart in columns)


def test_fills_follow_the_target_and_leave_small_samples_alone() -> None:
    bounds = Bounds(30.0, 60.0, is_up=False)
    column = Column("首响", "duration", bounds=bounds)
    cells = [Cell("20 秒", 20.0, "duration"), Cell("90 秒", 90.0, "duration", "muted")]
    table = Table((Column("客服"), column), tuple(Row((Cell("甲", "甲"), c)) for c in cells))
    section = Section("s", "标题", "表", (table,))
    document = Document("报告", "店", "zh", date(2026, 11, 1), (), (section,))
    with zipfile.ZipFile(io.BytesIO(render_xlsx(document))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert re.findall(r'conditionalFormatting sqref="(\w+)"', sheet) == ["B5"]
    rules = re.findall(r'operator="(\w+)"[^>]*><formula>([^<]+)', sheet)
    assert [(name, round(float(limit) * 86_400)) for name, limit in rules] == [
        ("lessThanOrEqual", 30),
        ("lessThanOrEqual", 60),
        ("greaterThan", 60),
    ]


def test_headline_values_are_filled_by_their_own_target() -> None:
    with zipfile.ZipFile(io.BytesIO(render_xlsx(build_report(sample_inputs())))) as book:
        sheet = book.read("xl/worksheets/sheet2.xml").decode()
    rules = dict(re.findall(r'sqref="(\w+)"><cfRule[^>]*operator="(\w+)"', sheet))
    # First response is better low, the reply rate high; customers received have no target.
    assert rules["B5"] == "lessThanOrEqual"
    assert rules["B7"] == "greaterThanOrEqual"
    assert "B12" not in rules


def test_findings_are_a_table_of_what_they_rest_on_and_what_to_do() -> None:
    found = _sheets(render_xlsx(build_report(sample_inputs())))["发现"]
    assert [found[place] for place in ("A4", "B4", "C4")] == ["发现", "依据", "下一步"]
    assert str(found["B5"]).startswith("样本")


def test_a_section_with_two_tables_has_two_sheets() -> None:
    tables = [
        Table((Column("名"),), (Row((Cell(name, name),)),), caption=name)
        for name in ("甲表", "乙表")
    ]
    section = Section("s", "标题", "表", tuple(tables), lead="说明")
    document = Document("报告", "店", "zh", date(2026, 11, 1), (), (section,))
    assert list(_sheets(render_xlsx(document))) == ["表", "乙表"]


def test_hostile_names_never_become_formulas() -> None:
    agents = _sheets(render_xlsx(build_report(sample_inputs(hostile=True))))["客服"]
    values = [str(value) for value in agents.values()]
    assert '=HYPERLINK("http://x","y")' in values
    assert not any(re.search("[\x00-\x08\x1b\x9b\u202e]", value) for value in values)


def test_text_that_looks_like_a_formula_is_quoted_and_text() -> None:
    assert _one_cell(Cell("=1+1", "=1+1")) == "=1+1"
    content = render_xlsx(build_report(sample_inputs(hostile=True)))
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert 'quotePrefix="1"' in book.read("xl/styles.xml").decode()


def test_long_text_is_cut_at_excels_limit_with_a_mark() -> None:
    text = _one_cell(Cell("x", "好😀" * 20_000))
    assert isinstance(text, str)
    assert len(text.encode("utf-16-le")) // 2 <= 32_767
    assert text.endswith("…（此处截断）")


def test_sheet_names_are_valid_and_unique() -> None:
    document = build_report(sample_inputs())
    odd = replace(document.sections[4], sheet="问题[1]: 哪/些?*\\" + "长" * 40)
    doubled = replace(document, sections=(odd, odd))
    names = list(_sheets(render_xlsx(doubled)))
    assert len(set(names)) == 2
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)


@pytest.mark.parametrize(
    ("wished", "name"),
    [
        ("Statements against the knowledge base", "Statements against the"),
        ("First owners who pass their customers on", "First owners who pass their"),
        ("w" * 40, "w" * 31),
        ("长" * 40, "长" * 31),
    ],
)
def test_a_sheet_name_ends_with_a_whole_word(wished: str, name: str) -> None:
    section = replace(build_report(sample_inputs()).sections[4], sheet=wished)
    document = replace(build_report(sample_inputs()), sections=(section,))
    assert next(iter(_sheets(render_xlsx(document)))) == name


def test_a_period_without_data_still_makes_a_workbook() -> None:
    (agents,) = [
        str(text)
        for place, text in _sheets(render_xlsx(build_report(empty_inputs())))["客服"].items()
        if place == "A4"
    ]
    assert agents.startswith("没有一个客服有数据")
