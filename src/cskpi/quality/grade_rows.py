"""A graded row of a sheet, read and checked: a grade, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cskpi.quality.grade_sheet import (
    MOST_FINDINGS,
    RESULTS,
    RIGHT_WRONG,
    YES_NO,
    fields_by_heading,
    named_by_word,
    word,
)
from cskpi.quality.rubric import FATAL, FULL_SCORE, ITEMS, LEVELS, score_of
from cskpi.texts import say

_FIELD_HEADINGS = ("key", "grader", FATAL)
"""A sheet without these is none of ours."""


class RowError(Exception):
    """A row cannot be taken: the field, what stands there, and why."""

    def __init__(self, field: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.value, self.reason = field, value, reason


@dataclass(frozen=True, slots=True)
class Grade:
    """What one grader gave one session.

    `levels` by item of the rubric, `fatal` among them as yes or no; `verdicts` by rule and message.
    """

    key: str
    grader: str
    score: float
    is_fatal: bool
    remark: str | None
    appeal_reason: str | None
    appeal_result: str | None
    revised_score: float | None
    levels: tuple[tuple[str, str], ...]
    verdicts: tuple[tuple[str, str, bool], ...]


def missing_fields(headings: list[str]) -> list[str]:
    """Return which columns no grading sheet lacks are not there."""
    fields = fields_by_heading()
    there = {fields.get(heading.strip()) for heading in headings}
    return [name for name in (*_FIELD_HEADINGS, *ITEMS) if name not in there]


def read_grade(cells: Mapping[str, str]) -> Grade | None:
    """Return the grade a row holds; None where nobody graded it.

    Args:
        cells: field -> text, empty where the cell is.

    Raises:
        RowError: the row is graded, but not as the sheet asks.
    """
    touched = [*ITEMS, FATAL, "remark", "appeal_reason", "appeal_result", "revised_score"]
    verdicts = [f"verdict_{number}" for number in range(1, MOST_FINDINGS + 1)]
    if not any(cells.get(name) for name in ("grader", *touched, *verdicts)):
        return None
    if not cells.get("grader"):
        raise RowError("grader", "", say("grading.fault_missing"))
    levels = {name: _named(cells, name, LEVELS) for name in ITEMS}
    is_fatal = _named(cells, FATAL, YES_NO, default="no") == "yes"
    score = score_of(levels, is_fatal=is_fatal)  # type: ignore[arg-type]
    if score is None:
        raise RowError(ITEMS[0], cells.get(ITEMS[0], ""), say("grading.fault_items"))
    appeal, result, revised = _appeal(cells)
    return Grade(
        key=cells.get("key", ""),
        grader=cells["grader"],
        score=score,
        is_fatal=is_fatal,
        remark=cells.get("remark") or None,
        appeal_reason=appeal,
        appeal_result=result,
        revised_score=revised,
        levels=(*levels.items(), (FATAL, "yes" if is_fatal else "no")),
        verdicts=_verdicts(cells),
    )


def _appeal(cells: Mapping[str, str]) -> tuple[str | None, str | None, float | None]:
    reason = cells.get("appeal_reason") or None
    result = _named(cells, "appeal_result", RESULTS, default="") or None
    text = cells.get("revised_score", "")
    if result and not reason:
        raise RowError("appeal_result", cells["appeal_result"], say("grading.fault_result"))
    if not text:
        return reason, result, None
    if result != "upheld":
        raise RowError("revised_score", text, say("grading.fault_revised"))
    try:
        score = float(text)
    except ValueError:
        score = -1.0
    if not 0 <= score <= FULL_SCORE:
        raise RowError("revised_score", text, say("grading.fault_score"))
    return reason, result, score


def _verdicts(cells: Mapping[str, str]) -> tuple[tuple[str, str, bool], ...]:
    found = []
    for number in range(1, MOST_FINDINGS + 1):
        verdict = _named(cells, f"verdict_{number}", RIGHT_WRONG, default="")
        rule, separator, message = cells.get(f"finding_key_{number}", "").partition("|")
        if verdict and separator:
            found.append((rule, message, verdict == "right"))
    return tuple(found)


def _named(
    cells: Mapping[str, str], field: str, names: tuple[str, ...], default: str | None = None
) -> str:
    text = cells.get(field, "")
    if not text:
        if default is None:
            raise RowError(field, "", say("grading.fault_missing"))
        return default
    name = named_by_word(names).get(text)
    if name is None:
        words = " / ".join(word(each) for each in names)
        raise RowError(field, text, say("grading.fault_word", words=words))
    return name
