"""Text that came out of a file, made harmless before it is shown.

Names and chat text are hostile until proven otherwise: they reach terminals, browsers and
spreadsheets, and each of these obeys characters that are no text.
"""

from __future__ import annotations

import re

_ESCAPE_SEQUENCES = re.compile(
    r"(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|\Z)"  # OSC: titles, links, clipboard
    r"|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c]*(?:\x1b\\|\x9c|\Z)"  # DCS, SOS, PM, APC
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor, erase
    r"|\x1b[ -/]*[0-~]"
)
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidi: reorder what the reader sees
    "\u2028\u2029\ufeff\ufff9-\ufffb]"
)
_SURROGATES = re.compile("[\ud800-\udfff\ufffe\uffff]")
_FORMULA_STARTS = "=+-@\t\r\n\0|%＝＋－＠"


def clean_for_terminal(text: str) -> str:
    """Return `text` without anything a terminal would obey; tab and newline stay."""
    if text.isprintable():
        # No control, no mark of direction, no surrogate: the case of nearly every cell.
        return text
    text = _ESCAPE_SEQUENCES.sub("", text)
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub("", text))


def one_line(text: str) -> str:
    """Return cleaned `text` on one line, for table cells, headings and labels."""
    if " " not in text and text.isprintable():
        # The only white space that is printable is the blank.
        return text
    return " ".join(clean_for_terminal(text).split())


def guard_formula(text: str) -> str:
    """Return `text` with a leading apostrophe where a spreadsheet would take it for a formula."""
    start = text.lstrip(" \u3000\u00a0\ufeff")
    return f"'{text}" if start and start[0] in _FORMULA_STARTS else text
