"""Charts of wholes and rankings: funnel, waterfall, distribution, bars with intervals.

Rows carry their words above the bar and their number at its right: nothing has to be cut or
turned, and a phone shows the same chart as a desk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from cskpi.present.drawing import (
    ACCENT,
    GOOD,
    GRID,
    INK,
    LABEL_SIZE,
    MUTED,
    SMALL_SIZE,
    SOFT,
    TONES,
    Frame,
    Label,
    Spot,
    color_field,
    draw,
    fields,
    marks,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cskpi.present.drawing import Anchor, Data
    from cskpi.present.graphs import Bars, Distribution, Funnel, Mark, Tick, Waterfall

_WIDTH = 360
_SIDE = 1
_MOST_NAME, _MOST_WORDS, _GAP, _SHORT_ROW = 150, 216, 8, 22
_NARROW, _LAST_NARROW = 6.4, 0x2000
_SHARES = 36
_STEP, _STEP_BAR, _STEP_HEAD = 74, 22, 18
_ROW, _ROW_BAR, _ROW_HEAD = 36, 10, 17
_SPREAD = Frame(_WIDTH, 128, left=_SIDE, right=_SIDE, top=50, bottom=24)
_MARK_LINE = 15
_BAR_SHADE = 0.5
_LEAST_TICK_GAP = 34
# Left of this a label has no room at its left side.
_LEAST_LEFT = 0.35
_MARK_COLORS = {"median": INK, "p90": INK, "mean": MUTED, "target": GOOD}


def funnel_svg(funnel: Funnel) -> str:
    """Return stages as bars true to their numbers, the way between them shaded."""
    steps = funnel.steps
    frame = Frame(_WIDTH, _STEP * len(steps) - (_STEP - _STEP_BAR - _STEP_HEAD), _SIDE, _SIDE)
    bars, ways, labels, spots = [], [], [], []
    for at, step in enumerate(steps):
        top = at * _STEP + _STEP_HEAD
        bars.append({"x": 0, "x2": step.share * _WIDTH, "y": top, "y2": top + _STEP_BAR})
        labels.append(Label(0, top - 10, step.label, color=INK, is_bold=True))
        labels.append(Label(_WIDTH, top - 10, step.value.text, "end", INK, is_bold=True))
        spots.append(Spot(step.share * _WIDTH / 2, top + _STEP_BAR / 2, _step_words(step)))
        if at + 1 < len(steps):
            after, foot = steps[at + 1], top + _STEP_BAR
            next_top = foot + _STEP - _STEP_BAR
            ways += [
                {"x": 0, "x2": step.share * _WIDTH, "y": foot, "way": at},
                {"x": 0, "x2": after.share * _WIDTH, "y": next_top, "way": at},
            ]
            if after.rate:
                text = f"↓ {after.rate.text}"
                labels.append(Label(8, foot + 14, text, color=INK, size=SMALL_SIZE + 1))
    data: Data = {"ways": ways, "bars": bars}
    return draw(_funnel, frame, data, funnel.alt, labels=labels, spots=spots, reading="y")


def waterfall_svg(block: Waterfall) -> str:
    """Return what moved a number: totals on the ground, parts where the one before ended."""
    lanes = _Lanes.of([(part.label, part.value.text) for part in block.parts])
    frame = Frame(_WIDTH, lanes.row * len(block.parts), _SIDE, _SIDE, bottom=22)
    span = (block.top - block.bottom) or 1.0

    def x(value: float) -> float:
        return lanes.x((max(value, block.bottom) - block.bottom) / span)

    bars, links, labels, spots = [], [], [], []
    for at, part in enumerate(block.parts):
        color = MUTED if part.is_total else TONES[part.value.tone]
        ends = sorted((x(part.start), x(part.end)))
        bars.append(lanes.bar(at, ends) | {"color": color})
        tone = INK if part.is_total or part.value.tone == "plain" else color
        bold: Literal["both", ""] = "both" if part.is_total else ""
        labels += lanes.words(at, part.label, part.value.text, tone, bold)
        spots.append(Spot(sum(ends) / 2, lanes.middle(at), f"{part.label} {part.value.text}"))
        if at + 1 < len(block.parts):
            foot = lanes.top(at) + _ROW_BAR
            links.append({"x": x(part.end), "y": foot, "y2": foot + lanes.row - _ROW_BAR})
    data: Data = {
        "grid": [{"x": x(tick.at), "y": 0, "y2": frame.height} for tick in block.ticks],
        "links": links,
        "bars": bars,
    }
    labels += _tick_labels([(x(tick.at), tick) for tick in block.ticks], frame)
    return draw(_rows, frame, data, block.alt, labels=labels, spots=spots, reading="y")


def bars_svg(block: Bars) -> str:
    """Return a ranking as bars, each with its interval as a thin line."""
    lanes = _Lanes.of([(bar.label, bar.value.text) for bar in block.bars])
    height = lanes.row * len(block.bars)
    top_room = _MARK_LINE * len(block.marks) + 4
    frame = Frame(_WIDTH, height, _SIDE, _SIDE, top=top_room, bottom=22)
    bars, labels, spots = [], [], []
    for at, bar in enumerate(block.bars):
        ends = sorted((lanes.x(block.start), lanes.x(bar.end)))
        bars.append(lanes.bar(at, ends) | {"color": ACCENT})
        labels += lanes.words(at, bar.label, bar.value.text, INK, "number")
        words = f"{bar.label} {bar.value.text} {bar.note}".rstrip()
        spots.append(Spot(ends[1], lanes.middle(at), words))
    rules = [
        {"x": lanes.x(bar.low), "x2": lanes.x(bar.high), "y": lanes.middle(at)}
        for at, bar in enumerate(block.bars)
        if bar.low is not None and bar.high is not None
    ]
    data: Data = {
        "grid": [{"x": lanes.x(t.at), "y": 0, "y2": height} for t in block.ticks],
        "links": [],
        "bars": bars,
        "rules": rules,
        "marks": _mark_rules(block.marks, height, top_room, lanes),
    }
    labels += _tick_labels([(lanes.x(tick.at), tick) for tick in block.ticks], frame)
    labels += _mark_labels(block.marks, top_room, lanes)
    return draw(_ranking, frame, data, block.alt, labels=labels, spots=spots, reading="y")


@dataclass(frozen=True, slots=True)
class _Lanes:
    """Rows of a chart: short names stand left of the bars, long ones above them."""

    left: float = 0.0
    right: float = float(_WIDTH)
    row: int = _ROW
    head: int = _ROW_HEAD

    @classmethod
    def of(cls, words: Sequence[tuple[str, str]]) -> _Lanes:
        """Return the rows for names and numbers, the width of which is only known roughly."""
        name, number = (max((_room(pair[at]) for pair in words), default=0.0) for at in (0, 1))
        if name > _MOST_NAME or name + number > _MOST_WORDS:
            return cls()
        return cls(name + _GAP, _WIDTH - number - _GAP, _SHORT_ROW, (_SHORT_ROW - _ROW_BAR) // 2)

    def x(self, place: float) -> float:
        return self.left + place * (self.right - self.left)

    def top(self, at: int) -> int:
        return at * self.row + self.head

    def middle(self, at: int) -> float:
        return self.top(at) + _ROW_BAR / 2

    def bar(self, at: int, ends: Sequence[float]) -> dict[str, Any]:
        top = self.top(at)
        return {"x": ends[0], "x2": ends[1], "y": top, "y2": top + _ROW_BAR}

    def words(
        self, at: int, name: str, number: str, tone: str, bold: Literal["", "number", "both"]
    ) -> list[Label]:
        """Return a row's name and its number, and which of them is bold."""
        y = self.middle(at) if self.left else self.top(at) - 9
        heavy = bold == "both", bool(bold)
        return [
            Label(0, y, name, "start", INK, is_bold=heavy[0], has_halo=True),
            Label(_WIDTH, y, number, "end", tone, is_bold=heavy[1], has_halo=True),
        ]


