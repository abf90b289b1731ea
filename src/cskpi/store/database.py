"""Opening the database: read-only or for writing, with limits, locks and plain errors."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cskpi import interruption
from cskpi.errors import DatabaseError
from cskpi.store.migrations import applied_version, migrate, steps

if TYPE_CHECKING:
    import duckdb

    from cskpi.settings import Settings

DEFAULT_MEMORY_SHARE = 0.6
DEFAULT_MEMORY_BYTES = 1_500_000_000
"""What DuckDB may hold before it spills to disk: a process then stays below 2 GB, and more is no faster."""

_LEAST_MEMORY = "50MB"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of the machine a database connection may use."""

    memory: str
    threads: int

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """Return the limits of the settings, else what suits this machine."""
        memory = settings.text("memory_limit") or f"{_default_memory() // 1_000_000}MB"
        return cls(memory, settings.whole("threads"))


@contextmanager
def open_database(
    path: Path, limits: Limits, *, write: bool = False, wait_seconds: float = 0
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a cskpi database; for writing it is made and migrated if need be.

    Raises:
        DatabaseError: missing, locked by another process, of a newer schema, not a database, or
            it ran out of disk or memory while in use.
    """
    import duckdb

    if not write and not path.is_file():
        raise DatabaseError("db_missing", path=path)
    con = _connect(path, limits, write=write, wait_seconds=wait_seconds)
    try:
        if write:
            migrate(con, path)
        elif applied_version(con) != steps()[-1][0]:
            raise DatabaseError("db_other_schema", path=path)
        yield con
    except (duckdb.InterruptException, RuntimeError) as error:
        # A statement ended by Ctrl-C says so in one of these two ways.
        if "interrupt" not in str(error).lower():
            raise
        raise KeyboardInterrupt from None
    except _failures() as error:
        # The transaction under way is gone with the connection; the file is as before it.
        raise DatabaseError("db_failed", path=path, cause=str(error).splitlines()[0]) from None
    finally:
        con.close()


def _failures() -> tuple[type[Exception], ...]:
    """Return what DuckDB raises when disk or memory give out, at a write or at its commit."""
    import duckdb

    return (
        duckdb.IOException,
        duckdb.OutOfMemoryException,
        duckdb.FatalException,
        duckdb.TransactionException,
    )


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Run a block in one transaction: all of it lands, or nothing."""
    import duckdb

    con.execute("BEGIN TRANSACTION")
    try:
        yield
        # A library in the middle of something may have swallowed the interruption.
        interruption.stop_if_it_came()
    except BaseException:
        # After a failed write the database takes no statement at all, and needs none.
        with suppress(duckdb.Error):
            con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")


def quote(name: str) -> str:
    """Return a table or column name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return text as a quoted SQL string, for the few places that take no parameter."""
    return "'" + text.replace("'", "''") + "'"


def let_go(con: duckdb.DuckDBPyConnection, limits: Limits) -> None:
    """Give back the memory that DuckDB keeps of tables read before; call it outside transactions.

    Args:
        con: a connection whose settings may change.
        limits: what holds afterwards.
    """
    import duckdb

    # A database without a file would put its tables into one of the folder one stands in.
    row = con.execute(
        "SELECT path FROM duckdb_databases() WHERE database_name = current_database()"
    ).fetchone()
    if row is None or row[0] is None:
        return
    # What is in use stays, and is no failure.
    with suppress(duckdb.OutOfMemoryException):
        con.execute(f"SET memory_limit = {literal(_LEAST_MEMORY)}")
    con.execute(f"SET memory_limit = {literal(limits.memory)}")


def lock_down(con: duckdb.DuckDBPyConnection) -> None:
    """Take file and network access from a connection, for good."""
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")


def _connect(
    path: Path, limits: Limits, *, write: bool, wait_seconds: float
) -> duckdb.DuckDBPyConnection:
    import duckdb

    config: dict[str, Any] = {
        "memory_limit": limits.memory,
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    if limits.threads:
        config["threads"] = limits.threads
    deadline = time.monotonic() + wait_seconds
    is_new = not path.exists()
    while True:
        try:
            con = duckdb.connect(path, read_only=not write, config=config)
        except duckdb.IOException as error:
            if "lock" in str(error).lower() and time.monotonic() < deadline:
                time.sleep(0.2)
                continue
            raise _explain(path, error) from None
        except duckdb.Error as error:
            raise _explain(path, error) from None
        if is_new and write:
            path.chmod(0o600)
        return con


def _explain(path: Path, error: Exception) -> DatabaseError:
    text = str(error)
    if "lock" in text.lower():
        holder = re.search(r"PID (\d+)", text)
        return DatabaseError("db_locked", path=path, pid=holder[1] if holder else "?")
    return DatabaseError("db_unreadable", path=path, cause=text.splitlines()[0])


def _default_memory() -> int:
    if not hasattr(os, "sysconf"):
        return DEFAULT_MEMORY_BYTES  # Windows does not tell it this way.
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(int(total * DEFAULT_MEMORY_SHARE), DEFAULT_MEMORY_BYTES)
