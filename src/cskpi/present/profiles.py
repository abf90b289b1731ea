"""The same data under several definitions, side by side, with the reason for each difference."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from cskpi.present.cells import (
    dimension_cell,
    dimension_title,
    interval_cell,
    number_cell,
    text_cell,
    value_cell,
)
from cskpi.present.document import Cell, Column, Row, Table
from cskpi.present.flags import flag_note
from cskpi.present.formatting import format_span
from cskpi.present.outputs import show_table, write_bytes
from cskpi.present.streams import content_bytes, csv_field, finding_record, md_bytes, period_record
from cskpi.texts import has_text, pick, say

if TYPE_CHECKING:
    from pathlib import Path

    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.finding import Finding
    from cskpi.periods import Period
    from cskpi.settings import Value

NUMBERS = ("value", "sample_size", "unit", "median", "p90", "low", "high")
PARTS = ("population", "waits_from", "unanswered", "hours")


@dataclass(frozen=True, slots=True)
class Definitions:
    """What is compared: the metrics of one measure with their parameters in force, and a period."""

    measure: str
    metrics: tuple[Metric, ...]
    parameters: Mapping[str, Mapping[str, Value]]
    period: Period


def write_measures(
    compared: Definitions, findings: Sequence[Finding], output_format: str, path: Path | None
) -> None:
    """Write a comparison as table, csv, json or md to a file, else to stdout."""
    if output_format == "json":
        write_bytes(_json(compared, findings), path)
    elif output_format == "csv":
        write_bytes(_csv(compared, findings), path)
    elif output_format == "md":
        write_bytes(md_bytes(comparison_table(compared, findings)), path)
    else:
        show_table(comparison_table(compared, findings), path)


def comparison_table(compared: Definitions, findings: Sequence[Finding]) -> Table:
    """Return a row per definition and combination of dimensions, with the reasons under it."""
    metrics = {metric.name: metric for metric in compared.metrics}
    dimensions = list(dict.fromkeys(name for f in findings for name in f.dimensions))
    columns = (
        Column(say("compare.definition")),
        *(Column(dimension_title(name)) for name in dimensions),
        Column(say("column.value"), "count"),
        Column(say("column.sample"), "count"),
        Column(say("column.interval"), "count", rank=8),
        Column(say("compare.days"), rank=7),
        Column(say("compare.population"), rank=3),
        Column(say("compare.waits_from"), rank=5),
        Column(say("compare.unanswered"), rank=4),
        Column(say("compare.hours"), rank=2),
        Column(say("compare.source"), rank=6),
    )
    rows = [
        Row(
            (
                text_cell(pick(metric.labels)),
                *(dimension_cell(name, finding.dimensions.get(name)) for name in dimensions),
                value_cell(finding),
                number_cell(finding.sample_size, "count"),
                interval_cell(finding),
                *_words(metric, finding, compared),
            )
        )
        for finding in findings
        for metric in (metrics[finding.metric],)
    ]
    caption = say("compare.caption", period=compared.period.label)
    notes = (_reasons(compared, findings), flag_note(findings))
    return Table(columns, tuple(rows), caption=caption, note="\n".join(filter(None, notes)))


def _reasons(compared: Definitions, findings: Sequence[Finding]) -> str:
    """Sentences are too long for a column: they stand under the table, one for each definition."""
    shown = {finding.metric for finding in findings}
    lines = [
        say("compare.reason", label=pick(metric.labels), text=pick(metric.differs))
        for metric in compared.metrics
        if metric.name in shown and metric.differs is not None
    ]
    return "\n".join([say("compare.differs"), *lines]) if lines else ""


def _words(metric: Metric, finding: Finding, compared: Definitions) -> tuple[Cell, ...]:
    parts = definition_parts(metric, compared.parameters[metric.name])
    own = say("profile.own")
    return (
        text_cell(_days(finding, compared.period)),
        *(text_cell(parts[name] or say("format.none")) for name in PARTS),
        text_cell(say(f"evidence.{metric.evidence}") if metric.evidence else own),
    )


def _days(finding: Finding, period: Period) -> str:
    """Only days that are not the whole period are worth a word: the caption names the period."""
    days = counted_days(finding, period)
    if days is None:
        return say("compare.not_in_force")
    return format_span(*days) if days != whole_days(period) else say("format.none")


def whole_days(period: Period) -> tuple[date, date]:
    """Return the first and the last day of a period."""
    return period.start.date(), (period.end - timedelta(microseconds=1)).date()


def definition_parts(metric: Metric, parameters: Mapping[str, Value]) -> dict[str, str]:
    """Return a definition part by part in words: population, clock, the unanswered, the hours."""
    reading = metric.reading
    if not reading:
        return {name: grain_word(metric.grain) if name == "population" else "" for name in PARTS}
    first, last = parameters.get("first_hour", 0), parameters.get("last_hour", 24)
    window = reading["window"] if (first, last) != (0, 24) else "none"
    return {
        "population": grain_word(metric.grain),
        "waits_from": say(f"reading.clock_{reading['clock']}"),
        "unanswered": say(f"reading.unanswered_{reading['unanswered']}"),
        "hours": say(f"reading.window_{window}", first=first, last=last),
    }


def grain_word(grain: str) -> str:
    """Return what a KPI counts in words."""
    key = f"population.{grain.replace(' ', '_').replace('-', '_')}"
    return say(key) if has_text(key) else grain


def profile_word(profile: str | None) -> str:
    """Return whose definition it is in words."""
    key = f"profile.{profile or 'own'}"
    return say(key) if has_text(key) else str(profile)


def counted_days(finding: Finding, period: Period) -> tuple[date, date] | None:
    """Return the first and the last day a finding counts, None where its definition did not hold."""
    for flag in finding.flags:
        if flag.kind == "outside":
            return None
        if flag.kind == "part" and flag.first_on and flag.last_on:
            return flag.first_on, flag.last_on
    return whole_days(period)


def _json(compared: Definitions, findings: Sequence[Finding]) -> bytes:
    metrics = {metric.name: metric for metric in compared.metrics}
    rows = []
    for finding in findings:
        metric = metrics[finding.metric]
        days = counted_days(finding, compared.period)
        rows.append(
            finding_record(finding)
            | {
                "counted": {"from": days[0].isoformat(), "to": days[1].isoformat()}
                if days
                else None,
                "definition": _definition_record(metric, compared.parameters[metric.name]),
            }
        )
    return content_bytes(
        {
            "period": period_record(compared.period),
            "measure": compared.measure,
            "rows": rows,
        }
    )


def _definition_record(metric: Metric, parameters: Mapping[str, Value]) -> dict[str, Any]:
    first, last = metric.effective_from, metric.effective_to
    return {
        "profile": metric.profile,
        "type": metric.type,
        **definition_parts(metric, parameters),
        "reading": dict(metric.reading),
        "description": pick(metric.descriptions),
        "formula": pick(metric.formula),
        "differs": pick(metric.differs) if metric.differs else None,
        "origin": metric.origin,
        "evidence": metric.evidence,
        "effective": {
            "from": first.isoformat() if first else None,
            "to": last.isoformat() if last else None,
        },
        "parameters": dict(parameters),
    }


def _csv(compared: Definitions, findings: Sequence[Finding]) -> bytes:
    metrics = {metric.name: metric for metric in compared.metrics}
    dimensions = list(dict.fromkeys(name for f in findings for name in f.dimensions))
    texts = (*PARTS, "differs", "description", "formula", "origin", "evidence")
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    head = ("metric", "label", "profile", *dimensions, *NUMBERS, "counted_from", "counted_to")
    writer.writerow((*head, *texts, "flags"))
    for finding in findings:
        metric = metrics[finding.metric]
        numbers = finding_record(finding)
        days = counted_days(finding, compared.period) or (None, None)
        said = _definition_record(metric, compared.parameters[metric.name])
        fields = (
            *(metric.name, pick(metric.labels), metric.profile),
            *(finding.dimensions.get(name) for name in dimensions),
            *(numbers[name] for name in NUMBERS),
            *days,
            *(said[name] for name in texts),
            " ".join(flag.kind for flag in finding.flags),
        )
        writer.writerow([csv_field(field) for field in fields])
    return buffer.getvalue().encode()
