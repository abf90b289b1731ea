"""The example exports under tests/fixtures load as the `expected.toml` beside each says."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ingest_shop import Shop, accounted, open_ingest_shop
from make_fixtures import contents, is_same, made

from cskpi.diagnostics import describe
from cskpi.errors import InputError
from cskpi.ingest.archives import candidates
from cskpi.ingest.detect import choose
from cskpi.ingest.load import FileReport, LoadOptions, load_file
from cskpi.ingest.presets import shipped_sources

ROOT = Path(__file__).parent / "fixtures"
FOLDERS = sorted(path.parent for path in ROOT.glob("*/expected.toml"))
TOLERANCE = 1e-9


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with open_ingest_shop(tmp_path) as opened:
        yield opened


def loaded(shop: Shop, path: Path, password: str | None) -> list[FileReport]:
    reports: list[FileReport] = []
    for candidate in candidates(path, password=password):
        with candidate.unpacked() as unpacked:
            reports += load_file(shop.con, unpacked, LoadOptions())
    # A further kind that none of the rows is of says nothing.
    return [report for report in reports if report.rows_read or report.skip_note]


def as_written(cell: Any) -> Any:
    """Return a cell as expectations write it."""
    if cell is None:
        return "NULL"
    if isinstance(cell, datetime | date | Decimal):
        return str(cell)
    return cell


def in_order(rows: list[list[Any]]) -> list[list[Any]]:
    return sorted(rows, key=repr)


def check_table(shop: Shop, expected: dict[str, Any]) -> None:
    where = f" WHERE {expected['where']}" if "where" in expected else ""
    columns = ", ".join(expected["columns"])
    rows = shop.rows(f"SELECT {columns} FROM {expected['name']}{where}")
    found = in_order([[as_written(cell) for cell in row] for row in rows])
    wanted = in_order(expected["rows"])
    assert len(found) == len(wanted), (expected["name"], found)
    for row, other in zip(found, wanted, strict=True):
        assert [
            pytest.approx(cell, abs=TOLERANCE) if isinstance(cell, float) else cell
            for cell in other
        ] == row, expected["name"]


def check_report(report: FileReport, expected: dict[str, Any]) -> None:
    assert f"{report.preset}.{report.source}" == expected["source"]
    if expected.get("skipped"):
        assert report.skip_note["zh"]
        assert report.skip_note["en"]
        assert report.rows_accepted == 0
        return
    assert report.kind == expected["kind"]
    assert list(accounted(report)) == expected["rows"], (expected["source"], report.reject_reasons)
    for name in ("encoding", "header_row", "unknown_words"):
        if name in expected:
            assert getattr(report, name) == expected[name], name
    if "guessed" in expected:
        assert sorted(report.columns_guessed) == expected["guessed"]


def rejects(shop: Shop, expected: dict[str, Any]) -> None:
    wanted = [
        reject
        for file in expected["file"]
        for t in file.get("table", [])
        for reject in t.get("rejects", [])
    ]
    found = shop.rows("SELECT source_row, reason FROM rejected_rows")
    assert sorted(map(list, found)) == sorted(wanted)


def records(path: Path, encoding: str, header_row: int) -> int:
    """Count the rows of a CSV file below its header, by a reader of our own."""
    text = path.read_bytes().decode(encoding)
    above = text.splitlines(keepends=True)[:header_row]
    rows = csv.reader(io.StringIO(text[len("".join(above)) :]))
    return sum(any(cell.strip() for cell in row) for row in rows)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_an_export_loads_as_expected(folder: Path, shop: Shop) -> None:
    expected = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))
    for file in expected["file"]:
        path = folder / file["name"]
        if "error" in file:
            with pytest.raises(InputError) as caught:
                loaded(shop, path, file.get("password"))
            assert caught.value.key == file["error"]
            assert describe(caught.value)
            continue
        reports = loaded(shop, path, file.get("password"))
        for report, table in zip(reports, file["table"], strict=True):
            check_report(report, table)
        for report in reports:
            read, *parts = accounted(report)
            assert read == sum(parts)
        first = reports[0]
        if path.suffix == ".csv" and not first.skip_note and first.kind != "survey_answers":
            assert first.encoding is not None
            assert first.header_row is not None
            # A row of several items in a cell gives several rows.
            split = sum(int(told.values["count"]) for told in first.told if told.key == "split")
            assert split == file["table"][0].get("split", 0)
            assert records(path, first.encoding, first.header_row) == first.rows_read - split
    rejects(shop, expected)
    for table in expected.get("table", []):
        check_table(shop, table)
    check_absence(shop, expected.get("absent", []))


def check_absence(shop: Shop, words: list[str]) -> None:
    """No table but the list of rejects holds what is personal."""
    if not words:
        return
    tables = shop.column(
        "SELECT table_name FROM duckdb_tables() WHERE NOT temporary"
        " AND table_name NOT IN ('rejected_rows', 'import_files')"
    )
    for table in tables:
        rows = str(shop.rows(f"FROM {table}"))
        assert [word for word in words if word in rows] == [], table


def test_headers_are_told_apart() -> None:
    listed = tomllib.loads((ROOT / "headers.toml").read_text(encoding="utf-8"))["header"]
    found = [choose(shipped_sources(), header["columns"], "export") for header in listed]
    names = [match.source.name if match else None for match in found]
    assert names == [header["source"] for header in listed]


def test_every_fixture_has_its_expectation() -> None:
    assert [folder.name for folder in FOLDERS] == sorted(contents())


def test_fixtures_are_what_the_script_makes() -> None:
    files = dict(made())
    assert [str(path) for path, body in files.items() if not is_same(path, body)] == []
    kept = {path for path in ROOT.glob("*/*") if path.name != "expected.toml"}
    assert kept == set(files)


def test_no_fixture_is_big() -> None:
    assert sum(path.stat().st_size for path in ROOT.glob("*/*")) < 400_000
