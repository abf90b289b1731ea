"""The headline KPIs: value, target, earlier periods, sample and a line by day on a card each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from cskpi.present.cells import (
    change_cell,
    delta_cell,
    last_year_cell,
    number_cell,
    previous_cell,
    status_cell,
    target_bounds,
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
    metrics = {metric.name: metric for metric in inputs.metrics}
    rows = tuple(_card_row(finding, metrics[finding.metric]) for finding in findings)
    cards = tuple(_card(inputs, finding) for finding in findings)
    return CardGrid(cards, Table(columns, rows, empty=say("table.no_rows")))


def _card(inputs: ReportInputs, finding: Finding) -> Card:
    value = value_cell(finding)
    return Card(
        label=pick(finding.labels),
        ref=finding.metric,
        value=value,
        change=replace(delta_cell(finding), about=value.about),
        status=status_cell(finding.status) if finding.status else None,
        lines=tuple(tuple(line) for line in _card_lines(finding) if line),
        remarks=tuple(flag_text(flag) for flag in finding.flags),
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


def _card_lines(finding: Finding) -> Iterable[list[tuple[str, str]]]:
    """Yield lines of (words, the number in them)."""
    unit = finding.unit
    compared = []
    if finding.previous is not None:
        compared.append(_told("card.previous", value=format_value(finding.previous, unit)))
    year = finding.compared("last_year")
    if year is not None:
        compared.append(_told("card_more.last_year", value=format_value(year.value, unit)))
    if finding.target is not None:
        target = format_target(finding.target, unit, finding.direction)
        compared.append(_told("card.target", value=target))
    yield compared
    if unit == "duration" and finding.median is not None:
        median, p90 = format_value(finding.median, unit), format_value(finding.p90, unit)
        yield [_told("graph.median", value=median), _told("graph.p90", value=p90)]
    basis = []
    if finding.low is not None:
        interval = format_interval(finding.low, finding.high, unit)
        basis.append(_told("card.interval", interval=interval))
    if finding.sample_size != finding.value:
        basis.append(_told("card.sample", n=format_count(finding.sample_size)))
    yield basis


def _told(key: str, **number: str) -> tuple[str, str]:
    return say(key, **number), next(iter(number.values()))


def _card_row(finding: Finding, metric: Metric) -> Row:
    unit, value = finding.unit, value_cell(finding)
    return Row(
        (
            text_cell(pick(finding.labels)),
            value,
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
        ),
        about=value.about,
        bounds=target_bounds(metric),
    )
