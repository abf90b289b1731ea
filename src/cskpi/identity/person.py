"""All rows that speak of one person: which tables hold them, and by which ids they are found."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from cskpi.store.database import literal

if TYPE_CHECKING:
    import duckdb

IDS = "purge_ids"
"""Temporary table `(id_kind, shop_id, id)`: customer, conversation and order ids of the person."""

DOOMED = "purge_rows"
"""Temporary table `(table_name, place, row_key)`: the rows to erase, by rowid."""

PATTERN_IDS = 200
"""Ids in one regular expression; more would exceed what the engine compiles."""

LONG_ID = 8
"""Shorter ids of orders and conversations are looked for in columns only, not in raw text."""

_ADD_ID = f"INSERT INTO {IDS} VALUES (?, ?, ?)"
_MASKED_IN = re.compile(r"^(?P<nick>.*\*.*)@(?P<conversation>.+)$")

_NAMED_IN: Mapping[str, tuple[str, ...]] = {
    "conversation": ("messages", "exported_sessions", "ratings", "tickets"),
    "order": (
        *("orders", "customer_orders", "exported_sessions"),
        *("refunds", "ratings", "tickets", "complaints"),
    ),
}
"""Where rows that name the person also name his conversations and orders."""

# Per table: the key columns as row_versions joins them, and the columns that hold ids by kind.
_TABLES: Mapping[str, tuple[tuple[str, ...], Mapping[str, str]]] = {
    "orders": (("shop_id", "order_id"), {"customer": "customer_id", "order": "order_id"}),
    "order_items": (("shop_id", "order_id", "item_key"), {"order": "order_id"}),
    "refunds": (("shop_id", "refund_id"), {"customer": "customer_id", "order": "order_id"}),
    "ratings": (
        ("rating_key",),
        {"customer": "customer_id", "conversation": "conversation_id", "order": "order_id"},
    ),
    "tickets": (
        ("shop_id", "ticket_id"),
        {"customer": "customer_id", "conversation": "conversation_id", "order": "order_id"},
    ),
    "complaints": (
        ("shop_id", "complaint_id"),
        {"customer": "customer_id", "order": "order_id"},
    ),
    "survey_responses": (
        ("survey_id", "response_id"),
        {"conversation": "conversation_id", "order": "order_id"},
    ),
    "exported_sessions": (
        ("shop_id", "conversation_id"),
        {"customer": "customer_id", "conversation": "conversation_id", "order": "order_id"},
    ),
}

_SESSION_TABLES = (
    *("qa_plan_sessions", "qa_grades", "qa_grade_items", "qa_verdicts"),
    "qa_disputes",
)
"""What people said of sessions, by the sessions' own ids."""

_HIS_SESSION = f"""
JOIN sessions AS s ON s.shop_id = t.shop_id AND s.session_id = t.session_id
JOIN {IDS} AS ids ON ids.shop_id = s.shop_id
    AND (ids.id_kind = 'customer' AND ids.id = s.customer_id
        OR ids.id_kind = 'conversation' AND ids.id = s.conversation_id)
"""


def find_ids(con: duckdb.DuckDBPyConnection, names: Iterable[str], shop_id: str | None) -> None:
    """Fill `purge_ids` from the names given and all that links, chats and orders add to them.

    Args:
        con: a database whose facts are current, so that matched orders are known.
        names: an id or nick and its hash; `t**1@S1` is the masked nick in one conversation.
        shop_id: where he is that person, None for every shop.
    """
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {IDS} (id_kind VARCHAR, shop_id VARCHAR, id VARCHAR)"
    )
    shops = _shops(con, shop_id)
    for name in names:
        con.executemany(_ADD_ID, [("customer", shop, name) for shop in shops])
        if one := _MASKED_IN.match(name):
            con.executemany(_ADD_ID, [("conversation", s, one["conversation"]) for s in shops])
    _follow_links(con)
    is_his = _named("customer", "customer_id")
    for kind, tables in _NAMED_IN.items():
        column = f"{kind}_id"
        found = " UNION ".join(
            f"SELECT t.shop_id, t.{column} AS id FROM {table} AS t {is_his}" for table in tables
        )
        con.execute(
            f"INSERT INTO {IDS} SELECT '{kind}', shop_id, id FROM ({found}) WHERE id IS NOT NULL"
        )


