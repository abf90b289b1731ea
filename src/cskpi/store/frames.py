"""Polars frames out of and into DuckDB, without pyarrow between them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb
    import polars as pl


class _Stream:
    """A frame as nothing but an Arrow stream: DuckDB asks a Polars frame for pyarrow."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        return self._frame.__arrow_c_stream__(requested_schema)


def read_frame(con: duckdb.DuckDBPyConnection, sql: str) -> pl.DataFrame:
    """Return all rows of a query."""
    import polars as pl

    return pl.DataFrame(con.sql(sql))


@contextmanager
def offered(con: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> Iterator[None]:
    """Let the block's statements read a frame as the table `name`, once."""
    con.register(name, _Stream(frame))
    try:
        yield
    finally:
        con.unregister(name)
