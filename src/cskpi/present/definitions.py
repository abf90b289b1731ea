"""All KPIs with everything needed to check them, and what each of them means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from cskpi.present.cells import (
    change_cell,
    compared_cell,
    delta_cell,
    interval_cell,
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
from cskpi.present.cleaning import one_line
from cskpi.present.document import Cell, Column, Definition, DefinitionList, Row, Section, Table
from cskpi.present.flags import flag_note, flag_text
from cskpi.present.formatting import format_target, format_value
from cskpi.present.parameters import parameter_text
from cskpi.texts import pick, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cskpi.metrics.declaration import Labels, Metric
    from cskpi.metrics.finding import Finding
    from cskpi.present.inputs import ReportInputs


class Defined(Protocol):
    """What definitions are told from: a report's inputs, or a board's."""

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The KPIs in the order shown."""

    @property
    def groups(self) -> Mapping[str, Labels]:
        """What groups of KPIs are called."""

    @property
    def totals(self) -> tuple[Finding, ...]:
        """The numbers, which carry the targets in force."""

    @property
    def parameters(self) -> Mapping[str, Mapping[str, str | int | float]]:
        """Parameters in force, by KPI."""


def kpi_table(inputs: ReportInputs, findings: Sequence[Finding]) -> Table:
    """Return KPIs of the period with everything needed to check them."""
    metrics = {metric.name: metric for metric in inputs.metrics}
    shown = [finding for finding in findings if finding.metric in metrics]
    has_year = any(finding.compared("last_year") for finding in shown)
    rows = tuple(_kpi_row(f, metrics[f.metric], has_year=has_year) for f in shown)
    note = flag_note(shown)
    return Table(_kpi_columns(has_year=has_year), rows, note=note, empty=say("table.no_rows"))


def definition_section(inputs: Defined) -> Section:
    """Return meaning, formula, parameters and origin of every KPI."""
    items = tuple(_definition(inputs, metric) for metric in inputs.metrics)
    block = DefinitionList(items, _definition_table(inputs))
    title, sheet = say("section.definitions"), say("section.definitions_sheet")
    return Section("definitions", title, sheet, (block,))


def _kpi_columns(*, has_year: bool) -> tuple[Column, ...]:
    year = (Column(say("chapter.last_year"), "count"), Column(say("column.last_year")))
    return (
        Column(say("column.metric")),
        Column(say("column.value"), "count"),
        Column(say("column.spread"), "count", scope="page"),
        Column(say("column.median"), "count", scope="sheet"),
        Column(say("column.p90"), "count", scope="sheet"),
        Column(say("column.parts"), "count", scope="page"),
        Column(say("column.sample"), "count", scope="sheet"),
        Column(say("column.numerator"), "count", scope="sheet"),
        Column(say("column.denominator"), "count", scope="sheet"),
        Column(say("column.interval"), "count", scope="page"),
        Column(say("column.low"), "count", scope="sheet"),
        Column(say("column.high"), "count", scope="sheet"),
        Column(say("column.previous"), "count"),
        Column(say("column.change"), "count", scope="page"),
        Column(say("column.change"), "count", scope="sheet"),
        Column(say("column.verdict"), scope="sheet"),
        *(year if has_year else ()),
        Column(say("column.target"), "count"),
        Column(say("column.status")),
        Column(say("column.remark"), scope="sheet"),
    )


def _kpi_row(finding: Finding, metric: Metric, *, has_year: bool) -> Row:
    unit, value = finding.unit, value_cell(finding)
    year = (last_year_cell(finding), compared_cell(finding, "last_year"))
    return Row(
        (
            text_cell(pick(finding.labels)),
            value,
            _spread_cell(finding),
            number_cell(finding.median, unit),
            number_cell(finding.p90, unit),
            _sample_cell(finding),
            number_cell(finding.sample_size, "count"),
            *_parts(finding),
            interval_cell(finding),
            number_cell(finding.low, unit),
            number_cell(finding.high, unit),
            previous_cell(finding),
            delta_cell(finding),
            change_cell(finding),
            verdict_cell(finding),
            *(year if has_year else ()),
            target_cell(finding),
            status_cell(finding.status),
            text_cell(say("format.list_semicolon").join(flag_text(f) for f in finding.flags)),
        ),
        about=value.about,
        bounds=target_bounds(metric),
    )


def _parts(finding: Finding) -> tuple[Cell, Cell]:
    """A mean's numerator is a sum of its own unit, a ratio's a number of things."""
    above = finding.unit if finding.unit in ("money", "duration") else "count"
    return number_cell(finding.numerator, above), number_cell(finding.denominator, "count")


def _sample_cell(finding: Finding) -> Cell:
    """A ratio's sample is read with what was hit: 7,151 / 8,210."""
    size = number_cell(finding.sample_size, "count")
    above, below = _parts(finding)
    if finding.unit != "percent" or finding.value is None:
        return size
    return text_cell(f"{above.text} / {below.text}")


def _spread_cell(finding: Finding) -> Cell:
    """Waiting times are skewed, so their mean alone misleads; scores and ratios are not."""
    if finding.unit != "duration" or finding.median is None:
        return text_cell(say("format.none"), "muted")
    median, p90 = number_cell(finding.median, "duration"), number_cell(finding.p90, "duration")
    return text_cell(f"{median.text} / {p90.text}")


def _definition(inputs: Defined, metric: Metric) -> Definition:
    facts = [(say("column.formula"), pick(metric.formula))]
    if metric.params:
        facts.append((say("column.parameters"), _parameters(inputs, metric)))
    target = next((f.target for f in inputs.totals if f.metric == metric.name), None)
    if target is not None:
        text = format_target(target, metric.unit, metric.direction)
        facts.append((say("column.target"), text))
    if metric.matures_after_days:
        text = say("flag.matures_days", days=metric.matures_after_days)
        facts.append((say("flag.matures"), text))
    if metric.flag is not None:
        facts.append((say("flag.reservation"), pick(metric.flag)))
    # Where a definition comes from is for who maintains it: `cskpi explain` and the catalogue say so.
    facts.append((say("column.version"), str(metric.version)))
    return Definition(
        ref=metric.name,
        term=pick(metric.labels),
        group=_group_label(inputs, metric.group),
        meaning=pick(metric.descriptions),
        facts=tuple(facts),
    )


def _definition_table(inputs: Defined) -> Table:
    columns = tuple(
        Column(say(f"column.{key}"))
        for key in (
            "group",
            "metric",
            "name",
            "meaning",
            "formula",
            "parameters",
            "origin",
            "version",
        )
    )
    rows = tuple(
        Row(
            (
                text_cell(_group_label(inputs, metric.group)),
                text_cell(pick(metric.labels)),
                text_cell(metric.name),
                text_cell(pick(metric.descriptions)),
                text_cell(pick(metric.formula)),
                text_cell(_parameters(inputs, metric)),
                text_cell(metric.origin),
                text_cell(format_value(metric.version, "count")),
            )
        )
        for metric in inputs.metrics
    )
    return Table(columns, rows)


def _group_label(inputs: Defined, group: str) -> str:
    return one_line(pick(inputs.groups[group]) if group in inputs.groups else group)


def _parameters(inputs: Defined, metric: Metric) -> str:
    told = inputs.parameters.get(metric.name, {})
    in_force = {name: told.get(name, item) for name, item in metric.params.items()}
    items = [parameter_text(k, v) for k, v in in_force.items() if not isinstance(v, dict)]
    return say("format.list_semicolon").join(items)
