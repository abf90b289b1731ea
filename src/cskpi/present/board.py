"""A day's or a week's board as a document: for a look at the terminal in the morning, or a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from cskpi.present.about import session_key
from cskpi.present.alarms import alarm_cells
from cskpi.present.cells import (
    dimension_title,
    number_cell,
    status_cell,
    target_cell,
    text_cell,
    value_cell,
)
from cskpi.present.cleaning import one_line
from cskpi.present.comparison import judge
from cskpi.present.definitions import definition_section
from cskpi.present.document import (
    About,
    Cell,
    Column,
    Document,
    Fact,
    Note,
    Row,
    Section,
    Sentence,
    Sentences,
    Table,
)
from cskpi.present.excerpts import excerpt
from cskpi.present.flags import flag_note
from cskpi.present.formatting import (
    format_change,
    format_count,
    format_day,
    format_hour,
    format_moment,
    format_span,
    format_value,
)
from cskpi.present.insights import agent_name
from cskpi.present.masking import mask_name
from cskpi.texts import language, pick, say

if TYPE_CHECKING:
    from cskpi.insight.board import (
        BoardInputs,
        BoardNumber,
        BoardUnit,
        SessionLine,
        SessionList,
    )
    from cskpi.present.comparison import Verdict
    from cskpi.present.document import Block, Place, Tone

_TONES: dict[Verdict, Tone] = {"better": "good", "worse": "bad", "unclear": "muted"}
_NAMED = ("worse", "better", "changed")
_MOST_NAMED = 5


def build_board(inputs: BoardInputs, *, reveal: bool = False) -> Document:
    """Return the board in the language in force; customers are masked unless `reveal`."""
    sections = [_numbers(inputs), _alarms(inputs)]
    sections.append(_sessions("waiting", inputs.waiting, reveal=reveal))
    sections.append(_sessions("longest", inputs.longest, reveal=reveal))
    if inputs.risks is not None:
        sections.append(_sessions("risks", inputs.risks, reveal=reveal))
    if inputs.unit == "day":
        sections.append(_staffing(inputs))
    if inputs.metrics:
        sections.append(definition_section(inputs))
    return Document(
        title=say(f"board.title_{inputs.unit}"),
        subtitle=say("format.list_comma").join(one_line(shop) for shop in inputs.shops),
        lang=language(),
        dated=inputs.period.end.date(),
        facts=tuple(_facts(inputs)),
        sections=tuple(sections),
        examples=tuple(excerpt(example, reveal=reveal) for example in inputs.examples),
        span=(inputs.period.start.date(), inputs.today - timedelta(days=1)),
    )


def verdict_against_usual(number: BoardNumber) -> Verdict:
    """Judge a number against the usual such day or week.

    It must lie beyond what such days differ among themselves and beyond its own sampling error.
    """
    finding, usual = number.finding, number.usual
    if usual is None or usual.reach is None or finding.value is None:
        return "unknown"
    if finding.value != usual.value and abs(finding.value - usual.value) <= usual.reach:
        return "unclear"
    return judge(finding, usual.value)


def _facts(inputs: BoardInputs) -> Iterable[Fact]:
    yield Fact(say(f"board.{inputs.unit}"), text_cell(_when(inputs)))
    if inputs.data_until is not None:
        yield Fact(say("board.data_until"), text_cell(format_moment(inputs.data_until)))


def _when(inputs: BoardInputs) -> str:
    first = inputs.period.start.date()
    if inputs.unit == "day":
        return f"{first.isoformat()} {say(f'weekday.d{first.isoweekday()}')}"
    span = format_span(first, inputs.today - timedelta(days=1))
    return say("board.week_span", week=f"{first:%G-W%V}", span=span)


def _numbers(inputs: BoardInputs) -> Section:
    unit = inputs.unit
    columns = (
        Column(say("column.metric")),
        Column(say("column.value"), "count"),
        Column(say(f"board.usual_{unit}"), "count"),
        Column(say("column.change"), "count", rank=2),
        Column(say("column.verdict")),
        Column(say(f"board.usual_{unit}s"), "count", rank=5),
        Column(say("column.target"), "count", rank=3),
        Column(say("column.status"), rank=1),
        Column(say("column.sample"), "count", rank=4),
    )
    shown = [n for n in inputs.numbers if n.finding.value is not None or n.usual is not None]
    table = Table(
        columns,
        tuple(Row(tuple(_number_cells(n)), about=_behind(n, unit)) for n in shown),
        note=flag_note([number.finding for number in shown]),
        empty=say("table.no_rows"),
    )
    weekday = say(f"weekday.d{inputs.period.start.isoweekday()}")
    lead = say("board.lead_day", weekday=weekday) if unit == "day" else say("board.lead_week")
    blocks: tuple[Block, ...] = (Sentences((Sentence(_summary(inputs)),)), table)
    if not inputs.has_sessions:
        blocks = (Note(say("board.no_data", period=_when(inputs)), "warn"), *blocks[1:])
    return Section("numbers", say("board.numbers"), say("board.numbers_sheet"), blocks, lead=lead)


def _number_cells(number: BoardNumber) -> Iterable[Cell]:
    finding, usual = number.finding, number.usual
    found = verdict_against_usual(number)
    reference = usual.value if usual else None
    change = format_change(finding.value, reference, finding.unit)
    yield text_cell(pick(finding.labels))
    yield replace(value_cell(finding), about=None)
    yield number_cell(reference, finding.unit)
    yield Cell(change, change, tone=_TONES.get(found, "plain"))
    if found == "unknown":
        few = usual is not None and usual.reach is None and finding.value is not None
        yield text_cell(say("board.too_few") if few else say("format.none"), "muted")
    else:
        yield text_cell(say(f"verdict.{found}"), _TONES.get(found, "plain"))
    yield number_cell(usual.days if usual else None, "count")
    yield target_cell(finding)
    yield status_cell(finding.status)
    yield number_cell(finding.sample_size, "count")


def _behind(number: BoardNumber, unit: BoardUnit) -> About | None:
    """What stands behind a number of the board, what is usual among it."""
    told, usual = value_cell(number.finding).about, number.usual
    if told is None or usual is None:
        return told
    fact = (say(f"board.usual_{unit}"), format_value(usual.value, number.finding.unit))
    return replace(told, facts=(*told.facts, fact))


def _summary(inputs: BoardInputs) -> str:
    found = [(verdict_against_usual(number), number) for number in inputs.numbers]
    named = [
        say(f"board.change_{word}", label=pick(number.finding.labels))
        for word in _NAMED
        for verdict, number in found
        if verdict == word
    ]
    comma = say("format.list_comma")
    is_told = any(verdict != "unknown" for verdict, _ in found)
    nothing = say("board.changes_none" if is_told else "board.changes_unknown")
    changes = comma.join(named[:_MOST_NAMED]) or nothing
    if len(named) > _MOST_NAMED:
        changes = say("format.list_more", shown=changes, more=len(named) - _MOST_NAMED)
    counts = {"alarms": len(inputs.alarms), "waiting": format_count(inputs.waiting.total)}
    if inputs.unit == "week":
        return say("board.summary_week", day=_when(inputs), changes=changes, **counts)
    gaps = say("board.gaps_unknown")
    if inputs.gaps is not None:
        gaps = say("board.gaps_hours", n=len(inputs.gaps))
    return say("board.summary_day", day=_when(inputs), changes=changes, gaps=gaps, **counts)


def _alarms(inputs: BoardInputs) -> Section:
    columns = (Column(say("board.alarm")), Column(say("board.about")))
    rows = tuple(Row(alarm_cells(alarm)) for alarm in inputs.alarms)
    table = Table(columns, rows, empty=say("board.no_alarms"))
    return Section("alarms", say("board.alarms"), say("board.alarms"), (table,))


def _sessions(name: str, found: SessionList, *, reveal: bool) -> Section:
    waited = say("board.waited" if name == "waiting" else "board.answered_after")
    columns = [
        Column(dimension_title("shop"), rank=3),
        Column(say("board.session")),
        Column(dimension_title("agent")),
        Column(say("board.started_at" if name == "risks" else "board.asked_at"), rank=1),
    ]
    if name == "risks":
        columns += [Column(say("board.severity"), rank=2), Column(say("board.reason"))]
    else:
        columns.append(Column(waited, "duration"))
    rows = tuple(
        Row(
            tuple(_session_cells(name, line, reveal=reveal)),
            about=About(say(f"board.{name}"), name, place=_place(line)),
        )
        for line in found.lines
    )
    more = found.total - len(found.lines)
    note = say("board.more", total=format_count(found.total), shown=len(found.lines))
    table = Table(tuple(columns), rows, note=note if more else "", empty=say(f"board.{name}_none"))
    title = say(f"board.{name}")
    return Section(name, title, title, (table,), lead=say(f"board.{name}_lead"))


def _place(line: SessionLine) -> Place:
    return (("shop", one_line(line.shop_id)), ("session", session_key(line.session_id)))


def _session_cells(name: str, line: SessionLine, *, reveal: bool) -> Iterable[Cell]:
    session = line.session_id
    if line.customer_id and not reveal:
        # Without an id of the export's own, a session is called by its customer.
        session = session.replace(line.customer_id, mask_name(line.customer_id))
    yield text_cell(line.shop_id)
    yield text_cell(session)
    yield text_cell(agent_name(line.shop_id, line.agent_id))
    yield text_cell(format_moment(line.asked_at))
    if name == "risks":
        yield text_cell(say(f"severity.{line.severity}"))
        yield text_cell(say("format.list_comma").join(pick(labels) for labels in line.rules))
    else:
        yield number_cell(line.seconds, "duration")


def _staffing(inputs: BoardInputs) -> Section:
    day = format_day(inputs.today)
    columns = (
        Column(dimension_title("shop"), rank=1),
        Column(say("board.hour")),
        Column(say("board.expected"), "count"),
        Column(say("board.needed"), "count"),
        Column(say("board.staffed"), "count"),
    )
    rows = tuple(
        Row(
            (
                text_cell(gap.shop_id),
                text_cell(format_hour(gap.hour_at.hour)),
                number_cell(gap.expected, "count"),
                number_cell(gap.needed, "count"),
                number_cell(gap.staffed, "count", "bad"),
            ),
            about=About(say("board.staffing"), "staffing"),
        )
        for gap in inputs.gaps or ()
    )
    table = Table(columns, rows, empty=say("board.staffing_none"))
    title, lead = say("board.staffing"), say("board.staffing_lead", day=day)
    if inputs.gaps is None:
        table = replace(table, empty=say("board.staffing_no_roster", day=day))
    return Section("staffing", title, title, (table,), lead=lead)
