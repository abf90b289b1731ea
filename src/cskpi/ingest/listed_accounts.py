"""Several accounts in one cell of the agent list: the list itself says that they are one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cskpi.ingest.report import Told

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.merge import Merge

ALIASES = "agent_aliases"
BY_HAND = 0
"""`file_id` of an alias given on the command line."""
LISTED = "listed_accounts"
"""The column of `staged_rows` that holds all accounts of a cell."""
MOST_NAMED = 5
_KEYS = ("shop_id", "alias", "valid_from")


def accounts_in(value: str) -> str:
    """Return the SQL list of the accounts a cell names, as it is where it names one."""
    parts = f"regexp_split_to_array({value}, '[,，、;；|]')"
    return f"list_filter([trim(part) FOR part IN {parts}], lambda part: part <> '')"


def merge_accounts(con: duckdb.DuckDBPyConnection, merge: Merge) -> tuple[Told, ...]:
    """Make the further accounts of each cell aliases of its first; say which.

    An account that stands in the file as an agent of its own is left to itself, and one that was
    merged by hand to whom it was given.
    """
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE staged_aliases AS
        SELECT row_no, source_row, shop_id, alias, agent_id, DATE '1970-01-01' AS valid_from
        FROM (SELECT row_no, source_row, shop_id, agent_id, unnest({LISTED}) AS alias
              FROM staged_rows WHERE len({LISTED}) > 1)
        WHERE alias <> agent_id AND (shop_id, alias) NOT IN (SELECT shop_id, agent_id FROM staged_rows)
            AND alias NOT IN (SELECT alias FROM {ALIASES} WHERE file_id = {BY_HAND})
        ORDER BY row_no
        """
    )
    pairs = con.execute(
        "SELECT DISTINCT alias || ' → ' || agent_id FROM staged_aliases ORDER BY ALL"
    ).fetchall()
    if not pairs:
        return ()
    merge.run(ALIASES, _KEYS, [*_KEYS, "agent_id"], "staged_aliases")
    shown = "、".join(pair for (pair,) in pairs[:MOST_NAMED])
    more = " …" if len(pairs) > MOST_NAMED else ""
    return (Told("accounts_listed", {"pairs": f"{shown}{more}"}),)
