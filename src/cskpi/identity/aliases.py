"""Accounts of agents as the exports name them, and the list that says whose they are."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from cskpi.errors import UsageError
from cskpi.store.database import transaction

if TYPE_CHECKING:
    import duckdb

State = Literal["known", "alias", "bot", "unknown"]

FIRST_DAY = date(1970, 1, 1)
"""`valid_from` of a name that always was his."""

BY_HAND = 0
"""`file_id` of an alias that was given on the command line, not loaded."""


@dataclass(frozen=True, slots=True)
class Account:
    """A name of one shop that stands for an agent somewhere in the data.

    `agent_id` is whom it counts as on the last day it was seen, `seen_in` the tables that hold it,
    `message_count` its chat messages.
    """

    shop_id: str
    name: str
    agent_id: str
    state: State
    seen_in: tuple[str, ...]
    message_count: int
    first_on: date | None
    last_on: date | None


@dataclass(frozen=True, slots=True)
class Alias:
    """A row of `agent_aliases`: on these days `alias` is another name of `agent_id`.

    An empty shop is every shop; `valid_to` is the last day, None where it has no end.
    """

    shop_id: str
    alias: str
    agent_id: str
    valid_from: date = FIRST_DAY
    valid_to: date | None = None


SEEN_IN = (
    ("ratings", "rated_at", "TRUE"),
    ("tickets", "created_at", "TRUE"),
    ("complaints", "filed_at", "TRUE"),
    ("refunds", "applied_at", "TRUE"),
    ("exported_sessions", "started_at", "TRUE"),
    ("survey_responses", "submitted_at", "TRUE"),
    ("shifts", "shift_on", "TRUE"),
    ("attendance", "work_on", "TRUE"),
    ("agent_metrics", "period_start", "scope = 'agent'"),
)
"""Tables besides the chats that name agents, with their time and the rows that do."""

LISTED = """
SELECT shop_id, agent_id FROM agents
UNION
SELECT agent_names.shop_id, agent_names.agent_id
FROM agents
INNER JOIN agent_names
    ON agents.agent_id = agent_names.alias AND agents.shop_id IN (agent_names.shop_id, '')
"""
"""The agent list with what its names are aliases of; an empty shop is every shop."""

_CHATS = """
SELECT shop_id, account_name, 'messages' AS seen_in, CAST(sum(message_count) AS BIGINT),
       min(first_at), max(last_at), bool_and(is_bot)
FROM account_names GROUP BY shop_id, account_name
"""

_OTHERS = """
SELECT shop_id, agent_id, '{table}', 0, CAST(min({moment}) AS TIMESTAMP),
       CAST(max({moment}) AS TIMESTAMP), FALSE
