"""Forgetting a person: the database is written anew without him and takes the old one's place.

Deleting would leave his bytes in freed blocks of the file. A copy holds what was copied, and the
rename makes it one step: killed before it, the database is as it was.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cskpi.identity.person import DOOMED, IDS, count_mentions, find_ids, find_rows
from cskpi.store.database import Limits, literal, open_database, quote, transaction

if TYPE_CHECKING:
    import duckdb

    from cskpi.identity.hashing import Pseudonyms

_COPY = "purged_copy"


@dataclass(frozen=True, slots=True)
class Traces:
    """What the database holds of a person.

    `rows` counts his rows by table; `orders` are his order ids, `mentions` the texts of other
    people in which his name stands: they are not touched.
    """

    rows: dict[str, int]
    orders: tuple[str, ...]
    mentions: int


def trace_person(
    con: duckdb.DuckDBPyConnection, names: Iterable[str], shop_id: str | None
) -> Traces:
    """Find everything of a person, by id, nick and linked ids; nothing is changed.

    Args:
        con: a writable database whose facts are current.
        names: his id or nick in every form the database may hold.
        shop_id: None for every shop.
    """
    find_ids(con, names, shop_id)
    rows = find_rows(con)
    orders = con.execute(f"SELECT DISTINCT id FROM {IDS} WHERE id_kind = 'order' ORDER BY id")
    return Traces(rows, tuple(order for (order,) in orders.fetchall()), count_mentions(con))


def rewrite_without(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    limits: Limits,
    facts: Collection[str],
    hashes: Pseudonyms,
) -> None:
    """Replace the database file by one without the rows `trace_person` found.

    His ids are remembered as keyed hashes, so that loading the same export does not bring him back;
    not so a masked nick, which others share.
    The facts are left empty and built anew with the next question.

    Args:
        con: the connection of `trace_person`, which keeps others out until the new file stands.
        path: the database file.
        limits: of the machine.
        facts: the tables built from the others.
        hashes: the user's key.
    """
    draft = path.with_name(f".{path.name}.purge")
    _remove(draft)
    try:
        with open_database(draft, limits, write=True):
            pass
        con.execute("CHECKPOINT")
        con.execute(f"ATTACH {literal(str(draft))} AS {_COPY}")
        with transaction(con):
            for table in _tables(con, facts):
                _copy(con, table)
            _remember(con, hashes)
            _clear_names_of_files(con)
        con.execute(f"CHECKPOINT {_COPY}")
        con.execute(f"DETACH {_COPY}")
        draft.chmod(0o600)
        _sync(draft)
        draft.replace(path)
        _sync(path.parent)
    finally:
        _remove(draft)


def _tables(con: duckdb.DuckDBPyConnection, facts: Collection[str]) -> list[str]:
    rows = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()"
        " AND schema_name = 'main' AND NOT temporary ORDER BY table_oid"
    ).fetchall()
    return [t for (t,) in rows if t not in facts and not t.startswith("_cskpi")]


def _copy(con: duckdb.DuckDBPyConnection, table: str) -> None:
    con.execute(
        f"INSERT INTO {_COPY}.{quote(table)} BY NAME SELECT * FROM {quote(table)} WHERE rowid NOT IN"
        f" (SELECT place FROM {DOOMED} WHERE table_name = {literal(table)})"
    )


def _remember(con: duckdb.DuckDBPyConnection, hashes: Pseudonyms) -> None:
    stored = hashes.stored_sql("id")
    con.execute(
        f"""
        INSERT INTO {_COPY}.purged_ids
        SELECT DISTINCT shop_id, id_kind, {stored},
            CAST(current_timestamp AT TIME ZONE 'UTC' AS TIMESTAMP)
        FROM {IDS} AS ids
        WHERE id <> '' AND NOT (id_kind = 'customer' AND contains(id, '*')) AND NOT EXISTS (FROM {_COPY}.purged_ids AS known
            WHERE known.shop_id = ids.shop_id AND known.id_kind = ids.id_kind
                AND known.id_hash = {stored})
        """
    )


def _clear_names_of_files(con: duckdb.DuckDBPyConnection) -> None:
    """Chats are exported to files and sheets named after the customer; the ledger keeps those names."""
    names = con.execute(f"SELECT DISTINCT id FROM {IDS} WHERE id_kind = 'customer' AND id <> ''")
    parts = "|".join(re.escape(name) for (name,) in names.fetchall())
    edge = r"[^\p{L}\p{N}]"
    pattern = f"(^|{edge})({parts})($|{edge})"
    once = "regexp_replace({}, $pattern, '\\1***\\3', 'g')"
    # Twice, because the sign between two neighbours belongs to the first one found.
    cleared = ", ".join(
        f"{column} = {once.format(once.format(column))}" for column in ("path", "sheet", "remarks")
    )
    con.execute(f"UPDATE {_COPY}.import_files SET {cleared}", {"pattern": pattern})


def _remove(draft: Path) -> None:
    for leftover in (draft, draft.with_name(f"{draft.name}.wal")):
        leftover.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
