"""A temporary UTF-8 copy with LF line ends, for files DuckDB cannot read as they are."""

from __future__ import annotations

import codecs
import re
import tempfile
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cskpi.ingest.sniff import BLOCK_BYTES, CONTINUATION, Content

UNDECODABLE = "\udcff"
"""Written as the byte FF, which is never UTF-8: the reader then rejects the row it stands in."""
MAX_FAULTS = 10_000
FAULT_REACH_BYTES = 20_000_000
LONGEST_PAIR = 6
MAX_JUDGED_BYTES = 64_000_000
"""A line longer than this is not looked at as a whole."""

_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")


@dataclass(frozen=True, slots=True)
class Readable:
    """A UTF-8 file with one kind of line end, and its number of physical lines.

    In a copy, `faults` are the undecodable bytes: where each stands in the copy and in the file.
    """

    path: Path
    line_count: int
    is_copy: bool = False
    faults: tuple[tuple[int, int], ...] = ()

    def fault_byte(self, row_byte: int) -> int:
        """Return the byte of the original file at which a row stops being text.

        Args:
            row_byte: where the row begins in this file, counted from 1 as the result is.
        """
        if self.is_copy:
            place = bisect_left(self.faults, (row_byte - 1, 0))
            return self.faults[place][1] + 1 if place < len(self.faults) else row_byte
        with self.path.open("rb") as file:
            file.seek(row_byte - 1)
            try:
                file.read(FAULT_REACH_BYTES).decode("utf-8")
            except UnicodeDecodeError as error:
                return row_byte + error.start
        return row_byte


@contextmanager
def readable_copy(
    content: Content, progress: Callable[[int], None] | None = None
) -> Iterator[Readable]:
    """Yield the file itself if DuckDB can read it, else a copy that is removed afterwards.

    Bytes that are not of the file's encoding stay undecodable in the copy, so that the row they
    stand in is rejected instead of altered.
    """
    if content.is_plain:
        yield Readable(content.path, content.line_count)
        return
    with tempfile.TemporaryDirectory(prefix="cskpi-") as folder:
        copy = Path(folder) / "copy.txt"
        copying = _Copying(content.encoding or "utf-8")
        with content.path.open("rb") as source, copy.open("wb") as target:
            for block in copying.blocks(source):
                target.write(copying.transcoded(block))
                if progress:
                    progress(copying.taken)
            target.write(copying.transcoded(b"", is_last=True))
        yield Readable(copy, copying.lines, is_copy=True, faults=tuple(copying.faults))


_fault_places: list[int] = []


def _mark_undecodable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    _fault_places.append(error.start)
    return UNDECODABLE, error.start + 1


codecs.register_error("cskpi-mark", _mark_undecodable)


class _Copying:
    """A file on its way into UTF-8; `taken` bytes are read, `faults` as in `Readable`."""

    def __init__(self, encoding: str) -> None:
        self.taken = 0
        self.faults: list[tuple[int, int]] = []
        self._is_chinese = encoding == "gb18030"
        self._decoder = codecs.getincrementaldecoder(encoding)("cskpi-mark")
        self._written = 0
        self._feeds = 0
        self._held = self._last = ""

    @property
    def lines(self) -> int:
        """Physical lines written."""
        return self._feeds + (self._last not in {"", "\n"})

    def blocks(self, source: BinaryIO) -> Iterator[bytes]:
        """Read blocks, of whole lines where lines are judged."""
        rest = b""
        while block := source.read(BLOCK_BYTES):
            rest += block
            end = len(rest)
            if self._is_chinese and end < MAX_JUDGED_BYTES:
                end = max(rest.rfind(b"\n"), rest.rfind(b"\r")) + 1
            yield rest[:end]
            rest = rest[end:]
        yield rest

    def transcoded(self, block: bytes, *, is_last: bool = False) -> bytes:
        """Return the next piece of the copy."""
        if self._is_chinese:
            block = _with_foreign_lines_marked(block)
        base = self.taken - len(self._decoder.getstate()[0])
        _fault_places.clear()
        text = self._decoder.decode(block, final=is_last)
        if self.taken == 0:
            text = text.removeprefix("\ufeff")
        text = self._held + text
        # A CR at the end of a block may be half of a CRLF.
        self._held = "\r" if not is_last and text.endswith("\r") else ""
        text = text.removesuffix("\r") if self._held else text
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        self._feeds += text.count("\n")
        self._last = text[-1:] or self._last
        octets = text.encode("utf-8", "surrogateescape")
        place = -1
        for fault in _fault_places[: MAX_FAULTS - len(self.faults)]:
            place = octets.index(b"\xff", place + 1)
            self.faults.append((self._written + place, base + fault))
        self.taken += len(block)
        self._written += len(octets)
        return octets


def _with_foreign_lines_marked(block: bytes) -> bytes:
    """Make lines in UTF-8 undecodable: read as GB18030 they would become other characters."""
    marked = None
    end = 0
    for place in _chinese_in_utf8(block):
        if place < end:
            continue
        begin = max(block.rfind(b"\n", 0, place), block.rfind(b"\r", 0, place)) + 1
        feed = block.find(b"\n", place)
        end = len(block) if feed < 0 else feed
        try:
            block[begin:end].decode("utf-8")
        except UnicodeDecodeError:
            continue
        first = _BEYOND_ASCII.search(block, begin)
        if first:
            marked = marked or bytearray(block)
            marked[first.start()] = 0xFF
    return bytes(marked) if marked else block


def _chinese_in_utf8(block: bytes) -> list[int]:
    """Return where two common Chinese characters in UTF-8 may begin; in GB18030 that is rare."""
    import numpy as np

    if len(block) < LONGEST_PAIR:
        return []
    octets = np.frombuffer(block, dtype=np.uint8)
    leads = (octets >= 0xE4) & (octets <= 0xE9)  # noqa: PLR2004 - UTF-8 of U+4E00 to U+9FFF
    follows = (octets & 0xC0) == CONTINUATION
    character = leads[:-2] & follows[1:-1] & follows[2:]
    return [int(place) for place in np.flatnonzero(character[:-3] & character[3:])]
