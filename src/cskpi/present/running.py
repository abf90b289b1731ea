"""What an unattended run says on stdout: a line a step, and in a dry run the message it would send."""

from __future__ import annotations

from collections.abc import Sequence

from cskpi.present.cells import text_cell
from cskpi.present.document import Column, Row, Table
from cskpi.present.masking import mask_text
from cskpi.present.outputs import show_table
from cskpi.present.streams import write_stdout
from cskpi.texts import say


def write_outcome(steps: Sequence[tuple[str, str]], message: tuple[str, str] | None) -> None:
    """Print the steps of a run; `message` is title and body of an alert to be shown."""
    columns = (Column(say("run.step")), Column(say("run.result")))
    rows = (Row((text_cell(step), text_cell(mask_text(text)))) for step, text in steps)
    show_table(Table(columns, tuple(rows)))
    if message is not None:
        write_message(*message)


def write_message(title: str, body: str) -> None:
    """Print an alert as it would be sent."""
    write_stdout(f"\n{title}\n{body}\n".encode())
