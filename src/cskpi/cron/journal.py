"""The log of unattended runs: a JSON object a line, rotated by size.

It holds steps, counts, hashes and error keys, never a file name, a chat text or a name: a log is
copied around more carelessly than a database.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cskpi.settings import Settings


@dataclass(frozen=True, slots=True)
class Journal:
    """A log file; older ones stand beside it as `.1`, `.2` and so on, `most_files` in all."""

    path: Path
    most_bytes: int
    most_files: int
    run: str

    @classmethod
    def of(cls, settings: Settings) -> Journal:
        """Return the log the settings name, with a new run's id."""
        return cls(
            Path(settings.text("run.log")),
            settings.whole("run.log_bytes"),
            max(1, settings.whole("run.log_files")),
            f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}",
        )

    def write(self, step: str, outcome: str, **numbers: str | float | bool | None) -> None:
        """Add a line; what was written stays whole when the process is killed in the middle."""
        record = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "run": self.run,
            "step": step,
            "outcome": outcome,
            **numbers,
        }
        line = f"{json.dumps(record, ensure_ascii=True)}\n".encode()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.exists() and self.path.stat().st_size + len(line) > self.most_bytes:
            self._rotate()
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, line)
        finally:
            os.close(handle)

    def _rotate(self) -> None:
        for number in range(self.most_files - 1, 0, -1):
            newer = self._numbered(number - 1)
            if newer.exists():
                newer.replace(self._numbered(number))
        # With one file there is nowhere to turn to.
        if self.most_files == 1:
            self.path.unlink()

    def _numbered(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}") if number else self.path
