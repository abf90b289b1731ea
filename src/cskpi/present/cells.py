"""Cells made of values: raw number, text and tone together, so outputs cannot disagree."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from cskpi.present.about import about
from cskpi.present.cleaning import one_line
from cskpi.present.comparison import comparison_verdict, verdict
from cskpi.present.document import Bounds, Cell, Tone
from cskpi.present.flags import flag_marks
from cskpi.present.formatting import (
    format_change,
    format_day,
    format_interval,
    format_target,
    format_value,
)
from cskpi.texts import has_text, say

if TYPE_CHECKING:
    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.finding import Against, Finding, Status, Unit

_DIGITS = 12
_STATUS_TONES: dict[Status | None, Tone] = {
    "good": "good",
    "warn": "warn",
    "bad": "bad",
    "small_sample": "muted",
    None: "plain",
}
_VERDICT_TONES: dict[str, Tone] = {"better": "good", "worse": "bad", "unclear": "muted"}


def text_cell(text: str, tone: Tone = "plain") -> Cell:
    """Return a cell of words, cleaned."""
    clean = one_line(text)
    return Cell(clean, clean, tone=tone)


def number_cell(value: float | None, unit: Unit, tone: Tone = "plain", mark: str = "") -> Cell:
    """Return a cell of a number; what cannot be shown is no data."""
    known = shown_digits(value)
    return Cell(format_value(known, unit), known, unit, tone, mark)


def shown_digits(value: float | None) -> float | None:
    """Return a number as it is shown; what cannot be shown is no data.

    Sums of fractions differ in their last digits with the order in which threads add them: twelve
    digits are kept, so that the same data give the same bytes.
    """
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value


def value_cell(finding: Finding) -> Cell:
    """Return a finding's value in the tone of its status, which stands beside it in words."""
    return told_cell(finding, _STATUS_TONES[finding.status], flag_marks(finding))


def told_cell(finding: Finding, tone: Tone = "plain", mark: str = "") -> Cell:
    """Return a finding's value with what stands behind it, in a tone of the caller's choice."""
    known, unit = shown_digits(finding.value), finding.unit
    return Cell(format_value(known, unit), known, unit, tone, mark, about(finding))


def previous_cell(finding: Finding) -> Cell:
    """Return the previous period's value."""
    return number_cell(finding.previous, finding.unit)


def last_year_cell(finding: Finding) -> Cell:
    """Return the value of the same period a year ago."""
    comparison = finding.compared("last_year")
    return number_cell(comparison.value if comparison else None, finding.unit)


def target_cell(finding: Finding) -> Cell:
    """Return the target with its good side."""
    text = format_target(finding.target, finding.unit, finding.direction)
    return Cell(text, finding.target, finding.unit)


def target_bounds(metric: Metric) -> Bounds | None:
    """Return what a KPI's numbers are judged by; None without a target or a good side."""
    if metric.target is None or metric.direction == "neutral":
        return None
    return Bounds(metric.target.good, metric.target.warn, metric.direction == "up")


def change_cell(finding: Finding) -> Cell:
    """Return size and direction of the change against the previous period."""
    text = format_change(finding.value, finding.previous, finding.unit)
    return Cell(text, text, tone=_VERDICT_TONES.get(verdict(finding), "plain"))


def verdict_cell(finding: Finding) -> Cell:
    """Return in words whether the change is one, and for the better or the worse."""
    found = verdict(finding)
    if found == "unknown":
        return text_cell(say("format.none"), "muted")
    return text_cell(say(f"verdict.{found}"), _VERDICT_TONES.get(found, "plain"))


def delta_cell(finding: Finding) -> Cell:
    """Return the change with its verdict beside it."""
    change, words = change_cell(finding), verdict_cell(finding)
    return change if change.text == words.text else replace(change, mark=words.text)


def compared_cell(finding: Finding, against: Against) -> Cell:
    """Return how a finding differs from what it is compared with, in words beside the size."""
    section = "peers" if against in ("shop", "team") else "verdict"
    comparison = finding.compared(against)
    if comparison is None:
        return text_cell(say("format.none"), "muted")
    found = comparison_verdict(finding, comparison)
    tone, words = _VERDICT_TONES.get(found, "plain"), say(f"{section}.{found}")
    if found == "unclear" and finding.status == "small_sample":
        # "No clear difference" beside an interval far from the others would look like a mistake.
        words = say("kpi_status.small_sample")
    change = format_change(finding.value, comparison.value, finding.unit)
    is_level = change == say("verdict.same")
    return Cell(words, words, tone=tone) if is_level else Cell(change, change, "text", tone, words)


def interval_cell(finding: Finding) -> Cell:
    """Return the 95 % interval as text."""
    text = format_interval(finding.low, finding.high, finding.unit)
    return Cell(text, text)


def status_cell(status: Status | None) -> Cell:
    """Return a status in words; colour is never the only sign."""
    if status is None:
        return text_cell(say("format.none"), "muted")
    return text_cell(say(f"kpi_status.{status}"), _STATUS_TONES[status])


def day_cell(day: date) -> Cell:
    """Return a day."""
    return Cell(format_day(day), day, "date")


def dimension_title(name: str) -> str:
    """Return the head of a dimension's column."""
    return say(f"dimension.{name}") if has_text(f"dimension.{name}") else one_line(name)


def dimension_cell(name: str, value: str | None) -> Cell:
    """Return one value of a dimension; an agent the export does not name is a bucket."""
    if value is None or value == "":
        return text_cell(say("dimension.unnamed"), "muted")
    if name == "day":
        try:
            return day_cell(date.fromisoformat(value))
        except ValueError:
            return text_cell(value)
    return text_cell(value)