def find_rows(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Fill `purge_rows` from `purge_ids`, and return how many rows each table holds of the person."""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {DOOMED} (table_name VARCHAR, place BIGINT, row_key VARCHAR)"
    )
    _find_messages(con)
    for table, (keys, columns) in _TABLES.items():
        for kind, column in columns.items():
            # Questionnaires seldom name the shop.
            join = _named(kind, column, shopless=table == "survey_responses")
            _doom(con, table, keys, join)
    _doom(
        con,
        "survey_answers",
        ("survey_id", "response_id", "question_no", "option_no"),
        "JOIN survey_responses AS r USING (survey_id, response_id)"
        f" JOIN {DOOMED} AS d ON d.table_name = 'survey_responses' AND d.place = r.rowid",
    )
    for column in ("alias", "customer_id"):
        is_his = f"JOIN {IDS} AS ids ON ids.id = t.{column} AND t.shop_id IN (ids.shop_id, '')"
        _doom(con, "customer_links", ("shop_id", "alias"), is_his)
    for table in _SESSION_TABLES:
        _doom(con, table, ("shop_id", "session_id"), _HIS_SESSION)
    _find_rejected(con)
    _find_versions(con)
    return dict(
        con.execute(
            f"SELECT table_name, count(DISTINCT place) FROM {DOOMED} GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    )


def count_mentions(con: duckdb.DuckDBPyConnection) -> int:
    """Return in how many texts of other people the id stands: they are theirs, and stay."""
    contained = " OR ".join(f"contains(text, {literal(name)})" for name in _names(con, "customer"))
    row = con.execute(
        f"""
        SELECT count(*) FROM messages
        WHERE rowid NOT IN (SELECT place FROM {DOOMED} WHERE table_name = 'messages')
            AND ({contained or "FALSE"})
        """
    ).fetchone()
    return int(row[0]) if row else 0


def value_pattern(names: Iterable[str]) -> str:
    """Return a regular expression for any of the names as a whole value, in quotes or separated."""
    parts = "|".join(re.escape(name) for name in names)
    edge = r"[\s\"',;|，；]"
    return f"(?:^|{edge})(?:{parts})(?:$|{edge})"


def _shops(con: duckdb.DuckDBPyConnection, shop_id: str | None) -> list[str]:
    if shop_id is not None:
        return [shop_id]
    tables = ("messages", *_TABLES)
    union = " UNION ".join(f"SELECT shop_id FROM {table}" for table in tables)
    return [shop for (shop,) in con.execute(f"SELECT '' UNION {union} ORDER BY 1").fetchall()]


def _follow_links(con: duckdb.DuckDBPyConnection) -> None:
    """Add every name the link table leads to, in either direction, until nothing new is found."""
    added = 1
    while added:
        row = con.execute(
            f"""
            INSERT INTO {IDS}
            SELECT DISTINCT 'customer', shop_id, other FROM (
                SELECT ids.shop_id, unnest([links.alias, links.customer_id]) AS other
                FROM customer_links AS links
                JOIN {IDS} AS ids ON ids.id_kind = 'customer'
                    AND links.shop_id IN (ids.shop_id, '')
                    AND ids.id IN (links.alias, links.customer_id))
            WHERE NOT EXISTS (FROM {IDS} AS known WHERE known.id_kind = 'customer'
                AND known.shop_id = shop_id AND known.id = other)
            """
        ).fetchone()
        added = int(row[0]) if row else 0


def _find_messages(con: duckdb.DuckDBPyConnection) -> None:
    """His own messages, and in his conversations what names no customer: the answers he got."""
    _doom(con, "messages", ("message_key",), _named("customer", "customer_id"))
    answers = _named("conversation", "conversation_id")
    unnamed = "WHERE t.customer_id IS NULL OR contains(t.customer_id, '*')"
    _doom(con, "messages", ("message_key",), f"{answers} {unnamed}")


def _named(kind: str, column: str, *, shopless: bool = False) -> str:
    """Return the join that keeps rows of `t` whose column holds an id of the person."""
    shop = "t.shop_id IN (ids.shop_id, '')" if shopless else "t.shop_id = ids.shop_id"
    return f"JOIN {IDS} AS ids ON ids.id_kind = '{kind}' AND ids.id = t.{column} AND {shop}"


def _doom(con: duckdb.DuckDBPyConnection, table: str, keys: tuple[str, ...], join: str) -> None:
    key = ", ".join(["chr(31)", *(f"CAST(t.{name} AS VARCHAR)" for name in keys)])
    con.execute(
        f"INSERT INTO {DOOMED} SELECT DISTINCT {literal(table)}, t.rowid, concat_ws({key})"
        f" FROM {table} AS t {join}"
    )


def _find_rejected(con: duckdb.DuckDBPyConnection) -> None:
    """What could not be typed is searched as text; short numbers of orders would find too much."""
    found = [*_names(con, "customer")]
    for kind in ("conversation", "order"):
        found += [name for name in _names(con, kind) if len(name) >= LONG_ID]
    # JSON writes quotes and backslashes of an id its own way.
    forms = sorted({form for name in found for form in (name, _json(name)[1:-1])})
    for at in range(0, len(forms), PATTERN_IDS):
        con.execute(
            f"INSERT INTO {DOOMED} SELECT 'rejected_rows', rowid, NULL FROM rejected_rows"
            " WHERE regexp_matches(raw_row, $pattern) OR regexp_matches(raw_value, $pattern)",
            {"pattern": value_pattern(forms[at : at + PATTERN_IDS])},
        )


def _find_versions(con: duckdb.DuckDBPyConnection) -> None:
    said = [f'"customer_id":{_json(name)}' for name in _names(con, "customer")]
    con.execute(
        f"""
        INSERT INTO {DOOMED}
        SELECT 'row_versions', v.rowid, NULL
        FROM row_versions AS v
        JOIN {DOOMED} AS d ON d.table_name = v.table_name AND d.row_key = v.row_key
        UNION
        SELECT 'row_versions', v.rowid, NULL
        FROM row_versions AS v JOIN (SELECT unnest($said::VARCHAR[]) AS said) ON contains(body, said)
        """,
        {"said": said},
    )


def _names(con: duckdb.DuckDBPyConnection, kind: str) -> list[str]:
    rows = con.execute(
        f"SELECT DISTINCT id FROM {IDS} WHERE id_kind = ? AND id <> '' ORDER BY id", [kind]
    ).fetchall()
    return [name for (name,) in rows]


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
