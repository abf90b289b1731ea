"""A bench on which transcripts are exploded and read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cskpi.ingest.raw import RawTable, start_malformed
from cskpi.ingest.sniff import sniff
from cskpi.ingest.transcode import readable_copy
from cskpi.ingest.transcripts import explode_transcripts, read_transcript

Row = tuple[Any, ...]
COLUMNS = (
    "transcript.time",
    "transcript.sender",
    "transcript.to",
    "transcript.text",
    "transcript.kind",
)


class Bench:
    """A connection on which texts and cells are read."""

    def __init__(self, folder: Path, con: duckdb.DuckDBPyConnection) -> None:
        self.folder, self.con = folder, con

    def file(self, content: str | bytes) -> list[Row]:
        """Return the messages of a text file."""
        path = self.folder / "chat.txt"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        sniffed = sniff(path)
        with readable_copy(sniffed) as readable:
            raw = read_transcript(self.con, sniffed, readable, 1_000_000)
        assert raw.header == COLUMNS
        assert raw.has_origins
        return self.rows()

    def cells(
        self, *cells: str | None, unescape: bool = False, others: Sequence[str] = ()
    ) -> list[Row]:
        """Return what a column of transcripts becomes; another column names the row."""
        start_malformed(self.con)
        names = others or [f"k{number}" for number in range(len(cells))]
        self.con.execute("CREATE OR REPLACE TEMP TABLE raw_rows (c0 VARCHAR, c1 VARCHAR)")
        for pair in zip(cells, names, strict=True):
            self.con.execute("INSERT INTO raw_rows VALUES (?, ?)", pair)
        raw = RawTable(("聊天记录", "客户"), header_row=3, first_row=4, sheet="五月")
        raw = explode_transcripts(self.con, raw, 0, unescape=unescape)
        assert raw.header == ("客户", *COLUMNS)
        assert (raw.sheet, raw.has_origins) == ("五月", True)
        return self.rows()

    def rows(self) -> list[Row]:
        return self.con.execute("FROM raw_rows").fetchall()

    def malformed(self) -> list[Row]:
        return self.con.execute("FROM malformed_rows ORDER BY source_row").fetchall()

    def origins(self) -> list[int]:
        found = self.con.execute("FROM row_origins ORDER BY row_no").fetchall()
        assert [row[0] for row in found] == list(range(len(self.rows())))
        return [row[1] for row in found]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with duckdb.connect(config={"threads": 2, "memory_limit": "1GB"}) as con:
        yield Bench(tmp_path, con)


def said(rows: Sequence[Row]) -> list[tuple[str | None, str | None]]:
    """Return sender and text of exploded or read rows."""
    return [(row[-4], row[-2]) for row in rows]
