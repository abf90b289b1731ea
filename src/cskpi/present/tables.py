"""The tables of a block: what outputs that cannot draw show of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cskpi.present.document import AgentPage, Cell, Column, Facts, Hint, Row, Table
from cskpi.texts import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cskpi.present.document import Block, Fact


def block_tables(block: Block) -> Iterator[Table]:
    """Yield every table a block shows or carries for outputs that cannot draw; prose has none."""
    if isinstance(block, Table):
        yield block
    elif isinstance(block, AgentPage):
        yield block.scorecard
        for chart in block.charts:
            yield chart.table
    elif isinstance(block, Facts):
        yield _facts(block.items, block.caption)
    elif isinstance(block, Hint):
        if block.exports:
            yield _facts(block.exports, "")
    elif isinstance(found := getattr(block, "table", None), Table):
        yield found


def _facts(items: Sequence[Fact], caption: str) -> Table:
    columns = (
        Column(say("column.item")),
        Column(say("column.value")),
        Column(say("column.remark")),
    )
    rows = tuple(
        Row((Cell(fact.label, fact.label), fact.cell, Cell(fact.remark, fact.remark)))
        for fact in items
    )
    return Table(columns, rows, caption=caption)
