from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from raw_tables import Read, read_all

from cskpi.diagnostics import describe
from cskpi.errors import InputError
from cskpi.ingest.headers import normal_header
from cskpi.ingest.merged_cells import complete_header
from cskpi.ingest.sniff import sniff

ORDERS = ["订单编号", "买家", "货品", "实付款(元)", "备注"]
KNOWN = frozenset(normal_header(name) for name in ORDERS)
DATA = Path(__file__).parent / "data"


def book(path: Path, fill: Callable[[Any, Any], None], **options: Any) -> Path:
    workbook = xlsxwriter.Workbook(path, {"strings_to_formulas": False, **options})
    fill(workbook, workbook.add_worksheet("订单"))
    workbook.close()
    return path


def only(found: dict[str | None, Read]) -> Read:
    (read,) = found.values()
    return read


def test_cells_merged_over_the_items_of_an_order_are_filled(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.merge_range(0, 1, 0, 5, "1688 订单导出")
        sheet.write_row(2, 1, ORDERS)
        sheet.merge_range(3, 1, 5, 1, "6936476692437472563")
        sheet.merge_range(3, 2, 5, 2, "甲公司")
        sheet.merge_range(3, 4, 5, 4, 30.5)
        for row, item in enumerate(["杯", "锅", "碗", "盘"], start=3):
            sheet.write(row, 3, item)
        sheet.write(3, 5, "急")
        sheet.write_row(6, 1, ["2", "", "盘", 1])
        sheet.merge_range(7, 1, 7, 3, "合计")

    read = only(read_all(book(tmp_path / "1688.xlsx", fill), KNOWN))
    assert read.raw.header == tuple(ORDERS)
    assert read.raw.header_row == 3
    assert read.raw.preamble == (("1688 订单导出", "", "", "", ""), ("",) * 5)
    assert read.rows == [
        ("6936476692437472563", "甲公司", "杯", "30.5", "急"),
        ("6936476692437472563", "甲公司", "锅", "30.5", None),
        ("6936476692437472563", "甲公司", "碗", "30.5", None),
        ("2", None, "盘", "1", None),
        ("合计", None, None, None, None),
    ]


def test_long_numbers_are_found_where_the_sheet_begins_beyond_column_a(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_row(0, 2, ORDERS)
        sheet.write_row(1, 2, [9001, "甲"])
        sheet.write_number(2, 2, 0)

    path = book(tmp_path / "a.xlsx", fill)
    # Programs write the digits of an id as a number; xlsxwriter cannot.
    replace_in_sheet(path, b"<v>0</v>", b"<v>6936476692437472563</v>", last=True)
    assert only(read_all(path, KNOWN)).column("订单编号") == ["9001", "6936476692437472563"]


def replace_in_sheet(path: Path, old: bytes, new: bytes, *, last: bool = False) -> None:
    member = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    xml = parts[member]
    assert old in xml
    place = xml.rfind(old) if last else xml.find(old)
    parts[member] = xml[:place] + new + xml[place + len(old) :]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_a_header_of_two_rows_is_read_as_one(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.merge_range(0, 0, 0, 4, "打卡日报 2026-10-01 至 2026-10-31")
        sheet.merge_range(1, 0, 2, 0, "姓名")
        sheet.merge_range(1, 1, 1, 2, "上班")
        sheet.merge_range(1, 3, 1, 4, "下班")
        sheet.write_row(2, 1, ["时间", "结果", "时间", "结果"])
        sheet.write_row(3, 0, ["小美", "09:00", "正常", "18:00", "早退"])

    read = only(read_all(book(tmp_path / "a.xlsx", fill), {"姓名"}))
    assert read.raw.header == ("姓名", "上班/时间", "上班/结果", "下班/时间", "下班/结果")
    assert read.rows == [("小美", "09:00", "正常", "18:00", "早退")]
    assert read.raw.preamble[0][0] == "打卡日报 2026-10-01 至 2026-10-31"


def test_a_title_above_is_no_header() -> None:
    assert complete_header([["标题", ""], ["a", ""]], 1) == ("a", "")
    assert complete_header([["标题", "标题"], ["a", ""]], 1) == ("a", "")
    assert complete_header([["甲", "", "乙"], ["a", "a", ""]], 1) == ("甲/a", "甲/a", "乙")
    assert complete_header([["a", "b"]], 0) == ("a", "b")


def test_hidden_sheets_are_left_out_with_a_note(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ORDERS)
        sheet.write_row(1, 0, ["1"])
        for title in ("藏", "深藏"):
            hidden = workbook.add_worksheet(title)
            hidden.write_row(0, 0, ORDERS)
            hidden.write_row(1, 0, ["2"])
            hidden.very_hidden() if title == "深藏" else hidden.hide()

    assert list(read_all(book(tmp_path / "a.xlsx", fill), KNOWN)) == ["订单"]
    told = capsys.readouterr().err
    assert "“藏”" in told
    assert "“深藏”" in told


@pytest.mark.parametrize("in_memory", [True, False])
def test_every_row_of_the_sheet_is_counted_apart_from_the_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, in_memory: bool
) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ORDERS)
        for row in range(1, 400):
            sheet.write_row(row, 0, [str(row), "", "长" * 50])
        sheet.write_formula(402, 0, "=1/0", None, "#DIV/0!")
        sheet.write_blank(403, 0, None, None)

    path = book(tmp_path / "a.xlsx", fill, constant_memory=not in_memory)
    monkeypatch.setattr("cskpi.ingest.excel_xml.BLOCK_BYTES", 777)
    assert len([row for row in only(read_all(path, KNOWN)).rows if any(row)]) == 399
    # A reader that stops early must not pass.
    replace_in_sheet(path, b"</sheetData>", b"</sheetData><!--<row><c><v>1</v></c></row>-->")
    with pytest.raises(InputError, match="rows_unaccounted"):
        read_all(path, KNOWN)


def test_old_workbooks_and_other_formats_are_read() -> None:
    for name in ("orders.xls", "orders.ods"):
        read = only(read_all(DATA / name, KNOWN))
        assert read.raw.header == tuple(ORDERS), name
        assert read.column("订单编号")[0] == "6936476692437472563", name
        assert read.column("实付款(元)") == ["12.5", "1"], name
    # An old workbook holds numbers in floating point only.
    assert only(read_all(DATA / "orders.xls", KNOWN)).column("备注")[1] == "6.936477e+18"


def test_the_name_of_a_file_says_nothing_about_it(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["订单编号", "买家"])
        sheet.write_row(1, 0, ["1", "甲"])

    tabs = "订单编号\t买家\n1\t甲\n"
    html = "<table><tr><th>订单编号<th>买家<tr><td>1<td>甲</table>"
    files = {"a": book(tmp_path / "a.xlsx", fill).read_bytes(), "b": tabs.encode("gb18030")}
    files |= {"c": html.encode("utf-16"), "d": html.encode("gb18030")}
    for name, content in files.items():
        path = tmp_path / f"{name}.xls"
        path.write_bytes(content)
        read = only(read_all(path, KNOWN))
        assert (read.raw.header, read.rows) == (("订单编号", "买家"), [("1", "甲")]), name


def test_html_tables_give_their_text(tmp_path: Path) -> None:
    page = """<html><head><style>td {color: red}</style></head><body><p>导出</p>
    <table border=1><caption>十月</caption>
      <tr><td colspan=3>订单 &amp; 退款</td></tr>
      <tr><th>订单编号</th><th>买家</th><th>货品</th></tr>
      <tr><td rowspan="2">="1"</td><td>甲<br>乙</td><td> <b>杯</b>子&nbsp;</td></tr>
      <tr><td></td><td>锅</td></tr>
    </table>
    <table><tr><td>订单编号</td></tr><tr><td>9</td></tr></table></body></html>"""
    path = tmp_path / "a.html"
    path.write_text(page, encoding="utf-8")
    found = read_all(path, KNOWN)
    assert list(found) == ["1", "2"]
    assert found["1"].raw.header_row == 2
    assert found["1"].rows == [('="1"', "甲\n乙", "杯子"), ('="1"', "", "锅")]
    assert found["2"].rows == [("9",)]


def test_xml_spreadsheets_are_tables_too(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_text(
        """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
        <Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
          xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
        <Worksheet ss:Name="订单"><Table>
          <Row><Cell><Data ss:Type="String">订单编号</Data></Cell>
               <Cell><Data ss:Type="String">买家</Data></Cell>
               <Cell><Data ss:Type="String">货品</Data></Cell></Row>
          <Row ss:Index="3"><Cell><Data ss:Type="String">1</Data></Cell>
               <Cell ss:Index="3"><Data ss:Type="String">杯</Data></Cell></Row>
        </Table></Worksheet></Workbook>""",
        encoding="utf-8",
    )
    read = read_all(path, KNOWN)["订单"]
    assert read.rows == [("", "", ""), ("1", "", "杯")]


def test_bytes_that_are_no_text_reject_their_row_of_a_page(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    rows = "".join(f"<tr><td>{n}</td><td>甲</td></tr>\n" for n in range(3)).encode()
    path.write_bytes(
        "<table><tr><th>订单编号</th><th>买家</th></tr>\n".encode()
        + rows.replace(b"<td>1</td>", b"<td>\xff</td>")
    )
    read = only(read_all(path, KNOWN))
    assert read.column("订单编号") == ["0", "2"]
    assert [(row, reason) for row, _, reason in read.rejects] == [(3, "bad_encoding")]


def test_what_is_no_workbook_is_refused_by_name(tmp_path: Path) -> None:
    compound = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1600))
    compound[0x1E] = 9
    for names, key in {
        ("Root Entry", "EncryptedPackage"): "excel_password",
        ("Root Entry", "WordDocument"): "not_a_table",
        (): "file_damaged",
    }.items():
        content = bytearray(compound)
        for place, name in enumerate(names):
            encoded = name.encode("utf-16-le")
            content[512 + 128 * place : 512 + 128 * place + len(encoded)] = encoded
        path = tmp_path / "a.xls"
        path.write_bytes(content)
        with pytest.raises(InputError) as caught:
            sniff(path)
        assert caught.value.key == key
        assert describe(caught.value)


def test_a_workbook_too_old_for_a_second_count_is_refused(tmp_path: Path) -> None:
    body = (DATA / "orders.xls").read_bytes()
    bof = b"\x09\x08\x10\x00\x00"
    path = tmp_path / "orders.xls"
    path.write_bytes(body.replace(bof + b"\x06", bof + b"\x05", 1))
    with pytest.raises(InputError) as refused:
        read_all(path)
    assert refused.value.key == "excel_uncounted"
