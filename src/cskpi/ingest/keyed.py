"""Tables with one row a key: orders and their items, refunds, ratings, tickets, complaints, rosters.

Rows of one file with the same key are one record: per column the first value there is. Against the
table, a new key is inserted; for a known one the latest export with a value decides each column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from cskpi.errors import InputError
from cskpi.ingest.derived import derive, generated_key
from cskpi.ingest.faults import find_faults
from cskpi.ingest.ledger import Written
from cskpi.ingest.listed_accounts import LISTED, accounts_in, merge_accounts
from cskpi.ingest.merge import LEDGER_COLUMNS, Merge
from cskpi.ingest.raw import count
from cskpi.ingest.reshaping import parts_faults
from cskpi.ingest.staging import Numbering, Staging, extra_value, schema_types
from cskpi.ingest.tables import TABLES
from cskpi.ingest.versions import ENUMERATIONS, Rank

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.ledger import Loading
    from cskpi.ingest.tables import KeyedTable

FUTURE_TIMES = ("due_at", "valid_to", "left_on")


def write_keyed(
    con: duckdb.DuckDBPyConnection, staging: Staging, numbering: Numbering, loading: Loading
) -> Written:
    """Merge a file into its table; `faults` then holds the rejected rows.

    Raises:
        InputError: no time column and no day.
    """
    target = staging.match.source.target
    table = TABLES[target]
    derived = derive(con, staging)
    given = {*staging.columns, *staging.constants, *derived.values}
    lacks_moment = table.moment in table.required and table.moment not in given
    if lacks_moment and loading.day is None:
        raise InputError("no_time_column", columns=", ".join(filter(None, staging.raw.header)))
    find_faults(
        con,
        staging.without_faults(derived.replaced),
        required=[name for name in table.required if name in staging.columns],
        keys=[name for name in table.keys if name != "shop_id"],
        first=[*parts_faults(staging), *derived.faults],
    )
    types = {n: t for n, t in schema_types(con, target).items() if n not in LEDGER_COLUMNS}
    values = _values(staging, table, types) | dict(derived.values)
    if lacks_moment:
        values[table.moment] = f"TIMESTAMP '{loading.day} 00:00:00'"
    values = _stored(staging, values, types)
    items = _item_values(con, staging)
    _stage_rows(
        con, staging, values | {f"item_{name}": sql for name, sql in items.items()}, numbering
    )
    _settle_ordinals(con, target)
    rank = Rank(loading.file_id, _newest(con, types), loading.sha256)
    merge = Merge(con, rank, loading.may_update)
    sums = staging.match.source.sums
    conflicting = merge.run(target, table.keys, list(types), "staged_rows", sums)
    if items:
        _stage_items(con, items)
        keys = ("shop_id", "order_id", "item_key")
        conflicting += merge.run("order_items", keys, [*keys, *items], "staged_items")
    told = merge_accounts(con, merge) if LISTED in values else ()
    return replace(_written(con, staging, table, rank, conflicting), told=told)


def _stored(
    staging: Staging, values: Mapping[str, str], types: Mapping[str, str]
) -> dict[str, str]:
    """Return the values as the table stores them: people hidden where asked, of the table's types."""
    target = staging.match.source.target
    hidden = ("customer_id", "alias") if target == "customer_links" else ("customer_id",)
    stored = dict(values)
    stored |= {name: staging.privacy.hidden(stored[name]) for name in hidden if name in stored}
    listed = accounts_in(stored["agent_id"]) if target == "agents" else ""
    if listed:
        stored["agent_id"] = f"({listed})[1]"
    stored = {name: f"CAST({sql} AS {types[name]})" for name, sql in stored.items()}
    return stored | ({LISTED: listed} if listed else {})


def _values(staging: Staging, table: KeyedTable, types: Mapping[str, str]) -> dict[str, str]:
    """Return the expression of each column before anything is worked out."""
    values = {name: staging.value(name) for name in types}
    values["extra"] = extra_value(staging)
    for name, fixed in {"shop_id": "", **(table.defaults or {})}.items():
        if name in types:
            values[name] = f"coalesce({values[name]}, CAST('{fixed}' AS {types[name]}))"
    if "extra" not in types:
        del values["extra"]
    if table.own_id and table.own_id not in staging.columns:
        values[table.own_id] = generated_key(staging, table.own_id_of)
    return values


def _newest(con: duckdb.DuckDBPyConnection, types: Mapping[str, str]) -> datetime | None:
    """Return the newest time a file's rows name; what they expect of the future does not count."""
    times = [n for n, t in types.items() if t in {"TIMESTAMP", "DATE"} and n not in FUTURE_TIMES]
    if not times:
        return None
    newest = ", ".join(f"CAST(max({name}) AS TIMESTAMP)" for name in times)
    row = con.execute(f"SELECT {newest} FROM staged_rows").fetchone() or ()
    return max((moment for moment in row if moment is not None), default=None)


def _written(
    con: duckdb.DuckDBPyConnection,
    staging: Staging,
    table: KeyedTable,
    rank: Rank,
    conflicting: int,
) -> Written:
    moment = f"min({table.moment}), max({table.moment})" if table.moment else "NULL, NULL"
    total, first_at, last_at = con.execute(
        f"SELECT count(*), {moment} FROM staged_rows"
    ).fetchone() or (0, None, None)
    accepted = count(con, "(SELECT DISTINCT row_no FROM taken_rows)")
    return Written(
        accepted,
        total - accepted,
        _as_time(first_at),
        _as_time(last_at),
        conflicting,
        _unknown_words(con, staging),
        rank.exported_at,
    )


def _stage_rows(
    con: duckdb.DuckDBPyConnection,
    staging: Staging,
    values: Mapping[str, str],
    numbering: Numbering,
) -> None:
    listed = ", ".join(f"{sql} AS {name}" for name, sql in values.items())
    columns = ", ".join(staging.raw.columns)
    # Twice, the second time moved: a number that stands twice can cancel itself out of a hash.
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE staged_rows AS
        SELECT row_no, {numbering.source_row} AS source_row,
            hash({columns}, concat_ws(chr(31), {columns})) AS likeness, {listed}
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
    elif target == "order_items":
        # A row that repeats another one whole is no second item.
        con.execute(
            "CREATE OR REPLACE TEMP TABLE staged_rows AS SELECT *, min(row_no) OVER"
            " (PARTITION BY shop_id, order_id, likeness) AS first_no FROM staged_rows"
        )
        key = (
            "coalesce(item_key, order_id || '#' || dense_rank() OVER"
            " (PARTITION BY shop_id, order_id ORDER BY first_no)) AS item_key"
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


def _unknown_words(con: duckdb.DuckDBPyConnection, staging: Staging) -> dict[str, dict[str, int]]:
    """Return the words of each enumeration that the preset does not know, with their counts."""
    found = {}
    known = schema_types(con, staging.match.source.target)
    for name in staging.match.source.values:
        if name not in ENUMERATIONS or f"{name}_raw" not in known:
            continue
        rows = con.execute(
            f"""
            SELECT {name}_raw, count(*) AS row_count FROM staged_rows WHERE {name} = 'unknown'
            GROUP BY {name}_raw ORDER BY row_count DESC, {name}_raw LIMIT 20
            """
        ).fetchall()
        if rows:
            found[name] = {str(word): int(number) for word, number in rows}
    return found


def _as_time(moment: date | datetime | None) -> datetime | None:
    if moment is None or isinstance(moment, datetime):
        return moment
    return datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001 - shop-local by design
