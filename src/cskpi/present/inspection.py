"""Inspection in words: findings with the words in place, counts by rule and agent, the rule book."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cskpi.metrics.trace import Rows
from cskpi.present.answers import write_answer
from cskpi.present.cells import dimension_cell, number_cell, text_cell
from cskpi.present.cleaning import one_line
from cskpi.present.document import Cell, Column, Row, Table
from cskpi.present.formatting import format_number, format_value
from cskpi.present.masking import mask_quote, mask_session_id
from cskpi.present.outputs import show_tables, write_bytes
from cskpi.present.streams import content_bytes, md_bytes, period_record
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from pathlib import Path

    from cskpi.periods import Period
    from cskpi.present.document import Tone
    from cskpi.quality.queue import Finding, Summary
    from cskpi.quality.rule import Rule

_TONES: dict[str, Tone] = {"critical": "bad", "high": "bad", "medium": "warn", "none": "good"}
_AROUND = 24
"""Characters of a long message shown on either side of the words found."""
_LONGEST = 120
"""Characters shown of a message in which no words were found."""


def write_summary(
    summary: Summary, period: Period, output_format: str, path: Path | None, *, by_agent: bool
) -> None:
    """Write counts by rule and by agent; CSV is one of the two."""
    by_rule, agents = rule_rows(summary), agent_rows(summary)
    if output_format == "json":
        content = {
            "period": period_record(period),
            "inspected": summary.inspected,
            "risky": summary.risky,
            "disputed": summary.disputed,
            "rules": _records(by_rule),
            "agents": _records(agents),
        }
        write_bytes(content_bytes(content), path)
    elif output_format == "csv":
        write_answer(agents if by_agent else by_rule, "csv", path)
    else:
        tables = [rule_table(summary, period), agent_table(summary)]
        _write(tables, output_format, path)


def rule_table(summary: Summary, period: Period) -> Table:
    """Return a row per rule that held, the gravest first."""
    columns = (
        Column(say("quality.rule")),
        Column(say("quality.severity")),
        Column(say("quality.points"), "text"),
        Column(say("quality.findings"), "count", rank=1),
        Column(say("quality.sessions"), "count"),
        Column(say("quality.share"), "percent"),
        Column(say("quality.agents"), "count", rank=2),
    )
    rows = tuple(
        Row(
            (
                text_cell(f"{pick(dict(count.labels))} ({count.rule})"),
                severity_cell(count.severity),
                points_cell(count.points),
                number_cell(count.findings, "count"),
                number_cell(count.sessions, "count"),
                number_cell(count.share, "percent"),
                number_cell(count.agents, "count"),
            )
        )
        for count in summary.rules
    )
    note = say(
        "quality.inspected",
        inspected=format_number(summary.inspected),
        risky=format_number(summary.risky),
        disputed=format_number(summary.disputed),
    )
    caption = say("quality.by_rule", period=period.label)
    return Table(columns, rows, note=note, empty=f"{say('quality.none')}\n{note}", caption=caption)


def agent_table(summary: Summary) -> Table:
    """Return a row per owner of sessions, the lowest mean score first."""
    columns = (
        Column(say("dimension.shop"), rank=1),
        Column(say("dimension.agent")),
        Column(say("quality.sessions_inspected"), "count"),
        Column(say("quality.mean_score"), "score"),
        Column(say("quality.risky"), "count"),
        Column(say("quality.fatal"), "count"),
        Column(say("quality.findings"), "count", rank=2),
    )
    rows = tuple(
        Row(
            (
                text_cell(one.shop_id),
                dimension_cell("agent", one.agent_id),
                number_cell(one.sessions, "count"),
                number_cell(one.mean_score, "score"),
                number_cell(one.risky, "count"),
                number_cell(one.fatal, "count", "bad" if one.fatal else "plain"),
                number_cell(one.findings, "count"),
            )
        )
        for one in summary.agents
    )
    note = say("quality.score_note")
    return Table(
        columns, rows, note=note, empty=say("quality.none"), caption=say("quality.by_agent")
    )


def rule_rows(summary: Summary) -> Rows:
    """Return the counts by rule as records."""
    columns = (
        *("rule", "name", "severity", "points", "findings", "sessions", "share", "agents"),
        "inspected",
    )
    rows = tuple(
        (
            *(c.rule, pick(dict(c.labels)), c.severity, c.points, c.findings, c.sessions),
            *(c.share, c.agents, c.inspected),
        )
        for c in summary.rules
    )
    return Rows(columns, rows, len(rows))


def agent_rows(summary: Summary) -> Rows:
    """Return the counts by agent as records."""
    columns = ("shop", "agent", "sessions", "mean_score", "risky", "fatal", "findings")
    rows = tuple(
        (a.shop_id, a.agent_id, a.sessions, a.mean_score, a.risky, a.fatal, a.findings)
        for a in summary.agents
    )
    return Rows(columns, rows, len(rows))


def write_findings(
    findings: Sequence[Finding], total: int, output_format: str, path: Path | None, *, reveal: bool
) -> None:
    """Write findings as table, csv, json or md; texts are masked unless `reveal`."""
    rows = finding_rows(findings, reveal=reveal)
    if output_format == "json":
        write_answer(rows, "json", path)
    elif output_format == "csv":
        # A program reads it, and would take a dash for a word.
        shown = tuple(tuple("" if item is None else item for item in row) for row in rows.rows)
        write_answer(Rows(rows.columns, shown, rows.total), "csv", path)
    else:
        _write([finding_table(findings, total, reveal=reveal)], output_format, path)


def finding_table(findings: Sequence[Finding], total: int, *, reveal: bool) -> Table:
    """Return a row per finding, session after session."""
    columns = (
        Column(say("quality.what")),
        Column(say("quality.rule")),
        Column(say("quality.severity")),
        Column(say("dimension.agent"), rank=1),
        Column(say("quality.finding_id"), rank=2),
    )
    rows = tuple(
        Row(
            (
                text_cell(told(one, reveal=reveal)),
                text_cell(pick(dict(one.labels))),
                severity_cell(one.severity),
                dimension_cell("agent", one.agent_id),
                text_cell(one.finding_id),
            ),
            group=_session(one, reveal=reveal),
        )
        for one in findings
    )
    sessions = len({(one.shop_id, one.session_id) for one in findings})
    note = say("quality.sessions_shown", shown=sessions, total=total)
    title = say("quality.session")
    return Table(columns, rows, note=note, group_title=title, empty=say("quality.none"))


def _session(finding: Finding, *, reveal: bool) -> str:
    score, session = f"{finding.score:g}", _shown_id(finding, reveal=reveal)
    return one_line(say("quality.session_head", session=session, score=score))


def _shown_id(finding: Finding, *, reveal: bool) -> str:
    """Return the session's id as `explain` and `dispute` take it, too."""
    return finding.session_id if reveal else mask_session_id(finding.session_id)


