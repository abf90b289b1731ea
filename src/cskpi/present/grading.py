"""What became of graded sheets: rows by sheet, and those that were not taken."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cskpi.present.cells import number_cell, text_cell
from cskpi.present.cleaning import one_line
from cskpi.present.document import Column, Row, Table
from cskpi.present.outputs import show_tables, write_bytes
from cskpi.quality.grade_sheet import fields_by_heading
from cskpi.texts import say

if TYPE_CHECKING:
    from cskpi.quality.grading import RowFault, SheetOutcome
    from cskpi.quality.sampling import Plan

_COUNTS = ("rows", "new", "changed", "unchanged", "blank")


def plan_table(plan: Plan) -> Table:
    """Return a row a shop and stratum: sessions, how many were drawn, with what probability."""
    columns = (
        Column(say("grading.shop")),
        Column(say("grading.stratum")),
        Column(say("grading.sessions"), "count"),
        Column(say("grading.planned"), "count"),
        Column(say("grading.inclusion"), "percent"),
    )
    rows = tuple(
        Row(
            (
                text_cell(one_line(row.shop_id)),
                text_cell(say(f"grading.{row.stratum}")),
                number_cell(row.session_count, "count"),
                number_cell(row.planned_count, "count"),
                number_cell(row.planned_count / row.session_count, "percent"),
            )
        )
        for row in plan.rows
    )
    share = f"{plan.share:.0%}"
    note = say("grading.about_plan", week=plan.week, share=share, seed=plan.seed)
    return Table(columns, rows, note=note)


def write_outcomes(outcomes: Sequence[SheetOutcome], output_format: str) -> None:
    """Write what became of the sheets as tables or JSON to stdout."""
    faults = [fault for outcome in outcomes for fault in outcome.faults]
    if output_format == "json":
        write_bytes(_json(outcomes), None)
        return
    tables = [_outcome_table(outcomes)]
    if faults:
        tables.append(_fault_table(faults))
    show_tables(tables)


def _outcome_table(outcomes: Sequence[SheetOutcome]) -> Table:
    counts = [Column(say(f"grading.{name}"), "count") for name in (*_COUNTS, "bad")]
    rows = tuple(
        Row(
            (
                text_cell(one_line(outcome.sheet)),
                *(number_cell(getattr(outcome, name), "count") for name in _COUNTS),
                number_cell(len(outcome.faults), "count"),
            )
        )
        for outcome in outcomes
    )
    return Table((Column(say("grading.file")), *counts), rows)


def _fault_table(faults: Sequence[RowFault]) -> Table:
    heads = ("file", "row", "column", "value", "reason")
    columns = tuple(Column(say(f"grading.{name}")) for name in heads)
    headings = {field: heading for heading, field in reversed(fields_by_heading().items())}
    rows = tuple(
        Row(
            (
                text_cell(one_line(fault.sheet)),
                text_cell(str(fault.row)),
                text_cell(headings.get(fault.field, fault.field)),
                text_cell(one_line(fault.value)),
                text_cell(fault.reason),
            )
        )
        for fault in faults
    )
    return Table(columns, rows, caption=say("grading.bad_rows"))


def _json(outcomes: Sequence[SheetOutcome]) -> bytes:
    records = [
        {
            "sheet": outcome.sheet,
            **{name: getattr(outcome, name) for name in _COUNTS},
            "faults": [
                {"row": f.row, "column": f.field, "value": f.value, "reason": f.reason}
                for f in outcome.faults
            ],
        }
        for outcome in outcomes
    ]
    return f"{json.dumps(records, ensure_ascii=False, indent=2)}\n".encode()
