"""Findings a person marks as wrong; the next runs respect it, reloads included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cskpi.errors import UsageError
from cskpi.store.database import transaction

if TYPE_CHECKING:
    import duckdb

_FOUND = """
FROM qa_findings AS found
INNER JOIN session_facts ON found.session_no = session_facts.session_no
INNER JOIN shops ON session_facts.shop_no = shops.shop_no
INNER JOIN messages ON found.row_key = messages.source_row * 1000000 + messages.file_id
WHERE
    session_facts.session_id = $session AND found.rule = $rule
    AND shops.shop_id = coalesce($shop, shops.shop_id)
"""


def dispute(
    con: duckdb.DuckDBPyConnection,
    session_id: str,
    rule: str,
    shop_id: str | None,
    reason: str | None,
) -> int:
    """Mark what a rule found in a session as wrong and return how many findings that are.

    Args:
        con: a writable database that was inspected.
        session_id: as `cskpi qa list` shows it.
        rule: the rule's name.
        shop_id: None for every shop that has a session of that id.
        reason: why it is wrong.

    Raises:
        UsageError: the rule found nothing there.
    """
    told = {"session": session_id, "rule": rule, "shop": shop_id}
    row = con.execute(f"SELECT count(*) {_FOUND}", told).fetchone()
    if not row or not row[0]:
        raise UsageError("qa_finding_unknown", session=session_id, rule=rule)
    with transaction(con):
        _forget(con, told)
        con.execute(
            "INSERT INTO qa_disputes SELECT DISTINCT shops.shop_id, session_facts.session_id,"
            " found.rule, messages.message_key, CAST($reason AS VARCHAR),"
            f" CAST(current_timestamp AT TIME ZONE 'UTC' AS TIMESTAMP) {_FOUND}",
            {**told, "reason": reason},
        )
        _mark(con, told, wrong=True)
    return int(row[0])


def withdraw(
    con: duckdb.DuckDBPyConnection, session_id: str, rule: str, shop_id: str | None
) -> int:
    """Let what a rule found in a session count again and return how many disputes that ends.

    Raises:
        UsageError: nothing of the kind is disputed.
    """
    told = {"session": session_id, "rule": rule, "shop": shop_id}
    with transaction(con):
        ended = _forget(con, told)
        if not ended:
            raise UsageError("qa_dispute_unknown", session=session_id, rule=rule)
        _mark(con, told, wrong=False)
    return ended


def _forget(con: duckdb.DuckDBPyConnection, told: dict[str, str | None]) -> int:
    row = con.execute(
        "DELETE FROM qa_disputes WHERE session_id = $session AND rule = $rule"
        " AND shop_id = coalesce($shop, shop_id)",
        told,
    ).fetchone()
    return int(row[0]) if row else 0


def _mark(con: duckdb.DuckDBPyConnection, told: dict[str, str | None], *, wrong: bool) -> None:
    con.execute(
        f"UPDATE qa_findings SET is_disputed = {wrong} WHERE rule = $rule AND session_no IN ("
        " SELECT session_facts.session_no FROM session_facts"
        " INNER JOIN shops ON session_facts.shop_no = shops.shop_no"
        " WHERE session_facts.session_id = $session"
        " AND shops.shop_id = coalesce($shop, shops.shop_id))",
        told,
    )
