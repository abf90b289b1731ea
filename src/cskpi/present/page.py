"""The document as plain data for templates: dicts, lists and text, with the charts drawn.

Templates may be a shop's own, so they get nothing that has behaviour.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cskpi.present.behind import Behind
from cskpi.present.charts import heat_svg, limit_svg, line_svg, panel_svg, spark_svg
from cskpi.present.charts_parts import bars_svg, distribution_svg, funnel_svg, waterfall_svg
from cskpi.present.document import (
    AgentPage,
    CardGrid,
    DefinitionList,
    Examples,
    Facts,
    Hint,
    Note,
    Sentences,
    Table,
)
from cskpi.present.graphs import (
    Bars,
    Distribution,
    Funnel,
    HeatMap,
    LimitGrid,
    LineGrid,
    SmallMultiples,
    Waterfall,
)
from cskpi.present.unbroken import unbroken
from cskpi.texts import say
from cskpi.texts import table as texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cskpi.present.document import (
        About,
        Block,
        Card,
        Cell,
        Document,
        Example,
        Fact,
        Row,
        Section,
        Sentence,
    )

Plain = dict[str, Any]

_HTML_LANGUAGES = {"zh": "zh-CN", "en": "en"}
# From so many columns on a table needs a smaller letter to fit on paper.
_WIDTHS = ((11, "widest"), (9, "wide"), (4, ""), (0, "narrow"))
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d)?|\d\d-\d\d \S{1,3}")
_LEAST_ROWS_TO_FILTER = 20
_WORDS = ("page.", "report.")


def page_data(document: Document, sections: Sequence[Section]) -> Plain:
    """Return everything a page shows of a document and of those sections, as plain data."""
    page = _Page(Behind(document))
    return {
        "title": document.title,
        "subtitle": document.subtitle,
        "lang": _HTML_LANGUAGES.get(document.lang, document.lang),
        "facts": [page.fact(fact) for fact in document.facts],
        "sections": [page.section(section) for section in sections],
        "words": _words(),
        "data": page.behind.packed(),
    }


def _words() -> dict[str, str]:
    """The page's own words that need no number filled in."""
    return {
        key.replace(".", "_"): say(key)
        for key, by_lang in texts().items()
        if key.startswith(_WORDS) and "{" not in by_lang["zh"]
    }


