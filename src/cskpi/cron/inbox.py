"""Watched folders: which files are complete, and where they go after they were loaded or not."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cskpi.errors import InputError
from cskpi.ingest.paths import ARCHIVE_ENDINGS, ENDINGS
from cskpi.present.streams import write_atomic

if TYPE_CHECKING:
    from datetime import date

    from cskpi.settings import Settings

REASON_ENDING = ".reason.txt"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file of a watched folder, as it was when it was found complete."""

    path: Path
    inside: Path
    size: int
    changed_ns: int

    def is_unchanged(self) -> bool:
        """Tell whether the file still is what was found."""
        try:
            now = self.path.stat()
        except OSError:
            return False
        return (now.st_size, now.st_mtime_ns) == (self.size, self.changed_ns)


@dataclass(frozen=True, slots=True)
class Inbox:
    """The files to load, and how many are still being written."""

    ready: tuple[Arrived, ...]
    left: int


def look(settings: Settings) -> Inbox:
    """Return what lies in the watched folders.

    A file counts as complete once nobody has touched it for `run.settle_seconds`, and its size stays
    the same while we look for `run.stable_seconds`: copying tools may set an old date first.

    Raises:
        InputError: a watched folder does not exist.
    """
    found = list(_found(settings))
    settle, now = settings.number("run.settle_seconds"), time.time()
    settled = [file for file in found if not 0 <= now - file.changed_ns / 1e9 < settle]
    if settled:
        time.sleep(settings.number("run.stable_seconds"))
    ready = tuple(file for file in settled if file.is_unchanged())
    return Inbox(ready, len(found) - len(ready))


def put_away(file: Arrived, settings: Settings, today: date, reason: str | None = None) -> Path:
    """Move a file to `done/DAY/`, or with a reason to `failed/DAY/`, the reason in a file beside it.

    The reason is written first: a run killed in between finds the file again and repeats both.

    Raises:
        InputError: the file may not be moved.
    """
    folder = Path(settings.text("run.done" if reason is None else "run.failed"))
    target = _free(folder / today.isoformat() / file.inside)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if reason is not None:
            write_atomic(target.with_name(f"{target.name}{REASON_ENDING}"), reason.encode())
        _move(file.path, target)
    except OSError as error:
        raise InputError("run_move", path=folder, cause=type(error).__name__) from None
    return target


def _found(settings: Settings) -> Iterator[Arrived]:
    kept_out = [Path(settings.text(f"run.{name}")).resolve() for name in ("done", "failed", "out")]
    for named in settings.text("run.inbox").split(","):
        folder = Path(named)
        if not folder.is_dir():
            raise InputError("run_inbox", path=folder)
        for path in _files(folder, kept_out):
            try:
                state = path.stat()
            except OSError:
                continue
            inside = path.relative_to(folder)
            yield Arrived(path, inside, state.st_size, state.st_mtime_ns)


def _files(folder: Path, kept_out: Sequence[Path]) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
        # A link may lead anywhere, and moving it would not move what was loaded.
        if hidden or path.is_symlink() or not path.is_file():
            continue
        if any(path.resolve().is_relative_to(place) for place in kept_out):
            continue
        if path.name.endswith(REASON_ENDING):
            continue
        if path.suffix.lower() in ENDINGS | ARCHIVE_ENDINGS:
            yield path


def _free(path: Path) -> Path:
    """Return a path that is not taken: the same name on the same day is another file."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free


def _move(source: Path, target: Path) -> None:
    """Move a file, also to another disk; whoever looks sees it whole in one place or in both."""
    try:
        source.rename(target)
    except OSError:
        draft = target.with_name(f".{target.name[:80]}.part")
        shutil.copy2(source, draft)
        with draft.open("rb") as copied:
            os.fsync(copied.fileno())
        draft.replace(target)
        source.unlink()
