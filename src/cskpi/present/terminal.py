"""Tables and documents on a terminal or in a pipe.

Data reach Rich as `Text`, never as markup; boxes and colour appear only where a person looks.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from cskpi.present.cells import (
    change_cell,
    compared_cell,
    dimension_cell,
    dimension_title,
    interval_cell,
    number_cell,
    previous_cell,
    status_cell,
    target_cell,
    text_cell,
    value_cell,
    verdict_cell,
)
from cskpi.present.cleaning import clean_for_terminal, one_line
from cskpi.present.comparison import correction_note
from cskpi.present.document import Cell, Column, Row, Table, Tone
from cskpi.present.flags import flag_note
from cskpi.present.formatting import cell_width
from cskpi.present.streams import write_stdout
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text as RichText

    from cskpi.metrics.finding import Against, Finding

_STYLES: dict[Tone, str] = {
    "plain": "",
    "good": "green",
    "warn": "yellow",
    "bad": "bold red",
    "muted": "dim",
}
_RANKS: dict[Against, int] = {"last_year": 8, "team": 3}
_SEPARATOR_CELLS = 2
_LEAST_TEXT_CELLS = 16
_PIPE_WIDTH = 10_000


def kpi_table(findings: Sequence[Finding], by: Sequence[str] = ()) -> Table:
    """Return findings as a table: KPIs one under the other, or grouped by KPI with `by`."""
    dimensions = _dimension_names(findings, by)
    leading = (
        tuple(Column(dimension_title(name)) for name in dimensions)
        if dimensions
        else (Column(say("column.metric")),)
    )
    order = list(dict.fromkeys(finding.metric for finding in findings))
    grouped = sorted(findings, key=lambda f: order.index(f.metric)) if dimensions else findings
    compared = _compared_with(findings)
    rows = tuple(_kpi_row(finding, dimensions, compared) for finding in grouped)
    return Table(
        (*leading, *_kpi_columns(compared)),
        rows,
        note="\n".join(filter(None, (flag_note(findings), correction_note(findings)))),
        group_title=say("column.metric"),
        empty=say("table.no_rows"),
    )


def table_text(table: Table, *, width: int | None = None, is_styled: bool = False) -> str:
    """Return a table laid out for `width` terminal cells; without a width nothing is cut."""
    buffer = io.StringIO()
    console = _console(buffer, width or _PIPE_WIDTH, is_styled=is_styled)
    _print_table(console, table, width, is_styled=is_styled)
    return "".join(f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines())


def write_table(table: Table) -> None:
    """Print a table to stdout: boxed and coloured on a terminal, plain aligned text in a pipe."""
    width = terminal_width()
    write_stdout(table_text(table, width=width, is_styled=width is not None).encode())


def terminal_width() -> int | None:
    """Return how many cells wide the terminal on stdout is, None where stdout is none."""
    return _console(sys.stdout, None, is_styled=True).width if sys.stdout.isatty() else None


def _dimension_names(findings: Sequence[Finding], by: Sequence[str]) -> list[str]:
    names = dict.fromkeys(by)
    for finding in findings:
        names |= dict.fromkeys(finding.dimensions)
    # The shop names the house the agent works in, so it stands before him.
    return sorted(names, key=lambda name: name != "shop") if "agent" in names else list(names)


def _compared_with(findings: Sequence[Finding]) -> tuple[Against, ...]:
    """What findings are compared with beside the period before: no column without a number."""
    wanted: tuple[Against, ...] = ("last_year", "team")
    return tuple(name for name in wanted if any(finding.compared(name) for finding in findings))


def _kpi_columns(compared: Sequence[Against]) -> tuple[Column, ...]:
    return (
        Column(say("column.value"), "count"),
        Column(say("column.sample"), "count", rank=3),
        Column(say("column.median"), "count", rank=6),
        Column(say("column.p90"), "count", rank=7),
        Column(say("column.interval"), "count", rank=5),
        Column(say("column.previous"), "count", rank=4),
        Column(say("column.change"), "count", rank=1),
        Column(say("column.verdict"), rank=2),
        *(Column(say(f"column.{against}"), rank=_RANKS[against]) for against in compared),
        Column(say("column.target"), "count", rank=4),
        Column(say("column.status"), rank=1),
    )


def _kpi_row(finding: Finding, dimensions: Sequence[str], compared: Sequence[Against]) -> Row:
    label = pick(finding.labels)
    leading = [dimension_cell(name, finding.dimensions.get(name)) for name in dimensions]
    return Row(
        (
            *(leading or [text_cell(label)]),
            value_cell(finding),
            number_cell(finding.sample_size, "count"),
            number_cell(finding.median, finding.unit),
            number_cell(finding.p90, finding.unit),
            interval_cell(finding),
            previous_cell(finding),
            change_cell(finding),
            verdict_cell(finding),
            *(compared_cell(finding, against) for against in compared),
            target_cell(finding),
            status_cell(finding.status),
        ),
        group=one_line(label) if dimensions else "",
    )


def _console(stream: TextIO, width: int | None, *, is_styled: bool) -> Console:
    from rich.console import Console

    return Console(
        file=stream,
        width=width,
        force_terminal=is_styled,
        no_color=not is_styled or bool(os.environ.get("NO_COLOR")),
        color_system="auto" if is_styled else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )


def _print_table(console: Console, table: Table, width: int | None, *, is_styled: bool) -> None:
    from rich.text import Text

    if table.caption:
        console.print(Text(one_line(table.caption), style="bold"))
    if not table.rows:
        console.print(Text(table.empty or say("table.no_rows"), style="dim"))
        return
    filled = _filled_columns(table)
    shown = _fitting_columns(table, filled, width)
    console.print(_rich_table(table, shown, is_styled=is_styled))
    dropped = [table.columns[index].title for index in filled if index not in shown]
    if dropped:
        names = say("format.list_comma").join(dropped)
        console.print(Text(say("table.dropped", columns=names), style="dim"))
    if table.note:
        console.print(Text(clean_for_terminal(table.note), style="dim"))


def _rich_table(table: Table, shown: Sequence[int], *, is_styled: bool) -> RichTable:
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    drawn = RichTable(
        box=box.SIMPLE_HEAD if is_styled else None,
        pad_edge=False,
        padding=(0, 1, 0, 0) if is_styled else (0, 2, 0, 0),
        show_edge=False,
        header_style="bold",
    )
    for index in shown:
        column = table.columns[index]
        drawn.add_column(
            Text(one_line(column.title)),
            justify="right" if column.is_number else "left",
            no_wrap=column.is_number,
            overflow="fold",
        )
    group = ""
    for row in table.rows:
        if row.group != group:
            group = row.group
            drawn.add_row(Text(group, style="bold"), *[Text("")] * (len(shown) - 1))
        drawn.add_row(*[_cell_text(row.cells[index]) for index in shown])
    return drawn


def _cell_text(cell: Cell) -> RichText:
    from rich.text import Text

    text = Text(one_line(cell.text), style=_STYLES[cell.tone])
    if cell.mark:
        text.append(f" {one_line(cell.mark)}", style="dim")
    return text


def _filled_columns(table: Table) -> list[int]:
    places = [place for place, column in enumerate(table.columns) if column.scope != "sheet"]
    return [p for p in places if any(_has_content(row.cells[p]) for row in table.rows)] or places


def _fitting_columns(table: Table, filled: Sequence[int], width: int | None) -> list[int]:
    shown = list(filled)
    while width and _least_width(table, shown) > width:
        droppable = [index for index in shown if table.columns[index].rank > 0]
        if not droppable:
            break
        shown.remove(max(droppable, key=lambda index: (table.columns[index].rank, index)))
    return shown


def _has_content(cell: Cell) -> bool:
    return cell.text != say("format.none")


def _least_width(table: Table, shown: Sequence[int]) -> int:
    return sum(_least_column_width(table, index) + _SEPARATOR_CELLS for index in shown)


def _least_column_width(table: Table, index: int) -> int:
    column = table.columns[index]
    cells = [row.cells[index] for row in table.rows]
    widths = [cell_width(f"{cell.text} {cell.mark}".rstrip()) for cell in cells]
    widest = max([cell_width(column.title), *widths])
    return widest if column.is_number else min(widest, _LEAST_TEXT_CELLS)
