"""Sheets of workbooks as text: dates in ISO form, whole numbers without `.0`, long ids as written.

The cell reader goes through floating point, which changes digits beyond the 15th. Where a column
of an XLSX holds such numbers, the digits are taken from the sheet's XML instead; where the file
itself holds them in floating point (`6.9E+18`, any old .xls), typing rejects them as lost.
"""

from __future__ import annotations

import struct
import tempfile
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from cskpi.diagnostics import note
from cskpi.errors import InputError
from cskpi.ingest.excel_xml import SheetScan, count_filled_rows, scan_sheet
from cskpi.ingest.headers import HEADER_SEARCH_ROWS
from cskpi.ingest.merged_cells import fill_down, locate_header
from cskpi.ingest.ods_rows import count_ods_rows
from cskpi.ingest.raw import RawTable, column_types, start_malformed
from cskpi.ingest.xls_rows import count_xls_rows
from cskpi.ingest.xlsb_rows import count_xlsb_rows
from cskpi.texts import say

if TYPE_CHECKING:
    import duckdb
    import polars as pl

    from cskpi.ingest.sniff import Content

MAX_UNPACKED_BYTES = 4_000_000_000
MAX_RATIO = 500
"""XML of sheets packs 10 to 30 times; far beyond that the file was made to fill the disk."""
READER_ENDINGS = {
    **dict.fromkeys(("xls", "xla"), "xls"),
    **dict.fromkeys(("xlsx", "xlsm", "xlam"), "xlsx"),
    "xlsb": "xlsb",
    "ods": "ods",
}

COUNTS = {"ods": count_ods_rows, "xls": count_xls_rows, "xlsb": count_xlsb_rows}

_DAMAGE = (
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
    ET.ParseError,
    KeyError,
    EOFError,
    NotImplementedError,
)
_LONG = r"^\d{16,}(\.0+)?$"


def read_sheets(
    con: duckdb.DuckDBPyConnection, content: Content, vocabulary: Collection[str]
) -> Iterator[RawTable]:
    """Fill `raw_rows` with one sheet after the other; empty and hidden sheets are passed over.

    Raises:
        InputError: the workbook is damaged, protected, or unpacks to more than a disk should hold.
    """
    import fastexcel

    try:
        if content.layout != "xls":
            _refuse_bomb(content)
        workbook = fastexcel.read_excel(_source(content))
        for name in workbook.sheet_names:
            raw = _read_sheet(con, _Sheet(content, workbook, name), vocabulary)
            if raw:
                yield raw
    except (fastexcel.FastExcelError, *_DAMAGE) as error:
        cause = str(error).partition("\n")[0]
        raise InputError("excel_unreadable", path=content.shown, cause=cause) from None
    except BaseException as error:
        # A panic of the reader, which it raises on some damaged files, is no ordinary exception.
        if type(error).__name__ != "PanicException":
            raise
        raise InputError("excel_unreadable", path=content.shown, cause=error) from None


def _read_sheet(
    con: duckdb.DuckDBPyConnection, sheet: _Sheet, vocabulary: Collection[str]
) -> RawTable | None:
    read = sheet.workbook.load_sheet(sheet.name, header_row=None, skip_rows=0, dtypes="string")
    if read.visible != "visible":
        note(say("load.sheet_hidden", path=sheet.content.shown, sheet=sheet.name))
        return None
    if not read.width or not read.height:
        return None
    start_malformed(con)
    return _stage(con, sheet, read.to_polars(), vocabulary)


def _source(content: Content) -> Path | bytes:
    """Return the file, or its bytes where its ending would make the reader take it for another."""
    ending = content.path.suffix.lower().removeprefix(".")
    is_misleading = ending in READER_ENDINGS and READER_ENDINGS[ending] != content.layout
    return content.path.read_bytes() if is_misleading else content.path


def _refuse_bomb(content: Content) -> None:
    with zipfile.ZipFile(content.path) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > MAX_UNPACKED_BYTES:
        raise InputError("archive_too_large", path=content.shown, limit=MAX_UNPACKED_BYTES)
    if unpacked > MAX_RATIO * content.size_bytes + 10_000_000:
        raise InputError("archive_ratio", path=content.shown, limit=MAX_RATIO)


@dataclass(frozen=True, slots=True)
class _Sheet:
    content: Content
    workbook: Any
    name: str


