"""Tables with one row a key: orders and their items, refunds, ratings, tickets, complaints, rosters.

Rows of one file with the same key are one record: per column the first value there is. Against the
table, a new key is inserted, a known one has its gaps filled and its changed values replaced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from cskpi.errors import InputError
from cskpi.ingest.derived import derive, generated_key
from cskpi.ingest.faults import find_faults
from cskpi.ingest.ledger import Written
from cskpi.ingest.merge import LEDGER_COLUMNS, Merge
from cskpi.ingest.raw import count
from cskpi.ingest.staging import Numbering, Staging, extra_value, schema_types

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class KeyedTable:
    """What identifies a row, when it happened, and what it cannot do without."""

    keys: tuple[str, ...]
    moment: str
    required: tuple[str, ...]
    own_id: str | None = None


TABLES: Mapping[str, KeyedTable] = {
    "orders": KeyedTable(("shop_id", "order_id"), "created_at", ("order_id",)),
    "refunds": KeyedTable(("shop_id", "refund_id"), "applied_at", ("refund_id",), "refund_id"),
    "ratings": KeyedTable(("rating_key",), "rated_at", ("rated_at",)),
    "tickets": KeyedTable(
        ("shop_id", "ticket_id"), "created_at", ("ticket_id", "created_at"), "ticket_id"
    ),
    "complaints": KeyedTable(
        ("shop_id", "complaint_id"), "filed_at", ("complaint_id", "filed_at"), "complaint_id"
    ),
    "agents": KeyedTable(("shop_id", "agent_id"), "hired_on", ("agent_id",)),
    "shifts": KeyedTable(
        ("shop_id", "agent_id", "shift_on", "shift_no"), "shift_on", ("agent_id", "shift_on")
    ),
}


def write_keyed(
    con: duckdb.DuckDBPyConnection,
    staging: Staging,
    *,
    file_id: int,
    day: date | None,
    numbering: Numbering,
    may_update: bool,
) -> Written:
    """Merge a file into its table; `faults` then holds the rejected rows.

    Args:
        con: the database connection, in a transaction.
        staging: the typed columns.
        file_id: the ledger number of the file.
        day: the day of rows whose file names none, where the table needs one.
        numbering: how `row_no` becomes a row number of the file.
        may_update: whether values of known keys may change; not so for bytes loaded before.

    Raises:
        InputError: no time column and no day.
    """
    target = staging.match.source.target
    table = TABLES[target]
    has_moment = table.moment in staging.columns
    if table.moment in table.required and not has_moment and day is None:
        raise InputError("no_time_column", columns=", ".join(filter(None, staging.raw.header)))
    derived = derive(con, staging)
    found = tuple(name for name in table.required if name in staging.columns)
    find_faults(
        con,
        staging.without_faults(derived.replaced),
        required=found,
        keys=[name for name in table.keys if name != "shop_id"],
        further=derived.faults,
    )
    types = {n: t for n, t in schema_types(con, target).items() if n not in LEDGER_COLUMNS}
    values = {name: staging.value(name) for name in types} | dict(derived.values)
    values["shop_id"] = f"coalesce({staging.value('shop_id')}, '')"
    values["extra"] = extra_value(staging)
    if table.own_id and table.own_id not in staging.columns:
        values[table.own_id] = generated_key(staging)
    if not has_moment and day is not None and table.moment in table.required:
        values[table.moment] = f"TIMESTAMP '{day} 00:00:00'"
    values = {name: f"CAST({sql} AS {types[name]})" for name, sql in values.items()}
    items = _item_values(con, staging)
    _stage_rows(
        con, staging, values | {f"item_{name}": sql for name, sql in items.items()}, numbering
    )
    _settle_ordinals(con, target)
    merge = Merge(con, file_id, may_update)
    conflicting = merge.run(target, table.keys, list(types), "staged_rows")
    if items:
        _stage_items(con, items)
        merge.run("order_items", ("shop_id", "order_id", "item_key"), list(items), "staged_items")
    accepted = count(con, "(SELECT DISTINCT row_no FROM taken_rows)")
    total, first_at, last_at = con.execute(
        f"SELECT count(*), min({table.moment}), max({table.moment}) FROM staged_rows"
    ).fetchone() or (0, None, None)
    return Written(
        accepted,
        total - accepted,
        _as_time(first_at),
        _as_time(last_at),
        conflicting,
        _unknown_words(con) if "status_raw" in values and "status" in values else {},
    )


def _stage_rows(
    con: duckdb.DuckDBPyConnection,
    staging: Staging,
    values: Mapping[str, str],
    numbering: Numbering,
) -> None:
    listed = ", ".join(f"{sql} AS {name}" for name, sql in values.items())
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE staged_rows AS
        SELECT row_no, {numbering.source_row} AS source_row,
            hash({", ".join(staging.raw.columns)}) AS likeness, {listed}
        FROM {staging.layer} AS layer ANTI JOIN faults USING (row_no) {numbering.join}
        """
    )


def _settle_ordinals(con: duckdb.DuckDBPyConnection, target: str) -> None:
    """Number what has no id of its own among its equals in the file."""
    if target == "ratings":
        key = (
            "CASE WHEN suffix(rating_key, '#') THEN rating_key"
            " || row_number() OVER (PARTITION BY rating_key ORDER BY row_no)"
            " ELSE rating_key END AS rating_key"
        )
    elif target == "shifts":
        key = (
            "CAST(dense_rank() OVER (PARTITION BY shop_id, agent_id, shift_on"
            " ORDER BY started_at, ended_at, shift_code) AS INTEGER) AS shift_no"
        )
    else:
        return
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE staged_rows AS SELECT * REPLACE ({key}) FROM staged_rows"
    )


def _item_values(con: duckdb.DuckDBPyConnection, staging: Staging) -> dict[str, str]:
    """Return the expressions of the item columns, none where the file names no item."""
    if "order_items" not in staging.match.source.also:
        return {}
    if not any(name.startswith("item.") for name in staging.columns):
        return {}
    keys = ("shop_id", "order_id", *LEDGER_COLUMNS)
    types = {n: t for n, t in schema_types(con, "order_items").items() if n not in keys}
    values = {name: staging.value(f"item.{name}") for name in types}
    values["extra"] = extra_value(staging, "item.")
    return {name: f"CAST({sql} AS {types[name]})" for name, sql in values.items()}


def _stage_items(con: duckdb.DuckDBPyConnection, items: Mapping[str, str]) -> None:
    """Take the items out of the rows; a row that repeats another one whole is no second item."""
    listed = ", ".join(f"item_{name} AS {name}" for name in items if name != "item_key")
    is_named = " OR ".join(f"item_{name} IS NOT NULL" for name in items)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE staged_items AS
        SELECT row_no, source_row, shop_id, order_id, {listed},
            coalesce(
                item_item_key,
                order_id || '#' || row_number() OVER (PARTITION BY shop_id, order_id ORDER BY row_no)
            ) AS item_key
        FROM (
            SELECT DISTINCT ON (shop_id, order_id, likeness) * FROM staged_rows
            WHERE {is_named} ORDER BY row_no)
        """
    )


def _unknown_words(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    rows = con.execute(
        """
        SELECT status_raw, count(*) AS row_count FROM staged_rows WHERE status = 'unknown'
        GROUP BY status_raw ORDER BY row_count DESC, status_raw LIMIT 20
        """
    ).fetchall()
    return {"status": {str(word): int(number) for word, number in rows}} if rows else {}


def _as_time(moment: date | datetime | None) -> datetime | None:
    if moment is None or isinstance(moment, datetime):
        return moment
    return datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001 - shop-local by design
