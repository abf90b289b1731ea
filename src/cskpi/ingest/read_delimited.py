"""CSV and its relatives: dialect found on the header row, then read strictly, all columns text.

Strict reading names every line it cannot place. A quote that is opened and never closed swallows
the lines after it, and the reader then reports one line only: such a line is cut out and the rest
read again. The physical lines of the file are counted apart from the reader and must all be found.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from cskpi.errors import InputError
from cskpi.ingest.headers import find_header
from cskpi.ingest.raw import RawTable, column_types, count, start_malformed
from cskpi.ingest.sniff import BLOCK_BYTES

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.sniff import Content
    from cskpi.ingest.transcode import Readable

DELIMITERS = (",", "\t", ";", "|")
SAMPLE_ROWS = 40
MIN_BUFFER_BYTES = 32_000_000
NAMED_FAULTS = 1_000
"""Of so many rows with faulty bytes the place is looked up; a file with more is simply not text."""

MAX_REREADS = 20
"""An unclosed quote costs one more reading; beyond this, what it swallowed stays rejected."""

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
    preamble: tuple[tuple[str, ...], ...]


def read_delimited(
    con: duckdb.DuckDBPyConnection,
    content: Content,
    readable: Readable,
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
    dialect = _dialect(content.head, vocabulary)
    start_malformed(con)
    con.execute("CREATE OR REPLACE TEMP TABLE removed_lines (source_row BIGINT, raw_value VARCHAR)")
    reading = _Reading(con, dialect, readable.line_count, max_line_bytes)
    reading.read(readable.path)
    _name_faulty_bytes(con, readable)
    is_complete = not reading.lacks_lines(readable.path)
    if not is_complete or reading.swallowers():
        is_complete = reading.read_without_swallowers(readable.path)
    if not is_complete:
        raise InputError("rows_unaccounted", path=content.path)
    con.execute(
        "INSERT INTO malformed_rows SELECT source_row, raw_value, 'bad_quotes' FROM removed_lines"
    )
    return RawTable(
        header=dialect.header,
        header_row=dialect.header_index + 1,
        first_row=dialect.header_index + 2,
        delimiter=dialect.delimiter,
        preamble=dialect.preamble,
    )


def _name_faulty_bytes(con: duckdb.DuckDBPyConnection, readable: Readable) -> None:
    """Put the byte at which a row stops being text before what is kept of it, as `@17 …`."""
    found = con.execute(
        "SELECT line, min(line_byte_position) FROM csv_errors"
        f" WHERE error_type = 'INVALID ENCODING' GROUP BY line ORDER BY line LIMIT {NAMED_FAULTS}"
    ).fetchall()
    for line, position in found:
        con.execute(
            "UPDATE malformed_rows SET raw_value = $mark || coalesce(raw_value, '')"
            " WHERE source_row = $line AND reason = 'bad_encoding'",
            {"mark": f"@{readable.fault_byte(int(position))} ", "line": line},
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
    filled = max((place for place, name in enumerate(header, start=1) if name.strip()), default=0)
    if body and filled <= len(body[0]) < len(header) and len({len(row) for row in body}) == 1:
        header = header[: len(body[0])]
    # A header may be one short: of a separator after the last column, or of that column's name.
    if body and all(len(row) == len(header) + 1 for row in body):
        header = (*header, "")
    return _Dialect(
        delimiter,
        quote,
        header,
        index,
        _physical_lines(head, delimiter, index),
        len(header),
        tuple(tuple(row) for row in rows[:index]),
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


def glob_safe(path: Path) -> str:
    """Return a path as DuckDB must be given it, which reads `*`, `?` and `[` as a pattern."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _line_ends_inside_cells(con: duckdb.DuckDBPyConnection, width: int) -> int:
    per_column = (
        f"sum(CASE WHEN contains(c{i}, chr(10)) OR contains(c{i}, chr(13))"
        f" THEN length(regexp_replace(c{i}, '\\r\\n|\\r|\\n', chr(10), 'g'))"
        f" - length(regexp_replace(c{i}, '[\\r\\n]', '', 'g')) ELSE 0 END)"
        for i in range(width)
    )
    sums = con.execute(f"SELECT {', '.join(per_column)} FROM raw_rows").fetchone()
    return int(sum(total or 0 for total in sums or ()))


def _blank_lines(con: duckdb.DuckDBPyConnection, path: Path, max_line_bytes: int) -> int:
    read_lines(con, path, "file_lines", max_line_bytes)
    blank = count(con, "file_lines WHERE coalesce(trim(line), '') = ''")
    con.execute("DROP TABLE file_lines")
    return blank


