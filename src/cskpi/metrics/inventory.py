"""What a database holds: its tables and the files they came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cskpi.metrics.trace import Rows
from cskpi.store.database import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb


@dataclass(frozen=True, slots=True)
class Inventory:
    """Tables as `(name, comment, rows)`, and the load ledger."""

    tables: tuple[tuple[str, str | None, int], ...]
    files: Rows


def inventory(con: duckdb.DuckDBPyConnection) -> Inventory:
    """Return every table that holds rows, and every file loaded."""
    names = con.execute(
        "SELECT table_name, comment FROM duckdb_tables()"
        " WHERE table_name NOT LIKE '\\_cskpi%' ESCAPE '\\' ORDER BY table_oid"
    ).fetchall()
    tables = []
    for name, comment in names:
        row = con.execute(f"SELECT count(*) FROM {quote(name)}").fetchone()
        if row and row[0]:
            tables.append((name, comment, int(row[0])))
    cursor = con.execute(
        "SELECT path, sheet, kind, rows_read, rows_accepted, rows_duplicate, rows_rejected,"
        " first_at, last_at, loaded_at FROM import_files ORDER BY file_id, sheet"
    )
    columns = tuple(column[0] for column in cursor.description or ())
    files = tuple(tuple(row) for row in cursor.fetchall())
    return Inventory(tuple(tables), Rows(columns, files, len(files)))


def without_rows(con: duckdb.DuckDBPyConnection, tables: Sequence[str]) -> list[str]:
    """Return which of some tables and views hold no row at all."""
    return [
        name
        for name in tables
        if con.execute(f"SELECT 1 FROM {quote(name)} LIMIT 1").fetchone() is None
    ]
