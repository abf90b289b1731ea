"""Charts as static SVG: Altair describes, vl-convert draws, the document has measured.

Layout never depends on text widths (`autosize` none, labels placed by hand), so the same input
gives the same bytes whatever fonts a machine has.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cskpi.present.graphs import HeatMap, LineChart

Data = dict[str, list[dict[str, Any]]]

FONTS = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif'

# Drawn as these, shown as CSS variables: the page decides between light, dark and print.
_INK, _MUTED, _GRID, _ACCENT = "#1d2733", "#5c6874", "#e1e5ea", "#1c5d84"
_VARIABLES = {
    _INK: "--ink",
    _MUTED: "--muted",
    _GRID: "--line",
    _ACCENT: "--accent",
}

_LINE_SIZE = (300, 96)
_LINE_PADDING = {"left": 58, "right": 16, "top": 14, "bottom": 22}
_HEAT_CELL = (30, 26)
_HEAT_PADDING = {"left": 46, "right": 2, "top": 22, "bottom": 2}
_LABEL_SIZE, _NUMBER_SIZE = 11, 10
# Half an ink at most: the numbers on it keep their contrast in light and dark.
_SHADES = [0.03, 0.5]


def line_svg(chart: LineChart) -> str:
    """Return a small line by day as an SVG element."""
    last = max(len(chart.points) - 1, 1)
    span = chart.top - chart.bottom
    lonely = _lonely_positions(chart)
    points = [
        {
            "x": p.position / last,
            "y": None if p.height is None else (p.height - chart.bottom) / span,
        }
        for p in chart.points
    ]
    data: Data = {
        "points": points,
        "dots": [points[position] for position in lonely],
        "target": [{"y": (chart.target.at - chart.bottom) / span}] if chart.target else [],
        "y_ticks": [{"y": (t.at - chart.bottom) / span, "text": t.label} for t in chart.y_ticks],
        "x_ticks": [{"x": tick.at / last, "text": tick.label} for tick in chart.x_ticks],
    }
    return _svg(_line_spec(), data, chart.alt)


@cache
def _line_spec() -> dict[str, Any]:
    """Describe the line once: Altair checks every part, which costs more than drawing it."""
    import altair as alt

    width, height = _LINE_SIZE
    unit = alt.Scale(domain=[0, 1], nice=False, zero=False)
    x, y = alt.X("x:Q", axis=None, scale=unit), alt.Y("y:Q", axis=None, scale=unit)
    line = {"strokeWidth": 1.8, "strokeJoin": "round", "strokeCap": "round"}
    layers = [
        _marks("y_ticks").mark_rule(color=_GRID, strokeWidth=1).encode(y=y),
        _labels("y_ticks", align="right", dx=-8).encode(x=alt.value(0), y=y),
        _labels("x_ticks", align="center", dy=13).encode(x=x, y=alt.value(height)),
        _marks("target").mark_rule(color=_INK, strokeWidth=1, strokeDash=[4, 3]).encode(y=y),
        _marks("points").mark_line(color=_ACCENT, **line).encode(x=x, y=y),
        _marks("dots").mark_circle(color=_ACCENT, size=14, opacity=1).encode(x=x, y=y),
    ]
    return _spec(alt.layer(*layers, width=width, height=height), _LINE_PADDING)


def heat_svg(heat: HeatMap) -> str:
    """Return a heat map as an SVG element; shade is opacity of one ink, so it prints in grey."""
    rows = [row.cells for row in heat.table.rows]
    columns = len(heat.table.columns) - 1
    fields: list[dict[str, Any]] = [
        {"x": c + 0.5, "y": r + 0.5, "shade": shade, "text": rows[r][c + 1].text}
        for r, line in enumerate(heat.shades)
        for c, shade in enumerate(line)
        if shade is not None
    ]
    data: Data = {
        "fields": fields,
        "numbers": [field for field in fields if field["shade"] > 0],
        "heads": [{"x": c + 0.5, "text": heat.table.columns[c + 1].title} for c in range(columns)],
        "names": [{"y": r + 0.5, "text": cells[0].text} for r, cells in enumerate(rows)],
    }
    return _svg(_heat_spec(columns, len(rows)), data, heat.alt)


@cache
def _heat_spec(columns: int, rows: int) -> dict[str, Any]:
    import altair as alt

    width, height = _HEAT_CELL
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, columns], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[rows, 0], nice=False))
    shade = alt.Opacity("shade:Q", scale=alt.Scale(domain=[0, 1], range=_SHADES), legend=None)
    square = _marks("fields").mark_rect(color=_ACCENT, width=width - 2, height=height - 2)
    layers = [
        square.encode(x=x, y=y, opacity=shade),
        _labels("numbers", color=_INK, size=_NUMBER_SIZE, align="center").encode(x=x, y=y),
        _labels("heads", align="center", dy=-12).encode(x=x, y=alt.value(0)),
        _labels("names", align="right", dx=-8).encode(x=alt.value(0), y=y),
    ]
    return _spec(alt.layer(*layers, width=columns * width, height=rows * height), _HEAT_PADDING)


def _lonely_positions(chart: LineChart) -> list[int]:
    """A day between two gaps has no line to be seen by; the last day shows where it stands."""
    heights = [None, *(point.height for point in chart.points), None]
    known = [place for place, height in enumerate(heights) if height is not None]
    return [
        place - 1
        for place in known
        if place == known[-1] or heights[place - 1] is heights[place + 1] is None
    ]


def _labels(data: str, *, color: str = _MUTED, size: int = _LABEL_SIZE, **place: Any) -> Any:
    marks = _marks(data).mark_text(color=color, fontSize=size, baseline="middle", **place)
    return marks.encode(text="text:N")


def _marks(data: str) -> Any:
    import altair as alt

    return alt.Chart(alt.NamedData(name=data))


def _spec(chart: Any, padding: dict[str, int]) -> dict[str, Any]:
    described = chart.configure(aria=False, font=FONTS).configure_view(stroke=None)
    spec: dict[str, Any] = described.to_dict(validate=False)
    return spec | {"autosize": "none", "padding": padding, "background": None}


def _svg(spec: dict[str, Any], data: Data, alt_text: str) -> str:
    import vl_convert
    from markupsafe import escape

    svg: str = vl_convert.vegalite_to_svg(spec | {"datasets": data})
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(f'"{colour}"', f'"var({variable},{colour})"')
    # The page's own font stack applies, and a chart is one picture to a screen reader.
    svg = re.sub(r' font-family="[^"]*"', "", svg)
    svg = re.sub(r' (?:width|height)="\d+"(?=[^>]*viewBox)', "", svg, count=2)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(alt_text)}" ', 1)