def finding_rows(findings: Sequence[Finding], *, reveal: bool) -> Rows:
    """Return findings as records; the words stand in 【】 in the text."""
    columns = (
        *("shop", "session_id", "agent", "channel", "started_at", "score", "rule", "name"),
        *(
            "severity",
            "points",
            "is_fatal",
            "occurred_at",
            "sender_role",
            "text",
            "words",
            "seconds",
            "finding_id",
        ),
    )
    rows = tuple(
        (
            *(f.shop_id, _shown_id(f, reveal=reveal), f.agent_id, f.channel),
            *(f.started_at.isoformat(), f.score),
            *(f.rule, pick(dict(f.labels)), f.severity, f.points, f.is_fatal),
            *(f.occurred_at.isoformat(), f.sender_role),
            marked(f.text, f.span, f.customer_id, reveal=reveal),
            *(f.words if reveal or not f.words else mask_quote(f.words), f.seconds, f.finding_id),
        )
        for f in findings
    )
    return Rows(columns, rows, len(rows))


def told(finding: Finding, *, reveal: bool) -> str:
    """Return the message with the words in place, and how long the customer waited."""
    span = finding.span
    text, cut = finding.text or "", finding.span
    if span is None and len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}…"
    elif span is not None:
        first, last = max(span[0] - _AROUND, 0), min(span[1] + _AROUND, len(text))
        text = f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}"
        shift = first - (1 if first else 0)
        cut = (span[0] - shift, span[1] - shift)
    quote = say("quality.quote", text=marked(text, cut, finding.customer_id, reveal=reveal))
    role = say(f"role.{finding.sender_role}")
    if finding.seconds is None:
        return f"{role}{quote}"
    waited = say("quality.waited", seconds=format_value(finding.seconds, "duration"))
    return f"{role}{quote} {waited}"


