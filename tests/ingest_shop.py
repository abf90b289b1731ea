"""A database and a folder of export files, for the tests of loading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter
from blank import blank_database

from cskpi.ingest.load import FileReport, LoadOptions, load_file

if TYPE_CHECKING:
    import duckdb

HEADER = "店铺,会话ID,消息ID,发送时间,账号类型,客户名,客服,消息内容,渠道\n"


@dataclass(frozen=True, slots=True)
class Shop:
    """An empty database and where its files are written."""

    con: duckdb.DuckDBPyConnection
    folder: Path

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file as it comes from somewhere else."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def sheets(self, name: str, **sheets: Sequence[Any]) -> Path:
        """Write a workbook with one sheet a keyword."""
        path = self.folder / name
        book = xlsxwriter.Workbook(
            path, {"default_date_format": "yyyy-mm-dd hh:mm:ss", "strings_to_formulas": False}
        )
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
        book.close()
        return path

    def load(self, path: Path, **options: Any) -> FileReport:
        """Load a file that has one table."""
        (report,) = load_file(self.con, path, LoadOptions(**options))
        return report

    def take(self, content: str | bytes, name: str = "export.csv", **options: Any) -> FileReport:
        """Write a file and load it."""
        return self.load(self.write(name, content), **options)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what a query gives."""
        return self.con.execute(query).fetchall()

    def column(self, query: str) -> list[Any]:
        """Return the first column of what a query gives."""
        return [row[0] for row in self.rows(query)]

    def table(self, name: str) -> list[tuple[Any, ...]]:
        """Return a table without the columns that tell where its rows came from."""
        return self.rows(f"SELECT * EXCLUDE (file_id, source_row) FROM {name} ORDER BY ALL")


@contextmanager
def open_ingest_shop(folder: Path) -> Iterator[Shop]:
    """Yield a shop with an empty database in memory."""
    with blank_database() as con:
        yield Shop(con, folder)


def accounted(report: FileReport) -> tuple[int, int, int, int]:
    """Return rows read, accepted, duplicate, rejected."""
    return (
        report.rows_read,
        report.rows_accepted,
        report.rows_duplicate,
        report.rows_rejected,
    )
