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
_TABLE_MARKS = ("<table", "<tr>", "<tr ")
_ZIP, _COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_DOCUMENT = {"[Content_Types].xml", "content.xml"}
LINE_ENDINGS = frozenset({".jsonl", ".ndjson"})
"""A single object in such a file is a row, even if it holds lists."""
MAX_WRAPPER_LINE = HEAD_BYTES // 8
"""A first line this long that does not end in the head is a row if more lines follow it."""

Layout = Literal[
    "xlsx", "xls", "xlsb", "ods", "html", "json_array", "json_wrapped", "json_lines", "delimited"
]
WORKBOOKS = frozenset({"xlsx", "xls", "xlsb", "ods"})

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
    (b"\xfd7zXZ", "archive"),
    (b"MIME-Version:", "web_archive"),
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
    with LF line ends; `shown` is the name to print, which for a member of an archive is not `path`.
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
    shown: Path


def sniff(
    path: Path, progress: Callable[[int], None] | None = None, shown: Path | None = None
) -> Content:
    """Read a file once and say what it is.

    Args:
        path: any file.
        progress: called with the number of bytes read so far.
        shown: the name to print, by default the path.

    Raises:
        InputError: missing, unreadable, empty, or of a format cskpi does not read.
    """
    shown = shown or path
    try:
        scan = _scan(path, progress)
    except FileNotFoundError:
        raise InputError("file_missing", path=shown) from None
    except OSError as error:
        raise InputError("file_unreadable", path=shown, cause=error.strerror) from None
    if not scan.size:
        raise InputError("file_empty", path=shown)
    digest = scan.digest.hexdigest()
    if book := _binary_layout(path, scan.head, shown):
        return Content(path, scan.size, digest, book, None, True, 0, False, "", shown)
    encoding = _encoding(scan)
    head = scan.head.decode(encoding, "replace").removeprefix("\ufeff")
    head = head.replace("\r\n", "\n").replace("\r", "\n")
    if not head.strip():
        raise InputError("file_empty", path=shown)
    layout = _layout(head.lstrip(), scan.lines, path.suffix.lower())
    is_plain = encoding in {"utf-8", "utf-8-sig"} and scan.has_one_line_end
    return Content(
        path,
        scan.size,
        digest,
        layout,
        encoding,
        is_plain,
        scan.lines,
        scan.has_quotes,
        head,
        shown,
    )


def _binary_layout(path: Path, head: bytes, shown: Path) -> Layout | None:
    """Return which workbook a file is, None for text."""
    for mark, key in _FOREIGN:
        if head.startswith(mark):
            raise InputError(key, path=shown)
    try:
        if head.startswith(_ZIP):
            return _zipped(path)
        return _compound(path, head) if head.startswith(_COMPOUND) else None
    except InputError as error:
        raise InputError(error.key, path=shown) from None


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
    if len(lines) > 1:
        return 2 * sum(_is_utf8(line) for line in lines) > len(lines)
    # In a file of a single line, characters vote: of Chinese in GB18030 hardly one is UTF-8.
    text = block.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return sum(not sign.isascii() for sign in text) >= 2 * broken


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _layout(head: str, lines: int, ending: str) -> Layout:
    if head.startswith("<") and any(mark in head.lower() for mark in _TABLE_MARKS):
        return "html"
    if head.startswith("[") and head[1:].lstrip()[:1] in {"{", "]"}:
        return "json_array"
    return _object_layout(head, lines, ending) if head.startswith("{") else "delimited"


def _object_layout(head: str, lines: int, ending: str) -> Layout:
    first, _, rest = head.partition("\n")
    body = _parsed(first)
    if not rest and lines > 1 and len(first) > MAX_WRAPPER_LINE:
        is_wrapper = False
    elif body is None:
        is_wrapper = not isinstance(_parsed(rest.partition("\n")[0]), dict)
    else:
        is_wrapper = not rest.strip() and ending not in LINE_ENDINGS and _holds_rows(body)
    return "json_wrapped" if is_wrapper else "json_lines"


def _holds_rows(entry: Any) -> bool:
    """Tell whether a list of objects is reached through objects only."""
    if isinstance(entry, dict):
        return any(_holds_rows(inner) for inner in entry.values())
    return isinstance(entry, list) and bool(entry) and isinstance(entry[0], dict)


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _zipped(path: Path) -> Layout:
    """Return which workbook a ZIP is.

    Raises:
        InputError: it is damaged or none.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            kind = archive.read("mimetype") if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
        raise InputError("file_damaged", path=path) from None
    if "xl/workbook.bin" in names:
        return "xlsb"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    if b"opendocument.spreadsheet" in kind:
        return "ods"
    raise InputError("not_a_table" if _DOCUMENT & set(names) else "archive", path=path)


def _compound(path: Path, head: bytes) -> Layout:
    """Return which workbook a compound file is, by the names in its directory.

    Raises:
        InputError: it is damaged, protected by a password, or none.
    """
    sector = 1 << min(int.from_bytes(head[0x1E:0x20], "little"), 12)
    begin = (int.from_bytes(head[0x30:0x34], "little") + 1) * sector
    with path.open("rb") as file:
        file.seek(begin)
        directory = file.read(8 * sector)
    names = {
        directory[at : at + 64].decode("utf-16-le", "replace")
        for at in range(0, len(directory), 128)
    }
    names = {name.rstrip("\0") for name in names}
    if "EncryptedPackage" in names:
        raise InputError("excel_password", path=path)
    if names & {"Workbook", "Book"}:
        return "xls"
    raise InputError("not_a_table" if "Root Entry" in names else "file_damaged", path=path)
