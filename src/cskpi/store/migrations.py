"""Schema steps: `queries/schema/NNNN_*.sql`, each applied once, in one transaction with its record."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cskpi.errors import DatabaseError
from cskpi.resources import data_dir

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb


def steps() -> list[tuple[int, Path]]:
    """Return the numbered steps; numbers run from 1 without gap or repeat.

    Raises:
        ValueError: the shipped files break that rule.
    """
    found = sorted((data_dir("queries") / "schema").glob("*.sql"))
    numbered = [(int(match[1]), p) for p in found if (match := re.match(r"(\d{4})_", p.name))]
    if [n for n, _ in numbered] != list(range(1, len(found) + 1)):
        raise ValueError([p.name for p in found])
    return numbered


def applied_version(con: duckdb.DuckDBPyConnection) -> int | None:
    """Return the newest step a database holds, None if it is not a cskpi database."""
    known = con.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE table_name = '_cskpi_schema'"
    ).fetchone()
    if not known or not known[0]:
        return None
    newest = con.execute("SELECT max(version) FROM _cskpi_schema").fetchone()
    return int(newest[0]) if newest and newest[0] is not None else 0


def migrate(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Bring a database up to date.

    Raises:
        DatabaseError: the file holds somebody else's tables, or a schema newer than this program.
    """
    version = applied_version(con)
    if version is None:
        foreign = con.execute("SELECT count(*) FROM duckdb_tables()").fetchone()
        if foreign and foreign[0]:
            raise DatabaseError("db_foreign", path=path)
        con.execute("CREATE TABLE _cskpi_schema (version INTEGER NOT NULL, step VARCHAR NOT NULL)")
        version = 0
    if version > steps()[-1][0]:
        raise DatabaseError("db_newer", path=path, found=version, known=steps()[-1][0])
    for number, step in steps():
        if number > version:
            con.execute("BEGIN")
            con.execute(step.read_text(encoding="utf-8"))
            con.execute("INSERT INTO _cskpi_schema VALUES (?, ?)", [number, step.name])
            con.execute("COMMIT")
