"""Data that came twice under other names: the same bytes for another shop, a chat under another id.

Nothing is merged: two conversations with the same words may be two, and a shop's name is told by
the user. What looks double is named, so that a person can keep one of the exports.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cskpi.ingest.raw import count
from cskpi.ingest.report import Told
from cskpi.store.database import quote

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.report import FileReport

_DOUBLED = """
SELECT count(DISTINCT own.message_key), count(DISTINCT coalesce(own.conversation_id, own.customer_id)),
    list(DISTINCT other.file_id)
FROM messages AS own
INNER JOIN messages AS other
    ON own.text_hash = other.text_hash AND own.occurred_ms = other.occurred_ms
    AND own.shop_id = other.shop_id AND own.customer_id = other.customer_id
    AND own.sender_role = other.sender_role
    AND own.conversation_id IS DISTINCT FROM other.conversation_id
WHERE own.file_id = $file_id AND other.file_id <> $file_id AND own.text <> ''
    AND other.occurred_at BETWEEN $first_at AND $last_at
"""


def second_copies(
    con: duckdb.DuckDBPyConnection, report: FileReport, sha256: str, file_id: int
) -> tuple[Told, ...]:
    """Return warnings of rows just written that the database holds already under other names."""
    if not report.rows_accepted or report.kind is None:
        return ()
    found = _same_bytes(con, report, sha256, file_id) if report.already_loaded else ()
    if report.kind == "messages" and report.overlaps and not found:
        found = _doubled_chats(con, report, file_id)
    return found


def _same_bytes(
    con: duckdb.DuckDBPyConnection, report: FileReport, sha256: str, file_id: int
) -> tuple[Told, ...]:
    added = count(con, f"{quote(report.kind or '')} WHERE file_id = {file_id}")
    row = con.execute(
        "SELECT path FROM import_files WHERE sha256 = ? ORDER BY file_id LIMIT 1", [sha256]
    ).fetchone()
    if not added or row is None:
        return ()
    return (Told("second_copy", {"path": Path(row[0]).name, "count": added}),)


def _doubled_chats(
    con: duckdb.DuckDBPyConnection, report: FileReport, file_id: int
) -> tuple[Told, ...]:
    bounds = {"file_id": file_id, "first_at": report.first_at, "last_at": report.last_at}
    messages, chats, files = con.execute(_DOUBLED, bounds).fetchone() or (0, 0, [])
    if not messages:
        return ()
    paths = con.execute(
        "SELECT DISTINCT path FROM import_files WHERE list_contains($files, file_id) ORDER BY path",
        {"files": files},
    ).fetchall()
    others = "、".join(Path(path).name for (path,) in paths[:3])
    return (Told("doubled_chats", {"count": messages, "chats": chats, "others": others}),)
