"""What the readers make of a file, before any preset: tables of text and the lines that are no rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from cskpi.ingest.read_delimited import read_delimited
from cskpi.ingest.read_excel import read_sheets
from cskpi.ingest.read_html import read_html
from cskpi.ingest.read_json import read_json
from cskpi.ingest.sniff import WORKBOOKS, sniff
from cskpi.ingest.transcode import readable_copy

if TYPE_CHECKING:
    from cskpi.ingest.json_tables import JsonLimits
    from cskpi.ingest.raw import RawTable

MAX_LINE_BYTES = 16_000_000


@dataclass(frozen=True, slots=True)
class Read:
    """One table as read; `origins` are the rows of the file where one gives several."""

    raw: RawTable
    rows: list[tuple[str | None, ...]]
    rejects: list[tuple[int, str, str]]
    origins: list[int]

    def records(self) -> list[dict[str, str]]:
        """Return the rows as dictionaries without their empty cells."""
        names = self.raw.header
        return [{n: cell for n, cell in zip(names, row, strict=True) if cell} for row in self.rows]

    def column(self, name: str) -> list[str | None]:
        """Return the cells of a column."""
        place = self.raw.header.index(name)
        return [row[place] for row in self.rows]


def read_all(
    path: Path, vocabulary: Collection[str] = (), limits: JsonLimits | None = None
) -> dict[str | None, Read]:
    """Return the tables of a file by sheet, and prove that nothing of them is left in the way."""
    found: dict[str | None, Read] = {}
    with duckdb.connect(config={"threads": 2}) as con:
        for raw in _tables(con, path, vocabulary, limits):
            # A load changes raw_rows before it asks for the next table.
            rows = con.execute("SELECT * FROM raw_rows").fetchall()
            origins = []
            if raw.has_origins:
                origins = con.execute(
                    "SELECT source_row FROM row_origins ORDER BY row_no"
                ).fetchall()
            rejects = con.execute("SELECT * FROM malformed_rows ORDER BY ALL").fetchall()
            found[raw.sheet] = Read(raw, rows, rejects, [row for (row,) in origins])
            con.execute("CREATE OR REPLACE TEMP TABLE raw_rows AS SELECT 1 AS spent")
        left = {name for (name,) in con.execute("SHOW TABLES").fetchall()}
    assert not {name for name in left if name.startswith("json_")}
    return found


def _tables(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    vocabulary: Collection[str],
    limits: JsonLimits | None,
) -> Iterator[RawTable]:
    content = sniff(path)
    if content.layout in WORKBOOKS:
        yield from read_sheets(con, content, vocabulary)
        return
    with readable_copy(content) as readable:
        if content.layout == "html":
            yield from read_html(con, readable, vocabulary)
        elif content.layout == "delimited":
            yield read_delimited(con, content, readable, vocabulary, MAX_LINE_BYTES)
        else:
            yield from read_json(con, content, readable, MAX_LINE_BYTES, limits)
