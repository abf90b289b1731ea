"""The review pack of the naughty shop: whole, repeatable, the same numbers everywhere, harmless."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import openpyxl
import pytest
from naughty import CONTROLS, MARKERS
from typer.testing import CliRunner, Result

from cskpi.cli import app
from cskpi.pack import write_pack
from cskpi.periods import month_period
from cskpi.pipeline import open_facts, report_document
from cskpi.present.cleaning import guard_formula
from cskpi.present.document import AgentPage, Block, Document, Row, Table
from cskpi.present.document_text import document_text
from cskpi.present.graphs import Bars, HeatMap, LineGrid
from cskpi.present.pack import MANIFEST, parquet_bytes, zip_bytes
from cskpi.present.pdf import BROWSERS, render_pdf
from cskpi.present.tables import block_tables
from cskpi.settings import Settings, load_settings

if TYPE_CHECKING:
    from unattended_shop import Run

Cli = Callable[..., Result]

OCTOBER = month_period(date(2026, 10, 1))


@pytest.fixture(scope="module")
def settings(naughty_run: Run) -> Settings:
    db = str(naughty_run.folder / "cskpi.duckdb")
    return load_settings({"db": db, "pack.pdf": "none", "threads": 1}, environment={})


@pytest.fixture(scope="module")
def document(settings: Settings) -> Document:
    with open_facts(settings, texts=True) as con:
        return report_document(con, OCTOBER, settings)


def tables(document: Document) -> Iterator[tuple[Block, Table]]:
    for section in document.sections:
        for block in section.blocks:
            yield from ((block, table) for table in block_tables(block) if table.rows)


class Page(HTMLParser):
    """The tables of a page as rows of texts, and all its tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._cell: list[str] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("th", "td") and self.tables:
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td") and self._cell is not None:
            self.tables[-1][-1].append(" ".join("".join(self._cell).split()))
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)


def test_the_manifest_names_every_file_by_its_hash(naughty_run: Run) -> None:
    told = json.loads((naughty_run.pack / MANIFEST).read_text(encoding="utf-8"))
    there = {p.relative_to(naughty_run.pack).as_posix() for p in naughty_run.pack.rglob("*.*")}
    assert there == {*told["files"], MANIFEST}
    for path, record in told["files"].items():
        content = (naughty_run.pack / path).read_bytes()
        assert record == {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    assert told["definitions"]["first_response_time"]["version"] == 1
    assert told["is_masked"] is True
    assert {"report.html", "report.xlsx"} <= there
    assert any(path.startswith("agents/") for path in there)


def test_two_packs_are_equal_and_so_are_their_zips(
    naughty_run: Run, settings: Settings, tmp_path: Path
) -> None:
    target = tmp_path / "2026-10"
    with open_facts(settings, texts=True) as con:
        written = write_pack(con, OCTOBER, settings, target, zipped=True)
    files = {p.relative_to(target).as_posix(): p.read_bytes() for p in written[:-1]}
    assert files == {path: (naughty_run.pack / path).read_bytes() for path in files}
    assert written[-1].read_bytes() == zip_bytes(files, "2026-10")
    with zipfile.ZipFile(written[-1]) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o600}


def test_names_in_a_pack_are_plain_and_files_are_their_owners_alone(naughty_run: Run) -> None:
    for path in naughty_run.pack.rglob("*.*"):
        inside = path.relative_to(naughty_run.pack).as_posix()
        assert re.fullmatch(r"(agents/|data/)?\w[\w-]*\.(html|xlsx|csv|json)", inside), inside
        assert path.stat().st_mode & 0o077 == 0


