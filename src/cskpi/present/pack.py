"""The files of a review pack, each as bytes: pages, workbook, data, manifest, and all of them zipped."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

from cskpi.present.cleaning import clean_for_terminal
from cskpi.present.excel import render_xlsx
from cskpi.present.handouts import agent_documents, file_name
from cskpi.present.html import render_html
from cskpi.present.pdf import render_pdf
from cskpi.present.streams import table_csv_bytes
from cskpi.present.tables import block_tables

if TYPE_CHECKING:
    from cskpi.present.document import Document, Table
    from cskpi.present.look import Look

DataFormat = Literal["csv", "parquet"]

MANIFEST = "manifest.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_FILE_MODE = 0o600 << 16


def pack_files(
    document: Document,
    data_format: DataFormat,
    manifest: Mapping[str, Any],
    *,
    look: Look,
    pdf: str,
) -> dict[str, bytes]:
    """Return the files of a pack by their path inside it, the manifest last.

    Args:
        document: the report of the month.
        data_format: of the tables under `data/`.
        manifest: what the pack was made from; the files and their hashes are added.
        look: what the shop changed of the pages.
        pdf: the setting `pack.pdf`.
    """
    page = render_html(document, look)
    files = {"report.html": page, "report.xlsx": render_xlsx(document)}
    printed = render_pdf(page, document.dated, pdf)
    if printed is not None:
        files["report.pdf"] = printed
    # A choice of chapters is about the report, not about its parts.
    whole = replace(look, sections=())
    for name, handout in agent_documents(document):
        files[f"agents/{name}.html"] = render_html(handout, whole)
    for name, table in _named_tables(document):
        content = table_csv_bytes(table) if data_format == "csv" else parquet_bytes(table)
        files[f"data/{name}.{data_format}"] = content
    listed = {
        path: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for path, content in sorted(files.items())
    }
    told = json.dumps({**manifest, "files": listed}, ensure_ascii=False, indent=2)
    return {**files, MANIFEST: f"{told}\n".encode()}


def zip_bytes(files: Mapping[str, bytes], folder: str) -> bytes:
    """Return files as a ZIP under one folder: fixed dates and order, readable by the owner alone."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, content in files.items():
            entry = zipfile.ZipInfo(f"{folder}/{path}", _EPOCH)
            entry.external_attr = _FILE_MODE
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            archive.writestr(entry, content)
    return buffer.getvalue()


def parquet_bytes(table: Table) -> bytes:
    """Return a table as Parquet: numbers as DOUBLE, days as DATE, the rest as text."""
    import duckdb

    heads, rows = _columns(table), [_values(row) for row in _grouped(table)]
    types = [_type([row[at] for row in rows]) for at in range(len(heads))]
    names = [name.replace('"', '""') for name in heads]
    declared = ", ".join(f'"{n}" {t}' for n, t in zip(names, types, strict=True))
    with duckdb.connect(config={"threads": 1}) as con, TemporaryDirectory() as folder:
        con.execute(f"CREATE TABLE shown ({declared})")
        marks = ", ".join("?" for _ in heads)
        if rows:
            con.executemany(f"INSERT INTO shown VALUES ({marks})", rows)
        path = Path(folder, "shown.parquet")
        con.execute("COPY shown TO $path (FORMAT parquet)", {"path": str(path)})
        return path.read_bytes()


def _named_tables(document: Document) -> Iterator[tuple[str, Table]]:
    """Yield the tables of a report under names that sort in its order."""
    found = [
        (section, place, table)
        for section in document.sections
        for place, table in enumerate(
            [table.whole() for block in section.blocks for table in block_tables(block)], start=1
        )
    ]
    width = len(str(len(found)))
    for number, (section, place, table) in enumerate(found, start=1):
        ending = f"-{place}" if place > 1 else ""
        yield f"{number:0{width}}-{file_name(section.id)}{ending}", table


def _columns(table: Table) -> list[str]:
    heads = [clean_for_terminal(column.title) for column in table.columns]
    if any(row.group for row in table.rows):
        heads.insert(0, clean_for_terminal(table.group_title))
    seen: dict[str, int] = {}
    named = []
    for head in heads:
        # Names of columns differ by more than case in a database.
        count = seen[head.casefold()] = seen.get(head.casefold(), 0) + 1
        named.append(head if count == 1 else f"{head} {count}")
    return [head or "_" for head in named]


def _grouped(table: Table) -> Iterator[Sequence[Any]]:
    has_groups = any(row.group for row in table.rows)
    for row in table.rows:
        values = [cell.value for cell in row.cells]
        yield [row.group, *values] if has_groups else values


def _values(row: Sequence[Any]) -> list[Any]:
    return [clean_for_terminal(item) if isinstance(item, str) else item for item in row]


def _type(values: Sequence[Any]) -> str:
    kinds = {type(value) for value in values if value is not None}
    if kinds and kinds <= {int, float}:
        return "DOUBLE"
    return "DATE" if kinds and {kind.__name__ for kind in kinds} == {"date"} else "VARCHAR"