def _stage(
    con: duckdb.DuckDBPyConnection,
    sheet: _Sheet,
    frame: pl.DataFrame,
    vocabulary: Collection[str],
) -> RawTable:
    suspects = _with_long_numbers(frame)
    scan = None
    if sheet.content.layout == "xlsx":
        scan = scan_sheet(sheet.content.path, sheet.name, with_numbers=bool(suspects))
    first = (scan.first_column or 0) if scan else 0
    merges = [
        replace(merge, left=merge.left - first, right=merge.right - first)
        for merge in (scan.merges if scan else ())
        if merge.left >= first
    ]
    _require_all_rows(sheet, frame, scan)
    if scan:
        for index in suspects:
            frame = _with_digits(frame, index, scan.numbers.get(index + first, {}))
    top = [tuple(cell or "" for cell in row) for row in frame.head(HEADER_SEARCH_ROWS).rows()]
    header = locate_header(top, merges, vocabulary)
    if scan is None:
        frame = _without_false_digits(frame, sheet, suspects, header.index)
    frame = fill_down(frame, merges, header.index)
    fill_raw_rows(con, frame.slice(header.index + 1))
    return RawTable(
        header=header.names,
        header_row=header.index + 1,
        first_row=header.index + 2,
        sheet=sheet.name,
        has_serials=True,
        preamble=header.preamble,
    )


def fill_raw_rows(con: duckdb.DuckDBPyConnection, frame: pl.DataFrame) -> None:
    """Make `raw_rows` of a frame of text."""
    columns = column_types(frame.width)
    # Polars hands rows to DuckDB through a file: the direct way needs pyarrow.
    with tempfile.TemporaryDirectory(prefix="cskpi-") as folder:
        path = Path(folder) / "sheet.parquet"
        frame.rename(dict(zip(frame.columns, columns, strict=True))).write_parquet(
            path, compression="uncompressed"
        )
        con.execute(
            "CREATE OR REPLACE TEMP TABLE raw_rows AS SELECT * FROM read_parquet($path)",
            {"path": str(path)},
        )


def _require_all_rows(sheet: _Sheet, frame: pl.DataFrame, scan: SheetScan | None) -> None:
    import polars as pl

    filled = frame.select(pl.any_horizontal(pl.all().is_not_null()).sum()).item()
    path, name, layout = sheet.content.path, sheet.name, sheet.content.layout
    if scan is None:
        counted = COUNTS[layout](path, name) if layout in COUNTS else 0
        if counted is None:
            raise InputError("excel_uncounted", path=sheet.content.shown)
    elif filled >= scan.rows:
        return
    else:
        # Errors and empty texts look like values to the quick count.
        counted = count_filled_rows(path, name)
    if filled < counted:
        raise InputError("rows_unaccounted", path=sheet.content.shown)


def _with_long_numbers(frame: pl.DataFrame) -> list[int]:
    import polars as pl

    longest = frame.select(pl.all().str.contains(_LONG).any()).row(0)
    return [index for index, is_long in enumerate(longest) if is_long]


def _with_digits(frame: pl.DataFrame, index: int, cells: Mapping[int, str]) -> pl.DataFrame:
    """Put the digits of the XML in place of those that went through floating point."""
    import polars as pl

    if not cells:
        return frame
    name = frame.columns[index]
    digits = pl.DataFrame(
        {"row_no": list(cells), "digits": list(cells.values())},
        schema={"row_no": pl.UInt32, "digits": pl.String},
    )
    return (
        frame.with_row_index("row_no")
        .join(digits, on="row_no", how="left", maintain_order="left")
        .with_columns(pl.coalesce("digits", name).alias(name))
        .drop("row_no", "digits")
    )


def _without_false_digits(
    frame: pl.DataFrame, sheet: _Sheet, suspects: list[int], header_index: int
) -> pl.DataFrame:
    """Write the long numbers of a workbook that holds floating point only as what they are."""
    import polars as pl

    for index in suspects:
        typed = sheet.workbook.load_sheet(
            sheet.name,
            header_row=None,
            skip_rows=header_index + 1,
            use_columns=[index],
            schema_sample_rows=None,
        ).to_polars()
        if not typed.width or not typed.dtypes[0].is_numeric():
            continue
        name = frame.columns[index]
        cell = pl.col(name)
        lost = cell.cast(pl.Float64, strict=False).map_elements("{:e}".format, pl.String)
        frame = frame.with_columns(
            pl.when(cell.str.contains(_LONG)).then(lost).otherwise(cell).alias(name)
        )
    return frame
