"""The headline KPIs: value, target, earlier periods, sample and a line by day on a card each."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from cskpi.present.cells import (
    change_cell,
    delta_cell,
    last_year_cell,
    number_cell,
    previous_cell,
    status_cell,
    target_cell,
    text_cell,
    value_cell,
    verdict_cell,
)
from cskpi.present.document import Card, CardGrid, Column, Row, Section, Table
from cskpi.present.flags import flag_text
from cskpi.present.formatting import (
    format_count,
    format_interval,
    format_target,
    format_value,
)
from cskpi.present.plotting import sparkline
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.finding import Finding
    from cskpi.present.graphs import Sparkline
    from cskpi.present.inputs import ReportInputs

_LEAST_DAYS = 2


def headline_section(inputs: ReportInputs) -> Section:
    """Return the headline KPIs as cards, each with what is needed to judge it."""
    findings = headline_findings(inputs)
    title = say("chapter.headline")
    lead = say("section.overview_lead")
    return Section("headline", title, title, (_card_grid(inputs, findings),), lead=lead)


def headline_metrics(metrics: Sequence[Metric]) -> tuple[Metric, ...]:
    """Return the KPIs marked as headline, all of them where none is."""
    return tuple(metric for metric in metrics if metric.headline) or tuple(metrics)


def headline_findings(inputs: ReportInputs) -> tuple[Finding, ...]:
    """Return the totals of the headline KPIs that have a value."""
    names = {metric.name for metric in headline_metrics(inputs.metrics)}
    return tuple(f for f in inputs.totals if f.metric in names and f.value is not None)


def _card_grid(inputs: ReportInputs, findings: Sequence[Finding]) -> CardGrid:
    columns = (
        Column(say("column.metric")),
        Column(say("column.value"), "count"),
        Column(say("column.change"), "count"),
        Column(say("column.verdict")),
        Column(say("column.previous"), "count"),
        Column(say("chapter.last_year"), "count"),
        Column(say("column.target"), "count"),
        Column(say("column.status")),
        Column(say("column.median"), "count"),
        Column(say("column.p90"), "count"),
        Column(say("column.low"), "count"),
        Column(say("column.high"), "count"),
        Column(say("column.sample"), "count"),
    )
    rows = tuple(_card_row(finding) for finding in findings)
    cards = tuple(_card(inputs, finding) for finding in findings)
    return CardGrid(cards, Table(columns, rows, empty=say("table.no_rows")))


def _card(inputs: ReportInputs, finding: Finding) -> Card:
    return Card(
        label=pick(finding.labels),
        ref=finding.metric,
        value=value_cell(finding),
        change=delta_cell(finding),
        status=status_cell(finding.status) if finding.status else None,
        lines=tuple(_card_lines(finding)),
        spark=_spark(inputs, finding),
    )


def _spark(inputs: ReportInputs, total: Finding) -> Sparkline | None:
    """The KPI by day; a day without data is a gap."""
    found = {
        finding.dimensions.get("day"): finding.value
        for finding in inputs.by_day
        if finding.metric == total.metric
    }
    first = inputs.period.start.date()
    days = [first + timedelta(days=offset) for offset in range(inputs.period.days)]
    heights = [found.get(day.isoformat()) for day in days]
    known = [height for height in heights if height is not None]
    if len(known) < _LEAST_DAYS:
        return None
    alt = say(
        "card_more.spark",
        label=pick(total.labels),
        low=format_value(min(known), total.unit),
        high=format_value(max(known), total.unit),
    )
    return sparkline(heights, total.unit, alt, total.target)


def _card_lines(finding: Finding) -> Iterable[str]:
    unit = finding.unit
    compared = []
    if finding.previous is not None:
        compared.append(say("card.previous", value=format_value(finding.previous, unit)))
    year = finding.compared("last_year")
    if year is not None:
        compared.append(say("card_more.last_year", value=format_value(year.value, unit)))
    if finding.target is not None:
        target = format_target(finding.target, unit, finding.direction)
        compared.append(say("card.target", value=target))
    if compared:
        yield " · ".join(compared)
    if unit == "duration" and finding.median is not None:
        median, p90 = format_value(finding.median, unit), format_value(finding.p90, unit)
        yield say("card.spread", median=median, p90=p90)
    basis = []
    if finding.low is not None:
        interval = format_interval(finding.low, finding.high, unit)
        basis.append(say("card.interval", interval=interval))
    if finding.sample_size != finding.value:
        basis.append(say("card.sample", n=format_count(finding.sample_size)))
    if basis:
        yield " · ".join(basis)
    for flag in finding.flags:
        yield flag_text(flag)


def _card_row(finding: Finding) -> Row:
    unit = finding.unit
    return Row(
        (
            text_cell(pick(finding.labels)),
            value_cell(finding),
            change_cell(finding),
            verdict_cell(finding),
            previous_cell(finding),
            last_year_cell(finding),
            target_cell(finding),
            status_cell(finding.status),
            number_cell(finding.median, unit),
            number_cell(finding.p90, unit),
            number_cell(finding.low, unit),
            number_cell(finding.high, unit),
            number_cell(finding.sample_size, "count"),
        )
    )
