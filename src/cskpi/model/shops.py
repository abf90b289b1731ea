"""Files that name no shop: where all the others name one and the same, it is theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cskpi.store.database import literal, quote

if TYPE_CHECKING:
    import duckdb

STAGED = (
    *("messages", "orders", "order_items", "refunds", "ratings", "tickets", "complaints", "agents"),
    *("shifts", "attendance", "survey_responses", "visitors", "exported_sessions"),
)
"""Tables whose rows belong to a shop; aliases and links without one hold for all."""


def only_shop(con: duckdb.DuckDBPyConnection) -> str | None:
    """Return the shop of rows that name none, None where there are no such rows or several shops."""
    stored = _stored(con)
    every = " UNION ".join(f"SELECT shop_id FROM {stored}.{quote(table)}" for table in STAGED)
    shops = {str(shop) for (shop,) in con.execute(every).fetchall()}
    named = shops - {""}
    return named.pop() if "" in shops and len(named) == 1 else None


def unify_shops(con: duckdb.DuckDBPyConnection) -> str | None:
    """Let this connection read rows without a shop as the only shop's; return that shop.

    What is stored stays as the files said it: with a second shop the guess is gone.
    """
    shop = only_shop(con)
    show_shop(con, shop)
    return shop


def show_shop(con: duckdb.DuckDBPyConnection, shop: str | None) -> None:
    """Let this connection read rows without a shop as that shop's; None: as the files said."""
    separate_shops(con)
    if shop is not None:
        stored = _stored(con)
        for table in STAGED:
            # A temporary view stands before the table of its name, for stored views as well.
            con.execute(
                f"CREATE TEMP VIEW {quote(table)} AS SELECT * REPLACE"
                f" (CASE WHEN shop_id = '' THEN {literal(shop)} ELSE shop_id END AS shop_id)"
                f" FROM {stored}.{quote(table)}"
            )


def separate_shops(con: duckdb.DuckDBPyConnection) -> None:
    """Let this connection read and write shops as the files said them."""
    # Asking which there are is quicker than dropping them all, and mostly there are none.
    shown = con.execute("SELECT view_name FROM duckdb_views() WHERE database_name = 'temp'")
    for (table,) in shown.fetchall():
        if table in STAGED:
            con.execute(f"DROP VIEW temp.{quote(table)}")


def stored_table(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """Return the full name of a stored table, whatever temporary view stands before it."""
    return f"{_stored(con)}.{quote(table)}"


def _stored(con: duckdb.DuckDBPyConnection) -> str:
    (database,) = con.execute("SELECT current_database()").fetchone() or ("",)
    return f"{quote(str(database))}.main"
