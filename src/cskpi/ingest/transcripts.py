"""Chat transcripts as rows: a text file that is one, or a column whose cells each hold one.

One message gives one row with `transcript.time` (as written; ISO where the order of day and month
would else be lost), `.sender`, `.to`, `.text` and `.kind` (NULL, recall, system or goods). Lines of
the system inside somebody's message become messages of their own. Every line that is not blank
stands in exactly one message, is dropped as noise (已读, 未读, 发送中, ruled lines), or is in
`malformed_rows`; this is counted apart from the parsing.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from cskpi.errors import InputError
from cskpi.ingest.raw import RawTable, count, numbered, start_malformed
from cskpi.ingest.read_delimited import DELIMITERS, read_lines
from cskpi.ingest.staging import number_rows
from cskpi.ingest.transcript_heads import drop_heads, find_heads
from cskpi.ingest.transcript_lines import LONGEST_NAME
from cskpi.ingest.transcript_messages import (
    decode_entities,
    drop_messages,
    keep_lines,
    make_messages,
    reject_before,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from cskpi.ingest.sniff import Content
    from cskpi.ingest.transcode import Readable

COLUMNS = tuple(f"transcript.{name}" for name in ("time", "sender", "to", "text", "kind"))

LEAST_SHARE = 0.6
LEAST_HEADS = 2
PROBED_LINES = 1_000

_CLOCK = re.compile(r"\d[:：]\d\d")
_LOG_LEVEL = r"^\W?(?i:debug|info|warn|warning|error|fatal|trace|critical)\b"


def is_transcript(head: str) -> bool:
    """Tell from its beginning whether a text file is a chat transcript and no delimited table.

    Args:
        head: decoded text with LF line ends; may end anywhere.
    """
    lines = head.split("\n", PROBED_LINES)[:PROBED_LINES]
    if sum(1 for line in lines if _CLOCK.search(line)) < LEAST_HEADS or _is_table(lines):
        return False
    import duckdb

    with duckdb.connect(config={"threads": 1}) as con:
        con.execute(
            "CREATE TEMP TABLE probed_lines AS SELECT unnest($lines) AS line", {"lines": lines}
        )
        keep_lines(
            con, f"SELECT 0 AS conversation, line FROM {numbered('probed_lines')} ORDER BY row_no"
        )
        find_heads(con)
        logged = count(con, f"transcript_heads WHERE regexp_matches(sender, '{_LOG_LEVEL}')")
        return _is_covered(con) and 2 * logged < count(con, "transcript_heads")


def _is_table(lines: Sequence[str]) -> bool:
    """Tell a delimited table by the same number of cells in nearly all rows.

    Two cells a row are enough where the first such row has no time and so may be a header.
    """
    text = "\n".join(lines)
    for delimiter in DELIMITERS:
        rows: list[list[str]] = []
        with suppress(csv.Error):
            rows.extend(csv.reader(io.StringIO(text), delimiter=delimiter))
        rows = [row for row in rows if any(cell.strip() for cell in row)]
        widths = Counter(len(row) for row in rows)
        width, alike = widths.most_common(1)[0] if rows else (0, 0)
        first = next((row for row in rows if len(row) == width), [])
        has_names = all(cell.strip() and not _CLOCK.search(cell) for cell in first)
        if width >= (2 if has_names else 3) and alike * 10 >= len(rows) * 8:
            return True
    return False


def _is_covered(con: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether enough lines fall under a header."""
    row = con.execute(
        """
        SELECT count(*), count(*) FILTER (line_no >= (SELECT min(first_line) FROM transcript_heads))
        FROM transcript_lines WHERE line IS NOT NULL
        """
    ).fetchone()
    total, under = row or (0, 0)
    return count(con, "transcript_heads") >= LEAST_HEADS and under >= LEAST_SHARE * total


def read_transcript(
    con: duckdb.DuckDBPyConnection, content: Content, readable: Readable, max_line_bytes: int
) -> RawTable:
    """Fill `raw_rows` with the messages of a text file, `malformed_rows` with what stands before.

    `source_row` is the line on which a message begins. Lines that are too long or not of the
    file's encoding are malformed.

    Raises:
        InputError: fewer than 60 % of the lines fall under a header, or lines are unaccounted for.
    """
    _read_file_lines(con, content, readable, max_line_bytes)
    numbering = number_rows(con, RawTable(header=COLUMNS, header_row=0, first_row=1))
    try:
        keep_lines(
            con, f"SELECT 0 AS conversation, line FROM {numbered('file_lines')} ORDER BY row_no"
        )
        filled = count(con, "file_lines WHERE regexp_matches(line, '\\S')")
        find_heads(con)
        if not _is_covered(con):
            raise InputError("not_a_transcript", path=content.path)
        make_messages(con, filled)
        places = f"SELECT row_no AS line_no, {numbering.source_row} AS source_row"
        places += f" FROM {numbered('file_lines')} {numbering.join}"
        reject_before(con, places, "line_no")
        _write_rows(con, places)
    finally:
        _drop(con)
        con.execute("DROP TABLE IF EXISTS file_lines")
    return RawTable(header=COLUMNS, header_row=None, first_row=1, has_origins=True)


