"""Conversations of a file that names replies: a thread is the chain of replies up to its root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cskpi.ingest.raw import count

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.roles import Roles
    from cskpi.ingest.staging import Staging

MAX_DOUBLINGS = 40
"""Each round doubles the distance walked, so forty reach the end of any chain that has one."""


def prepare_threads(con: duckdb.DuckDBPyConnection, staging: Staging, roles: Roles) -> None:
    """Fill the temporary table `threads(row_no, root, customer_id)` for every row with an id.

    The root may be a message the file does not hold: replies to the same missing message are one
    thread. A circle of replies is one thread, named by its smallest id. The customer of a thread is
    who wrote its first customer message.
    """
    own, parent = staging.value("message_id"), staging.value("reply_to_id")
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE replies AS
        SELECT message_id, arg_min(parent_id, row_no) AS ancestor, message_id AS smallest
        FROM (SELECT row_no, {own} AS message_id, coalesce({parent}, {own}) AS parent_id
              FROM {staging.layer} AS layer)
        WHERE message_id IS NOT NULL
        GROUP BY message_id
        """
    )
    for _ in range(MAX_DOUBLINGS):
        con.execute(
            """
            CREATE OR REPLACE TEMP TABLE farther AS
            SELECT near.message_id, coalesce(far.ancestor, near.ancestor) AS ancestor,
                least(near.smallest, coalesce(far.smallest, near.smallest)) AS smallest
            FROM replies AS near LEFT JOIN replies AS far ON far.message_id = near.ancestor
            """
        )
        moved = count(
            con, "farther AS f JOIN replies AS r USING (message_id) WHERE f.ancestor <> r.ancestor"
        )
        con.execute("CREATE OR REPLACE TEMP TABLE replies AS SELECT * FROM farther")
        if not moved:
            break
    _name_threads(con, staging, roles)


def _name_threads(con: duckdb.DuckDBPyConnection, staging: Staging, roles: Roles) -> None:
    # A chain that still moves runs in a circle; every member of it has met the smallest id.
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE threads AS
        WITH roots AS (
            SELECT r.message_id,
                CASE WHEN top.message_id IS NULL OR top.ancestor = top.message_id THEN r.ancestor
                    ELSE top.smallest END AS root
            FROM replies AS r LEFT JOIN replies AS top ON top.message_id = r.ancestor
        ),
        written AS (
            SELECT layer.row_no, {staging.value("message_id")} AS message_id, ({roles.role}) AS role,
                coalesce({staging.value("customer_id")}, {roles.sender}) AS author, {staging.value("occurred_at")} AS occurred_at
            FROM {staging.layer} AS layer {roles.joins}
        ),
        placed AS (
            SELECT row_no, coalesce(root, message_id) AS root, role, author, occurred_at
            FROM written LEFT JOIN roots USING (message_id)
            WHERE message_id IS NOT NULL
        )
        SELECT row_no, root, customer_id
        FROM placed LEFT JOIN (
            SELECT root, arg_min(author, (occurred_at, row_no)) AS customer_id
            FROM placed WHERE role = 'customer' AND author IS NOT NULL
            GROUP BY root) USING (root)
        """
    )
    con.execute("DROP TABLE replies")
    con.execute("DROP TABLE farther")
