"""Whether a difference is a change: what exceeds noise, and whether it is for the better."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from cskpi.texts import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cskpi.metrics.finding import Comparison, Direction, Finding, Word

Verdict = Literal["better", "worse", "changed", "unclear", "same", "unknown"]

_WORDS: dict[Word, Verdict] = {
    "better": "better",
    "worse": "worse",
    "higher": "changed",
    "lower": "changed",
    "no_clear_change": "unclear",
}

# The interval is this period's; the other side is taken to be as uncertain, so a difference must
# exceed the width of both together. For agents against the whole this is about the margin that a
# dozen comparisons at once call for.
_BOTH_SIDES = math.sqrt(2)
_NORMAL_95 = 1.96
# Totals without an interval are counted, not sampled: below this share nobody would act on them.
_TOTAL_MATTERS_FROM = 0.05


def verdict(finding: Finding) -> Verdict:
    """Judge a finding against its previous period."""
    comparison = finding.compared("previous")
    if comparison is None:
        return judge(finding, finding.previous)
    return comparison_verdict(finding, comparison)


def comparison_verdict(finding: Finding, comparison: Comparison) -> Verdict:
    """Return what a comparison shows.

    Counts and sums are no sample: that they changed is said, that it is for the better is not.
    """
    if comparison.difference == 0:
        return "same"
    if comparison.word is not None:
        return _WORDS[comparison.word]
    found = judge(finding, comparison.value)
    return "changed" if found in ("better", "worse") else found


def judge(finding: Finding, reference: float | None) -> Verdict:
    """Judge a finding against any other value of the same KPI."""
    value = finding.value
    if value is None or reference is None:
        return "unknown"
    if value == reference:
        return "same"
    if finding.status == "small_sample" or abs(value - reference) <= noise(finding, reference):
        return "unclear"
    return _side(value - reference, finding.direction)


def noise(finding: Finding, reference: float) -> float:
    """Return how far a finding may lie from `reference` by chance."""
    value = finding.value or 0.0
    bound = finding.low if reference < value else finding.high
    if bound is not None:
        return abs(bound - value) * _BOTH_SIDES
    matters = abs(reference) * _TOTAL_MATTERS_FROM
    if finding.unit != "count":
        return matters
    return max(matters, _NORMAL_95 * math.sqrt(abs(value) + abs(reference)))


def correction_note(findings: Iterable[Finding]) -> str:
    """Return the sentence that says that many comparisons were corrected, empty where none was."""
    corrected = any(c.is_corrected for finding in findings for c in finding.comparisons)
    return say("peers.corrected") if corrected else ""


def weight(finding: Finding) -> float:
    """Return how large a change is for the customer, comparable across units.

    A ratio is measured against its rarer side: replies falling from 99 % to 97 % triple the
    customers nobody answered.
    """
    if finding.value is None or finding.previous is None:
        return 0.0
    base = abs(finding.previous)
    if finding.unit == "percent":
        base = min(base, 1 - base)
    elif finding.unit == "score":
        base = 1.0
    floor = 0.02 if finding.unit == "percent" else 1e-9
    return abs(finding.value - finding.previous) / max(base, floor)


def _side(difference: float, direction: Direction) -> Verdict:
    if direction == "neutral":
        return "changed"
    return "better" if (difference > 0) == (direction == "up") else "worse"
