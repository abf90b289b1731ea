"""A user's own SQL: one SELECT, run on a connection that reaches no file and no network."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from cskpi.errors import InputError, UsageError
from cskpi.metrics.trace import Rows

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb


def read_question(path: Path | None) -> str:
    """Return the SQL of a file, of standard input without one.

    Raises:
        InputError: the file cannot be read.
    """
    if path is None:
        return sys.stdin.read()
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("query_unreadable", path=path, cause=error) from None


def ask(con: duckdb.DuckDBPyConnection, sql: str, limit: int) -> Rows:
    """Run one SELECT; at most `limit` rows come back, `total` is one more where rows were cut.

    Raises:
        UsageError: it is not one SELECT, or the database refuses it.
    """
    import duckdb

    try:
        statements = con.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise UsageError("query_not_select")
        cursor = con.execute(statements[0])
        columns = tuple(column[0] for column in cursor.description or ())
        rows = cursor.fetchmany(limit + 1)
    except duckdb.Error as error:
        raise UsageError("query_refused", cause=str(error).strip()) from None
    return Rows(columns, tuple(tuple(row) for row in rows[:limit]), len(rows))
