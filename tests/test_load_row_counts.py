"""Rows of workbooks and pages are counted a second way, and a reader that drops one is caught."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
from fixtures.binary_workbook import binary_workbook
from raw_tables import read_all

from cskpi.errors import InputError
from cskpi.ingest import read_excel, read_html
from cskpi.ingest.ods_rows import count_ods_rows
from cskpi.ingest.xls_rows import count_xls_rows
from cskpi.ingest.xlsb_rows import count_xlsb_rows

DATA = Path(__file__).parent / "data"
SHEET = "订单"
ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">
<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"""
CELL = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
BLANK = "<table:table-cell/>"


def row(*cells: str, repeated: int = 1) -> str:
    body = "".join(CELL.format(cell) if cell else BLANK for cell in cells)
    return f'<table:table-row table:number-rows-repeated="{repeated}">{body}</table:table-row>'


def ods(path: Path, **sheets: str) -> Path:
    tables = "".join(
        f'<table:table table:name="{name}">{rows}</table:table>' for name, rows in sheets.items()
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest'
            ' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr("content.xml", ODS.format(tables=tables))
    return path


def test_rows_written_once_for_many_count_as_many(tmp_path: Path) -> None:
    rows = row("订单编号", "买家") + row("1", "甲", repeated=3) + row("", "", repeated=1000)
    path = ods(tmp_path / "a.ods", 订单=rows + row("2", ""), 其他=row("x", "y"))
    # The header, three equal rows and the last one; the thousand blank rows are none.
    assert count_ods_rows(path, SHEET) == 5
    assert count_ods_rows(path, "其他") == 1
    read = read_all(path)[SHEET]
    assert [cells for cells in read.rows if any(cells)] == [("1", "甲")] * 3 + [("2", None)]


def test_rows_of_old_and_binary_workbooks(tmp_path: Path) -> None:
    assert count_xls_rows(DATA / "orders.xls", SHEET) == 3
    assert count_xls_rows(DATA / "orders.xls", "没有这张表") is None
    assert count_ods_rows(DATA / "orders.ods", SHEET) == 3
    rows: list[list[Any]] = [
        ["订单编号", "买家"],
        ["x" * 300, 2.5],
        ["", None],
        ["", ""],
        ["1", ""],
    ]
    path = tmp_path / "a.xlsb"
    path.write_bytes(binary_workbook({"别的": [["a"]], SHEET: rows}))
    # An error (None) is no value: the header and the rows of x… and 1.
    assert count_xlsb_rows(path, SHEET) == 3
    assert count_xlsb_rows(path, "没有这张表") is None
    read = read_all(path)[SHEET]
    assert [cells for cells in read.rows if any(cells)] == [("x" * 300, "2.5"), ("1", None)]


def test_a_string_that_goes_on_in_the_next_record_is_stepped_over() -> None:
    from cskpi.ingest.xls_rows import Strings

    # 'ab' + 'cd' over a record's end, the rest in two bytes a character; then an empty string.
    parts = [struct.pack("<HB", 4, 0) + b"ab", b"\1" + "cd".encode("utf-16-le") + b"\0\0\0"]
    strings = Strings(parts)
    assert [strings.is_empty(), strings.is_empty()] == [False, True]


@pytest.mark.parametrize("name", ["orders.ods", "orders.xls"])
def test_a_reader_that_drops_a_row_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = DATA / name
    assert len(read_all(path)[SHEET].rows) == 2
    layout = path.suffix[1:]
    monkeypatch.setitem(read_excel.COUNTS, layout, lambda _path, _sheet: 4)
    with pytest.raises(InputError) as caught:
        read_all(path)
    assert caught.value.key == "rows_unaccounted"


def test_rows_of_a_page_are_counted_by_their_marks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.xls"
    page = (
        "<html><!-- <tr><td>not a row</td></tr> --><script>'<tr>'</script><table>"
        "<TR><th>订单编号<th>买家</tr>\n<tr class='a'><td>1<td>甲</tr><tr><td>2<td>乙</table></html>"
    )
    path.write_text(page, encoding="utf-8")
    assert read_html.count_rows(path) == 3
    (read,) = read_all(path).values()
    assert read.rows == [("1", "甲"), ("2", "乙")]
    monkeypatch.setattr(read_html, "count_rows", lambda _path: 4)
    with pytest.raises(InputError) as caught:
        read_all(path)
    assert caught.value.key == "rows_unaccounted"


def test_rows_cut_out_of_their_table_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(
        "<html><body><tr><td>订单编号</td><td>买家</td></tr><tr><td>1</td><td>甲</td></tr></body>",
        encoding="utf-8",
    )
    (read,) = read_all(path).values()
    assert read.rows == [("1", "甲")]
