"""A KPI under every way of crediting orders, one under the other."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cskpi.present.cells import dimension_cell, dimension_title, number_cell, text_cell
from cskpi.present.document import Cell, Column, Row, Table
from cskpi.present.outputs import show_table, write_bytes
from cskpi.present.streams import content_bytes, csv_field, md_bytes, period_record
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from pathlib import Path

    from cskpi.metrics.attribution_rules import RuleOutcome
    from cskpi.periods import Period


def write_rules(
    outcomes: Sequence[RuleOutcome], period: Period, output_format: str, path: Path | None
) -> None:
    """Write the comparison as table, csv, json or md to a file, else to stdout."""
    if output_format == "json":
        rows = [_record(outcome) for outcome in outcomes]
        content = {"period": period_record(period), "measure": "rules", "rows": rows}
        write_bytes(content_bytes(content), path)
    elif output_format == "csv":
        write_bytes(_csv(outcomes), path)
    elif output_format == "md":
        write_bytes(md_bytes(rules_table(outcomes, period)), path)
    else:
        show_table(rules_table(outcomes, period), path)


def rules_table(outcomes: Sequence[RuleOutcome], period: Period) -> Table:
    """Return a row per KPI, combination of dimensions and rule."""
    dimensions = list(dict.fromkeys(name for o in outcomes for name in o.finding.dimensions))
    columns = (
        Column(say("column.metric")),
        *(Column(dimension_title(name)) for name in dimensions),
        Column(say("trace.rule")),
        Column(say("trace.basis")),
        Column(say("rules.refunds"), rank=1),
        Column(say("column.value"), "count"),
        Column(say("rules.difference"), "count"),
        Column(say("trace.in_force"), rank=2),
    )
    rows = tuple(
        Row(
            (
                text_cell(pick(outcome.finding.labels)),
                *(dimension_cell(n, outcome.finding.dimensions.get(n)) for n in dimensions),
                *_cells(outcome),
            )
        )
        for outcome in outcomes
    )
    caption = say("rules.caption", period=period.label)
    return Table(columns, rows, caption=caption, note=say("rules.note"))


def _cells(outcome: RuleOutcome) -> tuple[Cell, ...]:
    rule, unit = outcome.rule, outcome.finding.unit
    refunds = {None: "format.none", True: "rules.deducted", False: "rules.kept"}
    return (
        text_cell(say(f"word.{rule.rule}")),
        text_cell(say(f"word.{rule.basis}")),
        text_cell(say(refunds[rule.deducts_refunds])),
        number_cell(outcome.value, unit),
        number_cell(outcome.difference, unit),
        text_cell(say("word.yes") if outcome.is_in_force else ""),
    )


def _record(outcome: RuleOutcome) -> dict[str, Any]:
    finding, rule = outcome.finding, outcome.rule
    return {
        "metric": finding.metric,
        "label": pick(finding.labels),
        "dimensions": dict(finding.dimensions),
        "rule": rule.rule,
        "basis": rule.basis,
        "deduct_refunds": rule.deducts_refunds,
        "in_force": outcome.is_in_force,
        "value": _finite(outcome.value),
        "difference": _finite(outcome.difference),
        "unit": finding.unit,
    }


def _csv(outcomes: Sequence[RuleOutcome]) -> bytes:
    dimensions = list(dict.fromkeys(name for o in outcomes for name in o.finding.dimensions))
    numbers = ("rule", "basis", "deduct_refunds", "in_force", "value", "difference", "unit")
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("metric", "label", *dimensions, *numbers))
    for outcome in outcomes:
        record = _record(outcome)
        fields = (
            *(record["metric"], record["label"]),
            *(outcome.finding.dimensions.get(name) for name in dimensions),
            *(record[name] for name in numbers),
        )
        writer.writerow([csv_field(field) for field in fields])
    return buffer.getvalue().encode()


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
