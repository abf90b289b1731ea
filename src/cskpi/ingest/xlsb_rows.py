"""Rows of an .xlsb sheet, counted in its records: the second count beside the cell reader's.

A part of such a workbook is a row of records (MS-XLSB), each led by its kind and its length.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree as ET

_BUNDLE_SHEET, _SHARED_ITEM, _ROW = 156, 19, 0
_REAL, _RK, _BOOLEAN, _TEXT, _SHARED = 5, 2, 4, 6, 7
_FORMULA_TEXT, _FORMULA_NUMBER, _FORMULA_BOOLEAN = 8, 9, 10
_SURE = {_REAL, _RK, _BOOLEAN, _FORMULA_NUMBER, _FORMULA_BOOLEAN}
_CELL_HEAD = 8
_RELATIONS = "xl/_rels/workbook.bin.rels"
_STRINGS = "xl/sharedStrings.bin"


def count_xlsb_rows(path: Path, sheet: str) -> int | None:
    """Count the rows of a sheet in which a cell has a value that is no error.

    Returns:
        None where the workbook does not say in which part the sheet lies.
    """
    with zipfile.ZipFile(path) as archive:
        part = _part(archive, sheet)
        if part is None:
            return None
        empty = _empty_strings(archive)
        rows, has_value = 0, False
        for kind, content in _records(archive.read(part)):
            if kind == _ROW:
                rows, has_value = rows + has_value, False
            elif not has_value:
                has_value = _is_filled(kind, content, empty)
        return rows + has_value


def _is_filled(kind: int, content: bytes, empty: set[int]) -> bool:
    if kind in {_TEXT, _FORMULA_TEXT}:
        return content[_CELL_HEAD : _CELL_HEAD + 4] != bytes(4)
    if kind == _SHARED:
        (place,) = struct.unpack_from("<I", content, _CELL_HEAD)
        return place not in empty
    return kind in _SURE


def _empty_strings(archive: zipfile.ZipFile) -> set[int]:
    """Return the places of the shared strings without any character."""
    if _STRINGS not in archive.namelist():
        return set()
    items = (c for kind, c in _records(archive.read(_STRINGS)) if kind == _SHARED_ITEM)
    return {n for n, item in enumerate(items) if not struct.unpack_from("<I", item, 1)[0]}


def _part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    names = archive.namelist()
    if "xl/workbook.bin" not in names or _RELATIONS not in names:
        return None
    relations = archive.read(_RELATIONS)
    if b"<!DOCTYPE" in relations:
        return None
    links = {e.get("Id"): e.get("Target", "") for e in ET.fromstring(relations)}  # noqa: S314
    for kind, content in _records(archive.read("xl/workbook.bin")):
        if kind == _BUNDLE_SHEET:
            link, at = _text(content, 8)
            name, _ = _text(content, at)
            if name == sheet:
                target = links.get(link, "").lstrip("/").removeprefix("xl/")
                part = str(PurePosixPath("xl") / target)
                return part if part in names else None
    return None


def _text(content: bytes, at: int) -> tuple[str, int]:
    length = struct.unpack_from("<I", content, at)[0]
    end = at + 4 + 2 * length
    return content[at + 4 : end].decode("utf-16-le", "replace"), end


def _records(body: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(body):
        kind, at = _packed(body, at, 2)
        length, at = _packed(body, at, 4)
        yield kind, body[at : at + length]
        at += length


def _packed(body: bytes, at: int, most: int) -> tuple[int, int]:
    """Read a number of seven bits a byte; the kind of a record keeps the marking bit."""
    number = 0
    for place in range(most):
        if at >= len(body):
            break
        byte = body[at]
        number |= (byte & 0x7F) << (7 * place)
        at += 1
        if not byte & 0x80:
            break
    return number, at
