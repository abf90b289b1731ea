"""高频问题: what customers ask about, each type's share, how it changed, and which to look at."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cskpi.insight.topics import BREAKDOWN
from cskpi.present.about import about_table
from cskpi.present.cells import number_cell, text_cell
from cskpi.present.document import Column, Hint, Row, Section, Sentences, Table
from cskpi.present.formatting import format_change, format_count, format_interval
from cskpi.present.insights import insight_sentence, topic_name
from cskpi.texts import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cskpi.insight.topics import TopicShare
    from cskpi.present.document import About, Block, Cell
    from cskpi.present.inputs import ReportInputs

_MOST_ROWS = 20


def topic_section(inputs: ReportInputs) -> Section:
    """Return the issue types of the period, the most frequent first."""
    title = say("chapter.topics")
    if not inputs.topics:
        return Section("topics", title, title, (Hint(say("chapter.hint_topics")),))
    lead = say("chapter.topics_lead", known=format_count(inputs.topics[0].known))
    return Section("topics", title, title, tuple(_blocks(inputs)), lead=lead)


def _blocks(inputs: ReportInputs) -> Iterable[Block]:
    told = [i for i in inputs.insights if i.kind in ("topic_share", "topic_change")]
    if told:
        items = (replace(insight_sentence(insight), id="", ref="") for insight in told)
        yield Sentences(tuple(items))
    columns = (
        Column(say("chapter.topic")),
        Column(say("chapter.sessions"), "count"),
        Column(say("chapter.share"), "percent"),
        Column(say("column.interval"), "count", rank=2),
        Column(say("column.previous"), "percent"),
        Column(say("column.change"), "count", rank=1),
        Column(say("column.status")),
    )
    behind = _about(inputs)
    rows = tuple(_row(topic, behind) for topic in inputs.topics[:_MOST_ROWS])
    more = len(inputs.topics) - len(rows)
    note = say("breakdown.more", n=format_count(more), name="frequent_topics") if more > 0 else ""
    yield Table(columns, rows, note=note)


def _about(inputs: ReportInputs) -> About | None:
    tables = (table for table in inputs.breakdowns if table.name == BREAKDOWN)
    return next((about_table(table, ref="topics") for table in tables), None)


def _row(topic: TopicShare, told: About | None) -> Row:
    interval = format_interval(topic.low, topic.high, "percent")
    return Row(
        (
            text_cell(topic_name(topic.topic)),
            number_cell(topic.sessions, "count"),
            number_cell(topic.share, "percent"),
            text_cell(interval),
            number_cell(topic.previous_share, "percent"),
            _change(topic),
            text_cell(say("chapter.topic_flag"), "warn") if topic.is_large else text_cell(""),
        ),
        about=told,
    )


def _change(topic: TopicShare) -> Cell:
    change = format_change(topic.share, topic.previous_share, "percent")
    if topic.p_value is None:
        return text_cell(change, "muted")
    word = say("verdict.changed" if topic.has_changed else "verdict.unclear")
    cell = text_cell(change, "plain" if topic.has_changed else "muted")
    return cell if change == word else text_cell(f"{change} {word}", cell.tone)
