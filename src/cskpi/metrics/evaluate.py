"""Evaluating metrics: the only place where a KPI's numbers come into being."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cskpi.errors import UsageError
from cskpi.metrics.declaration import Metric, Target
from cskpi.metrics.finding import Finding, Status, Unit
from cskpi.metrics.statement import (
    DIMENSIONS,
    TIME_DIMENSIONS,
    evaluation_sql,
    expand,
    filter_conditions,
)
from cskpi.metrics.uncertainty import Interval, mean_interval, wilson
from cskpi.store.database import quote

if TYPE_CHECKING:
    import duckdb

    from cskpi.periods import Period
    from cskpi.settings import Settings, Value

SCALES: Mapping[Unit, tuple[float | None, float | None]] = {
    "duration": (0.0, None),
    "score": (1.0, 5.0),
}
Grouping = tuple[str, ...]
Key = tuple[tuple[str, str | None], ...]


def evaluate(
    con: duckdb.DuckDBPyConnection,
    metrics: Iterable[Metric],
    period: Period,
    groupings: Sequence[Grouping],
    settings: Settings,
    *,
    filters: Mapping[str, str] | None = None,
    compare: bool = True,
) -> list[Finding]:
    """Return one finding per metric, grouping and combination of dimensions.

    Args:
        con: a database whose facts are built.
        metrics: in the order wanted.
        period: half-open.
        groupings: e.g. `((), ("agent",))`; `()` is the total, given even without data.
        settings: parameters and targets in force.
        filters: dimension -> the one value kept.
        compare: also look at the period before.

    Raises:
        UsageError: an unknown dimension.
    """
    filters = filters or {}
    for name in {name for grouping in groupings for name in grouping} | set(filters):
        if name not in DIMENSIONS:
            raise UsageError("dimension_unknown", name=name, known=", ".join(DIMENSIONS))
    metrics = tuple(metrics)
    filled = filled_tables(con, {source for metric in metrics for source in metric.sources})
    conditions, kept = filter_conditions(filters)
    moments = period_parameters(period, compare=compare)
    findings: list[Finding] = []
    for metric in metrics:
        rows: list[dict[str, Any]] = []
        if all(filled.get(source) for source in metric.sources):
            sql = evaluation_sql(metric, groupings, conditions, compare=compare)
            rows = _rows(con, sql, parameters_in_force(metric, settings) | kept | moments)
        findings += _findings(metric, groupings, rows, target_in_force(metric, settings))
    return findings


def parameters_in_force(metric: Metric, settings: Settings) -> dict[str, Value]:
    """Return a metric's parameters: `params.<metric>.<name>` of the settings, else its own.

    Raises:
        UsageError: the settings name a parameter the metric does not have.
    """
    overrides = settings.section(f"params.{metric.name}")
    unknown = sorted(set(overrides) - set(metric.params))
    if unknown:
        raise UsageError("param_unknown", metric=metric.name, name=unknown[0])
    own = {
        name: settings.values[param["setting"]] if isinstance(param, dict) else param
        for name, param in metric.params.items()
    }
    return own | overrides


def target_in_force(metric: Metric, settings: Settings) -> Target | None:
    """Return a metric's target: `targets.<metric>.good|warn` of the settings, else its own."""
    overrides = settings.section(f"targets.{metric.name}")
    if not overrides:
        return metric.target
    good = overrides.get("good", metric.target.good if metric.target else None)
    if good is None:
        raise UsageError("target_without_good", metric=metric.name)
    warn = overrides.get("warn", metric.target.warn if metric.target else None)
    return Target(float(good), None if warn is None else float(warn))


def period_parameters(period: Period, *, compare: bool) -> dict[str, Any]:
    """Return the moments the engine's SQL takes."""
    values: dict[str, Any] = {"period_start": period.start, "period_end": period.end}
    if compare:
        before = period.previous()
        values |= {"period_previous_start": before.start, "period_previous_end": before.end}
    return values


