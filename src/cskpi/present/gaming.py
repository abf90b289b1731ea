"""Gaming detectors in words: counts per agent, and the sessions behind them. Never an accusation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cskpi.metrics.trace import Rows
from cskpi.present.answers import write_answer
from cskpi.present.cells import dimension_cell, number_cell, text_cell
from cskpi.present.cleaning import one_line
from cskpi.present.document import Column, Row, Table
from cskpi.present.formatting import format_moment, format_value
from cskpi.present.masking import mask_quote
from cskpi.present.outputs import show_tables, write_bytes
from cskpi.present.streams import content_bytes, md_bytes, period_record
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from pathlib import Path

    from cskpi.metrics.gaming import AgentCount, Evidence, Pattern
    from cskpi.metrics.gaming_file import Detector
    from cskpi.periods import Period
    from cskpi.present.document import Tone

SHOWN = 20
"""Sessions shown of each pattern in a table; CSV and JSON hold all."""
_TONES: dict[str, Tone] = {"stands_out": "warn", "by_chance": "plain"}


def write_patterns(
    patterns: Sequence[Pattern],
    period: Period,
    output_format: str,
    path: Path | None,
    *,
    by_agent: bool,
    reveal: bool,
) -> None:
    """Write patterns as table, csv, json or md to a file, or to stdout without one."""
    if output_format == "json":
        write_bytes(patterns_json(patterns, period, reveal=reveal), path)
    elif output_format == "csv":
        rows = count_rows(patterns) if by_agent else evidence_rows(patterns, reveal=reveal)
        write_answer(rows, "csv", path)
    else:
        tables = [count_table(patterns, show_all=by_agent)]
        if not by_agent and any(pattern.evidence for pattern in patterns):
            tables.append(evidence_table(patterns, reveal=reveal))
        if output_format == "md":
            write_bytes(b"\n".join(md_bytes(table) for table in tables), path)
        else:
            show_tables(tables, path)


def count_table(patterns: Sequence[Pattern], *, show_all: bool) -> Table:
    """Return a row per pattern and agent: those who stand out, or everybody."""
    columns = (
        Column(say("dimension.shop"), rank=3),
        Column(say("dimension.agent")),
        Column(say("gaming.hits"), "count"),
        Column(say("gaming.base"), "count"),
        Column(say("gaming.rate"), "percent"),
        Column(say("gaming.others"), "percent", rank=1),
        Column(say("gaming.verdict")),
    )
    rows = tuple(
        _count_row(pattern.detector, count)
        for pattern in patterns
        for count in pattern.agents
        if show_all or count.verdict == "stands_out"
    )
    notes = [say("gaming.care"), *_missing(patterns)]
    empty = [say("gaming.none"), *_missing(patterns)]
    return Table(
        columns,
        rows,
        note="\n".join(notes),
        group_title=say("gaming.pattern"),
        empty="\n".join(empty),
    )


def evidence_table(patterns: Sequence[Pattern], *, reveal: bool) -> Table:
    """Return the sessions behind the counts, the first of each pattern."""
    columns = (
        Column(say("dimension.shop"), rank=2),
        Column(say("dimension.agent")),
        Column(say("trace.session_id")),
        Column(say("trace.time"), rank=1),
        Column(say("gaming.what")),
    )
    rows = tuple(
        Row(
            (
                text_cell(item.shop_id),
                dimension_cell("agent", item.agent_id),
                text_cell(item.session_id),
                text_cell(format_moment(item.occurred_at)),
                text_cell(what(pattern.detector, item, reveal=reveal)),
            ),
            group=one_line(pick(pattern.detector.labels)),
        )
        for pattern in patterns
        for item in pattern.evidence[:SHOWN]
    )
    total = sum(len(pattern.evidence) for pattern in patterns)
    note = say("trace.rows_shown", shown=len(rows), total=total)
    return Table(columns, rows, note=note, group_title=say("gaming.pattern"))


def what(detector: Detector, item: Evidence, *, reveal: bool) -> str:
    """Return in a sentence what happened in one session; chat text is masked unless `reveal`."""
    told = {name: _told(name, value, reveal=reveal) for name, value in item.told.items()}
    return pick(detector.whats).format(**told)


def count_rows(patterns: Sequence[Pattern]) -> Rows:
    """Return the counts as records."""
    columns = ("detector", "shop", "agent", *_COUNT_KEYS)
    rows = tuple(
        (pattern.detector.name, count.shop_id, count.agent_id, *_count_values(count))
        for pattern in patterns
        for count in pattern.agents
    )
    return Rows(columns, rows, len(rows))


def evidence_rows(patterns: Sequence[Pattern], *, reveal: bool) -> Rows:
    """Return the sessions as records."""
    columns = ("detector", "shop", "agent", "session_id", "occurred_at", "what")
    rows = tuple(
        (
            *(pattern.detector.name, item.shop_id, item.agent_id, item.session_id),
            *(item.occurred_at, what(pattern.detector, item, reveal=reveal)),
        )
        for pattern in patterns
        for item in pattern.evidence
    )
    return Rows(columns, rows, len(rows))


def patterns_json(patterns: Sequence[Pattern], period: Period, *, reveal: bool) -> bytes:
    """Return everything found as JSON: counts of all agents, evidence of those asked for."""
    return content_bytes(
        {
            "period": period_record(period),
            "detectors": [_record(pattern, reveal=reveal) for pattern in patterns],
        }
    )


_COUNT_KEYS = ("hits", "base", "rate", "others_rate", "expected", "p_value", "verdict")


def _count_values(count: AgentCount) -> list[Any]:
    return [getattr(count, key) for key in _COUNT_KEYS]


def _count_row(detector: Detector, count: AgentCount) -> Row:
    # What chance gives is known for some patterns; for the others only colleagues tell.
    usual = count.others_rate if count.expected is None else count.expected
    tone = _TONES.get(count.verdict, "muted")
    return Row(
        (
            text_cell(count.shop_id),
            dimension_cell("agent", count.agent_id),
            number_cell(count.hits, "count"),
            number_cell(count.base, "count"),
            number_cell(count.rate, "percent", tone),
            number_cell(usual, "percent"),
            text_cell(say(f"gaming.{count.verdict}"), tone),
        ),
        group=one_line(pick(detector.labels)),
    )


def _missing(patterns: Sequence[Pattern]) -> list[str]:
    return [
        say("gaming.missing", label=pick(pattern.detector.labels), table=pattern.missing)
        for pattern in patterns
        if pattern.missing is not None
    ]


def _told(name: str, value: Any, *, reveal: bool) -> str:
    if value is None:
        return say("format.none")
    if name.endswith("_seconds"):
        return format_value(float(value), "duration")
    if isinstance(value, datetime):
        return format_moment(value)
    text = one_line(str(value))
    return text if reveal else mask_quote(text)


def _record(pattern: Pattern, *, reveal: bool) -> dict[str, Any]:
    detector = pattern.detector
    return {
        "detector": detector.name,
        "label": pick(detector.labels),
        "description": pick(detector.descriptions),
        "missing": pattern.missing,
        "min_sample": detector.min_sample,
        "agents": [
            {
                "shop": count.shop_id,
                "agent": count.agent_id,
                **dict(zip(_COUNT_KEYS, _count_values(count), strict=True)),
            }
            for count in pattern.agents
        ],
        "evidence": [
            {
                "shop": item.shop_id,
                "agent": item.agent_id,
                "session_id": item.session_id,
                "occurred_at": item.occurred_at.isoformat(),
                "what": what(detector, item, reveal=reveal),
            }
            for item in pattern.evidence
        ],
    }
