"""Rows of an old .xls sheet, counted in its records: the second count beside the cell reader's.

The file is a compound file (MS-CFB) whose stream `Workbook` is a row of records (MS-XLS, BIFF8).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

_END = 0xFFFF_FFF0
"""Sector numbers from here on are marks, no sectors."""
_MINI_SECTOR = 64
_BOF, _EOF, _BOUNDSHEET, _SST, _CONTINUE, _FILEPASS = 0x809, 0x0A, 0x85, 0xFC, 0x3C, 0x2F
_NUMBERS = {0x203, 0x27E, 0xBD}
_LABELSST, _BOOLERR, _FORMULA, _STRING = 0xFD, 0x205, 0x06, 0x207
_LABELS = {0x204, 0xD6}
_BIFF8 = 0x0600

Record = tuple[int, int, bytes]
"""Kind, place in the stream, content."""


def count_xls_rows(path: Path, sheet: str) -> int | None:
    """Count the rows of a sheet in which a cell has a value that is no error.

    Returns:
        None where the file is older than Excel 97, encrypted, or does not name the sheet.
    """
    stream = _workbook(path.read_bytes())
    heads = list(_records(stream, 0))
    if not heads or struct.unpack_from("<H", heads[0][2])[0] != _BIFF8:
        return None
    if any(kind == _FILEPASS for kind, _, _ in heads):
        return None
    places = dict(_sheets(heads))
    if sheet not in places:
        return None
    return len(set(_filled(_records(stream, places[sheet]), _empty_strings(heads))))


def _workbook(body: bytes) -> bytes:
    size = 1 << struct.unpack_from("<H", body, 30)[0]
    first_directory, cutoff, first_mini = struct.unpack_from("<I4xII", body, 48)
    links = _allocation(body, size)

    def chain(first: int, table: list[int]) -> Iterator[int]:
        for _ in table:
            if first >= _END or first >= len(table):
                return
            yield first
            first = table[first]

    def long_stream(first: int) -> bytes:
        return b"".join(body[(n + 1) * size : (n + 2) * size] for n in chain(first, links))

    directory = long_stream(first_directory)
    entries = {}
    for at in range(0, len(directory) - 127, 128):
        length = struct.unpack_from("<H", directory, at + 64)[0]
        name = directory[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
        entries[name] = struct.unpack_from("<II", directory, at + 116)
    first, length = entries.get("Workbook", (_END, 0))
    if length >= cutoff:
        return long_stream(first)[:length]
    mini = long_stream(entries["Root Entry"][0])
    mini_links = [n for (n,) in struct.iter_unpack("<I", long_stream(first_mini))]
    parts = (mini[n * _MINI_SECTOR : (n + 1) * _MINI_SECTOR] for n in chain(first, mini_links))
    return b"".join(parts)[:length]


def _allocation(body: bytes, size: int) -> list[int]:
    """Return the sector that follows each sector."""
    sectors = list(struct.unpack_from("<109I", body, 76))
    further = struct.unpack_from("<I", body, 68)[0]
    while further < _END and len(sectors) * size < len(body):
        block = struct.unpack_from(f"<{size // 4}I", body, (further + 1) * size)
        sectors += block[:-1]
        further = block[-1]
    parts = (body[(n + 1) * size : (n + 2) * size] for n in sectors if n < _END)
    whole = b"".join(parts)
    return [n for (n,) in struct.iter_unpack("<I", whole[: len(whole) // 4 * 4])]


def _records(stream: bytes, at: int) -> Iterator[Record]:
    """Yield the records of one substream, without those of charts inside it."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        content = stream[at + 4 : at + 4 + length]
        depth += kind == _BOF
        if depth == 1:
            yield kind, at, content
        depth -= kind == _EOF
        if not depth:
            return
        at += 4 + length


def _sheets(records: list[Record]) -> Iterator[tuple[str, int]]:
    for kind, _, content in records:
        if kind == _BOUNDSHEET:
            place, count, flags = struct.unpack_from("<I2xBB", content)
            width = 2 if flags & 1 else 1
            name = content[8 : 8 + count * width]
            yield name.decode("utf-16-le" if width == 2 else "latin-1", "replace"), place  # noqa: PLR2004


def _empty_strings(records: list[Record]) -> set[int]:
    """Return the places of the shared strings without any character."""
    table = next((n for n, (kind, _, _) in enumerate(records) if kind == _SST), None)
    if table is None:
        return set()
    parts = [records[table][2][8:]]
    for kind, _, content in records[table + 1 :]:
        if kind != _CONTINUE:
            break
        parts.append(content)
    reader = Strings(parts)
    total = struct.unpack_from("<I", records[table][2], 4)[0]
    return {n for n in range(total) if reader.is_empty()}


class Strings:
    """Walks over shared strings, whose characters may go on in the next record."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts = parts
        self._part = self._at = 0

    def is_empty(self) -> bool:
        """Step over one string and tell whether it has no character."""
        count, flags = struct.unpack("<HB", self._take(3))
        runs = struct.unpack("<H", self._take(2))[0] if flags & 8 else 0
        phonetic = struct.unpack("<I", self._take(4))[0] if flags & 4 else 0
        left = count
        while left:
            width = 2 if flags & 1 else 1
            here = min(left, self._room() // width)
            self._at += here * width
            left -= here
            if left and not self._next():
                return False
            if left:
                flags = self._parts[self._part][0]
                self._at = 1
        self._take(runs * 4 + phonetic)
        return not count

    def _room(self) -> int:
        return len(self._parts[self._part]) - self._at

    def _next(self) -> bool:
        self._part += 1
        self._at = 0
        return self._part < len(self._parts)

    def _take(self, size: int) -> bytes:
        taken = b""
        while len(taken) < size:
            if not self._room() and not self._next():
                return taken.ljust(size, b"\0")
            found = self._parts[self._part][self._at : self._at + size - len(taken)]
            self._at += len(found)
            taken += found
        return taken


def _filled(records: Iterator[Record], empty: set[int]) -> Iterator[int]:
    waiting: int | None = None
    for kind, _, content in records:
        if kind == _STRING and waiting is not None:
            if struct.unpack_from("<H", content)[0]:
                yield waiting
            waiting = None
        elif kind in _NUMBERS:
            yield struct.unpack_from("<H", content)[0]
        elif kind in _LABELS or kind in {_LABELSST, _BOOLERR, _FORMULA}:
            row = struct.unpack_from("<H", content)[0]
            has_value = _has_value(kind, content, empty)
            if has_value:
                yield row
            waiting = row if has_value is None else None


def _has_value(kind: int, content: bytes, empty: set[int]) -> bool | None:
    """Tell whether a cell says something; None where the record after it tells."""
    if kind == _LABELSST:
        (place,) = struct.unpack_from("<I", content, 6)
        return place not in empty
    if kind == _BOOLERR:
        return not content[7]
    if kind == _FORMULA:
        if content[12:14] != b"\xff\xff":
            return True
        return {0: None, 1: True}.get(content[6], False)
    return content[6:8] != bytes(2)
