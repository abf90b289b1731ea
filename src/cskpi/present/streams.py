"""Findings for machines: JSON, CSV and Markdown as bytes, and the way bytes reach a file or stdout."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import math
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cskpi.present.breakdowns import public
from cskpi.present.cleaning import clean_for_terminal, guard_formula, one_line
from cskpi.present.flags import flag_text
from cskpi.present.inputs import Beside
from cskpi.present.silent import silent_record
from cskpi.texts import pick

if TYPE_CHECKING:
    from cskpi.metrics.breakdowns import BreakdownTable, BreakdownValue
    from cskpi.metrics.finding import Comparison, Finding, Flag
    from cskpi.periods import Period
    from cskpi.present.document import Table

_NUMBERS = ("value", "numerator", "denominator", "sample_size", "low", "high", "previous", "target")
_TRAILING = ("status", "unit", "median", "p90", "flags", "clock")

# Valid inside JSON strings, yet obeyed by terminals or readers' eyes: written as escapes instead.
_UNSAFE_IN_JSON = re.compile(
    "[\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ud800-\udfff\ufeff]"
)


def json_bytes(findings: Iterable[Finding], period: Period, beside: Beside | None = None) -> bytes:
    """Return the JSON contract: the period and one row per finding, numbers unrounded."""
    beside = beside or Beside()
    content: dict[str, Any] = {
        "period": period_record(period),
        "rows": [finding_record(finding) for finding in findings],
        "breakdowns": [_breakdown_record(public(breakdown)) for breakdown in beside.breakdowns],
        "match": _match_record(beside.matches),
    }
    if beside.silent is not None:
        content["silent"] = silent_record(beside.silent)
    return content_bytes(content)


def period_record(period: Period) -> dict[str, str]:
    """Return a period as every JSON answer names it."""
    return {
        "start": period.start.isoformat(),
        "end": period.end.isoformat(),
        "label": period.label,
    }


def content_bytes(content: dict[str, Any]) -> bytes:
    """Return an answer as JSON that is safe to look at on a terminal, a line a row; nan is refused."""
    parts = (f"  {_json(key)}: {_lines(item)}" for key, item in content.items())
    text = "\n".join(("{", ",\n".join(parts), "}\n"))
    return _UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text).encode()


def _lines(item: Any) -> str:
    # The library indents in Python, ten times slower than it writes a line.
    if not isinstance(item, list) or not item:
        return _json(item)
    rows = (f"    {_json(row)}" for row in item)
    return "\n".join(("[", ",\n".join(rows), "  ]"))


def _json(item: Any) -> str:
    return json.dumps(item, ensure_ascii=False, allow_nan=False)


def csv_bytes(findings: Sequence[Finding]) -> bytes:
    """Return findings as CSV with a column per dimension; text cannot become a formula."""
    dimensions = list(dict.fromkeys(name for f in findings for name in f.dimensions))
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    heads = ["metric", "label", *dimensions, *_NUMBERS, *_TRAILING]
    writer.writerow([csv_field(head) for head in heads])
    for finding in findings:
        record = finding_record(finding)
        flags = " ".join(flag.kind for flag in finding.flags)
        named = {f"dimension {k}": v for k, v in finding.dimensions.items()}
        fields = {**record, **named, "flags": flags}
        keys = ["metric", "label", *(f"dimension {n}" for n in dimensions), *_NUMBERS, *_TRAILING]
        writer.writerow([csv_field(fields.get(key)) for key in keys])
    return buffer.getvalue().encode()


def breakdown_csv_bytes(breakdown: BreakdownTable) -> bytes:
    """Return a breakdown's rows as CSV under the names of its columns."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([csv_field(column.name) for column in breakdown.columns])
    for row in breakdown.rows:
        writer.writerow([csv_field(_plain(item)) for item in row])
    return buffer.getvalue().encode()


