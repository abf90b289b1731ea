"""Reservations about numbers in words: marks beside them, and the lines that explain the marks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from cskpi.present.formatting import format_span, format_value
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from cskpi.metrics.finding import Finding, Flag, FlagKind

MARKS: dict[FlagKind, str] = {"provisional": "*", "fallback": "†", "part": "‡", "outside": "‡"}


def flag_text(flag: Flag) -> str:
    """Return one flag in words."""
    if flag.kind == "provisional":
        return say("flag.provisional", day=_day(flag.final_on))
    if flag.kind in ("part", "outside"):
        return say(f"flag.{flag.kind}", span=effective_span(flag.first_on, flag.last_on))
    share = format_value(flag.share, "percent")
    return say("flag.fallback", text=pick(flag.labels), share=share)


def flag_marks(finding: Finding) -> str:
    """Return the marks set beside a value; a note under the table explains them."""
    return "".join(
        mark for kind, mark in MARKS.items() if any(f.kind == kind for f in finding.flags)
    )


def flag_note(findings: Sequence[Finding]) -> str:
    """Return what the marks of these findings mean, a line for each kind and KPI."""
    lines = (_provisional_lines, _fallback_lines, _effective_lines)
    return "\n".join(line for kind in lines for line in kind(findings))


def effective_span(first: date | None, last: date | None) -> str:
    """Return from when to when a definition is in force; at least one end is known."""
    if first is not None and last is not None:
        return format_span(first, last)
    if first is not None:
        return say("flag.since", day=_day(first))
    return say("flag.until", day=_day(last))


def _provisional_lines(findings: Sequence[Finding]) -> Iterable[str]:
    last: dict[str, tuple[str, date]] = {}
    for finding in findings:
        for flag in finding.flags:
            if flag.final_on is not None:
                day = max(flag.final_on, last.get(finding.metric, ("", flag.final_on))[1])
                last[finding.metric] = (pick(finding.labels), day)
    if last:
        items = [say("flag.final", label=label, day=_day(day)) for label, day in last.values()]
        yield say("flag.note_provisional", names=say("format.list_comma").join(items))


def _fallback_lines(findings: Sequence[Finding]) -> Iterable[str]:
    shares: dict[str, tuple[Flag, str, list[float]]] = {}
    for finding in findings:
        for flag in finding.flags:
            if flag.kind == "fallback" and flag.share is not None:
                found = shares.setdefault(finding.metric, (flag, pick(finding.labels), []))
                found[2].append(flag.share)
    for flag, label, found_shares in shares.values():
        ends = dict.fromkeys(
            format_value(s, "percent") for s in (min(found_shares), max(found_shares))
        )
        text = say("flag.fallback", text=pick(flag.labels), share="–".join(ends))
        yield say("flag.note_fallback", label=label, text=text)


def _effective_lines(findings: Sequence[Finding]) -> Iterable[str]:
    named = {
        (pick(finding.labels), flag_text(flag)): None
        for finding in findings
        for flag in finding.flags
        if flag.kind in ("part", "outside")
    }
    for label, text in named:
        yield say("flag.note_effective", label=label, text=text)


def _day(day: date | None) -> str:
    return day.isoformat() if day else say("format.none")