def read_lines(con: duckdb.DuckDBPyConnection, path: Path, table: str, max_line_bytes: int) -> None:
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
            max_line_size = $max_line_bytes, buffer_size = $buffer_bytes)
        """,
        {
            "path": glob_safe(path),
            "max_line_bytes": max_line_bytes,
            "buffer_bytes": max(MIN_BUFFER_BYTES, 2 * max_line_bytes),
        },
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """A delimited file being read; `line_count` is what must be found again."""

    con: duckdb.DuckDBPyConnection
    dialect: _Dialect
    line_count: int
    max_line_bytes: int

    def read(self, path: Path) -> None:
        """Fill `raw_rows`, and `malformed_rows` with the physical lines of what is no row."""
        columns = column_types(self.dialect.width)
        self.con.execute("DROP TABLE IF EXISTS csv_errors")
        self.con.execute("DROP TABLE IF EXISTS csv_scans")
        self.con.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE raw_rows AS
            SELECT * FROM read_csv(
                $path, auto_detect = false, strict_mode = true, header = false, skip = $skip,
                delim = $delimiter, quote = $quote, escape = $quote, columns = {columns!r},
                store_rejects = true, rejects_table = 'csv_errors', rejects_scan = 'csv_scans',
                max_line_size = $max_line_bytes, buffer_size = $buffer_bytes)
            """,
            {
                "path": glob_safe(path),
                "skip": self.dialect.header_index + 1,
                "delimiter": self.dialect.delimiter,
                "quote": self.dialect.quote,
                "max_line_bytes": self.max_line_bytes,
                "buffer_bytes": max(MIN_BUFFER_BYTES, 2 * self.max_line_bytes),
            },
        )
        self.con.execute("DELETE FROM malformed_rows")
        self.con.execute(
            f"""
            INSERT INTO malformed_rows
            SELECT line, unnest(string_split(rtrim(csv_line, chr(10) || chr(13)), chr(10))),
                {_REASONS}
            FROM (
                SELECT line, csv_line, error_type,
                    row_number() OVER (PARTITION BY line ORDER BY byte_position, error_type) AS nth
                FROM csv_errors)
            WHERE nth = 1
            """
        )
        # The reader reports the end of a line after a ragged one as a row of its own.
        self.con.execute(
            "DELETE FROM malformed_rows WHERE trim(raw_value, chr(13) || chr(32)) = ''"
        )

    def lacks_lines(self, path: Path) -> bool:
        """Tell whether physical lines of the file are neither rows nor named as malformed."""
        tables = ("raw_rows", "malformed_rows", "removed_lines")
        lines = self.line_count - self.dialect.header_lines
        lines -= sum(count(self.con, table) for table in tables)
        if lines > 0 and self.dialect.quote:
            lines -= _line_ends_inside_cells(self.con, self.dialect.width)
        return lines > 0 and lines > _blank_lines(self.con, path, self.max_line_bytes)

    def swallowers(self) -> list[tuple[int, int, str]]:
        """Return byte position, row and text of the lines whose open quote took in others."""
        found = self.con.execute(
            """
            SELECT min(line_byte_position), line, string_split(any_value(csv_line), chr(10))[1]
            FROM csv_errors
            WHERE error_type = 'UNQUOTED VALUE' AND contains(rtrim(csv_line, chr(10)), chr(10))
            GROUP BY line ORDER BY line
            """
        ).fetchall()
        return [(int(position), int(line), str(text)) for position, line, text in found]

    def read_without_swallowers(self, path: Path) -> bool:
        """Cut the swallowing lines out and read again; tell whether no line is lacking at the end."""
        with tempfile.TemporaryDirectory(prefix="cskpi-") as folder:
            copies = [Path(folder) / "even.txt", Path(folder) / "odd.txt"]
            for turn in range(MAX_REREADS):
                swallowers = self.swallowers()
                if not swallowers:
                    break
                path = _without_lines(path, copies[turn % 2], [s[0] for s in swallowers])
                rows = [list(swallower[1:]) for swallower in swallowers]
                self.con.executemany("INSERT INTO removed_lines VALUES (?, ?)", rows)
                self.read(path)
            return not self.lacks_lines(path)


def _without_lines(source: Path, target: Path, positions: Sequence[int]) -> Path:
    """Copy a file without the lines that begin at the given bytes, counted from 1."""
    with source.open("rb") as old, target.open("wb") as new:
        for position in positions:
            remaining = position - 1 - old.tell()
            while remaining > 0 and (block := old.read(min(remaining, BLOCK_BYTES))):
                new.write(block)
                remaining -= len(block)
            old.readline()
        while block := old.read(BLOCK_BYTES):
            new.write(block)
    return target
