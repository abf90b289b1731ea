"""The rows of one file or sheet as text: where every reader ends and all typing begins.

Temporary tables: `raw_rows` has columns c0…cn (VARCHAR) in file order, see `numbered`;
`malformed_rows(source_row, raw_value, reason)` holds the lines that are no rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cskpi.errors import InputError

if TYPE_CHECKING:
    import duckdb

MAX_COLUMNS = 20_000
"""What tables are read at all; the user's own limit is far below."""

LEFTOVERS = (
    "raw_rows",
    "malformed_rows",
    "row_origins",
    "removed_lines",
    "file_lines",
    "csv_errors",
    "csv_scans",
    "json_rows",
    "json_lines",
    "json_elements",
    "json_table_0",
    "json_table_1",
    "json_table_2",
    "json_table_3",
    "json_table_4",
    "faults",
    "row_shifts",
    "sender_roles",
    "replies",
    "farther",
    "threads",
    "repeated",
    "ordinals",
    "known_messages",
    "changed_messages",
    "staged_rows",
    "staged_items",
    "staged_aliases",
    "taken_rows",
    "merged_rows",
    "fresh_rows",
    "clock_days",
    "differing_rows",
    "equal_rows",
    "chosen_rows",
    "settled_rows",
    "whole_rows",
    "kept_rows",
)


@dataclass(frozen=True, slots=True)
class RawTable:
    """What `raw_rows` holds.

    `header[i]` names column `ci`; `first_row` is the row number, counted from 1 as a spreadsheet
    does, of its first row; `header_row` is None where the format names its columns itself.
    `preamble` holds the rows above the header. A table of which one row of the file gives several
    rows has `has_origins`: the temporary table `row_origins(row_no, source_row)` then tells which,
    and `file_header` is the header as the file has it.
    """

    header: tuple[str, ...]
    header_row: int | None
    first_row: int
    sheet: str | None = None
    delimiter: str | None = None
    has_serials: bool = False
    preamble: tuple[tuple[str, ...], ...] = ()
    has_origins: bool = False
    file_header: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The column names of `raw_rows`."""
        return tuple(f"c{index}" for index in range(len(self.header)))


def column_types(count: int) -> dict[str, str]:
    """Return the columns of `raw_rows` for so many headers.

    Raises:
        InputError: more columns than any export has.
    """
    if count > MAX_COLUMNS:
        raise InputError("too_many_columns", count=count, limit=MAX_COLUMNS)
    return {f"c{index}": "VARCHAR" for index in range(max(count, 1))}


def numbered(table: str) -> str:
    """Return a temporary table with `row_no`, the place of each row counted from 0.

    The row ids of a table made in the running transaction do not start at 0.
    """
    return f"(SELECT rowid - (SELECT min(rowid) FROM {table}) AS row_no, * FROM {table})"


def start_malformed(con: duckdb.DuckDBPyConnection) -> None:
    """Make `malformed_rows` empty."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE malformed_rows"
        " (source_row BIGINT, raw_value VARCHAR, reason VARCHAR)"
    )


def count(con: duckdb.DuckDBPyConnection, relation: str) -> int:
    """Return the number of rows of a table or of `table WHERE …`."""
    row = con.execute(f"SELECT count(*) FROM {relation}").fetchone()
    return int(row[0]) if row else 0


def drop_leftovers(con: duckdb.DuckDBPyConnection) -> None:
    """Drop the temporary tables of a load, so that the next file starts from nothing."""
    # Asking which there are is quicker than dropping them all: a load makes a few of them.
    there = con.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall()
    for (table,) in there:
        if table in LEFTOVERS:
            con.execute(f"DROP TABLE temp.{table}")
