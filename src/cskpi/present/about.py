"""What stands behind a number, in words: sample, interval, comparison, and where it belongs."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from cskpi.present.cleaning import one_line
from cskpi.present.document import About
from cskpi.present.flags import flag_text
from cskpi.present.formatting import (
    format_count,
    format_interval,
    format_target,
    format_value,
)
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cskpi.metrics.breakdowns import BreakdownTable
    from cskpi.metrics.finding import Finding


def about(finding: Finding) -> About | None:
    """Return what a reader is shown who asks for more about a number, None without one."""
    if finding.value is None:
        return None
    return About(
        title=pick(finding.labels),
        ref=finding.metric,
        value=format_value(finding.value, finding.unit),
        place=tuple((name, one_line(value or "")) for name, value in finding.dimensions.items()),
        facts=tuple(_facts(finding)),
    )


def about_table(breakdown: BreakdownTable, ref: str = "") -> About:
    """Return what is shown who asks for a number of a table: what the table is, not the number.

    Args:
        breakdown: the table.
        ref: the part of the report that holds it, where it is not called like it.
    """
    trace = (say("page.trace"), f"cskpi kpi {breakdown.name}")
    return About(one_line(pick(breakdown.labels)), ref or breakdown.name, facts=(trace,))


def session_key(session_id: str) -> str:
    """Return a session's place: ids may hold customers' names, which no output must."""
    return sha256(session_id.encode()).hexdigest()[:16]


def _facts(finding: Finding) -> Iterable[tuple[str, str]]:
    unit = finding.unit
    yield say("column.sample"), format_count(finding.sample_size)
    if finding.low is not None and finding.high is not None:
        yield say("column.interval"), format_interval(finding.low, finding.high, unit)
    if finding.median is not None:
        yield say("column.median"), format_value(finding.median, unit)
    if finding.p90 is not None:
        yield say("column.p90"), format_value(finding.p90, unit)
    if finding.previous is not None:
        yield say("column.previous"), format_value(finding.previous, unit)
    if finding.target is not None:
        yield say("column.target"), format_target(finding.target, unit, finding.direction)
    for flag in finding.flags:
        yield say("page.reservation"), flag_text(flag)