@dataclass(slots=True)
class _Page:
    """A page under way, and what stands behind the numbers it has shown."""

    behind: Behind

    def section(self, section: Section) -> Plain:
        return {
            "id": section.id,
            "title": section.title,
            "lead": unbroken(section.lead),
            "level": section.level,
            "blocks": self.blocks(section.blocks, section.title),
        }

    def blocks(self, blocks: Sequence[Block], name: str) -> list[Plain]:
        """Return blocks, those that may stand side by side as one."""
        plain: list[Plain] = []
        for block in blocks:
            drawn = self.block(block, name)
            if not isinstance(block, Funnel | Waterfall | Distribution | Bars):
                plain.append(drawn)
            elif plain and plain[-1]["kind"] == "Graphs":
                plain[-1]["graphs"].append(drawn)
            else:
                plain.append({"kind": "Graphs", "graphs": [drawn]})
        return plain

    def block(self, block: Block, name: str) -> Plain:
        kind = type(block)
        return {"kind": kind.__name__} | _PLAIN[kind](self, block, name)

    def fact(self, fact: Fact) -> Plain:
        return {"label": fact.label, "cell": self.cell(fact.cell), "remark": fact.remark}

    def cell(self, cell: Cell) -> Plain:
        plain: Plain = {"text": cell.text, "tone": cell.tone, "mark": cell.mark}
        plain["about"] = self.behind.number(cell.about)
        value = cell.value
        plain["sort"] = f"{value:.6g}" if isinstance(value, int | float) else ""
        return plain

    def sentence(self, sentence: Sentence) -> Plain:
        return {
            "parts": unbroken(sentence.text),
            "tone": sentence.tone,
            "ref": sentence.ref,
            "note": unbroken(sentence.note),
            "step": sentence.step,
            "id": sentence.id,
        }

    def table(self, table: Table, name: str) -> Plain:
        places = [at for at, column in enumerate(table.columns) if column.scope != "sheet"]
        columns = [table.columns[at] for at in places]
        groups: list[Plain] = []
        for row in table.rows:
            if not groups or groups[-1]["title"] != row.group:
                groups.append({"title": row.group, "rows": []})
            groups[-1]["rows"].append(self.row(row, table, places))
        return {
            "name": table.caption or name,
            "caption": table.caption,
            "columns": [
                {"title": c.title, "ref": c.ref, "is_number": c.is_number} for c in columns
            ],
            "groups": groups,
            "notes": [unbroken(line) for line in table.note.splitlines()],
            "empty": table.empty,
            "is_collapsed": table.is_collapsed,
            "width": _width(len(columns)),
            "is_long": len(table.rows) >= _LEAST_ROWS_TO_FILTER,
        }

    def row(self, row: Row, table: Table, places: Sequence[int]) -> Plain:
        head, *cells = (
            self.cell(row.cells[at]) | {"is_number": table.columns[at].is_number} for at in places
        )
        about = self.behind.number(row.about)
        head["look"] = _look(head | {"is_number": False})
        for cell in cells:
            cell["look"] = _look(cell)
            # What stands behind the row stands behind its numbers; said once it is enough.
            if cell["about"] == about:
                cell["about"] = None
            # An interval may break between its two numbers, where paper is narrow.
            low, dash, high = cell["text"].partition("–")
            cell["range"] = [low + dash, high] if cell["is_number"] and low and high else None
        return {"head": head, "cells": cells, "is_total": row.is_total, "about": about}

    def example(self, example: Example) -> Plain:
        self.behind.shown.add(example.id)
        return {
            "id": example.id,
            "title": example.title,
            "reason": example.reason,
            "facts": [self.fact(fact) for fact in example.facts],
            "lines": [
                {
                    "time": line.time,
                    "speaker": line.speaker,
                    "side": line.side,
                    "text": line.text,
                    "mark": line.mark,
                    "is_key": line.is_key,
                }
                for line in example.lines
            ],
            "more": example.more,
        }

    def card(self, card: Card) -> Plain:
        return {
            "label": card.label,
            "ref": card.ref,
            "value": self.cell(card.value),
            "change": self.cell(card.change),
            "status": None if card.status is None else self.cell(card.status),
            "lines": [_pieces(line) for line in card.lines],
            "remarks": [unbroken(remark) for remark in card.remarks],
            "spark": None if card.spark is None else _safe(spark_svg(card.spark)),
        }

    def drawn(self, svg: str, abouts: Sequence[About | None]) -> Any:
        """Return a chart that tells what stands behind its spots, or behind it as a whole."""
        numbers = [self.behind.number(about) for about in abouts]
        if not any(number is not None for number in numbers):
            return _safe(svg)
        told = numbers[0] if len(set(numbers)) == 1 else json.dumps(numbers, separators=(",", ":"))
        return _safe(svg.replace("<svg ", f'<svg data-about="{told}" ', 1))


def _pieces(line: Sequence[tuple[str, str]]) -> list[tuple[str, bool]]:
    """Return words with a number in each, cut into pieces, each with whether it is the number."""
    pieces: list[tuple[str, bool]] = []
    for words, number in line:
        before, _, after = words.partition(number)
        pieces += [(" · ", False)] if pieces else []
        pieces += [(text, is_value) for text, is_value in
                   ((before, False), (number, True), (after, False)) if text]  # fmt: skip
    return pieces


def _look(cell: Plain) -> str:
    """The classes of a cell; what is plain needs none, and a page has many cells."""
    kind = "n" if cell["is_number"] else "nb" if _MOMENT.fullmatch(cell["text"]) else ""
    tone = "" if cell["tone"] == "plain" else f"tone-{cell['tone']}"
    return f"{kind} {tone}".strip()


def _width(columns: int) -> str:
    return next(name for least, name in _WIDTHS if columns >= least)


def _safe(svg: str) -> Any:
    from markupsafe import Markup

    return Markup(svg)  # noqa: S704  drawn by us; its texts are escaped in `drawing`


