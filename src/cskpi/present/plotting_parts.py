"""Wholes and their parts measured into graphic blocks: stages, effects, how a measure spreads."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from cskpi.present.about import about
from cskpi.present.axes import Axis, log_axis, value_axis
from cskpi.present.cells import number_cell, shown_digits, text_cell, value_cell
from cskpi.present.document import Cell, Column, Row, Table
from cskpi.present.formatting import format_change, format_count, format_value
from cskpi.present.graphs import (
    Bin,
    Distribution,
    Funnel,
    FunnelStep,
    Mark,
    Tick,
    Waterfall,
    WaterfallPart,
)
from cskpi.present.plotting import target_tick
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cskpi.metrics.finding import Finding
    from cskpi.present.document import About, Tone

_LEAST_SECONDS = 1.0
_SHARES = (0.0, 0.5, 0.9, 1.0)
_LAST_BIN_GROWS = 2.0


def funnel(title: str, steps: Sequence[tuple[str, Cell]], legend: str = "") -> Funnel:
    """Return stages (label, cell of a count), the first the widest; rates are of the stage before."""
    counts = [_count(cell) for _, cell in steps]
    rates = [None, *(_share(part, whole) for whole, part in pairwise(counts))]
    drawn = tuple(
        FunnelStep(label, cell, count / counts[0] if counts[0] else 0.0, rate)
        for (label, cell), count, rate in zip(steps, counts, rates, strict=False)
    )
    return Funnel(title, _funnel_alt(title, drawn), drawn, _funnel_table(drawn), legend)


def waterfall(
    total: Finding,
    before: tuple[str, float],
    parts: Sequence[tuple[str, float]],
    after: str,
    abouts: Mapping[str, About | None] | None = None,
) -> Waterfall:
    """Return what moved a KPI: (label, value) before, (label, effect) of each part, label after.

    The end is the start and all parts; a caller whose parts do not add up names the rest as one.
    `abouts` are what stands behind the KPI of a part, by its label.
    """
    told, whole = abouts or {}, about(total)
    drawn = tuple(
        replace(part, value=replace(part.value, about=told.get(part.label, whole)))
        for part in _waterfall_parts(total, before, parts, after)
    )
    levels = [level for part in drawn for level in (part.start, part.end)]
    axis = value_axis([at for at in levels if at] or levels, total.unit)
    columns = (Column(say("graph.part")), Column(say("graph.effect"), total.unit))
    rows = tuple(Row((text_cell(p.label), p.value), is_total=p.is_total) for p in drawn)
    words = say("format.list_comma").join(f"{part.label} {part.value.text}" for part in drawn)
    title = pick(total.labels)
    return Waterfall(
        title=title,
        ref=total.metric,
        alt=say("graph.alt", title=title, words=words),
        parts=drawn,
        ticks=axis.ticks,
        bottom=axis.bottom,
        top=axis.top,
        table=Table(columns, rows, is_collapsed=True),
        legend=say("graph.waterfall_cut", value=format_value(axis.bottom, total.unit))
        if axis.bottom > 0
        else "",
    )


def distribution(
    total: Finding, bins: Sequence[tuple[float, float, int]], legend: str = ""
) -> Distribution:
    """Return how the durations behind a KPI spread; a bin is (from, to, how many), in seconds.

    Bins follow each other; the first may start at 0, the last end at infinity. The axis is
    logarithmic and the area of a bar is its share, so bins of any width compare.
    """
    edges = _finite_edges(bins)
    axis = log_axis(edges[0], edges[-1])
    count = sum(size for _, _, size in bins)
    places = [axis.place(math.log(edge)) for edge in edges]
    widths = [right - left for left, right in pairwise(places)]
    dense = [size / width for (_, _, size), width in zip(bins, widths, strict=True)]
    highest = max(dense) or 1.0
    value = value_cell(total)
    reached = [done / count if count else 0.0 for done in accumulate(size for *_, size in bins)]
    rows = [
        replace(_bin_row(one, count, share), about=value.about)
        for one, share in zip(bins, reached, strict=True)
    ]
    drawn = tuple(
        Bin(places[at], places[at + 1], height / highest, _words(rows[at]), reached[at])
        for at, height in enumerate(dense)
    )
    marks = tuple(_distribution_marks(total, axis))
    words = say("format.list_comma").join(mark.label for mark in marks)
    title = pick(total.labels)
    return Distribution(
        title=title,
        ref=total.metric,
        value=value,
        alt=say("graph.distribution_alt", label=title, count=format_count(count), marks=words),
        bins=drawn,
        marks=marks,
        x_ticks=axis.placed_ticks(),
        table=_bin_table(title, rows),
        legend=legend or say("graph.distribution_legend"),
        y_ticks=tuple(Tick(share, format_value(share, "percent")) for share in _SHARES),
    )


def _count(cell: Cell) -> float:
    return float(cell.value) if isinstance(cell.value, int | float) else 0.0


def _share(part: float, whole: float) -> Cell:
    return number_cell(part / whole if whole else None, "percent")


def _funnel_alt(title: str, steps: Iterable[FunnelStep]) -> str:
    words = say("format.list_comma").join(
        say("graph.step_alt", label=step.label, value=step.value.text, rate=step.rate.text)
        if step.rate
        else f"{step.label} {step.value.text}"
        for step in steps
    )
    return say("graph.alt", title=title, words=words)


def _funnel_table(steps: Iterable[FunnelStep]) -> Table:
    columns = (
        Column(say("graph.stage")),
        Column(say("column.value"), "count"),
        Column(say("graph.of_before"), "percent"),
        Column(say("graph.of_first"), "percent"),
    )
    none = number_cell(None, "percent", "muted")
    rows = tuple(
        Row(
            (text_cell(s.label), s.value, s.rate or none, number_cell(s.share, "percent")),
            about=s.value.about,
        )
        for s in steps
    )
    return Table(columns, rows, empty=say("table.no_rows"), is_collapsed=True)


def _waterfall_parts(
    total: Finding, before: tuple[str, float], parts: Sequence[tuple[str, float]], after: str
) -> tuple[WaterfallPart, ...]:
    unit = total.unit
    label, level = before
    drawn = [WaterfallPart(label, 0.0, level, number_cell(level, unit), is_total=True)]
    for label, effect in parts:
        text = format_change(effect, 0.0, unit)
        # What is too small to be told is neither good nor bad.
        tone = "plain" if text == say("verdict.same") else _effect_tone(total, effect)
        cell = Cell(text, shown_digits(effect), unit, tone)
        drawn.append(WaterfallPart(label, level, level + effect, cell))
        level += effect
    drawn.append(WaterfallPart(after, 0.0, level, number_cell(level, unit), is_total=True))
    return tuple(drawn)


def _effect_tone(total: Finding, effect: float) -> Tone:
    if total.direction == "neutral" or effect == 0:
        return "plain"
    return "good" if (effect > 0) == (total.direction == "up") else "bad"


def _finite_edges(bins: Sequence[tuple[float, float, int]]) -> list[float]:
    """A logarithm has no zero and no infinity: the outer bins end where they still can be drawn."""
    edges = [bins[0][0], *(high for _, high, _ in bins)]
    if edges[0] < _LEAST_SECONDS:
        edges[0] = min(_LEAST_SECONDS, edges[1] / _LAST_BIN_GROWS)
    if math.isinf(edges[-1]):
        edges[-1] = edges[-2] * _LAST_BIN_GROWS
    return edges


def _bin_row(one: tuple[float, float, int], count: int, reached: float) -> Row:
    low, high, size = one
    if math.isinf(high):
        span = say("graph.bin_from", low=format_value(low, "duration"))
    elif low <= 0:
        span = say("graph.bin_to", high=format_value(high, "duration"))
    else:
        first, last = format_value(low, "duration"), format_value(high, "duration")
        span = say("graph.bin", low=first, high=last)
    done = number_cell(reached, "percent")
    return Row((text_cell(span), number_cell(size, "count"), _share(size, count), done))


def _words(row: Row) -> str:
    span, _, share, reached = row.cells
    return say("graph.bin_words", span=span.text, share=share.text, reached=reached.text)


def _bin_table(title: str, rows: Sequence[Row]) -> Table:
    columns = (
        Column(title),
        Column(say("graph.how_many"), "count"),
        Column(say("graph.share"), "percent"),
        Column(say("graph.reached"), "percent"),
    )
    return Table(columns, tuple(rows), empty=say("table.no_rows"), is_collapsed=True)


def _distribution_marks(total: Finding, axis: Axis) -> Iterable[Mark]:
    if total.median is not None:
        label = say("graph.median", value=format_value(total.median, total.unit))
        yield Mark(_log_place(axis, total.median), label, "median")
    if total.p90 is not None:
        label = say("graph.p90", value=format_value(total.p90, total.unit))
        yield Mark(_log_place(axis, total.p90), label, "p90")
    if total.value is not None:
        label = say("graph.mean", value=format_value(total.value, total.unit))
        yield Mark(_log_place(axis, total.value), label, "mean")
    target = target_tick(total)
    if target is not None:
        yield Mark(_log_place(axis, target.at), target.label, "target")


def _log_place(axis: Axis, seconds: float) -> float:
    return min(max(axis.place(math.log(max(seconds, math.exp(axis.bottom)))), 0.0), 1.0)
