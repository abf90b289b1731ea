"""What a file is, from its bytes alone: format, encoding, line ends, and its fingerprint."""

from __future__ import annotations

import codecs
import hashlib
import json
import zipfile
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cskpi.errors import InputError

BLOCK_BYTES = 4_000_000
HEAD_BYTES = 1_000_000
NUL_SHARE = 0.2
"""ASCII in UTF-16 is half NUL bytes, Chinese with digits and separators about a third."""

Layout = Literal["xlsx", "json_array", "json_wrapped", "json_lines", "delimited"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_FOREIGN = (
    (b"\x1f\x8b", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"Rar!", "archive"),
    (b"BZh", "archive"),
    (b"\xd0\xcf\x11\xe0", "old_excel"),
    (b"%PDF", "not_a_table"),
    (b"\x89PNG", "not_a_table"),
    (b"\xff\xd8\xff", "not_a_table"),
    (b"SQLite format 3", "not_a_table"),
    (b"PAR1", "not_a_table"),
)


@dataclass(frozen=True, slots=True)
class Content:
    """A file as found.

    `is_plain` tells that DuckDB can read the bytes as they are: UTF-8, one kind of line end.
    `line_count` counts physical lines and holds for plain files; `head` is the decoded beginning
    with LF line ends.
    """

    path: Path
    size_bytes: int
    sha256: str
    layout: Layout
    encoding: str | None
    is_plain: bool
    line_count: int
    has_quotes: bool
    head: str


def sniff(path: Path, progress: Callable[[int], None] | None = None) -> Content:
    """Read a file once and say what it is.

    Args:
        path: any file.
        progress: called with the number of bytes read so far.

    Raises:
        InputError: missing, unreadable, empty, or of a format cskpi does not read.
    """
    try:
        scan = _scan(path, progress)
    except FileNotFoundError:
        raise InputError("file_missing", path=path) from None
    except OSError as error:
        raise InputError("file_unreadable", path=path, cause=error.strerror) from None
    if not scan.size:
        raise InputError("file_empty", path=path)
    for mark, key in _FOREIGN:
        if scan.head.startswith(mark):
            raise InputError(key, path=path)
    digest = scan.digest.hexdigest()
    if scan.head.startswith(b"PK\x03\x04"):
        _require_workbook(path)
        return Content(path, scan.size, digest, "xlsx", None, True, 0, False, "")
    encoding = _encoding(scan)
    head = scan.head.decode(encoding, "replace").removeprefix("\ufeff")
    head = head.replace("\r\n", "\n").replace("\r", "\n")
    if not head.strip():
        raise InputError("file_empty", path=path)
    layout = _layout(head.lstrip())
    is_plain = encoding in {"utf-8", "utf-8-sig"} and scan.has_one_line_end
    return Content(
        path, scan.size, digest, layout, encoding, is_plain, scan.lines, scan.has_quotes, head
    )


FEED = 0x0A
CONTINUATION, TWO_BYTE_LEAD, THREE_BYTE_LEAD, FOUR_BYTE_LEAD = 0x80, 0xC0, 0xE0, 0xF0
LONGEST_CHARACTER = 4


@dataclass(slots=True)
class _Scan:
    digest: Any
    head: bytes = b""
    size: int = 0
    nul: int = 0
    has_quotes: bool = False
    feeds: int = 0
    returns: int = 0
    pairs: int = 0
    last: bytes = b""
    is_utf8: bool = True
    faulty_block: bytes = b""

    @property
    def has_one_line_end(self) -> bool:
        """Tell whether all line ends are LF, all CRLF, or all CR."""
        return self.returns == 0 or self.returns == self.pairs == self.feeds or self.feeds == 0

    @property
    def lines(self) -> int:
        """Physical lines, whatever ends them."""
        ends = self.feeds + self.returns - self.pairs
        return ends + (self.last not in {b"\n", b"\r"})


def _scan(path: Path, progress: Callable[[int], None] | None) -> _Scan:
    scan = _Scan(hashlib.sha256())
    characters = _Characters()
    # Hashing leaves the interpreter free, so it runs beside the counting and decoding.
    with path.open("rb") as file, ThreadPoolExecutor(1) as hasher:
        hashed: Future[None] | None = None
        while block := file.read(BLOCK_BYTES):
            if hashed:
                hashed.result()
            hashed = hasher.submit(scan.digest.update, block)
            scan.head = scan.head or block[:HEAD_BYTES]
            scan.size += len(block)
            _count(scan, block)
            fault = characters.fault(block) if scan.is_utf8 else None
            if fault is not None:
                scan.is_utf8 = False
                scan.faulty_block = block[max(0, fault - HEAD_BYTES) :][: 2 * HEAD_BYTES]
            if progress:
                progress(scan.size)
    if scan.is_utf8 and characters.rest:
        scan.is_utf8 = False
        scan.faulty_block = scan.head
    return scan


@dataclass(slots=True)
class _Characters:
    """Checks a file for UTF-8 block by block; `rest` is the beginning of a character cut in two."""

    rest: bytes = b""

    def fault(self, block: bytes) -> int | None:
        """Return where the first faulty byte lies in `block`, None where all characters are whole."""
        content = self.rest + block
        end = _last_boundary(content)
        self.rest = content[end:]
        whole = content[:end]
        if len(block) == BLOCK_BYTES and _is_valid_fast(whole):
            return None
        try:
            whole.decode("utf-8")
        except UnicodeDecodeError as error:
            return error.start
        return None


def _is_valid_fast(content: bytes) -> bool:
    # Polars checks three times as fast as decoding; small files are not worth loading it.
    import polars as pl

    try:
        pl.Series([content], dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.PolarsError:
        return False
    return True


def _last_boundary(content: bytes) -> int:
    """Return where the last character begins if it is cut short, else the length."""
    for back in range(1, min(LONGEST_CHARACTER, len(content)) + 1):
        octet = content[-back]
        if octet >= TWO_BYTE_LEAD:
            needed = 2 if octet < THREE_BYTE_LEAD else 3 if octet < FOUR_BYTE_LEAD else 4
            return len(content) - back if needed > back else len(content)
        if octet < CONTINUATION:
            break
    return len(content)


def _count(scan: _Scan, block: bytes) -> None:
    # Counting over an array is several times faster than bytes.count where matches are frequent.
    import numpy as np

    octets = np.frombuffer(block, dtype=np.uint8)
    scan.nul += int(np.count_nonzero(octets == 0))
    scan.has_quotes = scan.has_quotes or b'"' in block
    scan.feeds += int(np.count_nonzero(octets == FEED))
    if b"\r" in block:
        scan.returns += block.count(b"\r")
        scan.pairs += block.count(b"\r\n")
    if scan.last == b"\r" and block.startswith(b"\n"):
        scan.pairs += 1
    scan.last = block[-1:]


def _encoding(scan: _Scan) -> str:
    for mark, encoding in _MARKS:
        if scan.head.startswith(mark):
            return encoding
    if scan.nul > NUL_SHARE * scan.size:
        return "utf-16-le" if scan.head[1::2].count(0) >= scan.head[::2].count(0) else "utf-16-be"
    return "utf-8" if scan.is_utf8 or _is_mostly_utf8(scan.faulty_block) else "gb18030"


def _is_mostly_utf8(block: bytes) -> bool:
    """Tell a UTF-8 file with a few broken bytes from one in GB18030, by the lines beyond ASCII."""
    lines = [line for line in block.split(b"\n") if not line.isascii()]
    return 2 * sum(_is_utf8(line) for line in lines) > len(lines)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _layout(head: str) -> Layout:
    if head.startswith("["):
        return "json_array" if head[1:].lstrip()[:1] in {"{", "]"} else "delimited"
    if not head.startswith("{"):
        return "delimited"
    try:
        first = json.loads(head.splitlines()[0])
    except ValueError:
        lines = head.splitlines()
        return "json_lines" if len(lines) > 1 and _is_object(lines[1]) else "json_wrapped"
    is_wrapper = "\n" not in head.strip() and any(_holds_rows(entry) for entry in first.values())
    return "json_wrapped" if is_wrapper else "json_lines"


def _holds_rows(entry: Any) -> bool:
    """Tell whether a value is a list of objects, or an object with one below it."""
    if isinstance(entry, dict):
        return any(_holds_rows(inner) for inner in entry.values() if isinstance(inner, list))
    return isinstance(entry, list) and bool(entry) and all(isinstance(row, dict) for row in entry)


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _require_workbook(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError):
        raise InputError("file_damaged", path=path) from None
    if not any(name.startswith("xl/") for name in names):
        raise InputError("archive", path=path)
