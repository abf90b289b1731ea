"""What stands behind a number, in words: sample, interval, comparison, and how to trace it."""

from __future__ import annotations

import shlex
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

    from cskpi.metrics.finding import Finding

_OPTIONS = ("shop", "agent", "channel")


def about(finding: Finding) -> About:
    """Return what a reader is shown who asks for more about a number."""
    names = [one_line(value or say("dimension.unnamed")) for value in finding.dimensions.values()]
    # An account is named after its shop: said once is enough.
    names = [one for one in names if not any(other.startswith(f"{one}:") for other in names)]
    return About(
        title=" · ".join([pick(finding.labels), *names]),
        ref=finding.metric,
        key="|".join([finding.metric, *(value or "" for value in finding.dimensions.values())]),
        facts=tuple(_facts(finding)),
    )


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
    if finding.dimensions.keys() <= set(_OPTIONS):
        yield say("page.trace"), _command(finding)


def _command(finding: Finding) -> str:
    """The command that lists what was counted; a name the export lacks cannot be asked for."""
    words = ["cskpi", "explain", finding.metric]
    for name, value in finding.dimensions.items():
        words += [f"--{name}", value] if value else []
    return one_line(shlex.join(words))
