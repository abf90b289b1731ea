"""Rows of any query as table, CSV or JSON."""

from __future__ import annotations

import json
import math
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cskpi.present.cells import text_cell
from cskpi.present.document import Cell, Column, Row, Table
from cskpi.present.formatting import format_number
from cskpi.present.outputs import show_table, write_bytes
from cskpi.present.streams import table_csv_bytes
from cskpi.texts import has_text, say

if TYPE_CHECKING:
    from pathlib import Path

    from cskpi.metrics.trace import Rows


def write_answer(answer: Rows, output_format: str, path: Path | None) -> None:
    """Write rows in the format wanted; JSON is a list of objects."""
    if output_format == "json":
        records = [
            {name: _plain(cell) for name, cell in zip(answer.columns, row, strict=True)}
            for row in answer.rows
        ]
        text = json.dumps(records, ensure_ascii=False, indent=2, allow_nan=False)
        write_bytes(f"{text}\n".encode(), path)
    elif output_format == "csv":
        write_bytes(table_csv_bytes(answer_table(answer)), path)
    else:
        show_table(answer_table(answer), path)


def answer_table(answer: Rows, *, translate: bool = False) -> Table:
    """Return rows as a table; with `translate` column names and closed words become readable."""
    numeric = [
        all(_is_number(row[place]) or row[place] is None for row in answer.rows)
        for place in range(len(answer.columns))
    ]
    columns = tuple(
        Column(_word(name, "trace") if translate else name, "count" if is_number else "text")
        for name, is_number in zip(answer.columns, numeric, strict=True)
    )
    rows = tuple(
        Row(tuple(_cell(item, translate=translate) for item in row)) for row in answer.rows
    )
    return Table(columns, rows, empty=say("table.no_rows"))


def _cell(item: Any, *, translate: bool) -> Cell:
    if item is None:
        return text_cell(say("format.none"), "muted")
    if _is_number(item):
        number = float(item) if isinstance(item, Decimal) else item
        return Cell(format_number(number), number, "count")
    if isinstance(item, datetime):
        return text_cell(item.isoformat(sep=" ", timespec="seconds"))
    return text_cell(_word(str(item), "word") if translate else str(item))


def _word(text: str, section: str) -> str:
    return say(f"{section}.{text}") if has_text(f"{section}.{text}") else text


def _is_number(item: Any) -> bool:
    return isinstance(item, int | float | Decimal) and not isinstance(item, bool)


def _plain(item: Any) -> Any:
    if isinstance(item, Decimal):
        return float(item)
    if isinstance(item, datetime | date):
        return item.isoformat()
    if isinstance(item, float) and not math.isfinite(item):
        return None
    return item if isinstance(item, str | int | float | bool | type(None)) else str(item)
