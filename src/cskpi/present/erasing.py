"""What `cskpi purge` prints: what the database holds of a person, table by table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cskpi import diagnostics
from cskpi.present.cells import number_cell, text_cell
from cskpi.present.document import Column, Row, Table
from cskpi.present.outputs import show_table
from cskpi.texts import say

if TYPE_CHECKING:
    from cskpi.identity.purge import Traces


def write_traces(traces: Traces) -> None:
    """Print the counts, and say what is not touched."""
    columns = (Column(say("stock.table")), Column(say("stock.rows"), "count"))
    rows = tuple(
        Row((text_cell(table), number_cell(count, "count"))) for table, count in traces.rows.items()
    )
    show_table(Table(columns, rows, empty=say("talk.purge_nothing")))
    if traces.mentions:
        diagnostics.note(say("talk.purge_mentions", count=traces.mentions))
