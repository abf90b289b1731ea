"""Who is who in a transcript that only names people: the file's name, the shop's own list, the customer's column."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cskpi.ingest.faults import RowFault
from cskpi.store.database import literal

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.roles import Roles
    from cskpi.ingest.staging import Staging

OWN_NAMES = ("我", "me", "you", "自己", "self")
"""How chat programs name whoever exported."""

_WITH = re.compile(
    r"(?:与|和|chat with|chat -)\s*[“\"「]?(.+?)[”\"」]?\s*(?:的聊天.*|的对话.*)?$", re.IGNORECASE
)


def settle_speakers(
    con: duckdb.DuckDBPyConnection, staging: Staging, roles: Roles, shown: Path
) -> Roles:
    """Return the roles of a transcript's senders, whom the preset's rules took for customers by default.

    Agents are names in the shop's list or aliases, whoever exported, and in a file about one
    customer everybody else. Where nobody is known to be an agent, the rows are rejected: taking all
    for customers would count sessions nobody answered.
    """
    sender = roles.sender
    layer = f"{staging.layer} AS layer {roles.joins}"
    found = con.execute(
        f"SELECT DISTINCT {sender}, {roles.role} FROM {layer} WHERE {sender} IS NOT NULL"
    ).fetchall()
    unsure = {str(name) for name, role in found if role == "customer"}
    agents = _known_agents(con, unsure) | {n for n in unsure if n.lower() in OWN_NAMES}
    customer = _customer_of(shown, unsure - agents)
    if "customer_id" in staging.columns:
        own = staging.value("customer_id")
        meets = con.execute(f"SELECT count(*) FROM {layer} WHERE {sender} = {own}").fetchone()
        if meets and meets[0]:
            role = (
                f"CASE WHEN {roles.role} = 'customer' AND {sender} <> {own} THEN 'agent'"
                f" ELSE {roles.role} END"
            )
            return replace(roles, role=role)
    if customer is not None:
        agents |= unsure - {customer}
    has_agent = agents or any(role in {"agent", "bot", "auto_reply"} for _, role in found)
    if not has_agent and len(unsure) > 1:
        return _rejected(staging, roles)
    if not agents:
        return roles
    listed = ", ".join(literal(name) for name in sorted(agents))
    return replace(
        roles, role=f"CASE WHEN {sender} IN ({listed}) THEN 'agent' ELSE {roles.role} END"
    )


def _rejected(staging: Staging, roles: Roles) -> Roles:
    role = f"CASE WHEN {roles.role} <> 'customer' THEN {roles.role} END"
    column = staging.columns.get("_sender")
    header, cell = (column.header, column.cell) if column else (None, None)
    fault = RowFault(f"({role}) IS NULL", "unknown_sender_role", header, cell)
    return replace(roles, role=role, fault=fault, may_lack=True)


def _known_agents(con: duckdb.DuckDBPyConnection, names: set[str]) -> set[str]:
    rows = con.execute(
        "SELECT agent_id FROM agents UNION SELECT agent_name FROM agents"
        " UNION SELECT alias FROM agent_aliases UNION SELECT agent_id FROM agent_aliases"
    ).fetchall()
    return names & {str(name) for (name,) in rows if name}


def _customer_of(shown: Path, names: set[str]) -> str | None:
    """Return the only name that the file is called after, as `小鱼.txt` or `WhatsApp Chat with Mary.txt`."""
    # An archive of one chat bears the customer's name where the file in it does not.
    stems = [shown.stem.strip(), *([shown.parent.stem.strip()] if shown.parent.suffix else [])]
    told = [hit[1].strip() for stem in stems if (hit := _WITH.search(stem))]
    wanted = {*stems, *told}
    found = [name for name in names if name in wanted]
    return found[0] if len(found) == 1 and len(names) > 1 else None
