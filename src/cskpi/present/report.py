"""The monthly report as a document: which sections there are and in what order."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from cskpi.present.agent_pages import agent_ids, agent_pages
from cskpi.present.cells import text_cell
from cskpi.present.chapters import chapter_sections
from cskpi.present.cleaning import one_line
from cskpi.present.control_graphs import signal_chapter
from cskpi.present.coverage import coverage_section
from cskpi.present.definitions import definition_section
from cskpi.present.document import Document, Fact, Section
from cskpi.present.excerpts import excerpt
from cskpi.present.formatting import format_count, format_month, format_span
from cskpi.present.links import with_sound_links
from cskpi.present.overview import headline_section
from cskpi.present.pivots import agent_section, shop_section
from cskpi.present.summary import insight_section, summary_section
from cskpi.present.topic_section import topic_section
from cskpi.present.trends import trend_section
from cskpi.texts import language, say

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from cskpi.periods import Period
    from cskpi.present.inputs import ReportInputs


def build_report(inputs: ReportInputs) -> Document:
    """Return the report of one period in the language in force."""
    return Document(
        title=_title(inputs.period),
        subtitle=say("format.list_comma").join(one_line(shop) for shop in inputs.shops),
        lang=language(),
        dated=inputs.period.end.date(),
        facts=tuple(_facts(inputs)),
        sections=with_sound_links(tuple(_sections(inputs)), agent_ids(inputs)),
        examples=tuple(excerpt(example, reveal=inputs.reveal) for example in inputs.examples),
        span=_span(inputs.period),
    )


def _title(period: Period) -> str:
    if period.is_month:
        return say("report.title_month", month=format_month(period.start.date()))
    return say("report.title_range", period=period.label)


def _span(period: Period) -> tuple[date, date]:
    return period.start.date(), period.start.date() + timedelta(days=period.days - 1)


def _days(period: Period) -> str:
    return format_span(*_span(period))


def _sections(inputs: ReportInputs) -> Iterable[Section]:
    """How was it, what changed and why, who, and what the numbers rest on: in this order."""
    yield summary_section(inputs)
    has_values = any(finding.value is not None for finding in inputs.totals)
    if has_values:
        yield headline_section(inputs)
    yield insight_section(inputs)
    if has_values:
        yield trend_section(inputs)
    if inputs.charts:
        yield signal_chapter(inputs)
    yield from chapter_sections(inputs)
    yield agent_section(inputs)
    pages = agent_pages(inputs)
    if pages is not None:
        yield pages
    if len(inputs.shops) > 1:
        yield shop_section(inputs)
    yield topic_section(inputs)
    yield coverage_section(inputs)
    yield definition_section(inputs)


def _facts(inputs: ReportInputs) -> Iterable[Fact]:
    yield Fact(say("report.period"), text_cell(_days(inputs.period)))
    yield Fact(say("report.compared"), text_cell(_days(inputs.previous)))
    rows = format_count(inputs.coverage.rows_accepted)
    basis = say("report.basis_rows", files=format_count(inputs.coverage.files), rows=rows)
    yield Fact(say("report.basis"), text_cell(basis))
