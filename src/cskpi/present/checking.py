"""Results of checks, and the settings in force, as tables and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from cskpi.present.cells import number_cell, text_cell
from cskpi.present.document import Cell, Column, Row, Table, Tone
from cskpi.present.outputs import show_table, write_bytes
from cskpi.settings import SECRETS
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from pathlib import Path

    from cskpi.metrics.checks import CheckResult
    from cskpi.periods import Period
    from cskpi.settings import Settings


def write_checks(
    results: Sequence[CheckResult], period: Period, output_format: str, path: Path | None
) -> None:
    """Write check results as a table or as JSON."""
    if output_format == "json":
        write_bytes(_json_bytes(results, period), path)
    else:
        show_table(_table(results), path)


def write_settings(settings: Settings) -> None:
    """Print every setting with its value and where it comes from."""
    rows = tuple(
        Row(
            (
                text_cell(key),
                text_cell("***" if key in SECRETS and item else str(item)),
                text_cell(settings.origins.get(key, "default")),
            )
        )
        for key, item in sorted(settings.values.items())
    )
    heads = (say("check.setting"), say("check.in_force"), say("check.origin"))
    show_table(Table(tuple(Column(head) for head in heads), rows))


def _table(results: Sequence[CheckResult]) -> Table:
    columns = (
        Column(say("check.result")),
        Column(say("check.check")),
        Column(say("check.faults"), "count"),
        Column(say("check.examples"), rank=1),
    )
    return Table(columns, tuple(Row(tuple(_cells(result))) for result in results))


def _cells(result: CheckResult) -> Iterable[Cell]:
    outcome = result.severity if result.fault_count else "ok"
    tones: dict[str, Tone] = {"ok": "good", "warn": "warn", "fail": "bad"}
    yield text_cell(say(f"check.{outcome}"), tones[outcome])
    yield text_cell(pick(result.labels))
    yield number_cell(result.fault_count, "count")
    yield text_cell(
        say("format.list_semicolon").join(
            " ".join(part for part in example if part) for example in result.examples
        )
    )


def _json_bytes(results: Sequence[CheckResult], period: Period) -> bytes:
    content = {
        "period": {
            "start": period.start.isoformat(),
            "end": period.end.isoformat(),
            "label": period.label,
        },
        "checks": [
            {
                "check": result.name,
                "label": pick(result.labels),
                "severity": result.severity,
                "faults": result.fault_count,
                "examples": [list(example) for example in result.examples],
            }
            for result in results
        ],
    }
    return f"{json.dumps(content, ensure_ascii=False, indent=2)}\n".encode()