def _room(text: str) -> float:
    """About how wide a text is: only where it stands depends on it, so no font is asked."""
    return sum(LABEL_SIZE if ord(sign) > _LAST_NARROW else _NARROW for sign in text)


def distribution_svg(block: Distribution) -> str:
    """Return a histogram, the share that is done by then as a line, and what is marked."""
    high = _SPREAD.height
    lanes = _Lanes(right=_WIDTH - _SHARES)
    bars, spots = [], []
    for one in block.bins:
        left, right, top = lanes.x(one.left), lanes.x(one.right), high * (1 - one.height)
        bars.append({"x": left + 0.5, "x2": right - 0.5, "y": top, "y2": high})
        spots.append(Spot((left + right) / 2, min(top, high * (1 - one.reached)), one.label))
    line = [(block.bins[0].left, 0.0)] if block.bins else []
    line += [(one.right, one.reached) for one in block.bins]
    top_room = _MARK_LINE * len(block.marks) + 4
    frame = Frame(_WIDTH, high, _SIDE, _SIDE, top=top_room, bottom=24)
    data: Data = {
        "bars": bars,
        "ground": [{"x": 0, "x2": lanes.right, "y": high}],
        "line": [{"x": lanes.x(at), "y": high * (1 - share)} for at, share in line],
        "marks": _mark_rules(block.marks, high, top_room, lanes),
    }
    labels = _tick_labels([(lanes.x(tick.at), tick) for tick in block.x_ticks], frame)
    labels += _mark_labels(block.marks, top_room, lanes)
    labels += [
        Label(_WIDTH, high * (1 - tick.at), tick.label, "end", size=SMALL_SIZE)
        for tick in block.y_ticks
    ]
    return draw(_spread, frame, data, block.alt, labels=labels, spots=spots)


