"""`cskpi kpi --compare`: the same data under several definitions, or several rules."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cskpi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cskpi.metrics.catalog import Catalog
    from cskpi.periods import Period
    from cskpi.settings import Settings


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for: names of KPIs, a period, a grouping, filters and a format."""

    names: list[str]
    period: Period | None
    grouping: tuple[str, ...]
    filters: Mapping[str, str]
    output_format: str
    output: Path | None
    wait: float


def compare_measure(catalog: Catalog, measure: str, asked: Asked, settings: Settings) -> None:
    """Print one measure under every definition of it; `rules` means the ways of crediting orders.

    Raises:
        UsageError: nothing measures that, or none of the named KPIs does.
    """
    if measure == "rules":
        compare_credits(catalog, asked, settings)
        return
    from cskpi.cli.talk import model_progress, or_newest_month
    from cskpi.metrics.evaluate import evaluate, parameters_in_force
    from cskpi.metrics.text_tables import read_texts
    from cskpi.pipeline import open_facts
    from cskpi.present.profiles import Definitions, write_measures

    metrics = catalog.measuring(measure, asked.names)
    if not metrics:
        raise UsageError("compare_nothing", name=measure)
    wait, texts = asked.wait, read_texts(metrics)
    with model_progress() as progress, open_facts(settings, progress, wait, texts=texts) as con:
        period = or_newest_month(con, asked.period)
        findings = evaluate(
            con, metrics, period, [asked.grouping], settings, filters=asked.filters, compare=False
        )
    parameters = {metric.name: parameters_in_force(metric, settings) for metric in metrics}
    compared = Definitions(measure, metrics, parameters, period)
    write_measures(compared, findings, asked.output_format, asked.output)


def compare_credits(catalog: Catalog, asked: Asked, settings: Settings) -> None:
    """Print KPIs, by default agent_sales, under every way of crediting orders.

    Raises:
        UsageError: a named KPI does not depend on who is credited.
    """
    from cskpi.cli.talk import model_progress, or_newest_month
    from cskpi.metrics.attribution_rules import compare_rules
    from cskpi.pipeline import open_facts
    from cskpi.present.attribution import write_rules

    metrics = catalog.select(asked.names or ["agent_sales"])
    with model_progress() as progress, open_facts(settings, progress, asked.wait) as con:
        period = or_newest_month(con, asked.period)
        outcomes = compare_rules(
            con, metrics, period, asked.grouping, settings, filters=asked.filters
        )
    write_rules(outcomes, period, asked.output_format, asked.output)