def _graph(
    draw: Callable[[Any], str], abouts: Callable[[Any], Sequence[About | None]]
) -> Callable[[_Page, Any, str], Plain]:
    def plain(page: _Page, block: Any, _: str) -> Plain:
        return {
            "title": block.title,
            "ref": getattr(block, "ref", ""),
            "legend": unbroken(block.legend),
            "value": page.cell(block.value) if hasattr(block, "value") else None,
            "svg": page.drawn(draw(block), abouts(block)),
            "table": page.table(block.table, block.title),
        }

    return plain


def _line_grid(page: _Page, block: LineGrid, name: str) -> Plain:
    charts = [
        {
            "title": chart.title,
            "ref": chart.ref,
            "value": page.cell(chart.value),
            "svg": page.drawn(line_svg(chart), [point.about for point in chart.points]),
            "line": unbroken(chart.target.label) if chart.target else [],
        }
        for chart in block.charts
    ]
    return {"charts": charts, "legend": [], "table": page.table(block.table, name)}


def _limit_grid(page: _Page, block: LimitGrid, name: str) -> Plain:
    charts = [
        {
            "title": chart.title,
            "ref": chart.ref,
            "value": page.cell(chart.value),
            "svg": page.drawn(limit_svg(chart), [point.about for point in chart.points]),
            "line": unbroken(chart.note),
        }
        for chart in block.charts
    ]
    legend = unbroken(block.legend) if charts else []
    return {"charts": charts, "legend": legend, "table": page.table(block.table, name)}


def _multiples(page: _Page, block: SmallMultiples, _: str) -> Plain:
    panels = [
        {
            "title": panel.title,
            "value": page.cell(panel.value),
            "svg": page.drawn(
                panel_svg(panel, block),
                [point.about or panel.value.about for point in panel.points],
            ),
            "note": panel.note,
        }
        for panel in block.panels
    ]
    return {
        "title": block.title,
        "ref": block.ref,
        "panels": panels,
        "legend": unbroken(block.legend),
        "target": unbroken(block.target.label) if block.target else [],
        "table": page.table(block.table, block.title),
    }


def _definitions(_: _Page, block: DefinitionList, __: str) -> Plain:
    articles = [
        {
            "ref": item.ref,
            "term": item.term,
            "group": item.group,
            "meaning": item.meaning,
            "facts": [list(fact) for fact in item.facts],
        }
        for item in block.items
    ]
    return {"articles": articles}


def _agent(page: _Page, block: AgentPage, _: str) -> Plain:
    return {
        "id": block.id,
        "name": block.name,
        "shop": block.shop,
        "lead": unbroken(block.lead),
        "scorecard": page.table(block.scorecard, block.name),
        "strengths": [page.sentence(item) for item in block.strengths],
        "weaknesses": [page.sentence(item) for item in block.weaknesses],
        "charts": page.blocks(block.charts, block.name),
        "examples": [page.example(example) for example in block.examples],
    }


_PLAIN: Mapping[type, Callable[[_Page, Any, str], Plain]] = {
    Sentences: lambda page, block, _: {"sentences": [page.sentence(i) for i in block.items]},
    CardGrid: lambda page, block, _: {"cards": [page.card(card) for card in block.cards]},
    Table: lambda page, block, name: {"table": page.table(block, name)},
    Note: lambda _, block, __: {"text": unbroken(block.text), "tone": block.tone},
    Facts: lambda page, block, _: {
        "caption": block.caption,
        "facts": [page.fact(fact) for fact in block.items],
    },
    Hint: lambda page, block, _: {
        "text": unbroken(block.text),
        "exports": [page.fact(fact) for fact in block.exports],
    },
    Examples: lambda page, block, name: {
        "title": block.title or name,
        "examples": [page.example(example) for example in block.items],
    },
    DefinitionList: _definitions,
    AgentPage: _agent,
    LineGrid: _line_grid,
    LimitGrid: _limit_grid,
    SmallMultiples: _multiples,
    HeatMap: _graph(heat_svg, lambda block: [row.about for row in block.table.rows[:1]]),
    Funnel: _graph(funnel_svg, lambda block: [step.value.about for step in block.steps]),
    Waterfall: _graph(waterfall_svg, lambda block: [part.value.about for part in block.parts]),
    Distribution: _graph(distribution_svg, lambda block: [block.value.about]),
    Bars: _graph(bars_svg, lambda block: [bar.value.about for bar in block.bars]),
}
