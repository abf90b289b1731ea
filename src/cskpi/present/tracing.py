"""What `cskpi explain` prints: rows behind a number, and transcripts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cskpi.metrics.business_time import named
from cskpi.metrics.evaluate import parameters_in_force
from cskpi.metrics.reading import Reading, readings
from cskpi.present.answers import answer_table
from cskpi.present.cells import text_cell
from cskpi.present.cleaning import one_line
from cskpi.present.document import Cell, Column, Row, Table
from cskpi.present.formatting import format_value
from cskpi.present.inspection import points_text, with_marks
from cskpi.present.masking import mask_personal, mask_session_id
from cskpi.present.terminal import write_table
from cskpi.texts import has_text, pick, say

if TYPE_CHECKING:
    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.trace import Mark, Rows, RuleMark, Transcript, TranscriptLine
    from cskpi.periods import Period
    from cskpi.settings import Settings

TRANSCRIPT_FACTS = (
    "session_id",
    "shop_id",
    "channel",
    "agent_id",
    "started_at",
    "ended_at",
    "first_reply_seconds",
    "first_reply_agent_id",
    "is_proactive",
    "is_transferred",
    "has_human_reply",
)


def write_metric(
    metric: Metric, period: Period, settings: Settings, rows: Rows, *, reveal: bool = False
) -> None:
    """Print a KPI's definition, its parameters in force and the rows it counts.

    Session ids made of a customer's name are masked unless `reveal`; `explain session` takes both.
    """
    facts = [
        (say("trace.kpi"), f"{pick(named(metric, settings).labels)} ({metric.name})"),
        (say("trace.meaning"), pick(metric.descriptions)),
        (say("trace.formula"), pick(metric.formula)),
        (say("trace.period"), period.label),
        (say("trace.origin"), metric.origin),
        (say("trace.file"), str(metric.file.path)),
    ]
    in_force = parameters_in_force(metric, settings)
    facts += [(f"{say('trace.parameter')} {name}", str(item)) for name, item in in_force.items()]
    facts += [(say("reading.label"), _read_well(found)) for found in readings(metric.name)]
    write_facts(facts)
    write_line("")
    write_table(answer_table(rows if reveal else _masked(rows), translate=True))
    write_line(say("trace.rows_shown", shown=len(rows.rows), total=rows.total))


def _masked(rows: Rows) -> Rows:
    places = [place for place, name in enumerate(rows.columns) if name == "session_id"]
    masked = tuple(
        tuple(
            mask_session_id(item) if place in places and isinstance(item, str) else item
            for place, item in enumerate(row)
        )
        for row in rows.rows
    )
    return replace(rows, rows=masked)


def _read_well(found: Reading) -> str:
    return say(
        "reading.measured",
        signal=say(f"reading.{found.signal}"),
        precision=format_value(found.precision, "percent"),
        recall=format_value(found.recall, "percent"),
        meant=found.meant,
    )


def write_transcripts(transcripts: Sequence[Transcript], *, reveal: bool) -> None:
    """Print sessions message by message with the clock marks beside them."""
    for number, transcript in enumerate(transcripts):
        if number:
            write_line("")
        write_facts(
            [
                (say(f"trace.{name}"), fact_text(transcript.facts[name]))
                for name in TRANSCRIPT_FACTS
                if transcript.facts[name] is not None
            ]
        )
        write_line("")
        columns = (
            Column(say("trace.time")),
            Column(say("trace.sender")),
            Column(say("trace.text")),
            Column(say("trace.emotion")),
            Column(say("trace.clock")),
            Column(say("quality.inspection")),
        )
        inspected = any(line.rules for line in transcript.lines)
        shown = columns if inspected else columns[:-1]
        rows = tuple(
            Row(tuple(_line_cells(line, reveal=reveal))[: len(shown)]) for line in transcript.lines
        )
        write_table(Table(shown, rows))


def _line_cells(line: TranscriptLine, *, reveal: bool) -> Iterable[Cell]:
    text = line.text or ""
    role = say(f"role.{line.sender_role}")
    yield text_cell(line.occurred_at.isoformat(sep=" ", timespec="seconds"))
    yield text_cell(f"{role} {line.sender}" if line.sender else role)
    spans = [mark.span for mark in line.rules if mark.span and not mark.is_disputed]
    marked = with_marks(text, spans)
    yield text_cell(marked if reveal else mask_personal(marked))
    yield text_cell(say(f"emotion.{line.emotion}") if line.emotion else "")
    yield text_cell(say("format.list_semicolon").join(_mark(mark) for mark in line.marks))
    yield text_cell(say("format.list_semicolon").join(_rule(mark) for mark in line.rules))


def _rule(mark: RuleMark) -> str:
    name = pick(dict(mark.labels))
    if mark.is_disputed:
        return say("quality.disputed_mark", name=name)
    points = say("quality.makes_zero") if mark.is_fatal else points_text(mark.points)
    return say("quality.mark", name=name, points=points)


def _mark(mark: Mark) -> str:
    if mark.event == "replied":
        waited = format_value(mark.seconds, "duration")
        return say("trace.replied", seconds=waited)
    return say(f"trace.{mark.event}")


def write_facts(facts: Sequence[tuple[str, str]]) -> None:
    """Print labels and texts, a line each."""
    for label, text in facts:
        write_line(say("trace.fact", label=label, text=one_line(text)))


def fact_text(item: Any) -> str:
    """Return a fact as text: yes and no and closed words in the language in force."""
    if item is None:
        return say("format.none")
    if isinstance(item, bool):
        return say("word.yes") if item else say("word.no")
    text = str(item)
    return say(f"word.{text}") if has_text(f"word.{text}") else text


def write_line(text: str) -> None:
    """Print a line of the answer."""
    print(text)  # noqa: T201  this is the command's output
