"""How a chart becomes an SVG element: Altair describes the marks, vl-convert draws them.

Layout never depends on text widths: marks are placed by numbers and texts set by us beside them,
so the same input gives the same bytes whatever fonts a machine has. Measuring text is also what
costs a renderer most. Colours are drawn as fixed values which the page's style replaces by its own
variables: `svg [fill="#1c5d84"]` follows light, dark, print and a shop's accent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

Data = dict[str, list[dict[str, Any]]]
Anchor = Literal["start", "middle", "end"]
Reading = Literal["x", "y", "xy"]
"""What decides which spot a reader points at: how far across, how far down, or both."""

INK, MUTED, GRID, ACCENT = "#1d2733", "#5c6874", "#e1e5ea", "#1c5d84"
SOFT, GOOD, WARN, BAD, PAPER = "#d5e4ee", "#1d7044", "#8a5a00", "#b03028", "#fdfdfe"
TONES = {"plain": ACCENT, "good": GOOD, "warn": WARN, "bad": BAD, "muted": MUTED}
LABEL_SIZE, SMALL_SIZE = 11.0, 10.0
# Half a capital's height: where a baseline lies below the middle of a line of text.
_MIDDLE = 0.35
_NOISE = re.compile(r' (?:role|aria-[a-z]+|class|xmlns:xlink|version)="[^"]*"')
_EMPTY = re.compile(r'<path d="" display="none"/>|<path display="none" d=""/>')
_GROUPS = re.compile(r"<g></g>|<g/>")
_PLACES = re.compile(r"\d+\.\d{3,}(?:e-\d+)?|\d+e-\d+")
"""Numbers finer than hundredths: nobody sees them, and their last digits follow the order of adding."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The room of a chart in units of its view box: marks inside, texts also in the margins."""

    width: int
    height: int
    left: int = 0
    right: int = 0
    top: int = 0
    bottom: int = 0


@dataclass(frozen=True, slots=True)
class Label:
    """A text at a place of the frame; `anchor` is the side of it that stays there."""

    x: float
    y: float
    text: str
    anchor: Anchor = "start"
    color: str = MUTED
    size: float = LABEL_SIZE
    is_bold: bool = False
    has_halo: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that says something when pointed at."""

    x: float
    y: float
    text: str


Build = Callable[..., Any]


def draw(
    build: Build,
    frame: Frame,
    data: Data,
    alt: str,
    *,
    labels: Sequence[Label] = (),
    spots: Sequence[Spot] = (),
    reading: Reading = "x",
) -> str:
    """Return the SVG element of what `build(frame)` describes, over named data.

    A chart with an empty `alt` is decoration beside the same number in words.
    """
    import vl_convert

    vega = _vega(build, frame, tuple(data))
    filled = [
        entry | {"values": data[entry["name"]]} if entry["name"] in data else entry
        for entry in vega["data"]
    ]
    drawn: str = vl_convert.vega_to_svg(vega | {"data": filled})
    marks = drawn[drawn.index(">") + 1 : drawn.rindex("</svg>")]
    marks = _GROUPS.sub("", _EMPTY.sub("", _NOISE.sub("", marks)))
    marks = _PLACES.sub(lambda place: f"{float(place[0]):.2f}".rstrip("0").rstrip("."), marks)
    wide = frame.left + frame.width + frame.right
    high = frame.top + frame.height + frame.bottom
    texts = "".join(_text(label, frame) for label in labels)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}"'
        f"{_alternative(alt)}{_spots(spots, frame, reading)}>{marks}{texts}</svg>"
    )


def marks(data: str) -> Any:
    """Return a chart over named data, to be given a mark and an encoding."""
    import altair as alt

    return alt.Chart(alt.NamedData(name=data))


def fields(frame: Frame, *names: str) -> dict[str, Any]:
    """Return encodings of places in units of the frame, from its left and its top.

    A place that is None breaks a line.
    """
    import altair as alt

    across = alt.Scale(domain=[0, frame.width], nice=False, zero=False)
    down = alt.Scale(domain=[frame.height, 0], nice=False, zero=False)
    channels = {
        "x": alt.X("x:Q", axis=None, scale=across),
        "y": alt.Y("y:Q", axis=None, scale=down),
        "x2": alt.X2("x2:Q"),
        "y2": alt.Y2("y2:Q"),
    }
    return {name: channels[name] for name in names}


def color_field(channel: Literal["fill", "stroke", "color"] = "color") -> dict[str, Any]:
    """Return an encoding that takes a colour as it is."""
    import altair as alt

    channels = {"fill": alt.Fill, "stroke": alt.Stroke, "color": alt.Color}
    return {channel: channels[channel]("color:N", scale=None, legend=None)}


@cache
def _vega(build: Build, frame: Frame, names: tuple[str, ...]) -> dict[str, Any]:
    """Compile a chart once: Altair checks every part, which costs more than drawing it."""
    import vl_convert

    chart = build(frame).properties(width=frame.width, height=frame.height)
    shown = chart.configure(aria=False, font="sans-serif").configure_view(stroke=None)
    described: dict[str, Any] = shown.to_dict(validate=False)
    padding = {side: getattr(frame, side) for side in ("left", "right", "top", "bottom")}
    described |= {"autosize": "none", "padding": padding, "background": None}
    vega: dict[str, Any] = vl_convert.vegalite_to_vega(
        described | {"datasets": {name: [] for name in names}}
    )
    return vega


def _alternative(alt: str) -> str:
    from markupsafe import escape

    return f' role="img" aria-label="{escape(alt)}"' if alt else ' aria-hidden="true"'


def _text(label: Label, frame: Frame) -> str:
    from markupsafe import escape

    x = _short(frame.left + label.x)
    y = _short(frame.top + label.y + label.size * _MIDDLE)
    anchor = "" if label.anchor == "start" else f' text-anchor="{label.anchor}"'
    weight = ' font-weight="600"' if label.is_bold else ""
    halo = f' stroke="{PAPER}" stroke-width="4" paint-order="stroke"' if label.has_halo else ""
    return (
        f'<text x="{x}" y="{y}" font-size="{label.size:g}" fill="{label.color}"{anchor}{weight}{halo}>'
        f"{escape(label.text)}</text>"
    )


def _spots(spots: Sequence[Spot], frame: Frame, reading: Reading) -> str:
    from markupsafe import escape

    if not spots:
        return ""
    rows = [
        [round(frame.left + spot.x, 1), round(frame.top + spot.y, 1), spot.text] for spot in spots
    ]
    packed = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return f' data-reading="{reading}" data-spots="{escape(packed)}"'


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
