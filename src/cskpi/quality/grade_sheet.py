"""The columns of a grading sheet and the words in its cells: one list for writing and reading it."""

from __future__ import annotations

from dataclasses import dataclass

from cskpi.quality.rubric import FATAL, ITEMS, LEVELS
from cskpi.texts import LANGS, language, table

MOST_FINDINGS = 8
"""Findings of one session that a sheet asks about; the gravest come first."""

HEADER_ROW = 1
SHOWN = ("key", "shop", "agent", "session", "started", "stratum", "transcript")
APPEAL = ("appeal_reason", "appeal_result", "revised_score")
YES_NO = ("yes", "no")
RIGHT_WRONG = ("right", "wrong")
RESULTS = ("upheld", "rejected")


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column: its field, its heading in the language in force, the words it takes."""

    field: str
    heading: str
    words: tuple[str, ...] = ()
    is_hidden: bool = False


def sheet_columns(findings: int) -> tuple[SheetColumn, ...]:
    """Return the columns of a sheet with room for so many findings a session."""
    columns = [SheetColumn(name, _text(f"grading.{name}")) for name in SHOWN]
    for number in range(1, findings + 1):
        columns += [
            SheetColumn(f"finding_{number}", _text("grading.finding", number)),
            SheetColumn(f"verdict_{number}", _text("grading.verdict", number), RIGHT_WRONG),
        ]
    columns.append(SheetColumn("grader", _text("grading.grader")))
    columns += [SheetColumn(item, _text(f"item.{item}"), LEVELS) for item in ITEMS]
    columns.append(SheetColumn(FATAL, _text(f"item.{FATAL}"), YES_NO))
    columns.append(SheetColumn("remark", _text("grading.remark")))
    for name in APPEAL:
        words = RESULTS if name == "appeal_result" else ()
        columns.append(SheetColumn(name, _text(f"grading.{name}"), words))
    columns += [
        SheetColumn(f"finding_key_{number}", f"finding_key_{number}", is_hidden=True)
        for number in range(1, findings + 1)
    ]
    return tuple(columns)


def word(name: str) -> str:
    """Return a drop-down word in the language in force."""
    return _text(f"grading.word_{name}")


def fields_by_heading() -> dict[str, str]:
    """Return heading -> field, for the headings of every language."""
    found: dict[str, str] = {}
    for lang in LANGS:
        for name in (*SHOWN, "grader", "remark", *APPEAL):
            found[table()[f"grading.{name}"][lang]] = name
        found |= {table()[f"item.{name}"][lang]: name for name in (*ITEMS, FATAL)}
        for number in range(1, MOST_FINDINGS + 1):
            for name in ("finding", "verdict"):
                heading = table()[f"grading.{name}"][lang].format(number=number)
                found[heading] = f"{name}_{number}"
            found[f"finding_key_{number}"] = f"finding_key_{number}"
    return found


def named_by_word(names: tuple[str, ...]) -> dict[str, str]:
    """Return drop-down word -> name, for the words of every language."""
    return {table()[f"grading.word_{name}"][lang]: name for name in names for lang in LANGS}


def _text(key: str, number: int = 0) -> str:
    return table()[key][language()].format(number=number)
