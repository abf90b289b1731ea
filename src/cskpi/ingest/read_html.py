"""Tables of HTML pages and of XML spreadsheets, which web shops save under the name .xls."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

from cskpi.errors import InputError
from cskpi.ingest.excel_xml import Merge
from cskpi.ingest.headers import HEADER_SEARCH_ROWS
from cskpi.ingest.merged_cells import fill_down, locate_header
from cskpi.ingest.raw import MAX_COLUMNS, RawTable, start_malformed
from cskpi.ingest.read_excel import fill_raw_rows

if TYPE_CHECKING:
    import duckdb
    import polars as pl

    from cskpi.ingest.transcode import Readable

BLOCK_CHARACTERS = 1_000_000
MAX_ROWS = 1_048_576
"""Of a sheet; a cell that claims to reach farther is taken for a single one."""
_ROWS = {"tr", "row"}
_CELLS = {"td", "th", "cell"}
_BREAKS = {"br", "p", "div", "li"}
_HIDDEN = {"style", "script"}
_UNSEEN = (
    re.compile(rb"<!--.*?-->", re.DOTALL),
    re.compile(rb"<!\[CDATA\[.*?\]\]>", re.DOTALL),
    re.compile(rb"<(script|style)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE),
)
_ROW_MARK = re.compile(rb"<(?:[a-z]+:)?(?:tr|row)(?=[\s/>])", re.IGNORECASE)


def read_html(
    con: duckdb.DuckDBPyConnection, readable: Readable, vocabulary: Collection[str]
) -> Iterator[RawTable]:
    """Fill `raw_rows` with one table of the page after the other; empty tables are passed over.

    Raises:
        InputError: a table is wider than any export, or rows are unaccounted for.
    """
    parser = _Tables()
    with Path(readable.path).open(encoding="utf-8-sig", errors="surrogateescape") as file:
        while block := file.read(BLOCK_CHARACTERS):
            parser.feed(block)
    parser.close()
    parser.end_table()
    if parser.rows_begun != count_rows(Path(readable.path)):
        raise InputError("rows_unaccounted", path=readable.path)
    found = [table for table in parser.finished if table.rows]
    for number, table in enumerate(found, start=1):
        start_malformed(con)
        undecodable = _undecodable_rows(table)
        frame = _frame(table)
        top = [tuple(row) for row in frame.head(HEADER_SEARCH_ROWS).rows()]
        header = locate_header(top, table.merges, vocabulary)
        frame = fill_down(frame, table.merges, header.index)
        for row in (row for row in undecodable if row > header.index):
            con.execute(
                "INSERT INTO malformed_rows VALUES (?, ?, 'bad_encoding')",
                [row + 1, "\t".join(frame.row(row))],
            )
        kept = [row for row in range(header.index + 1, frame.height) if row not in undecodable]
        fill_raw_rows(con, frame[kept])
        yield RawTable(
            header=header.names,
            header_row=header.index + 1,
            first_row=header.index + 2,
            sheet=table.name or (str(number) if len(found) > 1 else None),
            has_serials=True,
            preamble=header.preamble,
        )


@dataclass(slots=True)
class _Table:
    name: str
    rows: list[dict[int, str]] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    taken: dict[int, int] = field(default_factory=dict)


class _Tables(HTMLParser):
    """Collects the rows of every table; a table inside a cell is a table of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.finished: list[_Table] = []
        self.rows_begun = 0
        self._open: list[_Table] = []
        self._sheet = ""
        self._cell: list[str] | None = None
        self._place = 0
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = tag.rpartition(":")[2]
        told = {name.rpartition(":")[2]: text or "" for name, text in attrs}
        if tag == "worksheet":
            self._sheet = told.get("name", "")
        elif tag == "table":
            self._end_cell()
            self._open.append(_Table(self._sheet))
        elif tag in _ROWS:
            self._end_cell()
            if not self._open:
                # A page cut out of its frame: rows without a table around them.
                self._open.append(_Table(self._sheet))
            self._begin_row(told)
        elif tag in _CELLS and self._open and self._open[-1].rows:
            self._end_cell()
            self._begin_cell(told)
        elif tag in _BREAKS and self._cell:
            self._cell.append("\n")
        self._hidden += tag in _HIDDEN

    def handle_endtag(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag in _CELLS | _ROWS:
            self._end_cell()
        elif tag == "table":
            self.end_table()
        self._hidden -= tag in _HIDDEN

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._hidden:
            self._cell.append(data)

    def end_table(self) -> None:
        """Finish the table that is open."""
        self._end_cell()
        if self._open:
            self.finished.append(self._open.pop())

    def _begin_row(self, told: dict[str, str]) -> None:
        table = self._open[-1]
        self.rows_begun += 1
        # An XML spreadsheet leaves blank rows and cells out and says where it goes on.
        while len(table.rows) + 1 < _whole(told.get("index"), 0):
            table.rows.append({})
        table.rows.append({})
        self._place = 0

    def _begin_cell(self, told: dict[str, str]) -> None:
        table = self._open[-1]
        row = len(table.rows) - 1
        self._place = max(self._place, _whole(told.get("index"), 1) - 1)
        while table.taken.get(self._place, -1) >= row:
            self._place += 1
        down = max(_whole(told.get("rowspan"), 1), _whole(told.get("mergedown"), 0) + 1)
        wide = max(_whole(told.get("colspan"), 1), _whole(told.get("mergeacross"), 0) + 1)
        if self._place + wide > MAX_COLUMNS:
            raise InputError("too_many_columns", count=self._place + wide, limit=MAX_COLUMNS)
        if down > 1 or wide > 1:
            place = self._place
            table.merges.append(Merge(row, place, row + down - 1, place + wide - 1))
        for column in range(self._place, self._place + wide):
            table.taken[column] = row + down - 1
        self._cell = []
        table.rows[row][self._place] = ""

    def _end_cell(self) -> None:
        if self._cell is None or not self._open:
            return
        table = self._open[-1]
        table.rows[-1][self._place] = "".join(self._cell).strip()
        self._place += 1
        self._cell = None


def count_rows(path: Path) -> int:
    """Count where rows begin by their marks alone, as a second count beside the parser's."""
    page = path.read_bytes()
    for unseen in _UNSEEN:
        page = unseen.sub(b"", page)
    return len(_ROW_MARK.findall(page))


def _undecodable_rows(table: _Table) -> set[int]:
    """Return the rows with bytes that are no text, and mark these bytes."""
    faulty = set()
    for number, row in enumerate(table.rows):
        for place, cell in row.items():
            text = cell.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            if text != cell:
                faulty.add(number)
                row[place] = text
    return faulty


def _whole(text: str | None, otherwise: int) -> int:
    digits = (text or "").strip()
    is_number = digits.isdecimal() and len(digits) <= len(str(MAX_ROWS))
    return int(digits) if is_number and int(digits) <= MAX_ROWS else otherwise


def _frame(table: _Table) -> pl.DataFrame:
    import polars as pl

    width = max((max(row, default=0) for row in table.rows), default=0) + 1
    columns = {f"c{place}": [row.get(place, "") for row in table.rows] for place in range(width)}
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
