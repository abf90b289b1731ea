"""Building the facts: one SELECT per table, in the order of the file numbers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cskpi.model.shops import separate_shops, unify_shops
from cskpi.resources import data_dir
from cskpi.store.database import quote, transaction
from cskpi.store.sqlfile import SqlFile, read_sql_file

if TYPE_CHECKING:
    import duckdb

    from cskpi.settings import Settings, Value

MILLISECONDS = " * 1000"

TOLD = ("agent_aliases", "customer_links")
"""Tables that commands change without a load; their content is part of the fingerprint."""

_CONTENT = """
SELECT count(*), CAST(sum(hash(told)) AS VARCHAR)
FROM (SELECT * EXCLUDE (extra, file_id, source_row) FROM {}) AS told
"""


@dataclass(frozen=True, slots=True)
class ModelStep:
    """One fact table: its SELECT and the settings its parameters take their values from."""

    target: str
    file: SqlFile
    parameters: dict[str, str]

    def bind(self, settings: Settings) -> dict[str, Value]:
        """Return the parameter values in force; `section.key * 1000` turns seconds into ms."""
        return {name: _value(settings, source) for name, source in self.parameters.items()}


def model_steps() -> list[ModelStep]:
    """Return the shipped steps in building order."""
    files = sorted((data_dir("queries") / "model").glob("*.sql"))
    return [_step(read_sql_file(path)) for path in files]


def is_current(con: duckdb.DuckDBPyConnection, settings: Settings) -> bool:
    """Tell whether the facts match the loads, the settings and the SQL in force."""
    stored = con.execute("SELECT fingerprint FROM _cskpi_model").fetchone()
    return stored is not None and stored[0] == fingerprint(con, settings)


def build_model(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    progress: Callable[[str, int, int], None] | None = None,
) -> None:
    """Rebuild every fact table in one transaction.

    Args:
        con: a writable database.
        settings: gaps, windows and owner rule.
        progress: called with the table, its number and the number of tables before each step.
    """
    steps = model_steps()
    unify_shops(con)
    # Order in the tables means nothing; giving it up lets both threads write.
    con.execute("SET preserve_insertion_order = false")
    with transaction(con):
        for number, step in enumerate(steps, start=1):
            if progress:
                progress(step.target, number, len(steps))
            con.execute(f"DELETE FROM {quote(step.target)}")
            con.execute(
                f"INSERT INTO {quote(step.target)} BY NAME {step.file.body.strip().rstrip(';')}",
                step.bind(settings),
            )
        con.execute("DELETE FROM _cskpi_model")
        con.execute("INSERT INTO _cskpi_model VALUES (?)", [fingerprint(con, settings)])
    con.execute("RESET preserve_insertion_order")
    separate_shops(con)


def fingerprint(con: duckdb.DuckDBPyConnection, settings: Settings) -> str:
    """Return a digest of all the facts depend on."""
    loads = con.execute(
        "SELECT file_id, sha256, rows_accepted FROM import_files ORDER BY file_id, sheet"
    ).fetchall()
    told = [con.execute(_CONTENT.format(table)).fetchone() for table in TOLD]
    steps = [(step.file.body, step.bind(settings)) for step in model_steps()]
    content = json.dumps([loads, told, steps], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _step(file: SqlFile) -> ModelStep:
    return ModelStep(file.header["target"], file, dict(file.header.get("params", {})))


def _value(settings: Settings, source: str) -> Value:
    if source.endswith(MILLISECONDS):
        return settings.whole(source.removesuffix(MILLISECONDS)) * 1000
    return settings.values[source]
