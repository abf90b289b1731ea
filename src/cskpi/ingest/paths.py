"""Which files a command line means: files, folders and globs."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Sequence
from pathlib import Path

from cskpi.diagnostics import note
from cskpi.errors import InputError
from cskpi.texts import say

ENDINGS = frozenset(
    f".{ending}"
    for ending in (
        *("csv", "tsv", "txt", "json", "jsonl", "ndjson", "html", "htm"),
        *("xlsx", "xlsm", "xltx", "xltm", "xls", "xlsb", "ods", "et"),
    )
)
"""What is taken from a folder; a file named on the command line is judged by its content."""
ARCHIVE_ENDINGS = frozenset({".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar"})


def expand_paths(paths: Sequence[Path]) -> list[Path]:
    """Return the files meant, each once, folders searched in sorted order.

    Raises:
        InputError: a path does not exist, or a folder or glob holds no file to load.
    """
    found: dict[Path, None] = {}
    for path in paths:
        files = list(_expand(path))
        if not files:
            raise InputError("nothing_to_load", path=path)
        found |= dict.fromkeys(files)
    return list(found)


def _expand(path: Path) -> Iterator[Path]:
    # A name may hold `[1]` or `*`: what exists under that name wins over reading it as a glob.
    if path.is_dir():
        yield from _walk(path)
    elif path.exists():
        yield path
    elif glob.has_magic(str(path)):
        for match in sorted(Path(name) for name in glob.glob(str(path), recursive=True)):  # noqa: PTH207
            yield from _walk(match) if match.is_dir() else iter([match])
    else:
        raise InputError("file_missing", path=path)


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if not path.is_file() or any(part.startswith((".", "~$")) for part in inside):
            continue
        if path.suffix.lower() in ENDINGS | ARCHIVE_ENDINGS:
            yield path
        else:
            note(say("load.left_out", path=path))
