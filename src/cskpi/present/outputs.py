"""Where results go: a format, then stdout or a file, the same bytes either way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cskpi.present.streams import csv_bytes, json_bytes, md_bytes, write_atomic, write_stdout
from cskpi.present.terminal import kpi_table, table_text, write_table

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
) -> None:
    """Write findings as table, csv, json or md to a file, or to stdout without one."""
    if output_format == "json":
        write_bytes(json_bytes(findings, period), path)
    elif output_format == "csv":
        write_bytes(csv_bytes(findings), path)
    elif output_format == "md":
        write_bytes(md_bytes(kpi_table(findings, grouping)), path)
    else:
        show_table(kpi_table(findings, grouping), path)


def show_table(table: Table, path: Path | None = None) -> None:
    """Print a table for people, or write it as plain text to a file."""
    if path is None:
        write_table(table)
    else:
        write_atomic(path, table_text(table).encode())


def write_bytes(content: bytes, path: Path | None) -> None:
    """Write bytes to a file, or to stdout without one."""
    if path is None:
        write_stdout(content)
    else:
        write_atomic(path, content)
