"""An empty cskpi database to copy: making the schema costs as much as all the rest of a small test."""

from __future__ import annotations

import atexit
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import duckdb

from cskpi.store.database import Limits, literal, open_database


@cache
def _blank() -> Path:
    folder = Path(mkdtemp(prefix="cskpi-blank-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "blank.duckdb"
    with open_database(path, Limits("1GB", 1), write=True):
        pass
    return path


def put_blank(path: Path) -> None:
    """Lay an empty database where there is none; where the folder is missing, lay nothing."""
    if path.parent.is_dir() and not path.exists():
        shutil.copy(_blank(), path)
        path.chmod(0o600)


_ready: list[duckdb.DuckDBPyConnection] = []


@contextmanager
def blank_database() -> Iterator[duckdb.DuckDBPyConnection]:
    """Lend an empty database in memory; it is emptied afterwards for whoever comes next."""
    con = _ready.pop() if _ready else _made()
    yield con
    # What a failed test leaves behind is not used again.
    _empty(con)
    _ready.append(con)


def _made() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(config={"threads": 1})
    fill_blank(con)
    return con


def _empty(con: duckdb.DuckDBPyConnection) -> None:
    left = con.execute(
        "SELECT table_name, temporary FROM duckdb_tables() WHERE temporary OR estimated_size > 0"
    ).fetchall()
    emptying = [
        f"DROP TABLE temp.{table}" if is_temporary else f"TRUNCATE {table}"
        for table, is_temporary in left
        if table != "_cskpi_schema"
    ]
    con.execute("; ".join(["BEGIN", *emptying, "COMMIT"]))


def fill_blank(con: duckdb.DuckDBPyConnection) -> None:
    """Give a connection to memory the schema."""
    con.execute(f"ATTACH {literal(str(_blank()))} AS blank (READ_ONLY)")
    con.execute("COPY FROM DATABASE blank TO memory")
    con.execute("DETACH blank")


@cache
def blank_views() -> dict[str, str]:
    """Return the SQL of every view of the schema."""
    with open_database(_blank(), Limits("1GB", 1)) as con:
        found = con.execute("SELECT view_name, sql FROM duckdb_views() WHERE NOT internal")
        return dict(found.fetchall())
