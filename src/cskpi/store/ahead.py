"""Questions asked ahead: the database works in a thread while the caller works on the last answer."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


@contextmanager
def ahead(con: duckdb.DuckDBPyConnection) -> Iterator[ThreadPoolExecutor]:
    """Give a single thread to which the block hands whatever it asks of this connection.

    The block itself must not use the connection meanwhile. When it fails or is interrupted, the
    statement under way is interrupted, too, and those waiting are not begun.
    """
    worker = ThreadPoolExecutor(max_workers=1)
    try:
        yield worker
    except BaseException:
        worker.shutdown(wait=False, cancel_futures=True)
        con.interrupt()
        raise
    finally:
        worker.shutdown()
