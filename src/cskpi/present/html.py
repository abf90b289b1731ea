"""The report as one self-contained HTML file; templates loop over the document and compute nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cskpi.present.charts import heat_svg, line_svg
from cskpi.resources import data_dir
from cskpi.texts import say

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

    from cskpi.present.document import Block, Column, Document, Table
    from cskpi.present.graphs import HeatMap, LineChart

_TEMPLATE = "report.html.j2"
_HTML_LANGUAGES = {"zh": "zh-CN", "en": "en"}


def render_html(document: Document) -> bytes:
    """Return the page: no script, no external asset, the same bytes for the same document."""
    page = _environment().get_template(_TEMPLATE).render(document=document)
    return re.sub(r"[ \t]*\n(?:[ \t]*\n)+", "\n", page).encode()


def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(data_dir("report_templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["say"] = say
    environment.filters.update(
        kind=_kind,
        groups=_groups,
        shown=_shown,
        line_svg=_line_markup,
        heat_svg=_heat_markup,
        html_language=lambda lang: _HTML_LANGUAGES.get(lang, lang),
    )
    return environment


def _kind(block: Block) -> str:
    return type(block).__name__


def _shown(table: Table) -> list[tuple[int, Column]]:
    return [(at, column) for at, column in enumerate(table.columns) if column.scope != "sheet"]


def _groups(table: Table) -> list[tuple[str, list[int]]]:
    """Return the rows' places, cut where the group changes."""
    cut: list[tuple[str, list[int]]] = []
    for place, row in enumerate(table.rows):
        if not cut or cut[-1][0] != row.group:
            cut.append((row.group, []))
        cut[-1][1].append(place)
    return cut


def _line_markup(chart: LineChart) -> Markup:
    from markupsafe import Markup

    return Markup(line_svg(chart))  # noqa: S704  drawn by us; its texts are escaped by vl-convert


def _heat_markup(heat: HeatMap) -> Markup:
    from markupsafe import Markup

    return Markup(heat_svg(heat))  # noqa: S704  as above
