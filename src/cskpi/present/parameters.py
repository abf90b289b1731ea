"""Parameters of definitions in words: what they are called, and values with their units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cskpi.present.cleaning import one_line
from cskpi.present.formatting import format_hour, format_number, format_value
from cskpi.texts import has_text, say

if TYPE_CHECKING:
    from cskpi.settings import Value

_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
_DEADLINES = ("days_to_pay", "days_to_order")
_SWITCHES = ("use_", "count_", "deduct_", "auto_closed_")


def parameter_text(name: str, value: Value) -> str:
    """Return a parameter and its value; what nobody has named goes by its own name."""
    key = f"parameter.{name}"
    shown = say(key) if has_text(key) else one_line(name)
    return say("parameter.item", name=shown, value=_value(name, value))


def _value(name: str, value: Value) -> str:
    if isinstance(value, str) or not isinstance(value, int | float):
        return _word(str(value))
    if isinstance(value, bool) or name.startswith(_SWITCHES):
        return say("word.yes" if value else "word.no")
    return _number(name, value)


def _number(name: str, value: float) -> str:
    if name in _DEADLINES:
        key = "day_after" if value else "same_day"
        return say(f"parameter_value.{key}", n=format_number(value))
    if name.endswith("_hour") and value == int(value):
        return format_hour(int(value))
    unit = name.rpartition("_")[2]
    # A day, hour or minute may stand first, too: days_after.
    for part in (unit, name.partition("_")[0]):
        if part in _SECONDS:
            return format_value(value * _SECONDS[part], "duration")
    return format_number(value)


def _word(value: str) -> str:
    for section in ("parameter_value", "word"):
        if has_text(f"{section}.{value}"):
            return say(f"{section}.{value}")
    return one_line(value)
