"""What the facts were built from, and whether that still holds."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from cskpi.model.steps import model_steps

if TYPE_CHECKING:
    import duckdb

    from cskpi.settings import Settings

TOLD = ("agent_aliases", "customer_links")
"""Tables that commands change without a load; their content is part of the recipe."""

_CONTENT = """
SELECT count(*), CAST(sum(hash(told)) AS VARCHAR)
FROM (SELECT * EXCLUDE (extra, file_id, source_row) FROM {}) AS told
"""

_BY_FILE = """
SELECT file_id, accepted, coalesce(message_count, 0) AS message_count,
    coalesce(place_sum, 0) AS place_sum
FROM (
    SELECT file_id, sum(rows_accepted) AS accepted
    FROM import_files WHERE kind = 'messages' GROUP BY file_id
) AS loaded
FULL JOIN (
    SELECT file_id, count(*) AS message_count, sum(source_row) AS place_sum
    FROM messages GROUP BY file_id
) AS stored USING (file_id)
"""


def is_current(con: duckdb.DuckDBPyConnection, settings: Settings) -> bool:
    """Tell whether the facts match the loads, the settings and the SQL in force."""
    stored = con.execute("SELECT fingerprint FROM _cskpi_model").fetchone()
    return stored is not None and stored[0] == fingerprint(con, settings)


def fingerprint(con: duckdb.DuckDBPyConnection, settings: Settings) -> str:
    """Return a digest of all the facts depend on."""
    loads = con.execute(
        "SELECT file_id, sha256, rows_accepted FROM import_files ORDER BY file_id, sheet"
    ).fetchall()
    return _digest([loads, _recipe(con, settings)])


def appended_files(
    con: duckdb.DuckDBPyConnection, settings: Settings, shop: str | None
) -> list[int] | None:
    """Return the files whose messages came on top of those the facts hold.

    `shop` is whose the rows without a shop are.

    None where more than that has happened: other settings, SQL or names, or a message that a later
    export changed or that is gone.
    """
    stored = con.execute("SELECT recipe FROM _cskpi_model").fetchone()
    if stored is None or stored[0] != _shop_recipe(con, settings, shop):
        return None
    row = con.execute(
        f"""
        SELECT
            coalesce(bool_and(coalesce(now.message_count = built.message_count
                AND now.place_sum = built.place_sum, FALSE)) FILTER (built.file_id IS NOT NULL), TRUE)
            AND coalesce(bool_and(coalesce(now.message_count = now.accepted, FALSE))
                FILTER (built.file_id IS NULL), TRUE),
            coalesce(list(now.file_id) FILTER (built.file_id IS NULL), [])
        FROM ({_BY_FILE}) AS now FULL JOIN _cskpi_built AS built USING (file_id)
        """
    ).fetchone()
    return sorted(row[1]) if row and row[0] else None


def record(con: duckdb.DuckDBPyConnection, settings: Settings, shop: str | None) -> None:
    """Store what the facts have just been built from."""
    con.execute("DELETE FROM _cskpi_model")
    con.execute(
        "INSERT INTO _cskpi_model (fingerprint, recipe) VALUES (?, ?)",
        [fingerprint(con, settings), _shop_recipe(con, settings, shop)],
    )
    con.execute("DELETE FROM _cskpi_built")
    con.execute(f"INSERT INTO _cskpi_built BY NAME SELECT * EXCLUDE (accepted) FROM ({_BY_FILE})")


def _recipe(con: duckdb.DuckDBPyConnection, settings: Settings) -> str:
    told = [con.execute(_CONTENT.format(table)).fetchone() for table in TOLD]
    steps = [(step.file.body, step.bind(settings)) for step in model_steps()]
    return _digest([told, steps])


def _shop_recipe(con: duckdb.DuckDBPyConnection, settings: Settings, shop: str | None) -> str:
    return _digest([_recipe(con, settings), shop])


def _digest(content: object) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
