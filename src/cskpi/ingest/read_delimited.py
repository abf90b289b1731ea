"""CSV and its relatives: dialect found on the header row, then read strictly, all columns text.

Strict reading names every line it cannot place. A quote that is opened and never closed swallows
the lines after it, and the reader then reports one line only; the physical lines of the file are
counted apart from it, and a swallowed stretch is cut out and read again.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from cskpi.errors import InputError
from cskpi.ingest.headers import find_header
from cskpi.ingest.raw import RawTable, column_types, count, start_malformed

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.sniff import Content

DELIMITERS = (",", "\t", ";", "|")
SAMPLE_ROWS = 40
MAX_REREADS = 100
"""Each unclosed quote costs one more reading; a file with more of them is not a CSV file."""

_QUOTED_CELL = re.compile(r'(?:^|[\t])"[^\n]*"(?:[\t]|\r?$)', re.MULTILINE)
_REASONS = """
    CASE error_type
        WHEN 'MISSING COLUMNS' THEN 'too_few_columns'
        WHEN 'TOO MANY COLUMNS' THEN 'too_many_columns'
        WHEN 'UNQUOTED VALUE' THEN 'bad_quotes'
        WHEN 'LINE SIZE OVER MAXIMUM' THEN 'line_too_long'
        WHEN 'INVALID ENCODING' THEN 'bad_encoding'
        ELSE 'malformed'
    END
"""


@dataclass(frozen=True, slots=True)
class _Dialect:
    delimiter: str
    quote: str
    header: tuple[str, ...]
    header_index: int
    header_lines: int
    width: int


def read_delimited(
    con: duckdb.DuckDBPyConnection,
    content: Content,
    readable: Path,
    vocabulary: Collection[str],
    max_line_bytes: int,
) -> RawTable:
    """Fill `raw_rows` and `malformed_rows` from a delimited file.

    Args:
        con: the database connection.
        content: the file as sniffed.
        readable: its UTF-8 form.
        vocabulary: known headers in normal form; the row with most of them is the header.
        max_line_bytes: longest row accepted; a longer one is rejected.

    Raises:
        InputError: lines of the file are in neither table.
    """
    dialect = _dialect(content.head.removeprefix("\ufeff"), vocabulary)
    start_malformed(con)
    con.execute("CREATE OR REPLACE TEMP TABLE removed_lines (source_row BIGINT, raw_value VARCHAR)")
    _read(con, readable, dialect, max_line_bytes)
    if _missing_lines(con, content, readable, dialect, max_line_bytes):
        _read_without_swallowers(con, content, readable, dialect, max_line_bytes)
    con.execute(
        "INSERT INTO malformed_rows SELECT source_row, raw_value, 'bad_quotes' FROM removed_lines"
    )
    return RawTable(
        header=dialect.header,
        header_row=dialect.header_index + 1,
        first_row=dialect.header_index + 2,
        delimiter=dialect.delimiter,
    )


def _dialect(head: str, vocabulary: Collection[str]) -> _Dialect:
    best: tuple[tuple[int, int], str, int, list[list[str]]] = ((-1, -1), ",", 0, [])
    for delimiter in DELIMITERS:
        rows = _sample(head, delimiter)
        index, hits = find_header(rows, vocabulary)
        width = len(rows[index]) if rows else 0
        if (hits, width) > best[0]:
            best = ((hits, width), delimiter, index, rows)
    _, delimiter, index, rows = best
    header = tuple(rows[index]) if rows else ("",)
    quote = "" if delimiter == "\t" and '"' in head and not _QUOTED_CELL.search(head) else '"'
    body = [row for row in rows[index + 1 :] if row]
    has_tail = bool(body) and all(len(row) == len(header) + 1 and not row[-1] for row in body)
    return _Dialect(
        delimiter,
        quote,
        header,
        index,
        _physical_lines(head, delimiter, index),
        len(header) + has_tail,
    )


def _sample(head: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    # A cell longer than the module allows is an error: what came before it is sample enough.
    with suppress(csv.Error):
        rows.extend(islice(csv.reader(io.StringIO(head), delimiter=delimiter), SAMPLE_ROWS))
    return rows


def _physical_lines(head: str, delimiter: str, index: int) -> int:
    reader = csv.reader(io.StringIO(head), delimiter=delimiter)
    with suppress(csv.Error):
        for _ in islice(reader, index + 1):
            pass
    return reader.line_num


def _read(
    con: duckdb.DuckDBPyConnection, readable: Path, dialect: _Dialect, max_line_bytes: int
) -> None:
    columns = column_types(dialect.width)
    con.execute("DROP TABLE IF EXISTS csv_errors")
    con.execute("DROP TABLE IF EXISTS csv_scans")
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE raw_rows AS
        SELECT * FROM read_csv(
            $path, auto_detect = false, strict_mode = true, header = false, skip = $skip,
            delim = $delimiter, quote = $quote, escape = $quote, columns = {columns!r},
            store_rejects = true, rejects_table = 'csv_errors', rejects_scan = 'csv_scans',
            max_line_size = $max_line_bytes)
        """,
        {
            "path": glob_safe(readable),
            "skip": dialect.header_index + 1,
            "delimiter": dialect.delimiter,
            "quote": dialect.quote,
            "max_line_bytes": max_line_bytes,
        },
    )
    con.execute("DELETE FROM malformed_rows")
    con.execute(
        f"""
        INSERT INTO malformed_rows
        SELECT line, unnest(string_split(rtrim(csv_line, chr(10)), chr(10))), {_REASONS}
        FROM (
            SELECT line, csv_line, error_type,
                row_number() OVER (PARTITION BY line ORDER BY byte_position, error_type) AS nth
            FROM csv_errors)
        WHERE nth = 1
        """
    )