def test_every_number_is_the_same_on_page_sheet_screen_and_in_json(
    naughty_run: Run, document: Document, settings: Settings
) -> None:
    page = Page((naughty_run.pack / "report.html").read_text(encoding="utf-8"))
    on_page = {tuple(map(squashed, row)) for table in page.tables for row in table}
    book = openpyxl.load_workbook(naughty_run.pack / "report.xlsx")
    in_book = {tuple(filled(row)) for sheet in book for row in sheet.values}
    lines = [squashed(line) for line in document_text(document).splitlines()]
    checked = 0
    for block, table in tables(document):
        for row in table.rows:
            checked += sum(isinstance(cell.value, int | float) for cell in row.cells)
            assert in_sheet(table, row) in in_book
            texts = [squashed(cell.text) for cell in row.cells if cell.text != "–"]
            if isinstance(block, Table | LineGrid | Bars | HeatMap | AgentPage):
                assert shown(table, row) in on_page
            if not any(column.scope != "all" for column in table.columns):
                assert any(in_order(texts, line) for line in lines), texts
    assert checked > 1000
    in_document = {
        (row.cells[0].text, f"{cell.value:.12g}")
        for _, table in tables(document)
        for row in table.rows
        for cell in row.cells
        if isinstance(cell.value, int | float)
    }
    words = ["kpi", "--month", "2026-10", "--format", "json", "--db", settings.text("db")]
    answer = json.loads(CliRunner().invoke(app, words).stdout)
    found = [row for row in answer["rows"] if row["value"] is not None]
    values = {(row["label"], f"{row['value']:.12g}") for row in found}
    assert len(values) > 20
    assert values <= in_document


def squashed(text: str) -> str:
    return "".join(text.split())


def shown(table: Table, row: Row) -> tuple[str, ...]:
    """Return a row as a page shows it: marks beside their cells, no columns made for sheets."""
    return tuple(
        squashed(cell.text + cell.mark)
        for column, cell in zip(table.columns, row.cells, strict=True)
        if column.scope != "sheet"
    )


def in_sheet(table: Table, row: Row) -> tuple[str | float, ...]:
    """Return a row as a sheet holds it: numbers, durations, days, text."""
    plain: list[Any] = [row.group]
    for column, cell in zip(table.columns, row.cells, strict=True):
        if column.scope == "page":
            continue
        if cell.unit == "duration" and isinstance(cell.value, int | float):
            plain.append(timedelta(seconds=cell.value))
        else:
            is_text = cell.value is None and cell.unit in ("text", "date")
            plain.append(cell.text if is_text else cell.value)
    return tuple(filled(plain))


def filled(values: Iterable[Any]) -> Iterator[str | float]:
    for value in values:
        if isinstance(value, timedelta):
            yield round(value.total_seconds(), 3)
        elif isinstance(value, date):
            yield f"{value:%Y-%m-%d}"
        elif isinstance(value, int | float):
            yield float(f"{value:.12g}")
        elif value:
            yield str(value)


def in_order(texts: Sequence[str], line: str) -> bool:
    at = 0
    for text in texts:
        at = line.find(text, at)
        if at < 0:
            return False
        at += len(text)
    return True


def test_no_page_runs_what_a_name_says(naughty_run: Run) -> None:
    pages = list((naughty_run.folder / "reports").rglob("*.html"))
    assert len(pages) > 10
    for path in pages:
        content = path.read_text(encoding="utf-8")
        assert not re.search(CONTROLS, content), path.name
        tags = Page(content).tags
        assert not any(name.startswith("on") for _, attrs in tags for name in attrs)
        assert {tag for tag, _ in tags}.isdisjoint({"img", "iframe", "object", "link", "base"})
        assert sum(tag == "script" for tag, _ in tags) == 2
        addresses = {str(a[k]) for _, a in tags for k in ("href", "src") if a.get(k)}
        assert all(address.startswith("#") for address in addresses)


