"""Where results go: a format, then stdout or a file, the same bytes either way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cskpi.errors import UsageError
from cskpi.present.breakdowns import breakdown_table, public
from cskpi.present.cleaning import one_line
from cskpi.present.coverage import match_text
from cskpi.present.inputs import Beside
from cskpi.present.silent import silent_text
from cskpi.present.streams import (
    breakdown_csv_bytes,
    csv_bytes,
    json_bytes,
    md_bytes,
    write_atomic,
    write_stdout,
)
from cskpi.present.terminal import kpi_table, table_text, write_table
from cskpi.texts import pick

if TYPE_CHECKING:
    from pathlib import Path

    from cskpi.metrics.finding import Finding
    from cskpi.periods import Period
    from cskpi.present.document import Table


def write_findings(
    findings: Sequence[Finding],
    period: Period,
    grouping: Sequence[str],
    output_format: str,
    path: Path | None,
    *,
    beside: Beside | None = None,
) -> None:
    """Write findings and what stands beside them as table, csv, json or md to a file, else to stdout.

    Raises:
        UsageError: CSV is one table, and several are wanted.
    """
    beside = beside or Beside()
    if output_format == "json":
        write_bytes(json_bytes(findings, period, beside), path)
    elif output_format == "csv":
        write_bytes(_csv(findings, beside), path)
    elif output_format == "md":
        tables = _tables(findings, grouping, beside)
        write_bytes(b"\n".join(md_bytes(table) for table in tables), path)
    else:
        show_tables(_tables(findings, grouping, beside), path)


def show_table(table: Table, path: Path | None = None) -> None:
    """Print a table for people, or write it as plain text to a file."""
    show_tables([table], path)


def show_tables(tables: Sequence[Table], path: Path | None = None) -> None:
    """Print tables for people with a line between, or write them as plain text to a file."""
    if path is not None:
        write_atomic(path, "\n".join(table_text(table) for table in tables).encode())
        return
    for place, table in enumerate(tables):
        if place:
            write_bytes(b"\n", None)
        write_table(table)


def _csv(findings: Sequence[Finding], beside: Beside) -> bytes:
    if beside.breakdowns and (findings or len(beside.breakdowns) > 1):
        raise UsageError("csv_one_table")
    if beside.breakdowns:
        return breakdown_csv_bytes(public(beside.breakdowns[0]))
    return csv_bytes(findings)


def _tables(findings: Sequence[Finding], grouping: Sequence[str], beside: Beside) -> list[Table]:
    tables = [breakdown_table(breakdown) for breakdown in beside.breakdowns]
    captions = [one_line(pick(breakdown.labels)) for breakdown in beside.breakdowns]
    shown = [replace(table, caption=c) for table, c in zip(tables, captions, strict=True)]
    if not findings and shown:
        return shown
    table = kpi_table(findings, grouping)
    if beside.matches is not None:
        note = match_text(beside.matches)
        table = replace(table, note=f"{table.note}\n{note}" if table.note else note)
    if beside.silent is not None:
        note = silent_text(beside.silent)
        table = replace(table, note=f"{table.note}\n{note}" if table.note else note)
    return [table, *shown]


def write_bytes(content: bytes, path: Path | None) -> None:
    """Write bytes to a file, or to stdout without one."""
    if path is None:
        write_stdout(content)
    else:
        write_atomic(path, content)
