"""Charts by day and hour: lines, sparklines, small multiples, control charts, heat maps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cskpi.present.drawing import (
    ACCENT,
    GRID,
    INK,
    MUTED,
    PAPER,
    SMALL_SIZE,
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

    from cskpi.present.drawing import Data
    from cskpi.present.graphs import (
        HeatMap,
        LimitChart,
        LineChart,
        Panel,
        Point,
        SmallMultiples,
        Sparkline,
        Tick,
    )

_LINE = Frame(262, 92, left=54, right=12, top=10, bottom=24)
_LIMITS = Frame(262, 112, left=54, right=12, top=10, bottom=24)
_SPARK = Frame(120, 26, left=2, right=4, top=3, bottom=3)
_PANEL = Frame(168, 56, left=44, right=8, top=8, bottom=18)
_HEAT_CELL = (30, 26)
_HEAT_MARGIN = {"left": 46, "right": 2, "top": 22, "bottom": 2}
_STROKE = {"strokeWidth": 1.8, "strokeJoin": "round", "strokeCap": "round"}
# Half an ink at most: the numbers on it keep their contrast in light and dark.
_LEAST_SHADE, _MOST_SHADE = 0.04, 0.5


def line_svg(chart: LineChart) -> str:
    """Return a line by day."""
    plot = _Plot(_LINE, chart.bottom, chart.top, len(chart.points))
    data: Data = {
        "grid": plot.levels(chart.y_ticks),
        "target": plot.levels([chart.target]) if chart.target else [],
        "line": plot.line(chart.points),
        "dots": plot.dots(chart.points),
    }
    labels = plot.labels(chart.y_ticks, chart.x_ticks)
    return draw(_line, _LINE, data, chart.alt, labels=labels, spots=plot.spots(chart.points))


def spark_svg(spark: Sparkline) -> str:
    """Return a line without axes, for the corner of a card."""
    plot = _Plot(_SPARK, spark.bottom, spark.top, len(spark.heights))
    heights = list(enumerate(spark.heights))
    known = [at for at, height in heights if height is not None]
    places = [plot.at(at, height) for at, height in heights]
    target = [] if spark.target is None else [{"y": plot.y(spark.target), "x": 0, "x2": 120}]
    data: Data = {
        "grid": [],
        "target": target,
        "line": places,
        "dots": [places[at] for at in known[-1:]],
    }
    return draw(_line, _SPARK, data, spark.alt)


def panel_svg(panel: Panel, block: SmallMultiples) -> str:
    """Return one line of small multiples; all of them have the scale of their block."""
    plot = _Plot(_PANEL, block.bottom, block.top, len(panel.points))
    ends = (block.y_ticks[0], block.y_ticks[-1])
    days = (block.x_ticks[0], block.x_ticks[-1]) if block.x_ticks else ()
    data: Data = {
        "grid": plot.levels(ends),
        "target": plot.levels([block.target]) if block.target else [],
        "line": plot.line(panel.points),
        "dots": plot.dots(panel.points),
    }
    labels = plot.labels(ends, days, size=SMALL_SIZE)
    return draw(_line, _PANEL, data, panel.alt, labels=labels, spots=plot.spots(panel.points))


def limit_svg(chart: LimitChart) -> str:
    """Return a control chart: the band of chance behind the line, rings around the signals."""
    plot = _Plot(_LIMITS, chart.bottom, chart.top, len(chart.points))
    band = [
        {"x": plot.x(at), "y": plot.y(limit.high), "y2": plot.y(limit.low)}
        if limit
        else {"x": plot.x(at), "y": None, "y2": None}
        for at, limit in enumerate(chart.limits)
    ]
    centre = [
        {"x": plot.x(at), "y": plot.y(limit.centre) if limit else None}
        for at, limit in enumerate(chart.limits)
    ]
    rings = [
        plot.at(signal.position, chart.points[signal.position].height)
        | {"color": TONES[signal.tone]}
        for signal in chart.signals
    ]
    data: Data = {
        "grid": plot.levels(chart.y_ticks),
        "band": band,
        "centre": centre,
        "line": plot.line(chart.points),
        "rings": rings,
    }
    said = {signal.position: signal.label for signal in chart.signals}
    spots = plot.spots(chart.points, said)
    labels = plot.labels(chart.y_ticks, chart.x_ticks)
    return draw(_limit, _LIMITS, data, chart.alt, labels=labels, spots=spots)


def heat_svg(heat: HeatMap) -> str:
    """Return a heat map; shade is opacity of one ink, so it prints in grey."""
    rows = [row.cells for row in heat.table.rows]
    heads = heat.table.columns[1:]
    width, height = _HEAT_CELL
    frame = Frame(width * len(heads), height * len(rows), **_HEAT_MARGIN)
    labels = [Label((at + 0.5) * width, -12, head.title, "middle") for at, head in enumerate(heads)]
    squares, spots = [], []
    for down, line in enumerate(heat.shades):
        middle = (down + 0.5) * height
        labels.append(Label(-8, middle, rows[down][0].text, "end"))
        for across, shade in enumerate(line):
            if shade is None:
                continue
            x, text = (across + 0.5) * width, rows[down][across + 1].text
            opacity = _LEAST_SHADE + shade * (_MOST_SHADE - _LEAST_SHADE)
            squares.append({"x": x, "y": middle, "shade": round(opacity, 3)})
            spots.append(Spot(x, middle, f"{rows[down][0].text} {heads[across].title} {text}"))
            if shade > 0:
                labels.append(Label(x, middle, text, "middle", INK, SMALL_SIZE))
    return draw(
        _heat, frame, {"squares": squares}, heat.alt, labels=labels, spots=spots, reading="xy"
    )


class _Plot:
    """Values of days turned into places of a frame."""

    def __init__(self, frame: Frame, bottom: float, top: float, days: int) -> None:
        self.frame, self.bottom, self.span = frame, bottom, (top - bottom) or 1.0
        self.last = max(days - 1, 1)

    def x(self, position: float) -> float:
        return position / self.last * self.frame.width

    def y(self, value: float) -> float:
        return self.frame.height * (1 - (value - self.bottom) / self.span)

    def at(self, position: int, height: float | None) -> dict[str, Any]:
        return {"x": self.x(position), "y": None if height is None else self.y(height)}

    def line(self, points: Sequence[Point]) -> list[dict[str, Any]]:
        return [self.at(point.position, point.height) for point in points]

    def levels(self, ticks: Sequence[Tick]) -> list[dict[str, Any]]:
        return [{"y": self.y(tick.at), "x": 0, "x2": self.frame.width} for tick in ticks]

    def dots(self, points: Sequence[Point]) -> list[dict[str, Any]]:
        """A day between two gaps has no line to be seen by; the last day shows where it stands."""
        heights = [None, *(point.height for point in points), None]
        known = [place for place, height in enumerate(heights) if height is not None]
        return [
            self.at(place - 1, heights[place])
            for place in known
            if place == known[-1] or heights[place - 1] is heights[place + 1] is None
        ]

    def labels(
        self, y_ticks: Sequence[Tick], x_ticks: Sequence[Tick], size: float = 11.0
    ) -> list[Label]:
        below = self.frame.height + 14
        return [
            *(Label(-8, self.y(t.at), t.label, "end", MUTED, size) for t in y_ticks),
            *(Label(self.x(t.at), below, t.label, "middle", MUTED, size) for t in x_ticks),
        ]

    def spots(self, points: Sequence[Point], said: dict[int, str] | None = None) -> list[Spot]:
        middle = self.frame.height / 2
        more = said or {}
        return [
            Spot(
                self.x(point.position),
                middle if point.height is None else self.y(point.height),
                f"{point.label} {more.get(point.position, '')}".rstrip(),
            )
            for point in points
        ]


def _line(frame: Frame) -> Any:
    import altair as alt

    return alt.layer(
        marks("grid").mark_rule(color=GRID, strokeWidth=1).encode(**fields(frame, "x", "x2", "y")),
        marks("target")
        .mark_rule(color=INK, strokeWidth=1, strokeDash=[4, 3])
        .encode(**fields(frame, "x", "x2", "y")),
        marks("line").mark_line(color=ACCENT, **_STROKE).encode(**fields(frame, "x", "y")),
        marks("dots")
        .mark_circle(color=ACCENT, size=16, opacity=1)
        .encode(**fields(frame, "x", "y")),
    )


def _limit(frame: Frame) -> Any:
    import altair as alt

    ring = {"size": 70, "filled": True, "fill": PAPER, "strokeWidth": 1.8, "opacity": 1}
    return alt.layer(
        marks("grid").mark_rule(color=GRID, strokeWidth=1).encode(**fields(frame, "x", "x2", "y")),
        marks("band")
        .mark_area(color=MUTED, opacity=0.14, interpolate="step")
        .encode(**fields(frame, "x", "y", "y2")),
        marks("centre")
        .mark_line(color=MUTED, strokeWidth=1, strokeDash=[2, 3])
        .encode(**fields(frame, "x", "y")),
        marks("line").mark_line(color=ACCENT, **_STROKE).encode(**fields(frame, "x", "y")),
        marks("rings")
        .mark_point(**ring)
        .encode(**fields(frame, "x", "y"), **color_field("stroke")),
    )


def _heat(frame: Frame) -> Any:
    import altair as alt

    width, height = _HEAT_CELL
    shade = alt.Opacity("shade:Q", scale=None, legend=None)
    square = marks("squares").mark_rect(color=ACCENT, width=width - 2, height=height - 2)
    return alt.layer(square.encode(**fields(frame, "x", "y"), opacity=shade))