def filled_tables(
    con: duckdb.DuckDBPyConnection, wanted: Collection[str] | None = None
) -> dict[str, bool]:
    """Tell of the wanted tables and views, by default of every one, whether it holds a row."""
    names = con.execute(
        "SELECT table_name FROM duckdb_tables() UNION ALL"
        " SELECT view_name FROM duckdb_views() WHERE NOT internal"
    ).fetchall()
    return {
        name: con.execute(f"SELECT 1 FROM {quote(name)} LIMIT 1").fetchone() is not None
        for (name,) in names
        if wanted is None or name in wanted
    }


def _rows(
    con: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, Any]
) -> list[dict[str, Any]]:
    cursor = con.execute(sql, dict(parameters))
    columns = [column[0] for column in cursor.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _findings(
    metric: Metric,
    groupings: Sequence[Grouping],
    rows: Sequence[Mapping[str, Any]],
    target: Target | None,
) -> list[Finding]:
    findings: list[Finding] = []
    for grouping in groupings:
        names = expand(grouping)
        now = {_key(row, names): row for row in rows if _belongs(row, names, 0)}
        before = {_key(row, names): row for row in rows if _belongs(row, names, 1)}
        if not grouping:
            now = now or {(): {}}
        comparable = not TIME_DIMENSIONS & set(names)
        for key in sorted(now, key=_sortable):
            previous = before.get(key, {}).get("measured") if comparable else None
            finding = _finding(metric, key, now[key], previous)
            findings.append(_judged(finding, metric, target))
    return findings


def _finding(metric: Metric, key: Key, row: Mapping[str, Any], previous: float | None) -> Finding:
    value, size = row.get("measured"), int(row.get("sample_size") or 0)
    low, high = None, None
    if metric.type == "ratio" and metric.unit == "percent" and value is not None:
        low, high = wilson(row["numerator"] or 0.0, row["denominator"])
    elif metric.type == "mean":
        low, high = mean_interval(value, row.get("spread"), size)
        low, high = _inside(metric.unit, low, high)
    return Finding(
        metric=metric.name,
        labels=metric.labels,
        unit=metric.unit,
        direction=metric.direction,
        dimensions=dict(key),
        value=value,
        numerator=row.get("numerator"),
        denominator=row.get("denominator"),
        sample_size=size,
        low=low,
        high=high,
        median=row.get("median"),
        p90=row.get("p90"),
        previous=previous,
    )


def _inside(unit: Unit, low: float | None, high: float | None) -> Interval:
    """An interval ends where the scale does: no wait is negative, no rating outside 1 to 5."""
    if low is None or high is None:
        return low, high
    least, most = SCALES.get(unit, (None, None))
    return (
        low if least is None else max(low, least),
        high if most is None else min(high, most),
    )


def _judged(finding: Finding, metric: Metric, target: Target | None) -> Finding:
    if target is None:
        return finding
    return replace(finding, target=target.good, status=_status(finding, metric, target))


def _status(finding: Finding, metric: Metric, target: Target) -> Status | None:
    if finding.value is None or metric.direction == "neutral":
        return None
    if finding.sample_size < metric.min_sample:
        return "small_sample"
    sign = 1 if metric.direction == "up" else -1
    if sign * finding.value >= sign * target.good:
        return "good"
    if target.warn is not None and sign * finding.value >= sign * target.warn:
        return "warn"
    return "bad"


def _belongs(row: Mapping[str, Any], names: Sequence[str], period_no: int) -> bool:
    return row["period_no"] == period_no and all(
        (mark == 0) == (name.removeprefix("mark_") in names)
        for name, mark in row.items()
        if name.startswith("mark_")
    )


def _key(row: Mapping[str, Any], names: Sequence[str]) -> Key:
    return tuple((name, row[f"by_{name}"]) for name in names)


def _sortable(key: Key) -> list[tuple[bool, str]]:
    return [(part is None, part or "") for _, part in key]
