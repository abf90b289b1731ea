"""Rows of an OpenDocument sheet, counted in its XML: the second count beside the cell reader's."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_ERROR = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_VALUES = tuple(f"{_OFFICE}{name}" for name in ("value", "date-value", "time-value"))
_HEAD_BYTES = 4096


def count_ods_rows(path: Path, sheet: str) -> int | None:
    """Count the rows of a sheet with a value in a cell, those written once for many included.

    Returns:
        None where the XML declares entities, which are not followed.
    """
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as stream:
        if b"<!DOCTYPE" in stream.read(_HEAD_BYTES):
            return None
        stream.seek(0)
        events = ET.iterparse(stream, ("start", "end"))  # noqa: S314 - entities are refused above
        return sum(_repeated(row) for row in _rows(events, sheet) if _is_filled(row))


def _rows(events: Iterator[tuple[str, Element]], sheet: str) -> Iterator[Element]:
    open_tables: list[str] = []
    for event, element in events:
        if element.tag == f"{_TABLE}table":
            if event == "start":
                open_tables.append(element.get(f"{_TABLE}name", ""))
            else:
                open_tables.pop()
                element.clear()
        elif event == "end" and element.tag == f"{_TABLE}table-row":
            if open_tables == [sheet]:
                yield element
            element.clear()


def _repeated(row: Element) -> int:
    return int(row.get(f"{_TABLE}number-rows-repeated", "1"))


def _is_filled(row: Element) -> bool:
    return any(_has_value(cell) for cell in row.iterfind(f"{_TABLE}table-cell"))


def _has_value(cell: Element) -> bool:
    if cell.get(_ERROR) == "error":
        return False
    if any(cell.get(name) for name in _VALUES):
        return True
    return any("".join(text.itertext()) for text in cell.iterfind(f"{_TEXT}p"))
