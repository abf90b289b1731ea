"""The tables of one file as read, whatever its format: where every reader is chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cskpi.errors import InputError
from cskpi.ingest.json_tables import JsonLimits
from cskpi.ingest.known_sources import sources_for, vocabulary_of
from cskpi.ingest.progress import Meter
from cskpi.ingest.raw import drop_leftovers
from cskpi.ingest.read_delimited import read_delimited
from cskpi.ingest.read_excel import read_sheets
from cskpi.ingest.read_html import read_html
from cskpi.ingest.read_json import read_json
from cskpi.ingest.sniff import WORKBOOKS, Content, sniff
from cskpi.ingest.transcode import readable_copy
from cskpi.ingest.transcripts import is_transcript, read_transcript

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from cskpi.ingest.options import LoadOptions, ReadLimits
    from cskpi.ingest.raw import RawTable
    from cskpi.ingest.source import Source
    from cskpi.ingest.transcode import Readable

_PRINTED = {"json_lines": "jsonl", "json_array": "json", "json_wrapped": "json"}


def read_tables(
    con: duckdb.DuckDBPyConnection, path: Path, options: LoadOptions
) -> Iterator[RawTable]:
    """Yield the tables of a file as read, `raw_rows` being made for each in turn.

    Raises:
        InputError: the file is missing, unreadable, or beyond a limit.
    """
    reading = Reading(con, sniff(path), sources_for(con, options), options.limits, Meter(None, 0))
    try:
        yield from reading.tables()
    finally:
        drop_leftovers(con)


@dataclass(frozen=True, slots=True)
class Reading:
    """One file on its way into `raw_rows`; what `sources` know as headers tells the header row."""

    con: duckdb.DuckDBPyConnection
    content: Content
    sources: Sequence[Source]
    limits: ReadLimits
    meter: Meter

    def tables(self) -> Iterator[RawTable]:
        """Yield one table after the other; `raw_rows` holds the last one yielded.

        Raises:
            InputError: the file is damaged or beyond a limit.
        """
        for raw in self._tables():
            if len(raw.header) > self.limits.columns:
                raise InputError(
                    "too_many_columns", count=len(raw.header), limit=self.limits.columns
                )
            yield raw

    def _tables(self) -> Iterator[RawTable]:
        content = self.content
        if content.layout in WORKBOOKS:
            yield from self._watched(read_sheets(self.con, content, self._vocabulary()))
            return
        with readable_copy(content, self.meter.advance_bytes_of("transcode")) as readable:
            self.meter.finish("transcode")
            yield from self._watched(self._from_text(readable))

    def _from_text(self, readable: Readable) -> Iterator[RawTable]:
        con, content, lines = self.con, self.content, self.limits.line_bytes
        if content.layout == "html":
            yield from read_html(con, readable, self._vocabulary())
        elif content.layout != "delimited":
            limits = JsonLimits(nesting=self.limits.nesting)
            yield from read_json(con, content, readable, lines, limits)
        elif is_transcript(content.head):
            yield read_transcript(con, content, readable, lines)
        else:
            yield read_delimited(con, content, readable, self._vocabulary(), lines)

    def _watched(self, tables: Iterator[RawTable]) -> Iterator[RawTable]:
        while True:
            with self.meter.watch(self.con, "read"):
                found = next(tables, None)
            if found is None:
                return
            yield found

    def _vocabulary(self) -> frozenset[str]:
        return vocabulary_of(self.sources)

    def form(self, raw: RawTable) -> str:
        """Return what presets call the format of a table: csv, xlsx, json or text."""
        if self.content.layout.startswith("json"):
            return "json"
        if self.content.layout == "delimited":
            return "text" if "transcript.time" in raw.header else "csv"
        return "xlsx"

    def printed_format(self, raw: RawTable) -> str:
        """Return the format of a table as people name it."""
        if self.content.layout == "delimited":
            if "transcript.time" in raw.header:
                return "text"
            return "tsv" if raw.delimiter == "\t" else "csv"
        return _PRINTED.get(self.content.layout, self.content.layout)
