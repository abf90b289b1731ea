"""Satisfaction read from chats, in words: how good the scores are, and what a model says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cskpi.present.cells import text_cell
from cskpi.present.document import Column, Row, Table
from cskpi.present.outputs import show_tables, write_bytes
from cskpi.present.streams import content_bytes, md_bytes
from cskpi.texts import say

if TYPE_CHECKING:
    from pathlib import Path

Measured = Mapping[str, Mapping[str, Any]]


def write_evaluation(measured: Measured, output_format: str, path: Path | None) -> None:
    """Write the measures of turns and dialogues as table, json or md."""
    if output_format == "json":
        write_bytes(content_bytes(dict(measured)), path)
    elif output_format == "md":
        write_bytes(md_bytes(evaluation_table(measured)), path)
    else:
        show_tables([evaluation_table(measured)], path)


def evaluation_table(measured: Measured) -> Table:
    """Return a row for turns and one for whole dialogues, SnowNLP beside ours."""
    columns = (
        Column(say("sentiment.level")),
        Column(say("sentiment.auc_dissatisfied")),
        Column(say("sentiment.snownlp"), rank=2),
        Column(say("sentiment.auc_satisfied")),
        Column(say("sentiment.snownlp"), rank=3),
        Column(say("sentiment.accuracy")),
        Column(say("sentiment.macro_f1")),
        Column(say("sentiment.labelled")),
    )
    rows = tuple(_row(level, values) for level, values in measured.items())
    mode = next(iter(measured.values()))["mode"]
    return Table(columns, rows, note=say(f"sentiment.mode_{mode}"))


def _row(level: str, values: Mapping[str, Any]) -> Row:
    found = [_with_interval(values, name) for name in ("auc_dissatisfied", "auc_satisfied")]
    base = [three(values["snownlp"][name]) for name in ("auc_dissatisfied", "auc_satisfied")]
    cells = [say(f"sentiment.level_{level}"), found[0], base[0], found[1], base[1]]
    cells += [three(values["accuracy"]), three(values["macro_f1"]), str(values["n"])]
    return Row(tuple(text_cell(cell) for cell in cells))


def _with_interval(values: Mapping[str, Any], name: str) -> str:
    low, high = values["intervals"][name]
    found = three(values[name])
    return found if low is None else f"{found} [{three(low)}, {three(high)}]"


def three(number: float | None) -> str:
    """Return a measure between 0 and 1 to three digits, – where there is none."""
    return "–" if number is None else f"{number:.3f}"
