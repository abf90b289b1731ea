"""What the XML of an XLSX sheet says that the cell reader does not: merged ranges, long numbers, rows.

Sheets are scanned as a stream of blocks that end with a whole row, so that a sheet of any size
takes the memory of a block.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree as ET

from cskpi.errors import InputError
from cskpi.ingest.sniff import BLOCK_BYTES

_LONG_NUMBER = re.compile(
    rb'<(?:\w+:)?c r="([A-Z]+)(\d+)"(?:(?! t="(?!n"))[^>])*>\s*(?:<(?:\w+:)?f[^>]*/?>(?:[^<]*</(?:\w+:)?f>)?)?'
    rb"<(?:\w+:)?v>(\d{16,}(?:\.\d+)?|[\d.]+[eE]\+\d+)</"
)
_MERGE = re.compile(rb'mergeCell\s+ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_FILLED = re.compile(rb'<(?:\w+:)?c r="([A-Z]+)\d+"[^>/]*>')
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>/]*)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?[vt](?:\s[^>]*)?>[^<]")
_PREFIX = re.compile(rb"<(\w+:)?sheetData")


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range: rows and columns from 0, the last ones included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class SheetScan:
    """What a scan found: rows with a value, the first used column, merges, long numbers.

    `numbers` gives column -> row -> digits as written, columns counted from A.
    """

    rows: int = 0
    first_column: int | None = None
    merges: list[Merge] = field(default_factory=list)
    numbers: dict[int, dict[int, str]] = field(default_factory=dict)


def scan_sheet(path: Path, sheet: str, *, with_numbers: bool) -> SheetScan | None:
    """Scan a sheet; None where the workbook does not say in which member it lies."""
    scan = SheetScan()
    with zipfile.ZipFile(path) as archive:
        member = _sheet_member(archive, sheet)
        if member is None:
            return None
        for block, row_end in _row_blocks(archive, member):
            _scan_block(scan, block, row_end, with_numbers=with_numbers)
    return scan


def count_filled_rows(path: Path, sheet: str) -> int:
    """Count the rows of a sheet in which a cell has a value that is no error, cell by cell."""
    rows = 0
    with zipfile.ZipFile(path) as archive:
        member = _sheet_member(archive, sheet)
        empty = _empty_strings(archive)
        for block, row_end in _row_blocks(archive, member) if member else ():
            rows += sum(
                any(_has_value(cell, empty) for cell in _CELL.finditer(part))
                for part in block.split(row_end)
            )
    return rows


def _has_value(cell: re.Match[bytes], empty: set[bytes]) -> bool:
    attributes, inner = cell.groups()
    if b't="e"' in attributes or not _VALUE.search(inner):
        return False
    number = re.search(rb"v>(\d+)<", inner)
    return not (b't="s"' in attributes and number and number[1] in empty)


def _empty_strings(archive: zipfile.ZipFile) -> set[bytes]:
    """Return the places of the shared strings without any text."""
    if "xl/sharedStrings.xml" not in archive.namelist():
        return set()
    strings = archive.read("xl/sharedStrings.xml").split(b"si>")[1::2]
    return {str(n).encode() for n, text in enumerate(strings) if not _VALUE.search(text)}


def _row_blocks(archive: zipfile.ZipFile, member: str) -> Iterator[tuple[bytes, bytes]]:
    row_end = b""
    rest = b""
    with archive.open(member) as stream:
        while block := stream.read(BLOCK_BYTES):
            content = rest + block
            if not row_end:
                prefix = _PREFIX.search(content)
                row_end = b"</" + (prefix[1] or b"" if prefix else b"") + b"row>"
            end = content.rfind(row_end) + len(row_end)
            if end < len(row_end):
                rest = content
                continue
            yield content[:end], row_end
            rest = content[end:]
    yield rest, row_end or b"</row>"


def _scan_block(scan: SheetScan, block: bytes, row_end: bytes, *, with_numbers: bool) -> None:
    parts = block.split(row_end)
    # A value is written as <v>, or as <t> where the text stands in the cell itself.
    scan.rows += sum(b"v>" in part or b"t>" in part for part in parts[:-1])
    if scan.first_column != 0:
        for part in parts:
            if found := _FILLED.search(part):
                column = _column(found[1])
                scan.first_column = min(column, scan.first_column or column)
                if not column:
                    break
    if b"mergeCell " in block:
        for left, top, right, bottom in _MERGE.findall(block):
            scan.merges.append(Merge(int(top) - 1, _column(left), int(bottom) - 1, _column(right)))
    if with_numbers:
        for letters, row, digits in _LONG_NUMBER.findall(block):
            scan.numbers.setdefault(_column(letters), {})[int(row) - 1] = digits.decode()


def _column(letters: bytes) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return column - 1


def _sheet_member(archive: zipfile.ZipFile, sheet: str) -> str | None:
    if "xl/workbook.xml" not in archive.namelist():
        return None
    book = _xml(archive, "xl/workbook.xml")
    links = _xml(archive, "xl/_rels/workbook.xml.rels")
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for element in book.iter():
        if element.tag.endswith("}sheet") and element.get("name") == sheet:
            key = next((v for k, v in element.items() if k.endswith("}id")), None)
            target = targets.get(key, "")
            member = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            name = str(PurePosixPath(member))
            return name if name in archive.namelist() else None
    return None


def _xml(archive: zipfile.ZipFile, name: str) -> Any:
    body = archive.read(name)
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise InputError("excel_unreadable", path=archive.filename, cause="DOCTYPE")
    return ET.fromstring(body)  # noqa: S314 - entities are refused above
