"""Who wrote a message: by the preset's rules over role words, else by comparing sender and parties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cskpi.ingest.cells import word_forms
from cskpi.ingest.faults import RowFault
from cskpi.ingest.headers import normal_header
from cskpi.ingest.raw import count
from cskpi.store.database import literal

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.source import Rule
    from cskpi.ingest.staging import Staging

ROLES = ("customer", "agent", "bot", "assist_bot", "auto_reply", "system")
SHOP_SIDE = ("agent", "bot", "assist_bot", "auto_reply")
ROLE_FIELD = "sender_role"
SENDER = "_sender"
FEW_WORDS = 20


@dataclass(frozen=True, slots=True)
class Roles:
    """The expression of a row's role, what must be joined for it, and the fault of having none.

    `sender` is who wrote, NULL where the sender's column holds a role word instead of a name.
    """

    role: str
    joins: str
    fault: RowFault
    may_lack: bool
    sender: str


def prepare_roles(con: duckdb.DuckDBPyConnection, staging: Staging) -> Roles:
    """Decide the role of every combination of role words the file holds."""
    fixed = staging.constants.get(ROLE_FIELD)
    if fixed is not None:
        none = RowFault("FALSE", "", None, None)
        return Roles(literal(fixed), "", none, may_lack=False, sender=staging.value(SENDER))
    rules = _applicable(staging)
    role, joins, may_lack = "CAST(NULL AS VARCHAR)", "", True
    sender = staging.value(SENDER)
    if rules:
        con.execute(
            "CREATE OR REPLACE TEMP TABLE sender_roles AS SELECT 'none' AS sender_role LIMIT 0"
        )
        role, joins = _by_words(con, rules)
        may_lack = count(con, "sender_roles WHERE sender_role IS NULL") > 0
        sender = _named_sender(con, staging, rules, role)
    if may_lack and ROLE_FIELD not in staging.columns:
        role = f"coalesce({role}, {_by_comparison(staging)})"
    cell = next(
        (staging.columns[name].cell for name in (ROLE_FIELD, SENDER) if name in staging.columns),
        next((own[0] for _, own in rules if own), None),
    )
    headers = dict(zip(staging.raw.columns, staging.raw.header, strict=True))
    headers |= {column.cell: column.header for column in staging.columns.values()}
    header = None if cell is None else headers[cell]
    fault = RowFault(f"({role}) IS NULL", "unknown_sender_role", header, cell)
    return Roles(role, joins, fault, may_lack, sender)


def _applicable(staging: Staging) -> list[tuple[Rule, tuple[str, ...]]]:
    """Return the rules whose fields the file has, with the cells they stand in."""
    places = {
        normal_header(cell): name
        for cell, name in zip(staging.raw.header, staging.raw.columns, strict=True)
    }

    def cell_of(name: str) -> str | None:
        column = staging.columns.get(name)
        if column is None and name == ROLE_FIELD:
            column = staging.columns.get(SENDER)
        return column.cell if column else places.get(normal_header(name))

    found = []
    for rule in staging.match.source.roles:
        named = [] if rule.operator == "default" else [rule.field]
        named += rule.operands if rule.operator == "equals_field" else []
        cells = [cell_of(name) for name in named]
        if None not in cells:
            found.append((rule, tuple(cell for cell in cells if cell is not None)))
    return found


def _named_sender(
    con: duckdb.DuckDBPyConnection,
    staging: Staging,
    rules: list[tuple[Rule, tuple[str, ...]]],
    role: str,
) -> str:
    """Return the sender, NULL where his column holds a role word."""
    sender = staging.value(SENDER)
    if SENDER not in staging.columns:
        return sender
    cell = staging.columns[SENDER].cell
    own = [rule for rule, cells in rules if cell in cells]
    by_word = [rule for rule in own if rule.operator in {"equals", "in"}]
    if not by_word:
        return sender
    if len(by_word) == len(own):
        return f"CASE WHEN ({role}) IS NULL THEN {sender} END"
    words = ", ".join(word_forms(con, [word for rule in by_word for word in rule.operands]))
    return f"CASE WHEN word_form({cell}) NOT IN ({words}) THEN {sender} END"


def _by_words(
    con: duckdb.DuckDBPyConnection, rules: list[tuple[Rule, tuple[str, ...]]]
) -> tuple[str, str]:
    cells = sorted({cell for _, cells in rules for cell in cells})
    if not cells:
        return literal(rules[0][0].role), ""
    words = ", ".join(f"coalesce({cell}, '') AS word_{cell}" for cell in cells)
    forms = ", ".join(f"word_form(word_{cell}) AS word_{cell}_form" for cell in cells)
    branches = " ".join(
        f"WHEN {_condition(con, rule, [f'word_{cell}' for cell in own])} THEN {literal(rule.role)}"
        for rule, own in rules
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE sender_roles AS
        SELECT {", ".join(f"word_{cell}" for cell in cells)},
            CASE {branches} END AS sender_role
        FROM (SELECT *, {forms} FROM (SELECT DISTINCT {words} FROM raw_rows))
        """
    )
    few = con.execute(f"FROM sender_roles LIMIT {FEW_WORDS + 1}").fetchall()
    if len(cells) == 1 and len(few) <= FEW_WORDS:
        # Cheaper than a join, and the usual case.
        branches = " ".join(
            f"WHEN {literal(word)} THEN {literal(name)}" for word, name in few if name
        )
        return f"CASE coalesce({cells[0]}, '') {branches or 'WHEN NULL THEN NULL'} END", ""
    on = " AND ".join(f"word_{cell} = coalesce({cell}, '')" for cell in cells)
    return "sender_roles.sender_role", f"LEFT JOIN sender_roles ON {on}"


def _condition(con: duckdb.DuckDBPyConnection, rule: Rule, cells: list[str]) -> str:
    if rule.operator == "default":
        return "TRUE"
    cell = cells[0]
    if rule.operator == "equals_field":
        return f"{cell} <> '' AND {cell}_form = {cells[1]}_form"
    if rule.operator in {"equals", "in"}:
        return f"{cell}_form IN ({', '.join(word_forms(con, rule.operands))})"
    words = [literal(word) for word in rule.operands]
    if rule.operator == "contains":
        return " OR ".join(f"contains(lower({cell}), lower({word}))" for word in words)
    if rule.operator == "regex":
        return " OR ".join(f"regexp_matches({cell}, {word})" for word in words)
    sign = "<" if rule.operator == "lt" else ">"
    return f"TRY_CAST({cell} AS DOUBLE) {sign} CAST({words[0]} AS DOUBLE)"


def _by_comparison(staging: Staging) -> str:
    if SENDER not in staging.columns:
        return "NULL"
    sender = staging.value(SENDER)
    customer, agent = staging.value("customer_id"), staging.value("agent_id")
    has_both = {"customer_id", "agent_id"} <= set(staging.columns)
    branches = [
        f"WHEN {sender} = {customer} THEN 'customer'",
        f"WHEN {sender} = {agent} THEN 'agent'",
    ]
    if not has_both:
        branches += [
            f"WHEN {sender} <> {customer} THEN 'agent'",
            f"WHEN {sender} <> {agent} THEN 'customer'",
        ]
    return f"CASE {' '.join(branches)} END"
