"""A temporary UTF-8 copy with LF line ends, for files DuckDB cannot read as they are."""

from __future__ import annotations

import codecs
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cskpi.ingest.sniff import BLOCK_BYTES, Content

_UNDECODABLE = "\udcff"
"""Written as the byte FF, which is never UTF-8: the reader then rejects the row it stands in."""


def _mark_undecodable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _UNDECODABLE, error.start + 1


codecs.register_error("cskpi-mark", _mark_undecodable)


@dataclass(frozen=True, slots=True)
class Readable:
    """A UTF-8 file with one kind of line end, and its number of physical lines."""

    path: Path
    line_count: int


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
        yield Readable(copy, _transcode(content, copy, progress))


def _transcode(content: Content, copy: Path, progress: Callable[[int], None] | None) -> int:
    encoding = content.encoding or "utf-8"
    decoder = codecs.getincrementaldecoder(encoding)("cskpi-mark")
    done = 0
    lines = 0
    held = last = ""
    with content.path.open("rb") as source, copy.open("wb") as target:
        while True:
            block = source.read(BLOCK_BYTES)
            text = held + decoder.decode(block, final=not block)
            if done == 0:
                text = text.removeprefix("\ufeff")
            # A CR at the end of a block may be half of a CRLF.
            held = "\r" if block and text.endswith("\r") else ""
            text = text.removesuffix("\r") if held else text
            text = text.replace("\r\n", "\n").replace("\r", "\n")
            lines += text.count("\n")
            last = text[-1:] or last
            target.write(text.encode("utf-8", "surrogateescape"))
            done += len(block)
            if progress:
                progress(done)
            if not block:
                return lines + (last not in {"", "\n"})