def marked(
    text: str | None, span: tuple[int, int] | None, customer_id: str | None, *, reveal: bool
) -> str:
    """Return a text with the words found in 【】, personal data masked unless `reveal`."""
    shown = one_line(with_marks(text or "", [span] if span else []))
    return shown if reveal else mask_quote(shown, [customer_id or ""])


def with_marks(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return a text with pieces in 【】; of pieces that overlap the first is marked."""
    parts, at = [], 0
    for start, end in sorted(spans):
        if start >= at:
            parts += [text[at:start], f"【{text[start:end]}】"]
            at = end
    return "".join([*parts, text[at:]])


def write_rules(rules: Sequence[Rule], output_format: str, path: Path | None) -> None:
    """Write the rule book: a row per rule."""
    if output_format in ("csv", "json"):
        write_answer(_book_rows(rules), output_format, path)
    else:
        _write([_book_table(rules)], output_format, path)


def _book_rows(rules: Sequence[Rule]) -> Rows:
    columns = (
        *("rule", "name", "category", "severity", "points", "is_fatal", "is_risk", "version"),
        *("from", "to", "reason", "origin", "file"),
    )
    rows = tuple(
        (
            *(r.name, pick(dict(r.labels)), r.category, r.severity, r.points, r.is_fatal),
            *(r.is_risk, r.version),
            *(day.isoformat() if day else None for day in (r.starts, r.ends)),
            *(pick(dict(r.reasons)), r.origin, str(r.path)),
        )
        for r in rules
    )
    return Rows(columns, rows, len(rows))


def _book_table(rules: Sequence[Rule]) -> Table:
    columns = (
        Column(say("quality.rule")),
        Column(say("quality.severity")),
        Column(say("quality.points")),
        Column(say("quality.reason"), rank=1),
    )
    rows = tuple(
        Row(
            (
                text_cell(f"{pick(dict(rule.labels))} ({rule.name})"),
                severity_cell(rule.severity),
                points_cell(rule.points, fatal=rule.is_fatal),
                text_cell(pick(dict(rule.reasons))),
            ),
            group=say(f"quality_category.{rule.category}"),
        )
        for rule in sorted(rules, key=lambda rule: (rule.category, rule.points, rule.name))
    )
    return Table(columns, rows, note=say("quality.book_note"), group_title=say("quality.category"))


def severity_cell(severity: str) -> Cell:
    """Return a severity in words."""
    return text_cell(say(f"severity.{severity}"), _TONES.get(severity, "plain"))


def points_cell(points: float, *, fatal: bool = False) -> Cell:
    """Return points with their sign; a fatal rule has none but 0 for the session."""
    if fatal:
        return text_cell(say("quality.makes_zero"), "bad")
    return Cell(points_text(points), points, "text", "good" if points > 0 else "plain")


def points_text(points: float) -> str:
    """Return points with their sign."""
    return f"+{points:g}" if points > 0 else f"{points:g}".replace("-", "−")


def _write(tables: Sequence[Table], output_format: str, path: Path | None) -> None:
    if output_format == "md":
        write_bytes(b"\n".join(md_bytes(table) for table in tables), path)
    else:
        show_tables(tables, path)


def _records(rows: Rows) -> list[dict[str, object]]:
    return [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]