def _read_file_lines(
    con: duckdb.DuckDBPyConnection, content: Content, readable: Readable, max_line_bytes: int
) -> None:
    """Fill `file_lines`, and `malformed_rows` with the lines that cannot be read."""
    start_malformed(con)
    read_lines(con, readable.path, "file_lines", max_line_bytes)
    con.execute(
        """
        INSERT INTO malformed_rows
        SELECT DISTINCT ON (line) line, csv_line, CASE error_type
            WHEN 'LINE SIZE OVER MAXIMUM' THEN 'line_too_long'
            WHEN 'INVALID ENCODING' THEN 'bad_encoding' ELSE 'malformed' END
        FROM csv_errors
        """
    )
    if count(con, "file_lines") + count(con, "malformed_rows") < readable.line_count:
        raise InputError("rows_unaccounted", path=content.path)


def explode_transcripts(
    con: duckdb.DuckDBPyConnection, raw: RawTable, cell: int, *, unescape: bool
) -> RawTable:
    """Turn rows with a whole conversation in one cell into one row a message.

    The column of the cell is replaced by the columns of the transcript, behind all others, which
    repeat. A row whose cell is blank stays one row. A row whose cell holds no message is in
    `malformed_rows` as not_a_transcript, text before its first header as before_first_message.

    Args:
        con: the database connection.
        raw: the table in `raw_rows`.
        cell: place of the column, from 0.
        unescape: whether the text is HTML: `&amp;` is `&`, `<br>` ends a line.

    Raises:
        InputError: lines of a cell are unaccounted for.
    """
    numbering = number_rows(con, raw)
    others = [name for index, name in enumerate(raw.columns) if index != cell]
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE transcript_rows AS
        SELECT row_no, {numbering.source_row} AS source_row, {", ".join(f"raw.{n}" for n in raw.columns)}
        FROM {numbered("raw_rows")} AS raw {numbering.join} ORDER BY row_no
        """
    )
    try:
        filled = _keep_cells(con, f"c{cell}", unescape=unescape)
        _keep_names(con, others)
        find_heads(con)
        make_messages(con, filled)
        reject_before(
            con, "SELECT row_no AS conversation, source_row FROM transcript_rows", "conversation"
        )
        _write_exploded(con, cell, others)
    finally:
        _drop(con)
        con.execute("DROP TABLE IF EXISTS transcript_rows")
    kept = tuple(name for index, name in enumerate(raw.header) if index != cell)
    return replace(raw, header=(*kept, *COLUMNS), has_origins=True)


def _keep_cells(con: duckdb.DuckDBPyConnection, cell: str, *, unescape: bool) -> int:
    """Fill `transcript_lines` from a column of `transcript_rows`; return the lines not blank."""
    text = f"regexp_replace({cell}, '\\r\\n?', chr(10), 'g')"
    if unescape:
        text = f"regexp_replace({text}, '(?i)<br\\s*/?>', chr(10), 'g')"
    keep_lines(
        con,
        f"SELECT row_no AS conversation, unnest(string_split({text}, chr(10))) AS line"
        f" FROM (SELECT row_no, {cell} FROM transcript_rows ORDER BY row_no)",
    )
    row = con.execute(
        f"SELECT sum(len(regexp_extract_all({text}, '\\S[^\\n]*'))) FROM transcript_rows"
    ).fetchone()
    filled = int((row and row[0]) or 0)
    if unescape:
        decode_entities(con)
    return filled


def _keep_names(con: duckdb.DuckDBPyConnection, others: Sequence[str]) -> None:
    """Fill `transcript_known` with what other columns may call the speakers."""
    for name in others:
        con.execute(
            f"INSERT INTO transcript_known SELECT row_no, trim({name}) FROM transcript_rows"
            f" WHERE length(trim({name})) BETWEEN 1 AND {LONGEST_NAME}"
        )


def _write_rows(con: duckdb.DuckDBPyConnection, places: str) -> None:
    """Replace `raw_rows` by the messages of a text file."""
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE raw_rows AS
        SELECT stamp AS c0, sender AS c1, addressee AS c2, text AS c3, kind AS c4
        FROM transcript_messages WHERE NOT is_empty ORDER BY line_no
        """
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE row_origins AS
        SELECT row_number() OVER (ORDER BY line_no) - 1 AS row_no, source_row
        FROM transcript_messages JOIN ({places}) USING (line_no) WHERE NOT is_empty
        """
    )


def _write_exploded(con: duckdb.DuckDBPyConnection, cell: int, others: Sequence[str]) -> None:
    """Replace `raw_rows` by the messages of all cells, each with the other columns of its row."""
    con.execute(
        f"""
        INSERT INTO malformed_rows
        SELECT source_row, c{cell}, 'not_a_transcript' FROM transcript_rows
        WHERE regexp_matches(c{cell}, '\\S')
            AND row_no NOT IN (SELECT conversation FROM transcript_heads)
        ORDER BY row_no
        """
    )
    rows = f"""
        transcript_rows AS rows LEFT JOIN (
            SELECT * FROM transcript_messages WHERE NOT is_empty) AS messages
            ON messages.conversation = rows.row_no
        WHERE messages.conversation IS NOT NULL OR NOT coalesce(regexp_matches(c{cell}, '\\S'), false)
    """
    picked = [*others, "stamp", "sender", "addressee", "text", "kind"]
    listed = ", ".join(f"{name} AS c{index}" for index, name in enumerate(picked))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE raw_rows AS SELECT {listed} FROM {rows} ORDER BY row_no, line_no"
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE row_origins AS
        SELECT row_number() OVER (ORDER BY row_no, line_no) - 1 AS row_no, source_row FROM {rows}
        """
    )


def _drop(con: duckdb.DuckDBPyConnection) -> None:
    drop_heads(con)
    drop_messages(con)