FROM {table} WHERE agent_id <> '' AND {condition} GROUP BY shop_id, agent_id
"""


def accounts(con: duckdb.DuckDBPyConnection) -> list[Account]:
    """Return every account the data name, shop by shop, the busiest first."""
    others = [
        _OTHERS.format(table=table, moment=moment, condition=condition)
        for table, moment, condition in SEEN_IN
    ]
    found: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
    for shop_id, name, *rest in con.execute(" UNION ALL ".join([_CHATS, *others])).fetchall():
        found[shop_id, name].append(tuple(rest))
    owners = _owners(con)
    listed = set(con.execute(LISTED).fetchall())
    made = [
        _account(shop_id, name, rows, owners.get((shop_id, name), []), listed)
        for (shop_id, name), rows in found.items()
    ]
    return sorted(made, key=lambda one: (one.shop_id, -one.message_count, one.name))


def merge(con: duckdb.DuckDBPyConnection, alias: Alias) -> None:
    """Write one alias; a former one of the same name, shop and first day is replaced.

    Raises:
        UsageError: it names itself, ends before it begins, or closes a circle.
    """
    if alias.alias == alias.agent_id:
        raise UsageError("alias_of_itself", alias=alias.alias)
    if alias.valid_to is not None and alias.valid_to < alias.valid_from:
        raise UsageError("alias_ends_early", start=alias.valid_from, end=alias.valid_to)
    if _leads_to(con, alias):
        raise UsageError("alias_circle", alias=alias.alias, agent=alias.agent_id)
    with transaction(con):
        con.execute(
            "DELETE FROM agent_aliases WHERE shop_id = ? AND alias = ? AND valid_from = ?",
            [alias.shop_id, alias.alias, alias.valid_from],
        )
        con.execute(
            "INSERT INTO agent_aliases BY NAME SELECT ? AS shop_id, ? AS alias, ? AS agent_id,"
            " CAST(? AS DATE) AS valid_from, CAST(? AS DATE) AS valid_to,"
            f" {BY_HAND} AS file_id, {BY_HAND} AS source_row",
            [alias.shop_id, alias.alias, alias.agent_id, alias.valid_from, alias.valid_to],
        )


def unmerge(con: duckdb.DuckDBPyConnection, alias: str, shop_id: str | None) -> int:
    """Take a name's aliases away, of one shop or of all, and return how many there were.

    Raises:
        UsageError: there was none.
    """
    condition = "alias = $alias AND ($shop IS NULL OR shop_id = $shop)"
    values = {"alias": alias, "shop": shop_id}
    with transaction(con):
        removed = con.execute(f"DELETE FROM agent_aliases WHERE {condition}", values).fetchone()
    count = int(removed[0]) if removed else 0
    if not count:
        raise UsageError("alias_unknown", alias=alias)
    return count


def _leads_to(con: duckdb.DuckDBPyConnection, alias: Alias) -> bool:
    """Tell whether the agent, name by name, is the alias itself on a day they share."""
    rows = con.execute(
        "SELECT alias, agent_id FROM agent_aliases"
        " WHERE ($shop = '' OR shop_id IN ($shop, ''))"
        " AND coalesce(valid_to, DATE '9999-12-31') >= $first"
        " AND valid_from <= coalesce(CAST($last AS DATE), DATE '9999-12-31')",
        {"shop": alias.shop_id, "first": alias.valid_from, "last": alias.valid_to},
    ).fetchall()
    reached, waiting = {alias.agent_id}, [alias.agent_id]
    while waiting:
        name = waiting.pop()
        further = {agent for other, agent in rows if other == name} - reached
        reached |= further
        waiting += further
    return alias.alias in reached


def _owners(
    con: duckdb.DuckDBPyConnection,
) -> dict[tuple[str, str], list[tuple[datetime, str]]]:
    """Return by shop and name whose it is from which moment on, in order."""
    owners: dict[tuple[str, str], list[tuple[datetime, str]]] = defaultdict(list)
    for shop_id, name, starts_at, agent_id in con.execute(
        "SELECT shop_id, alias, starts_at, agent_id FROM agent_names ORDER BY starts_at"
    ).fetchall():
        owners[shop_id, name].append((starts_at, agent_id))
    return owners


def _account(
    shop_id: str,
    name: str,
    rows: list[tuple[Any, ...]],
    owners: list[tuple[datetime, str]],
    listed: set[tuple[str, str]],
) -> Account:
    firsts = [first for _, _, first, _, _ in rows if first is not None]
    lasts = [last for _, _, _, last, _ in rows if last is not None]
    last_at = max(lasts, default=None)
    owned = [agent for start, agent in owners if last_at is None or start <= last_at]
    agent_id = owned[-1] if owned else name
    state: State = "unknown"
    if agent_id != name:
        state = "alias"
    elif (shop_id, name) in listed or ("", name) in listed:
        state = "known"
    elif any(is_bot for *_, is_bot in rows):
        state = "bot"
    return Account(
        shop_id=shop_id,
        name=name,
        agent_id=agent_id,
        state=state,
        seen_in=tuple(dict.fromkeys(table for table, *_ in rows)),
        message_count=sum(number for _, number, *_ in rows),
        first_on=min(firsts).date() if firsts else None,
        last_on=last_at.date() if last_at else None,
    )
