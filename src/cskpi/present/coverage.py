"""How far the data carry the report: gaps, rejected rows, unmatched orders, missing exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cskpi.present.cells import number_cell, text_cell
from cskpi.present.cleaning import one_line
from cskpi.present.document import Column, Fact, Facts, Note, Row, Section, Table
from cskpi.present.formatting import format_count, format_day_runs, format_moment, format_value
from cskpi.texts import has_text, pick, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cskpi.metrics.coverage import Coverage
    from cskpi.present.document import Block
    from cskpi.present.inputs import ReportInputs

_MOST_NAMES = 12
# Facts whose name is not that of the export they are made from.
_FED_BY = {
    "counted_ratings": "ratings",
    "session_ratings": "ratings",
    "order_attribution": "orders",
    "customer_orders": "orders",
    "counted_tickets": "tickets",
    "counted_complaints": "complaints",
}


def coverage_section(inputs: ReportInputs) -> Section:
    """Return the data-coverage box."""
    coverage = inputs.coverage
    blocks: list[Block] = [*_missing_notes(inputs), Facts(tuple(_facts(coverage)))]
    if coverage.reject_reasons:
        blocks.append(_reason_table(coverage))
    title, sheet = say("chapter.data"), say("section.coverage_sheet")
    return Section("coverage", title, sheet, tuple(blocks), lead=say("section.coverage_lead"))


def match_text(matches: Mapping[str, int]) -> str:
    """Return in a line how many orders met a chat, and by which way."""
    orders = sum(matches.values())
    matched = orders - matches["none"]
    return say(
        "coverage.match_line",
        orders=format_count(orders),
        matched=format_count(matched),
        share=format_value(_share(matched, orders), "percent"),
        ways=_counts("match", matches),
    )


def _facts(coverage: Coverage) -> Iterable[Fact]:
    yield Fact(say("coverage.span"), text_cell(_span(coverage)))
    yield _days_fact(coverage)
    yield Fact(say("coverage.files"), number_cell(coverage.files, "count"))
    yield Fact(
        say("coverage.rows"),
        number_cell(coverage.rows_read, "count"),
        say(
            "coverage.rows_remark",
            accepted=format_count(coverage.rows_accepted),
            duplicate=format_count(coverage.rows_duplicate),
            rejected=format_count(coverage.rows_rejected),
        ),
    )
    rejected = _share(coverage.rows_rejected, coverage.rows_read)
    yield Fact(say("coverage.rejected_share"), number_cell(rejected, "percent"))
    if coverage.orders:
        matched = format_count(coverage.orders_matched)
        share = format_value(_share(coverage.orders_matched, coverage.orders), "percent")
        remark = say("coverage.orders_remark", matched=matched, share=share)
        yield Fact(say("coverage.orders"), number_cell(coverage.orders, "count"), remark)
        if coverage.matches:
            rate = number_cell(_share(coverage.orders_matched, coverage.orders), "percent")
            yield Fact(say("coverage.match_share"), rate, _counts("match", coverage.matches))
    if any(coverage.accounts.values()):
        total = number_cell(sum(coverage.accounts.values()), "count")
        yield Fact(say("coverage.accounts"), total, _counts("accounts", coverage.accounts))
    if coverage.agents_unknown:
        names = _some(one_line(name) for name in coverage.agents_unknown)
        count = number_cell(len(coverage.agents_unknown), "count", "warn")
        yield Fact(say("coverage.agents_unknown"), count, names)
    if coverage.has:
        yield Fact(say("coverage.kinds"), text_cell(_kinds(coverage)))


def _counts(name: str, counts: Mapping[str, int]) -> str:
    texts = {kind: format_count(count) for kind, count in counts.items()}
    return say(f"coverage.{name}_remark", **texts)


def _days_fact(coverage: Coverage) -> Fact:
    label, days = say("coverage.days"), coverage.days_without_data
    if not days:
        return Fact(label, text_cell(say("coverage.days_none")))
    count = number_cell(len(days), "count", "warn")
    return Fact(label, count, _some(format_day_runs(days)))


def _span(coverage: Coverage) -> str:
    if coverage.first_at is None or coverage.last_at is None:
        return say("format.none")
    first, last = format_moment(coverage.first_at), format_moment(coverage.last_at)
    return say("coverage.span_value", first=first, last=last)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _some(names: Iterable[str]) -> str:
    known = list(names)
    shown = say("format.list_comma").join(known[:_MOST_NAMES])
    more = len(known) - _MOST_NAMES
    return say("format.list_more", shown=shown, more=more) if more > 0 else shown


def _kinds(coverage: Coverage) -> str:
    items = [
        say("coverage.kind_item", kind=_kind(kind), rows=format_count(rows))
        for kind, rows in coverage.has.items()
        if rows
    ]
    return say("format.list_comma").join(items)


def _kind(kind: str) -> str:
    return say(f"data_kind.{kind}") if has_text(f"data_kind.{kind}") else one_line(kind)


def _missing_notes(inputs: ReportInputs) -> Iterable[Note]:
    """Name the export that is missing: an empty KPI must not look like a bad one."""
    valued = {finding.metric for finding in inputs.totals if finding.value is not None}
    comma = say("format.list_comma")
    for kind, rows in inputs.coverage.has.items():
        empty = [
            pick(metric.labels)
            for metric in inputs.metrics
            if metric.name not in valued
            and kind in {_FED_BY.get(source, source) for source in metric.sources}
        ]
        if not rows and empty:
            names = comma.join(empty)
            yield Note(say("coverage.missing", kind=_kind(kind), names=names), "warn")


def _reason_table(coverage: Coverage) -> Table:
    reasons = sorted(coverage.reject_reasons.items(), key=lambda item: (-item[1], item[0]))
    rows = tuple(
        Row((text_cell(_reason(reason)), number_cell(count, "count"))) for reason, count in reasons
    )
    columns = (Column(say("column.reason")), Column(say("column.rows"), "count"))
    return Table(columns, rows, caption=say("coverage.reasons"))


def _reason(reason: str) -> str:
    return say(f"reject.{reason}") if has_text(f"reject.{reason}") else reason
