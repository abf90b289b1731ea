"""The codes of a roster and their hours: a legend beside the table, or the cell itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

LONGEST_CODE = 8
LEGEND_CELLS = (2, 3)
"""A code and its hours in one cell or in two."""

_CLOCK = r"(?:次日|第二天|\+1)?\s*(?:[01]?\d|2[0-4])(?::[0-5]\d(?::\d\d)?|[点时](?:半|[0-5]\d分?)?)"
_RANGE = rf"({_CLOCK}|\d{{1,2}}(?=\s*[-~–—至到]+\s*\d{{1,2}}[点时]))\s*[-~–—至到]+\s*({_CLOCK})"
_RANGE_ALONE = re.compile(rf"^\(?\s*{_RANGE}\s*\)?$")
_LEGEND = re.compile(
    rf"(?:^|(?<=[\s:;,、|/。)]))([^\s:=(),;、|/\d-][^\s:=(),;、|/]{{0,7}}?)\s*[:=(]?\s*{_RANGE}\)?"
)
_USUAL = re.compile(
    r"(?:大|小)?(?:早|中|晚|夜|白|日|正|全|通|通宵|正常|行政|机动|值)班?"
    r"|(?:轮|调|公|休|年|事|病|婚|产|丧|请)?[休假]息?|[A-Fa-f]\d?班?|(?i:off|rest|leave|al|sl|pto)|○|√"
)
_NEXT = re.compile(r"[+＋&＆、\n](?!\s*1(?:\D|$))")


def read_shifts(
    cell: str, legend: Mapping[str, tuple[str, str]]
) -> list[tuple[str, str | None, str | None]]:
    """Return code, start and end of every shift a cell names; clocks are None where nothing tells.

    `早+晚` is two shifts, `9:00-18:00` is its own code, `早 9:00-18:00` and `早(9:00-18:00)` are 早.
    """
    shifts: list[tuple[str, str | None, str | None]] = []
    for part in _NEXT.split(cell.strip()):
        code = part.strip()
        form = unicodedata.normalize("NFKC", code)
        if found := _RANGE_ALONE.match(form):
            shifts.append((code, _clock(found[1]), _clock(found[2])))
        elif named := _LEGEND.fullmatch(form):
            shifts.append((named[1], _clock(named[2]), _clock(named[3])))
        elif code:
            shifts.append((code, *_look_up(form, legend)))
    return shifts


def is_shift_code(cell: str) -> bool:
    """Tell whether a cell can be nothing but shifts: usual words for them, or hours."""
    parts = [unicodedata.normalize("NFKC", part).strip() for part in _NEXT.split(cell.strip())]
    return all(_USUAL.fullmatch(part) or _RANGE_ALONE.match(part) for part in parts)


def _look_up(
    code: str, legend: Mapping[str, tuple[str, str]]
) -> tuple[str, str] | tuple[None, None]:
    for word in (code, code.removesuffix("班"), f"{code}班", code.upper(), code.lower()):
        if word in legend:
            return legend[word]
    return None, None


def find_legend(rows: Iterable[Sequence[str]]) -> dict[str, tuple[str, str]]:
    """Return code -> (start, end) as `09:00` from cells that explain codes.

    `早班 9:00-17:00`, `早：9:00-18:00`, `A=8:30-17:30`, several in one cell, or the code in one cell
    and its hours in the next one or two. The first explanation of a code holds.
    """
    legend: dict[str, tuple[str, str]] = {}
    for row in rows:
        cells = [unicodedata.normalize("NFKC", cell).strip() for cell in row]
        filled = [cell for cell in cells if cell]
        for cell in filled:
            for code, start, end in _LEGEND.findall(cell):
                legend.setdefault(code, (_clock(start), _clock(end)))
        if len(filled) in LEGEND_CELLS and len(filled[0]) <= LONGEST_CODE:
            hours = _RANGE_ALONE.match("-".join(filled[1:]))
            if hours and not re.search(r"\d:", filled[0]):
                legend.setdefault(filled[0], (_clock(hours[1]), _clock(hours[2])))
    return legend


def _clock(text: str) -> str:
    """Return a clock as `09:00`; whether it is the next day's shows by the start."""
    hour, _, rest = re.sub(r"^(?:次日|第二天|\+1)?\s*", "", text).partition(
        ":" if ":" in text else "点" if "点" in text else "时"
    )
    minutes = "30" if rest.startswith("半") else (re.sub(r"\D.*", "", rest) or "00")
    return f"{int(hour):02}:{int(minutes):02}"
