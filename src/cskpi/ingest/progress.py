"""Progress of one file: bytes read while sniffing, then DuckDB's own estimate of each statement."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cskpi.ingest.report import Progress, ProgressCallback

if TYPE_CHECKING:
    import duckdb

INTERVAL_SECONDS = 0.2
SHARES = {"sniff": 0.05, "transcode": 0.15, "read": 0.45, "write": 1.0}
"""Where on the way through a file each phase ends, as measured on large chat exports."""


class Meter:
    """Turns phases into steadily growing bytes; does nothing without a callback."""

    def __init__(self, callback: ProgressCallback | None, bytes_total: int) -> None:
        self._callback = callback
        self._total = bytes_total
        self._start = 0.0
        self._done = 0.0
        self.rows = 0

    def advance(self, phase: str, share: float) -> None:
        """Report that `share` (0..1) of a phase is done."""
        if self._callback is None:
            return
        done = self._start + (SHARES[phase] - self._start) * min(max(share, 0.0), 1.0)
        self._done = max(self._done, done)
        self._callback(Progress(self.rows, int(self._done * self._total), self._total))

    def advance_bytes(self, bytes_read: int) -> None:
        """Report bytes read while sniffing."""
        self.advance("sniff", bytes_read / max(1, self._total))

    def advance_bytes_of(self, phase: str) -> Callable[[int], None]:
        """Return what reports bytes read in another phase."""
        return lambda bytes_read: self.advance(phase, bytes_read / max(1, self._total))

    def finish(self, phase: str) -> None:
        """End a phase."""
        self.advance(phase, 1.0)
        self._start = SHARES[phase]

    @contextmanager
    def watch(self, con: duckdb.DuckDBPyConnection, phase: str) -> Iterator[None]:
        """Follow the statements run in a block; an estimate of DuckDB may start anew in between."""
        if self._callback is None:
            yield
            return
        con.execute("SET enable_progress_bar = true")
        con.execute("SET enable_progress_bar_print = false")
        stopped = threading.Event()
        thread = threading.Thread(target=self._poll, args=(con, phase, stopped), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stopped.set()
            thread.join()
        self.finish(phase)

    def _poll(self, con: duckdb.DuckDBPyConnection, phase: str, stopped: threading.Event) -> None:
        while not stopped.wait(INTERVAL_SECONDS):
            self.advance(phase, con.query_progress() / 100)
