"""The platforms' numbers beside ours: as a table with the reasons below, or as records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cskpi.metrics.trace import Rows
from cskpi.present.cells import number_cell, text_cell
from cskpi.present.document import Column, Row, Table
from cskpi.present.formatting import format_span
from cskpi.texts import has_text, language, say

if TYPE_CHECKING:
    from cskpi.metrics.platform import PlatformFigure

_COLUMNS = (
    *("channel", "shop", "agent", "scope", "period_start", "period_end", "metric", "unit"),
    *("platform_value", "kpi", "own_value", "sample_size", "difference", "reason"),
)


def platform_table(figures: Sequence[PlatformFigure]) -> Table:
    """Return one row a number, with its channel where there are several.

    Why the two differ stands once for each kind below.
    """
    has_channels = len({figure.channel for figure in figures}) > 1
    columns = (
        *([Column(say("dimension.channel"))] if has_channels else []),
        Column(say("dimension.agent")),
        Column(say("platform.period"), rank=1),
        Column(say("platform.metric")),
        Column(say("platform.said")),
        Column(say("platform.own")),
        Column(say("platform.difference")),
        Column(say("platform.kpi"), rank=2),
    )
    rows = tuple(_row(figure, has_channel=has_channels) for figure in figures)
    return Table(columns, rows, empty=say("platform.none"))


def _row(figure: PlatformFigure, *, has_channel: bool) -> Row:
    own = figure.own.value if figure.own else None
    return Row(
        (
            *([text_cell(figure.channel)] if has_channel else []),
            text_cell(" · ".join(part for part in (figure.shop_id, _who(figure)) if part)),
            text_cell(format_span(figure.first_day, figure.last_day)),
            text_cell(_name(figure.metric)),
            number_cell(figure.said, figure.unit),
            number_cell(own, figure.unit),
            number_cell(_difference(figure), figure.unit),
            text_cell(figure.counterpart.kpi if figure.counterpart else "–"),
        )
    )


def reasons(figures: Sequence[PlatformFigure]) -> list[str]:
    """Return a sentence for each number that has one of ours beside it: why they need not agree."""
    found = {f.metric: f.counterpart for f in figures if f.own and f.counterpart}
    return [
        say("platform.reason", metric=_name(name), reason=counterpart.reasons[language()])
        for name, counterpart in found.items()
    ]


def platform_rows(figures: Sequence[PlatformFigure]) -> Rows:
    """Return the comparison as records: seconds, ratios 0..1, money, counts."""
    rows = tuple(
        (
            *(figure.channel, figure.shop_id, figure.agent_id, figure.scope),
            *(figure.first_day, figure.last_day, figure.metric, figure.unit, figure.said),
            *_own_columns(figure),
        )
        for figure in figures
    )
    return Rows(_COLUMNS, rows, len(rows))


def _own_columns(figure: PlatformFigure) -> tuple[Any, ...]:
    counterpart, own = figure.counterpart, figure.own
    return (
        counterpart.kpi if counterpart else None,
        own.value if own else None,
        own.sample_size if own else None,
        _difference(figure),
        counterpart.reasons[language()] if counterpart else None,
    )


def _difference(figure: PlatformFigure) -> float | None:
    if figure.said is None or figure.own is None or figure.own.value is None:
        return None
    return figure.own.value - figure.said


def _who(figure: PlatformFigure) -> str:
    return figure.agent_id if figure.scope == "agent" else say(f"platform_scope.{figure.scope}")


def _name(metric: str) -> str:
    return say(f"platform_metric.{metric}") if has_text(f"platform_metric.{metric}") else metric