def glob_safe(path: Path) -> str:
    """Return a path as DuckDB must be given it, which reads `*`, `?` and `[` as a pattern."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _missing_lines(
    con: duckdb.DuckDBPyConnection,
    content: Content,
    readable: Path,
    dialect: _Dialect,
    max_line_bytes: int,
) -> bool:
    """Tell whether physical lines of the file are neither rows nor named as malformed."""
    lines = content.line_count - dialect.header_lines
    lines -= sum(count(con, table) for table in ("raw_rows", "malformed_rows", "removed_lines"))
    if lines <= 0:
        return False
    if content.has_quotes and dialect.quote:
        lines -= _line_ends_inside_cells(con, dialect.width)
    return lines > 0 and lines > _blank_lines(con, readable, max_line_bytes)


def _line_ends_inside_cells(con: duckdb.DuckDBPyConnection, width: int) -> int:
    per_column = (
        f"sum(CASE WHEN contains(c{i}, chr(10)) OR contains(c{i}, chr(13))"
        f" THEN length(regexp_replace(c{i}, '\\r\\n|\\r|\\n', chr(10), 'g'))"
        f" - length(regexp_replace(c{i}, '[\\r\\n]', '', 'g')) ELSE 0 END)"
        for i in range(width)
    )
    sums = con.execute(f"SELECT {', '.join(per_column)} FROM raw_rows").fetchone()
    return int(sum(total or 0 for total in sums or ()))


def _blank_lines(con: duckdb.DuckDBPyConnection, readable: Path, max_line_bytes: int) -> int:
    read_lines(con, readable, "file_lines", max_line_bytes)
    blank = count(con, "file_lines WHERE coalesce(trim(line), '') = ''")
    con.execute("DROP TABLE file_lines")
    return blank


def read_lines(
    con: duckdb.DuckDBPyConnection, readable: Path, table: str, max_line_bytes: int
) -> None:
    """Fill a temporary table with the lines of a file, one row a line, in order; blank is NULL.

    Lines that are too long or undecodable land in `csv_errors`.
    """
    con.execute("DROP TABLE IF EXISTS csv_errors")
    con.execute("DROP TABLE IF EXISTS csv_scans")
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {table} AS
        SELECT * FROM read_csv(
            $path, auto_detect = false, strict_mode = true, header = false, delim = chr(1),
            quote = '', escape = '', columns = {{'line': 'VARCHAR'}}, store_rejects = true,
            rejects_table = 'csv_errors', rejects_scan = 'csv_scans',
            max_line_size = $max_line_bytes)
        """,
        {"path": glob_safe(readable), "max_line_bytes": max_line_bytes},
    )


def _read_without_swallowers(
    con: duckdb.DuckDBPyConnection,
    content: Content,
    readable: Path,
    dialect: _Dialect,
    max_line_bytes: int,
) -> None:
    """Cut out, one by one, the lines whose open quote swallowed what follows, and read again."""
    with tempfile.TemporaryDirectory(prefix="cskpi-") as folder:
        copy = Path(folder) / "repaired.txt"
        source = readable
        for _ in range(MAX_REREADS):
            swallower = _longest_malformed(con)
            if swallower is None:
                break
            source = _without_line(source, copy, swallower[0])
            con.execute("INSERT INTO removed_lines VALUES (?, ?)", list(swallower[1:]))
            _read(con, source, dialect, max_line_bytes)
            if not _missing_lines(con, content, source, dialect, max_line_bytes):
                return
    raise InputError("rows_unaccounted", path=content.path)


def _longest_malformed(con: duckdb.DuckDBPyConnection) -> tuple[int, int, str] | None:
    found = con.execute(
        """
        SELECT line_byte_position, line, string_split(csv_line, chr(10))[1]
        FROM csv_errors WHERE error_type = 'UNQUOTED VALUE'
        ORDER BY length(csv_line) DESC, line LIMIT 1
        """
    ).fetchone()
    return (int(found[0]), int(found[1]), str(found[2])) if found else None


def _without_line(source: Path, copy: Path, byte_position: int) -> Path:
    target = copy.with_suffix(".next")
    with source.open("rb") as old, target.open("wb") as new:
        remaining = byte_position - 1
        while remaining and (block := old.read(min(remaining, 1 << 22))):
            new.write(block)
            remaining -= len(block)
        old.readline()
        while block := old.read(1 << 22):
            new.write(block)
    return target.replace(copy)
