"""XLSX sheets as text: dates in ISO form, whole numbers without `.0`, long ids as written.

The cell reader goes through floating point, which changes digits beyond the 15th. Where a column
holds such numbers, the digits are taken from the sheet's XML instead; if the file itself holds
them in floating point (`6.9E+18`), that text is kept, and typing rejects it as lost.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from cskpi.errors import InputError
from cskpi.ingest.headers import HEADER_SEARCH_ROWS, find_header
from cskpi.ingest.raw import RawTable, column_types, start_malformed

if TYPE_CHECKING:
    import duckdb
    import polars as pl

    from cskpi.ingest.sniff import Content

MAX_UNPACKED_BYTES = 4_000_000_000
MAX_RATIO = 500
"""XML of sheets packs 10 to 30 times; far beyond that the file was made to fill the disk."""

_LONG_NUMBER = re.compile(
    rb'<c r="([A-Z]+)(\d+)"(?:(?! t="(?!n"))[^>])*>\s*(?:<f[^>]*/?>(?:[^<]*</f>)?)?'
    rb"<v>(\d{16,}(?:\.\d+)?|[\d.]+[eE]\+\d+)</v>"
)
_LONG = r"^\d{16,}(\.0+)?$"


def read_sheets(
    con: duckdb.DuckDBPyConnection, content: Content, vocabulary: Collection[str]
) -> Iterator[RawTable]:
    """Fill `raw_rows` with one sheet after the other; empty sheets are passed over.

    Raises:
        InputError: the workbook is damaged, protected, or unpacks to more than a disk should hold.
    """
    import fastexcel

    _refuse_bomb(content)
    try:
        workbook = fastexcel.read_excel(content.path)
        for name in workbook.sheet_names:
            sheet = workbook.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            frame = sheet.to_polars()
            if frame.width and frame.height:
                start_malformed(con)
                frame = _with_written_digits(frame, content.path, name)
                yield _stage(con, frame, name, vocabulary)
    except fastexcel.FastExcelError as error:
        cause = str(error).splitlines()[0]
        raise InputError("excel_unreadable", path=content.path, cause=cause) from None


def _refuse_bomb(content: Content) -> None:
    with zipfile.ZipFile(content.path) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > MAX_UNPACKED_BYTES or unpacked > MAX_RATIO * content.size_bytes + 10_000_000:
        raise InputError("archive_too_large", path=content.path, size=unpacked)


def _stage(
    con: duckdb.DuckDBPyConnection, frame: pl.DataFrame, name: str, vocabulary: Collection[str]
) -> RawTable:
    top = [tuple(cell or "" for cell in row) for row in frame.head(HEADER_SEARCH_ROWS).rows()]
    index, _ = find_header(top, vocabulary)
    columns = column_types(frame.width)
    frame.columns = list(columns)
    # Polars hands rows to DuckDB through a file: the direct way needs pyarrow.
    with tempfile.TemporaryDirectory(prefix="cskpi-") as folder:
        path = Path(folder) / "sheet.parquet"
        frame.slice(index + 1).write_parquet(path, compression="uncompressed")
        con.execute(
            "CREATE OR REPLACE TEMP TABLE raw_rows AS SELECT * FROM read_parquet($path)",
            {"path": str(path)},
        )
    return RawTable(
        header=top[index],
        header_row=index + 1,
        first_row=index + 2,
        sheet=name,
        has_serials=True,
    )


def _with_written_digits(frame: pl.DataFrame, path: Path, sheet: str) -> pl.DataFrame:
    import polars as pl

    longest = frame.select(pl.all().str.contains(_LONG).any()).row(0)
    suspects = [index for index, is_long in enumerate(longest) if is_long]
    if not suspects:
        return frame
    written = _written_numbers(path, sheet)
    for index in suspects:
        cells = written.get(index)
        if not cells:
            continue
        name = frame.columns[index]
        digits = pl.DataFrame(
            {"row_no": list(cells), "digits": list(cells.values())},
            schema={"row_no": pl.UInt32, "digits": pl.String},
        )
        frame = (
            frame.with_row_index("row_no")
            .join(digits, on="row_no", how="left", maintain_order="left")
            .with_columns(pl.coalesce("digits", name).alias(name))
            .drop("row_no", "digits")
        )
    return frame


def _written_numbers(path: Path, sheet: str) -> dict[int, dict[int, str]]:
    """Return column -> row -> the long numbers of a sheet as its XML writes them, from 0."""
    numbers: dict[int, dict[int, str]] = {}
    with zipfile.ZipFile(path) as archive:
        member = _sheet_member(archive, sheet)
        xml = archive.read(member) if member else b""
    for match in _LONG_NUMBER.finditer(xml):
        letters, row, digits = match.groups()
        column = 0
        for letter in letters:
            column = column * 26 + letter - 64
        numbers.setdefault(column - 1, {})[int(row) - 1] = digits.decode()
    return numbers


def _sheet_member(archive: zipfile.ZipFile, sheet: str) -> str | None:
    book = _xml(archive, "xl/workbook.xml")
    links = _xml(archive, "xl/_rels/workbook.xml.rels")
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for element in book.iter():
        if element.tag.endswith("}sheet") and element.get("name") == sheet:
            key = next((v for k, v in element.items() if k.endswith("}id")), None)
            target = targets.get(key, "")
            member = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            name = str(PurePosixPath(member))
            return name if name in archive.namelist() else None
    return None


def _xml(archive: zipfile.ZipFile, name: str) -> Any:
    body = archive.read(name)
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise InputError("excel_unreadable", path=archive.filename, cause="DOCTYPE")
    return ET.fromstring(body)  # noqa: S314 - entities are refused above
