"""What each way of crediting orders would give: rule × basis × refunds, beside the one in force."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from cskpi.errors import UsageError
from cskpi.metrics.evaluate import evaluate, parameters_in_force
from cskpi.settings import CHOICES, Settings

if TYPE_CHECKING:
    import duckdb

    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.finding import Finding
    from cskpi.periods import Period
    from cskpi.settings import Value

VARIED = ("rule", "basis")
"""The parameters a KPI must have to be compared; `deduct_refunds` is varied where it has that."""

Key = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class CreditRule:
    """One way of crediting orders; `deducts_refunds` is None where the KPI does not ask."""

    rule: str
    basis: str
    deducts_refunds: bool | None


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """A KPI under one rule.

    `value` is None without data; `difference` is to the value under the rule in force and None
    where either is. For sums a group without an order under a rule has 0, not "no data".
    """

    rule: CreditRule
    is_in_force: bool
    finding: Finding
    value: float | None
    difference: float | None


def compare_rules(
    con: duckdb.DuckDBPyConnection,
    metrics: Sequence[Metric],
    period: Period,
    grouping: tuple[str, ...],
    settings: Settings,
    *,
    filters: Mapping[str, str] | None = None,
) -> list[RuleOutcome]:
    """Return every metric for every combination of dimensions under every rule.

    Window, guards and left-out orders are the settings' own: they are part of the facts.

    Raises:
        UsageError: a metric does not depend on who is credited, or a dimension is unknown.
    """
    for metric in metrics:
        if not set(VARIED) <= set(metric.params):
            raise UsageError("compare_no_rule", name=metric.name)
    return [
        outcome
        for metric in metrics
        for outcome in _compare(con, metric, period, grouping, settings, filters=filters or {})
    ]


def _compare(
    con: duckdb.DuckDBPyConnection,
    metric: Metric,
    period: Period,
    grouping: tuple[str, ...],
    settings: Settings,
    *,
    filters: Mapping[str, str],
) -> Iterator[RuleOutcome]:
    in_force = _rule_of(parameters_in_force(metric, settings))
    found = {
        rule: {
            _key(finding): finding
            for finding in evaluate(
                con,
                [metric],
                period,
                [grouping],
                _under(metric, rule, settings),
                filters=filters,
                compare=False,
            )
        }
        for rule in _rules(metric)
    }
    keys = list(dict.fromkeys(key for rows in found.values() for key in rows))
    for key in sorted(keys, key=_sortable):
        known = next(rows[key] for rows in found.values() if key in rows)
        usual = _value(metric, found[in_force].get(key))
        for rule, rows in found.items():
            finding = rows.get(key)
            value = _value(metric, finding)
            difference = None if value is None or usual is None else value - usual
            yield RuleOutcome(rule, rule == in_force, finding or known, value, difference)


def _rules(metric: Metric) -> list[CreditRule]:
    refunds = (False, True) if "deduct_refunds" in metric.params else (None,)
    return [
        CreditRule(rule, basis, deducts)
        for deducts, basis, rule in product(
            refunds, CHOICES["attribution.basis"], CHOICES["attribution.rule"]
        )
    ]


def _rule_of(parameters: Mapping[str, Value]) -> CreditRule:
    deducts = parameters.get("deduct_refunds")
    return CreditRule(
        str(parameters["rule"]),
        str(parameters["basis"]),
        None if deducts is None else bool(deducts),
    )


def _under(metric: Metric, rule: CreditRule, settings: Settings) -> Settings:
    told: dict[str, Value] = {
        f"params.{metric.name}.rule": rule.rule,
        f"params.{metric.name}.basis": rule.basis,
    }
    if rule.deducts_refunds is not None:
        told[f"params.{metric.name}.deduct_refunds"] = rule.deducts_refunds
    return Settings({**settings.values, **told}, settings.origins)


def _value(metric: Metric, finding: Finding | None) -> float | None:
    if finding is None:
        return 0.0 if metric.type == "sum" else None
    return finding.value


def _key(finding: Finding) -> Key:
    return tuple(finding.dimensions.items())


def _sortable(key: Key) -> list[tuple[bool, str]]:
    return [(part is None, part or "") for _, part in key]
