"""One unattended run at a time: a lock the system lets go of when its holder dies."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cskpi.errors import DatabaseError

if TYPE_CHECKING:
    from pathlib import Path

_BEHIND_THE_TEXT = 1 << 20
"""Windows locks bytes against reading, too: the one locked lies where nothing is written."""


@contextmanager
def run_lock(path: Path) -> Iterator[None]:
    """Hold the lock while the block runs; the file stays and says who held it last.

    Raises:
        DatabaseError: another process holds it; the message says which, and since when.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _take(handle):
            raise DatabaseError("run_locked", **_holder(path))
        os.ftruncate(handle, 0)
        since = datetime.now(UTC).astimezone().isoformat(timespec="seconds")
        told = {"pid": os.getpid(), "host": socket.gethostname(), "since": since}
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, json.dumps(told).encode())
        yield
    finally:
        os.close(handle)


def _holder(path: Path) -> dict[str, object]:
    unknown: dict[str, object] = {"pid": "?", "host": "?", "since": "?"}
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return unknown
    return {name: told.get(name, "?") for name in unknown}


if sys.platform == "win32":

    def _take(handle: int) -> bool:
        import msvcrt

        os.lseek(handle, _BEHIND_THE_TEXT, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def _take(handle: int) -> bool:
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
