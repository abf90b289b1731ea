"""The aggregate wrapper's SQL: one scan per metric for all groupings and both periods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cskpi.metrics.additive import NO_QUANTILES, additive_sql, is_additive
from cskpi.metrics.distribution import distribution_sql, is_distribution
from cskpi.metrics.grouping import (
    DIMENSIONS,
    Grouping,
    column,
    columns,
    grouping_sets,
    keys,
    mark_columns,
    marks,
    told,
    used_dimensions,
)
from cskpi.store.database import quote

if TYPE_CHECKING:
    from cskpi.metrics.declaration import Metric

PERIOD_FILTER = "occurred_at >= $period_start AND occurred_at < $period_end"
PREVIOUS_FILTER = "occurred_at >= $period_previous_start AND occurred_at < $period_previous_end"
LAST_YEAR_FILTER = "occurred_at >= $period_last_year_start AND occurred_at < $period_last_year_end"


def evaluation_sql(
    metric: Metric,
    groupings: Sequence[tuple[str, ...]],
    conditions: Sequence[str] = (),
    *,
    compare: bool,
    last_year: bool = False,
    bounds: bool = False,
) -> str:
    """Return the statement that evaluates a metric.

    Its rows are: period_no (0 the period, 1 the one before, 2 the same a year ago), one mark per
    dimension (0 where the row is grouped by it), the dimensions, then measured, total, parts, sample
    size, spread, median and 90th percentile; of means the skewness, of amounts the sums of squares
    and products, with `bounds` of a median or 90th percentile low and high.
    """
    names = used_dimensions(groupings)
    source = _placed(metric, names, conditions, compare=compare, last_year=last_year)
    if metric.bucket:
        return _bucketed(source, names, groupings)
    if metric.interval == "people":
        return _by_person(source, names, groupings)
    if is_additive(metric):
        return additive_sql(metric, source, names, groupings)
    if is_distribution(metric):
        return distribution_sql(metric, source, names, groupings, bounds=bounds)
    number = _largest(_measures(metric, names, conditions)) if metric.type == "max" else ""
    return (
        f"SELECT period_no{marks(names)}{told(names)}, {number or _distinct(metric)} "
        f"FROM ({source}) AS placed GROUP BY {grouping_sets(groupings)}"
    )


def period_filter(*, compare: bool, last_year: bool = False) -> str:
    """Return the condition that keeps rows of the period, of the one before and of a year ago."""
    asked = {PERIOD_FILTER: True, PREVIOUS_FILTER: compare, LAST_YEAR_FILTER: last_year}
    return " OR ".join(f"({condition})" for condition, wanted in asked.items() if wanted)


def rows_sql(metric: Metric, conditions: Sequence[str]) -> str:
    """Return the statement that lists the rows behind a number, oldest first."""
    where = " AND ".join([PERIOD_FILTER, *conditions])
    return f"SELECT * FROM ({metric.body}) AS counted WHERE {where} ORDER BY ALL"


def filter_conditions(filters: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """Return conditions and parameters that keep rows of the given dimensions."""
    conditions = [f"{DIMENSIONS[name]} = $period_filter_{name}" for name in filters]
    return conditions, {f"period_filter_{name}": value for name, value in filters.items()}


def _placed(
    metric: Metric,
    names: Sequence[str],
    conditions: Sequence[str],
    *,
    compare: bool,
    last_year: bool,
) -> str:
    """Return the rows counted, each with its period and its place in every dimension."""
    bucket = ", date_trunc('hour', occurred_at) AS bucket_at" if metric.bucket else ""
    before = f" WHEN {PREVIOUS_FILTER} THEN 1" if compare else ""
    asked = f"({period_filter(compare=compare, last_year=last_year)})"
    return (
        f"SELECT * EXCLUDE (shop_id, agent_id, channel){keys(names)}{bucket}, "
        f"CASE WHEN {PERIOD_FILTER} THEN 0{before} ELSE 2 END AS period_no "
        f"FROM ({metric.body}) AS counted WHERE {' AND '.join([asked, *conditions])}"
    )


def _measures(
    metric: Metric, names: Sequence[str], conditions: Sequence[str]
) -> list[tuple[str, str]]:
    """Return when which column of `measure_by` is looked at, the narrowest dimension first."""
    found = []
    for name in ("agent", "shop"):
        largest = metric.measure_by.get(name)
        if largest is None:
            continue
        if f"{DIMENSIONS[name]} = $period_filter_{name}" in conditions:
            found.append(("TRUE", largest))
        elif name in names:
            found.append((f"grouping({column(name)}) = 0", largest))
    return found


def _largest(measures: Sequence[tuple[str, str]]) -> str:
    largest = "max(measure)"
    for condition, measured in reversed(measures):
        largest = f"CASE WHEN {condition} THEN max({quote(measured)}) ELSE {largest} END"
    return (
        f"CAST({largest} AS DOUBLE) AS measured, NULL AS numerator, NULL AS denominator,"
        f" count(measure) AS sample_size, {NO_QUANTILES}"
    )


def _distinct(metric: Metric) -> str:
    """What is counted once, however often it stands there: nothing of it can be added up."""
    flagged = _flagged(metric)
    if metric.type == "ratio":
        above, below = (_part(metric, name) for name in ("numerator", "denominator"))
        return (
            f"CAST({above} AS DOUBLE) / nullif({below}, 0) AS measured,"
            f" CAST({above} AS DOUBLE) AS numerator, CAST({below} AS DOUBLE) AS denominator,"
            f" {below} AS sample_size, {NO_QUANTILES}{flagged}"
        )
    counted = "count(DISTINCT measure)"
    return (
        f"{counted} AS measured, {counted} AS numerator, NULL AS denominator,"
        f" {counted} AS sample_size, {NO_QUANTILES}{flagged}"
    )


def _part(metric: Metric, name: str) -> str:
    return f"count(DISTINCT {name})" if name in metric.distinct else f"sum({name})"


def _flagged(metric: Metric) -> str:
    """The share of the sample whose rows are marked `is_flagged`."""
    if metric.flag is None:
        return ""
    sized = "denominator" if metric.type == "ratio" else "measure"
    unique = sized in metric.distinct
    add = "count(DISTINCT {})" if unique else "sum({})"
    marked, whole = add.format(f"CASE WHEN is_flagged = 1 THEN {sized} END"), add.format(sized)
    return f", CAST(coalesce({marked}, 0) AS DOUBLE) / nullif({whole}, 0) AS flagged"


def _bucketed(source: str, names: Sequence[str], groupings: Sequence[Grouping]) -> str:
    cells = (
        f"SELECT period_no{columns(names)}, bucket_at, count(*) AS row_count"
        f" FROM ({source}) AS placed GROUP BY period_no{columns(names)}, bucket_at"
    )
    inner = (
        f"SELECT period_no{marks(names)}{columns(names)}, bucket_at, sum(row_count) AS measure "
        f"FROM ({cells}) AS cells GROUP BY {grouping_sets(groupings, 'bucket_at')}"
    )
    group = f"period_no{mark_columns(names)}{columns(names)}"
    return (
        f"SELECT period_no{mark_columns(names)}{told(names)},"
        " CAST(max(measure) AS DOUBLE) AS measured,"
        " NULL AS numerator, NULL AS denominator, CAST(sum(measure) AS BIGINT) AS sample_size,"
        f" {NO_QUANTILES} FROM ({inner}) AS hours GROUP BY {group}"
    )


def _by_person(source: str, names: Sequence[str], groupings: Sequence[Grouping]) -> str:
    """Each person's rows are added up first: the number varies from person to person, not by row."""
    inner = (
        f"SELECT period_no{marks(names)}{columns(names)}, denominator AS person,"
        " CAST(sum(numerator) AS DOUBLE) AS amount "
        f"FROM ({source}) AS placed WHERE denominator IS NOT NULL"
        f" GROUP BY {grouping_sets(groupings, 'denominator')}"
    )
    group = f"period_no{mark_columns(names)}{columns(names)}"
    return (
        f"SELECT period_no{mark_columns(names)}{told(names)}, sum(amount) / count(*) AS measured,"
        " sum(amount) AS numerator, CAST(count(*) AS DOUBLE) AS denominator,"
        " count(*) AS sample_size, stddev_samp(coalesce(amount, 0)) AS spread,"
        " skewness(coalesce(amount, 0)) AS skewness, NULL AS median, NULL AS p90"
        f" FROM ({inner}) AS people GROUP BY {group}"
    )
