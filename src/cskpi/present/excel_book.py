"""The workbook under way: shared formats, legal sheet names, and text that can never be a formula."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from cskpi.present.cleaning import clean_for_terminal, guard_formula
from cskpi.present.formatting import cell_width
from cskpi.texts import say

if TYPE_CHECKING:
    from cskpi.present.document import Cell, CellUnit, Tone

Side = Literal["left", "right"]
Kind = tuple[Side, "Tone", bool, str, bool, bool]
"""What a cell's format depends on: side, tone, bold, format of its number, wide, like a formula."""

SECONDS_PER_DAY = 86_400
MOST_WIDTH = 56
MUTED = "#75808c"
FORMATS: dict[CellUnit, str] = {
    "percent": "0.0%",
    "duration": "[h]:mm:ss",
    "money": '"¥"#,##0.00',
    "count": "#,##0",
    "score": "0.00",
    "date": "yyyy-mm-dd",
}
PLACES: dict[Side, dict[str, Any]] = {
    "left": {"align": "left", "indent": 1},
    "right": {"align": "right"},
}
_FRACTION = "#,##0.0"
_COLOURS: dict[Tone, str] = {"good": "#1d7044", "warn": "#8a5a00", "bad": "#b03028"}
_MOST_CHARACTERS = 32_767
_SHEET_NAME_LENGTH = 31
_RESERVED = frozenset({"history"})
"""Names Excel keeps for itself."""


@dataclass(slots=True)
class Book:
    """The workbook under way; formats are shared, since Excel keeps only so many."""

    workbook: Any
    formats: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    kinds: dict[Kind, Any] = field(default_factory=dict)
    """The formats of cells by all they depend on: a big book has a hundred thousand cells."""
    texts: dict[str, tuple[str, bool, bool]] = field(default_factory=dict)

    def style(self, **properties: Any) -> Any:
        """Return the format of these properties, made at first use."""
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format({"valign": "top", **properties})
        return self.formats[key]

    def cell_style(self, kind: Kind) -> Any:
        """Return the format of a kind of cells, made at first use."""
        found = self.kinds.get(kind)
        if found is None:
            side, tone, is_bold, number_format, is_wide, is_risky = kind
            look = _look_of(tone, is_bold=is_bold) | PLACES[side]
            look |= {"num_format": number_format} if number_format else {}
            look |= {"text_wrap": True} if is_wide else {}
            look |= {"quote_prefix": True} if is_risky else {}
            found = self.kinds[kind] = self.style(**look)
        return found

    def text(self, text: str) -> tuple[str, bool, bool]:
        """Return a text as a cell may hold it, whether it is wide, and whether like a formula."""
        found = self.texts.get(text)
        if found is None:
            # No character is wider than two cells.
            is_wide = len(text) * 2 + 2 > MOST_WIDTH and cell_width(text) + 2 > MOST_WIDTH
            found = self.texts[text] = fit(text), is_wide, guard_formula(text) != text
        return found

    def fill(self, colour: str) -> Any:
        """Return the format of a conditional fill, made at first use."""
        key = (("fill", colour),)
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format({"bg_color": colour})
        return self.formats[key]

    def sheet_name(self, wished: str) -> str:
        """Return a name Excel takes that no sheet has yet."""
        plain = re.sub(r"[\[\]:*?/\\]", " ", clean_for_terminal(wished))
        plain = " ".join(plain.split()).strip("'")
        base = _whole_words(plain, _SHEET_NAME_LENGTH).strip(" '") or "sheet"
        name, number = base, 1
        while name.casefold() in self.names or name.casefold() in _RESERVED:
            number += 1
            name = f"{_cut(base, _SHEET_NAME_LENGTH - 5).rstrip()} {number}"
        self.names.add(name.casefold())
        return name


def write_cell(
    book: Book, sheet: Any, at: tuple[int, int], cell: Cell, side: Side, *, is_bold: bool
) -> None:
    """Write a cell as what it is: a number with its format, a day, or text."""
    value, unit, (row, column) = cell.value, cell.unit, at
    if isinstance(value, date):
        style = book.cell_style((side, cell.tone, is_bold, FORMATS["date"], False, False))
        sheet.write_datetime(row, column, value, style)
    elif isinstance(value, str) or unit in ("text", "date"):
        text, is_wide, is_risky = book.text(cell.text if value is None else str(value))
        style = book.cell_style((side, cell.tone, is_bold, "", is_wide, is_risky))
        sheet.write_string(row, column, text, style)
    elif value is None:
        style = book.cell_style((side, cell.tone, is_bold, "", False, False))
        sheet.write_blank(row, column, None, style)
    else:
        is_fraction = unit == "count" and value != int(value)
        number_format = _FRACTION if is_fraction else FORMATS[unit]
        style = book.cell_style((side, cell.tone, is_bold, number_format, False, False))
        sheet.write_number(row, column, excel_number(value, unit), style)


def write_text(book: Book, sheet: Any, at: tuple[int, int], text: str, **look: Any) -> None:
    """Write text, quoted where it looks like a formula: it stays text even when someone edits it."""
    is_risky = guard_formula(text) != text
    style = book.style(**look, **({"quote_prefix": True} if is_risky else {}))
    sheet.write_string(*at, fit(text), style)


def excel_number(value: float, unit: CellUnit) -> float:
    """Return a number as Excel counts it: durations in days."""
    return value / SECONDS_PER_DAY if unit == "duration" else value


def _look_of(tone: Tone, *, is_bold: bool) -> dict[str, Any]:
    """Return the format properties of a cell's tone."""
    look: dict[str, Any] = {"bold": True} if is_bold else {}
    if tone == "muted":
        look |= {"font_color": MUTED, "italic": True}
    elif tone in _COLOURS:
        look["font_color"] = _COLOURS[tone]
    return look


def fit(text: str) -> str:
    """Cut at Excel's limit, which counts UTF-16 units, and say so."""
    clean = clean_for_terminal(text)
    # No character takes more than two units.
    if len(clean) * 2 <= _MOST_CHARACTERS:
        return clean
    if len(clean.encode("utf-16-le")) <= _MOST_CHARACTERS * 2:
        return clean
    mark = say("format.truncated")
    return _cut(clean, _MOST_CHARACTERS - len(mark)) + mark


def _cut(text: str, units: int) -> str:
    return text.encode("utf-16-le")[: units * 2].decode("utf-16-le", "ignore")


def _whole_words(text: str, units: int) -> str:
    """Cut behind a word where words are parted by spaces; Chinese may be cut anywhere."""
    short = _cut(text, units)
    head, _, rest = short.rpartition(" ")
    is_in_a_word = short != text and text[len(short)].isascii() and text[len(short)] != " "
    return head if is_in_a_word and rest.isascii() and len(head) > len(rest) else short
