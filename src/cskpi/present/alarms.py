"""Alarms in words: for the board, the summary of a run and the message that leaves the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cskpi.present.cells import text_cell
from cskpi.present.cleaning import one_line
from cskpi.present.formatting import format_day, format_target, format_value
from cskpi.present.masking import mask_text
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cskpi.insight.alarms import Alarm
    from cskpi.present.document import Cell

MOST_LINES = 30
"""A message on a phone is read, a list of hundreds is not."""


def alarm_text(alarm: Alarm) -> str:
    """Return an alarm in a sentence, its number in words of its unit."""
    label = one_line(pick(alarm.labels))
    if alarm.kind == "check":
        return say("alarm.check", label=label, faults=alarm.faults)
    value = format_value(alarm.value, alarm.unit)
    if alarm.kind == "target":
        target = format_target(alarm.bound, alarm.unit, alarm.direction)
        return say("alarm.target", label=label, value=value, target=target)
    day = format_day(alarm.day) if alarm.day else ""
    if alarm.bound is None:
        return say("alarm.signal_run", day=day, label=label, value=value)
    bound = format_value(alarm.bound, alarm.unit)
    return say("alarm.signal_limit", day=day, label=label, value=value, bound=bound)


def alarm_cells(alarm: Alarm) -> tuple[Cell, Cell]:
    """Return an alarm's kind and sentence."""
    return text_cell(say(f"alarm.kind_{alarm.kind}"), "bad"), text_cell(alarm_text(alarm))


def alarm_message(alarms: Sequence[Alarm], period: str) -> tuple[str, str]:
    """Return title and body of one message for all alarms.

    Nothing in it names a person; a label a shop wrote itself is masked like any text.
    """
    lines = [mask_text(alarm_text(alarm)) for alarm in alarms[:MOST_LINES]]
    if len(alarms) > MOST_LINES:
        lines.append(say("alarm.more", more=len(alarms) - MOST_LINES))
    title = say("alarm.title", count=len(alarms), period=period)
    return title, "\n".join([*lines, say("alarm.footer")])