def _step_words(step: Any) -> str:
    rate = f" {step.rate.text}" if step.rate else ""
    return f"{step.label} {step.value.text}{rate}"


def _mark_rules(
    found: Sequence[Mark], height: float, room: float, lanes: _Lanes
) -> list[dict[str, Any]]:
    return [
        {
            "x": lanes.x(mark.at),
            "y": line - room,
            "y2": height,
            "color": _MARK_COLORS[mark.kind],
            "dash": [4, 3] if mark.kind == "target" else [1, 0],
        }
        for mark, line in _mark_lines(found)
    ]


def _mark_labels(found: Sequence[Mark], room: float, lanes: _Lanes) -> list[Label]:
    labels = []
    for mark, line in _mark_lines(found):
        is_right = lanes.x(mark.at) < _LEAST_LEFT * _WIDTH
        side: Anchor = "start" if is_right else "end"
        x = lanes.x(mark.at) + (5 if is_right else -5)
        color = _MARK_COLORS[mark.kind]
        labels.append(Label(x, line - room, mark.label, side, color, has_halo=True))
    return labels


def _mark_lines(found: Sequence[Mark]) -> list[tuple[Mark, float]]:
    """Each mark has a line of its own above the chart, the rightmost the highest.

    Its label stands left of it, where the rules of the others do not come up.
    """
    ordered = sorted(found, key=lambda mark: -mark.at)
    return [(mark, _MARK_LINE * (at + 0.5)) for at, mark in enumerate(ordered)]


def _tick_labels(ticks: Sequence[tuple[float, Tick]], frame: Frame) -> list[Label]:
    """Labels at the ends stay inside the frame; one too near to the one before is left out."""
    labels: list[Label] = []
    last = -float(_LEAST_TICK_GAP)
    for x, tick in ticks:
        if x - last < _LEAST_TICK_GAP:
            continue
        last = x
        at_end = x > frame.width - _LEAST_TICK_GAP / 2
        at_start = x < _LEAST_TICK_GAP / 2
        anchor: Anchor = "end" if at_end else "start" if at_start else "middle"
        labels.append(Label(x, frame.height + 13, tick.label, anchor, size=SMALL_SIZE))
    return labels


def _funnel(frame: Frame) -> Any:
    import altair as alt

    way = alt.Detail("way:N")
    return alt.layer(
        marks("ways")
        .mark_area(color=SOFT, orient="horizontal")
        .encode(**fields(frame, "x", "x2", "y"), detail=way),
        marks("bars").mark_rect(color=ACCENT).encode(**fields(frame, "x", "x2", "y", "y2")),
    )


def _rows(frame: Frame, opacity: float = 1.0) -> Any:
    import altair as alt

    rects = fields(frame, "x", "x2", "y", "y2")
    return alt.layer(
        marks("grid").mark_rule(color=GRID, strokeWidth=1).encode(**fields(frame, "x", "y", "y2")),
        marks("links")
        .mark_rule(color=MUTED, strokeWidth=1)
        .encode(**fields(frame, "x", "y", "y2")),
        marks("bars").mark_rect(opacity=opacity).encode(**rects, **color_field("fill")),
    )


def _ranking(frame: Frame) -> Any:
    import altair as alt

    return alt.layer(
        # Lighter than elsewhere, so that the interval is seen on it.
        _rows(frame, _BAR_SHADE),
        marks("rules")
        .mark_rule(color=INK, strokeWidth=1.4)
        .encode(**fields(frame, "x", "x2", "y")),
        _mark_layer(frame),
    )


def _spread(frame: Frame) -> Any:
    import altair as alt

    return alt.layer(
        marks("bars")
        .mark_rect(color=ACCENT, opacity=_BAR_SHADE)
        .encode(**fields(frame, "x", "x2", "y", "y2")),
        marks("ground")
        .mark_rule(color=MUTED, strokeWidth=1)
        .encode(**fields(frame, "x", "x2", "y")),
        marks("line").mark_line(color=INK, strokeWidth=1.6).encode(**fields(frame, "x", "y")),
        _mark_layer(frame),
    )


def _mark_layer(frame: Frame) -> Any:
    import altair as alt

    dash = alt.StrokeDash("dash:N", scale=None, legend=None)
    rule = marks("marks").mark_rule(strokeWidth=1.2)
    return rule.encode(**fields(frame, "x", "y", "y2"), **color_field("stroke"), strokeDash=dash)