def test_no_cell_of_the_workbook_is_a_formula_or_a_link(naughty_run: Run) -> None:
    with zipfile.ZipFile(naughty_run.pack / "report.xlsx") as archive:
        names = archive.namelist()
        for name in names:
            content = archive.read(name).decode()
            if name.startswith("xl/worksheets/"):
                assert "<f>" not in content
                assert "<hyperlink" not in content
        assert not any("external" in name.lower() for name in names)
    book = openpyxl.load_workbook(naughty_run.pack / "report.xlsx")
    assert all(len(name) <= 31 for name in book.sheetnames)
    texts = [v for sheet in book for row in sheet.values for v in row if isinstance(v, str)]
    assert {"@SUM(1+1)", "-2+3", "＝1+1"} <= set(texts)
    assert not any(re.search(CONTROLS, text) for text in texts)


def test_no_field_of_the_data_is_a_formula(naughty_run: Run) -> None:
    for path in (naughty_run.pack / "data").iterdir():
        content = path.read_text(encoding="utf-8")
        assert not re.search(CONTROLS, content), path.name
        for row in csv.reader(io.StringIO(content)):
            for text in row:
                assert _is_number(text) or guard_formula(text) == text, text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_neither_log_nor_summary_betrays_a_name_or_obeys_it(naughty_run: Run) -> None:
    assert not any(marker in naughty_run.log for marker in MARKERS)
    assert "csv" not in naughty_run.log
    assert not re.search(CONTROLS, naughty_run.output)
    reasons = (naughty_run.folder / "failed").rglob("*.reason.txt")
    assert not any(re.search(CONTROLS, p.read_text(encoding="utf-8")) for p in reasons)


@pytest.mark.parametrize("output", ["table", "csv", "json", "md"])
def test_numbers_by_agent_are_harmless_in_every_format(naughty_run: Run, output: str) -> None:
    db = naughty_run.folder / "cskpi.duckdb"
    words = ["kpi", "received_customers", "--by", "agent", "--month", "2026-10", "--db", str(db)]
    told = CliRunner().invoke(app, [*words, "--format", output])
    assert told.exit_code == 0
    assert not re.search(CONTROLS, told.stdout)
    assert "1+1" in told.stdout
    if output == "json":
        # The only customer of one agent is called NaN: nobody, so that he received no one.
        assert len(json.loads(told.stdout)["rows"]) == 19


def test_data_come_as_parquet_with_their_types(document: Document, tmp_path: Path) -> None:
    table = next(t for b, t in tables(document) if isinstance(b, LineGrid))
    path = tmp_path / "days.parquet"
    path.write_bytes(parquet_bytes(table))
    assert path.read_bytes() == parquet_bytes(table)
    with duckdb.connect() as con:
        rows = con.execute("SELECT * FROM read_parquet($path)", {"path": str(path)}).fetchall()
        kinds = con.execute(
            "SELECT DISTINCT column_type FROM (DESCRIBE SELECT * FROM read_parquet($path))",
            {"path": str(path)},
        ).fetchall()
    assert ("DATE",) in kinds
    assert ("DOUBLE",) in kinds
    assert [list(row) for row in rows] == [[cell.value for cell in r.cells] for r in table.rows]


def test_a_folder_of_other_files_is_not_written_over(naughty_run: Run, cli: Cli) -> None:
    Path("notes").mkdir()
    Path("notes/mine.txt").write_text("keep", encoding="utf-8")
    db = naughty_run.folder / "cskpi.duckdb"
    told = cli("pack", "--month", "2026-10", "--out", "notes", "--db", db, code=2)
    assert "不覆盖" in told.stderr
    assert [path.name for path in Path("notes").iterdir()] == ["mine.txt"]


@pytest.mark.skipif(not any(map(shutil.which, BROWSERS)), reason="no browser on this machine")
def test_a_page_prints_to_the_same_bytes_on_any_day() -> None:
    page = "<!doctype html><meta charset=utf-8><title>月报</title><p>首次响应时间 33 秒".encode()
    printed = render_pdf(page, date(2026, 11, 1), "browser")
    assert printed is not None
    assert printed.startswith(b"%PDF")
    assert b"D:20261101000000Z" in printed
    assert render_pdf(page, date(2026, 11, 1), "none") is None
