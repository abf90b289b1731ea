"""What `cskpi agents` prints: every account with whose it is, and the merges proposed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cskpi.errors import UsageError
from cskpi.metrics.trace import Rows
from cskpi.present.answers import answer_table, write_answer
from cskpi.present.cells import text_cell
from cskpi.present.document import Cell, Column, Row, Table
from cskpi.present.formatting import format_number
from cskpi.present.outputs import show_table, write_bytes
from cskpi.present.streams import md_bytes, table_csv_bytes
from cskpi.texts import say

if TYPE_CHECKING:
    from pathlib import Path

    from cskpi.identity.aliases import Account
    from cskpi.identity.proposals import Proposal

COLUMNS = (
    "shop_id",
    "account",
    "state",
    "agent_id",
    "seen_in",
    "message_count",
    "first_on",
    "last_on",
    "proposed_agent_id",
    "reason",
)
ALIAS_COLUMNS = ("shop_id", "alias", "agent_id", "valid_from", "valid_to", "reason")
_WORDS = {"state": "account_state", "reason": "account_reason", "seen_in": "data_kind"}
_BOM = b"\xef\xbb\xbf"
"""Without it Excel takes Chinese UTF-8 for something else."""


def write_accounts(
    accounts: Sequence[Account],
    proposals: Sequence[Proposal],
    output_format: str,
    path: Path | None,
) -> None:
    """Write accounts as table, csv, json or md; csv and json hold plain codes, people get words."""
    rows = account_rows(accounts, proposals)
    if output_format == "json":
        write_answer(rows, output_format, path)
    elif output_format == "csv":
        write_bytes(table_csv_bytes(answer_table(_blank(rows))), path)
    elif output_format == "md":
        write_bytes(md_bytes(_table(rows)), path)
    else:
        show_table(_table(rows), path)


def account_rows(accounts: Sequence[Account], proposals: Sequence[Proposal]) -> Rows:
    """Return one row an account in the order given, with `COLUMNS`."""
    proposed: Mapping[tuple[str, str], Proposal] = {(p.shop_id, p.alias): p for p in proposals}
    rows = []
    for one in accounts:
        found = proposed.get((one.shop_id, one.name)) or proposed.get(("", one.name))
        rows.append(
            (
                one.shop_id,
                one.name,
                one.state,
                one.agent_id,
                ", ".join(one.seen_in),
                one.message_count,
                one.first_on.isoformat() if one.first_on else None,
                one.last_on.isoformat() if one.last_on else None,
                found.agent_id if found else None,
                found.reason if found else None,
            )
        )
    return Rows(COLUMNS, tuple(rows), len(rows))


def write_alias_file(proposals: Sequence[Proposal], path: Path) -> None:
    """Write proposals as a file to edit and load; the reason is told in words and not loaded.

    Raises:
        UsageError: the file is there already, perhaps with somebody's edits.
    """
    if path.exists():
        raise UsageError("file_exists", path=path)
    rows = tuple(
        (p.shop_id, p.alias, p.agent_id, None, None, say(f"account_reason.{p.reason}"))
        for p in proposals
    )
    table = answer_table(_blank(Rows(ALIAS_COLUMNS, rows, len(rows))))
    write_bytes(_BOM + table_csv_bytes(table), path)


def _blank(rows: Rows) -> Rows:
    """Leave empty cells empty: a program reads the file, and would take a dash for a name."""
    shown = tuple(tuple("" if item is None else item for item in row) for row in rows.rows)
    return Rows(rows.columns, shown, rows.total)


def _table(rows: Rows) -> Table:
    columns = tuple(
        Column(
            say(f"account.{name}"),
            "count" if name == "message_count" else "text",
            rank=1 if name in ("first_on", "last_on", "seen_in") else 0,
        )
        for name in rows.columns
    )
    shown = tuple(
        Row(tuple(_cell(name, item) for name, item in zip(rows.columns, row, strict=True)))
        for row in rows.rows
    )
    return Table(columns, shown, empty=say("table.no_rows"))


def _cell(name: str, item: str | int | None) -> Cell:
    if item is None or item == "":
        return text_cell(say("format.none"), "muted")
    if isinstance(item, int):
        return Cell(format_number(item), item, "count")
    if name == "seen_in":
        words = (say(f"data_kind.{word}") for word in item.split(", "))
        return text_cell(say("format.list_comma").join(words))
    if name in _WORDS:
        return text_cell(say(f"{_WORDS[name]}.{item}"), "warn" if item == "unknown" else "plain")
    return text_cell(item)