def table_csv_bytes(table: Table) -> bytes:
    """Return a shown table as CSV with its raw values; the group of a row stands before them."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    has_groups = any(row.group for row in table.rows)
    heads = [column.title for column in table.columns]
    writer.writerow([csv_field(h) for h in ([table.group_title, *heads] if has_groups else heads)])
    for row in table.rows:
        fields = [csv_field(cell.value) for cell in row.cells]
        writer.writerow([csv_field(row.group), *fields] if has_groups else fields)
    return buffer.getvalue().encode()


def md_bytes(table: Table) -> bytes:
    """Return a table as GitHub Markdown, caption and note with it, as a person reads them."""
    has_groups = any(row.group for row in table.rows)
    heads = [*([table.group_title] if has_groups else []), *(c.title for c in table.columns)]
    rules = [
        *(["---"] if has_groups else []),
        *("---:" if column.is_number else "---" for column in table.columns),
    ]
    lines = [_md_line(heads), f"| {' | '.join(rules)} |"]
    for row in table.rows:
        texts = [f"{cell.text} {cell.mark}".rstrip() for cell in row.cells]
        lines.append(_md_line([*([row.group] if has_groups else []), *texts]))
    if not table.rows:
        lines = [_md_text(table.empty)]
    if table.caption:
        lines = [f"**{_md_text(table.caption)}**", "", *lines]
    for note in filter(None, table.note.splitlines()):
        lines += ["", _md_text(note)]
    return "".join(f"{line}\n" for line in lines).encode()


def write_atomic(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old or the new one, and only the owner may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def write_stdout(content: bytes) -> None:
    """Write bytes to stdout as they are; a reader that has gone away is no error."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # The interpreter flushes stdout once more at exit and would complain about the same pipe.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def finding_record(finding: Finding) -> dict[str, Any]:
    """Return a finding for machines, numbers unrounded."""
    numbers = {key: _finite(getattr(finding, key)) for key in _NUMBERS}
    return {
        "metric": finding.metric,
        "label": pick(finding.labels),
        "dimensions": dict(finding.dimensions),
        **numbers,
        "status": finding.status,
        "unit": finding.unit,
        "median": _finite(finding.median),
        "p90": _finite(finding.p90),
        "flags": [_flag_record(flag) for flag in finding.flags],
        "clock": finding.clock,
        "comparisons": [_comparison_record(comparison) for comparison in finding.comparisons],
    }


def _comparison_record(comparison: Comparison) -> dict[str, Any]:
    numbers = ("value", "difference", "low", "high", "p_value")
    return {
        "against": comparison.against,
        **{name: _finite(getattr(comparison, name)) for name in numbers},
        "word": comparison.word,
        "corrected": comparison.is_corrected,
    }


def _flag_record(flag: Flag) -> dict[str, Any]:
    return {
        "kind": flag.kind,
        "text": flag_text(flag),
        "share": _finite(flag.share),
        "final_on": flag.final_on.isoformat() if flag.final_on else None,
        "first_on": flag.first_on.isoformat() if flag.first_on else None,
        "last_on": flag.last_on.isoformat() if flag.last_on else None,
    }


def _breakdown_record(breakdown: BreakdownTable) -> dict[str, Any]:
    names = [column.name for column in breakdown.columns]
    return {
        "breakdown": breakdown.name,
        "label": pick(breakdown.labels),
        "columns": [
            {"name": column.name, "label": pick(column.labels), "unit": column.unit}
            for column in breakdown.columns
        ],
        "missing": list(breakdown.missing),
        "rows": [dict(zip(names, map(_plain, row), strict=True)) for row in breakdown.rows],
    }


def _match_record(matches: Mapping[str, int] | None) -> dict[str, Any] | None:
    if matches is None:
        return None
    orders = sum(matches.values())
    matched = orders - matches["none"]
    return {
        "orders": orders,
        "matched": matched,
        "share": matched / orders if orders else None,
        "by": dict(matches),
    }


def _plain(item: BreakdownValue) -> str | int | float | None:
    if isinstance(item, datetime | date):
        return item.isoformat()
    if isinstance(item, Decimal):
        return float(item)
    return _finite(item) if isinstance(item, float) else item


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def csv_field(value: Any) -> str | int | float:
    """Return a value as CSV may hold it: no text becomes a formula."""
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return guard_formula(clean_for_terminal(str(value)))


def _md_line(texts: Iterable[str]) -> str:
    return f"| {' | '.join(_md_text(text) for text in texts)} |"


def _md_text(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", one_line(text))


def _sync_folder(folder: Path) -> None:
    # The rename itself survives a power cut only once the folder is on disk; not all systems can.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
