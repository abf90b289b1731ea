"""The first page: what changed, in sentences, and the headline cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cskpi.present.cells import (
    change_cell,
    delta_cell,
    number_cell,
    previous_cell,
    status_cell,
    target_cell,
    text_cell,
    value_cell,
    verdict_cell,
)
from cskpi.present.comparison import verdict, weight
from cskpi.present.document import Card, CardGrid, Column, Row, Section, Sentence, Sentences, Table
from cskpi.present.flags import flag_text
from cskpi.present.formatting import (
    format_change,
    format_count,
    format_interval,
    format_target,
    format_value,
)
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.finding import Finding
    from cskpi.present.document import Tone
    from cskpi.present.inputs import ReportInputs

_MOST_CHANGES = 10
_MOST_FURTHER = 6
_TONES: dict[str, Tone] = {"better": "good", "worse": "bad"}


def overview_section(inputs: ReportInputs) -> Section:
    """Return sentences and cards."""
    findings = headline_findings(inputs)
    return Section(
        "overview",
        say("section.overview"),
        say("section.overview_sheet"),
        (Sentences(_sentences(inputs, findings)), _card_grid(findings)),
        lead=say("section.overview_lead"),
    )


def headline_metrics(metrics: Sequence[Metric]) -> tuple[Metric, ...]:
    """Return the KPIs marked as headline, all of them where none is."""
    return tuple(metric for metric in metrics if metric.headline) or tuple(metrics)


def headline_findings(inputs: ReportInputs) -> tuple[Finding, ...]:
    """Return the totals of the headline KPIs that have a value."""
    names = {metric.name for metric in headline_metrics(inputs.metrics)}
    return tuple(f for f in inputs.totals if f.metric in names and f.value is not None)


def _sentences(inputs: ReportInputs, headline: Sequence[Finding]) -> tuple[Sentence, ...]:
    if not any(finding.value for finding in inputs.totals):
        return (Sentence(say("summary.no_data"), "warn"),)
    sentences: list[Sentence] = []
    if all(finding.previous is None for finding in inputs.totals):
        period = inputs.previous.label
        sentences.append(Sentence(say("summary.no_previous", period=period), "muted"))
    clear = _clear_changes(inputs.totals)
    main = {finding.metric for finding in headline}
    named = [finding for finding in clear if finding.metric in main][:_MOST_CHANGES]
    sentences += [_change_sentence(finding) for finding in named]
    further = [finding for finding in clear if finding not in named]
    if further:
        names = _names(further[:_MOST_FURTHER])
        if len(further) > _MOST_FURTHER:
            names = say("format.list_more", shown=names, more=len(further) - _MOST_FURTHER)
        text = say("summary.further", n=format_count(len(further)), names=names)
        sentences.append(Sentence(text, "plain", "kpis"))
    unclear = [f for f in headline if verdict(f) in ("unclear", "same")]
    if unclear:
        sentences.append(Sentence(say("summary.unclear", names=_names(unclear)), "muted"))
    missed = [finding for finding in headline if finding.status == "bad"]
    if missed:
        names = say("format.list_comma").join(_missed_item(finding) for finding in missed)
        sentences.append(Sentence(say("summary.off_target", names=names), "bad"))
    gaps = len(inputs.coverage.days_without_data)
    if gaps:
        sentences.append(Sentence(say("summary.gaps", days=gaps), "warn", "coverage"))
    return tuple(sentences)


def _clear_changes(totals: Sequence[Finding]) -> list[Finding]:
    """Changes beyond noise, the clearest first."""
    clear = [f for f in totals if verdict(f) in ("better", "worse", "changed")]
    return sorted(clear, key=lambda f: -weight(f))


def _change_sentence(finding: Finding) -> Sentence:
    found = verdict(finding)
    text = say(
        f"summary.{found}",
        label=pick(finding.labels),
        previous=format_value(finding.previous, finding.unit),
        value=format_value(finding.value, finding.unit),
        change=format_change(finding.value, finding.previous, finding.unit),
    )
    return Sentence(text, _TONES.get(found, "plain"), f"def-{finding.metric}")


def _missed_item(finding: Finding) -> str:
    return say(
        "summary.off_target_item",
        label=pick(finding.labels),
        value=format_value(finding.value, finding.unit),
        target=format_target(finding.target, finding.unit, finding.direction),
    )


def _names(findings: Iterable[Finding]) -> str:
    return say("format.list_comma").join(pick(finding.labels) for finding in findings)


def _card_grid(findings: Sequence[Finding]) -> CardGrid:
    columns = (
        Column(say("column.metric")),
        Column(say("column.value"), "count"),
        Column(say("column.change"), "count"),
        Column(say("column.verdict")),
        Column(say("column.previous"), "count"),
        Column(say("column.target"), "count"),
        Column(say("column.status")),
        Column(say("column.median"), "count"),
        Column(say("column.p90"), "count"),
        Column(say("column.low"), "count"),
        Column(say("column.high"), "count"),
        Column(say("column.sample"), "count"),
    )
    rows = tuple(_card_row(finding) for finding in findings)
    cards = tuple(_card(finding) for finding in findings)
    return CardGrid(cards, Table(columns, rows, empty=say("table.no_rows")))


def _card(finding: Finding) -> Card:
    return Card(
        label=pick(finding.labels),
        ref=finding.metric,
        value=value_cell(finding),
        change=delta_cell(finding),
        status=status_cell(finding.status) if finding.status else None,
        lines=tuple(_card_lines(finding)),
    )


def _card_lines(finding: Finding) -> Iterable[str]:
    unit = finding.unit
    compared = []
    if finding.previous is not None:
        compared.append(say("card.previous", value=format_value(finding.previous, unit)))
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
            target_cell(finding),
            status_cell(finding.status),
            number_cell(finding.median, unit),
            number_cell(finding.p90, unit),
            number_cell(finding.low, unit),
            number_cell(finding.high, unit),
            number_cell(finding.sample_size, "count"),
        )
    )
