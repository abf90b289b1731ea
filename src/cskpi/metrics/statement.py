"""The aggregate wrapper's SQL: one scan per metric for all groupings and both periods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cskpi.metrics.uncertainty import Z
from cskpi.store.database import quote

if TYPE_CHECKING:
    from cskpi.metrics.declaration import Metric

DIMENSIONS: Mapping[str, str] = {
    "shop": "shop_id",
    "agent": "agent_id",
    "channel": "channel",
    "hour": "strftime(occurred_at, '%H')",
    "weekday": "CAST(isodow(occurred_at) AS VARCHAR)",
    "day": "strftime(occurred_at, '%Y-%m-%d')",
    "week": "strftime(occurred_at, '%G-W%V')",
    "month": "strftime(occurred_at, '%Y-%m')",
}
"""What `--by` takes: weekday is 1 (Monday) to 7, week is the ISO week."""

TIME_DIMENSIONS = frozenset({"day", "week", "month"})

PERIOD_FILTER = "occurred_at >= $period_start AND occurred_at < $period_end"
PREVIOUS_FILTER = "occurred_at >= $period_previous_start AND occurred_at < $period_previous_end"
LAST_YEAR_FILTER = "occurred_at >= $period_last_year_start AND occurred_at < $period_last_year_end"

_NO_QUANTILES = "NULL AS spread, NULL AS median, NULL AS p90"
_SHARES: Mapping[str, float] = {"median": 0.5, "p90": 0.9}


def expand(grouping: Sequence[str]) -> tuple[str, ...]:
    """Return the dimensions of a grouping; an agent always goes with its shop."""
    wanted = [name for name in grouping if not (name == "shop" and "agent" in grouping)]
    return tuple(
        part for name in wanted for part in (("shop", name) if name == "agent" else (name,))
    )


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
    names = _used_dimensions(groupings)
    source = _placed(metric, names, conditions, compare=compare, last_year=last_year)
    if metric.bucket:
        return _bucketed(source, names, groupings)
    if metric.interval == "people":
        return _by_person(source, names, groupings)
    return (
        f"SELECT period_no{_marks(names)}{_columns(names)}, "
        f"{_aggregates(metric, _measures(metric, names, conditions))}{_flagged(metric)}"
        f"{_bounds(metric) if bounds else ''} "
        f"FROM ({source}) AS placed GROUP BY {_grouping_sets(groupings)}"
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
    placed = "".join(f", {DIMENSIONS[name]} AS {quote('by_' + name)}" for name in names)
    bucket = ", date_trunc('hour', occurred_at) AS bucket_at" if metric.bucket else ""
    before = f" WHEN {PREVIOUS_FILTER} THEN 1" if compare else ""
    asked = f"({period_filter(compare=compare, last_year=last_year)})"
    return (
        f"SELECT * EXCLUDE (shop_id, agent_id, channel){placed}{bucket}, "
        f"CASE WHEN {PERIOD_FILTER} THEN 0{before} ELSE 2 END AS period_no "
        f"FROM ({metric.body}) AS counted WHERE {' AND '.join([asked, *conditions])}"
    )


def _used_dimensions(groupings: Sequence[tuple[str, ...]]) -> list[str]:
    used = {name for grouping in groupings for name in expand(grouping)}
    return [name for name in DIMENSIONS if name in used]


def _marks(names: Sequence[str]) -> str:
    return "".join(f", grouping({quote('by_' + n)}) AS {quote('mark_' + n)}" for n in names)


def _columns(names: Sequence[str]) -> str:
    return "".join(f", {quote('by_' + n)}" for n in names)


def _grouping_sets(groupings: Sequence[tuple[str, ...]], *extra: str) -> str:
    sets = {
        ", ".join(["period_no", *extra, *(quote("by_" + n) for n in sorted(expand(grouping)))])
        for grouping in groupings
    }
    return "GROUPING SETS (" + ", ".join(f"({columns})" for columns in sorted(sets)) + ")"


def _measures(
    metric: Metric, names: Sequence[str], conditions: Sequence[str]
) -> list[tuple[str, str]]:
    """Return when which column of `measure_by` is looked at, the narrowest dimension first."""
    found = []
    for name in ("agent", "shop"):
        column = metric.measure_by.get(name)
        if column is None:
            continue
        if f"{DIMENSIONS[name]} = $period_filter_{name}" in conditions:
            found.append(("TRUE", column))
        elif name in names:
            found.append((f"grouping({quote('by_' + name)}) = 0", column))
    return found


def _aggregates(metric: Metric, measures: Sequence[tuple[str, str]]) -> str:
    if metric.type == "ratio":
        parts = {name: _part(metric, name) for name in ("numerator", "denominator")}
        return (
            f"CAST({parts['numerator']} AS DOUBLE) / nullif({parts['denominator']}, 0) AS measured,"
            f" CAST({parts['numerator']} AS DOUBLE) AS numerator,"
            f" CAST({parts['denominator']} AS DOUBLE) AS denominator,"
            f" {_sample_size(metric, parts['denominator'])} AS sample_size, {_NO_QUANTILES}"
            f"{_moments(metric)}"
        )
    if metric.type == "count":
        counted = "count(DISTINCT measure)" if "measure" in metric.distinct else "count(*)"
        return (
            f"{counted} AS measured, {counted} AS numerator, NULL AS denominator,"
            f" {counted} AS sample_size, {_NO_QUANTILES}"
        )
    if metric.type == "sum":
        return (
            "CAST(sum(measure) AS DOUBLE) AS measured, CAST(sum(measure) AS DOUBLE) AS numerator,"
            f" NULL AS denominator, count(measure) AS sample_size, {_NO_QUANTILES}"
        )
    if metric.type == "max":
        largest = "max(measure)"
        for condition, column in reversed(measures):
            largest = f"CASE WHEN {condition} THEN max({quote(column)}) ELSE {largest} END"
        return (
            f"CAST({largest} AS DOUBLE) AS measured, NULL AS numerator, NULL AS denominator,"
            f" count(measure) AS sample_size, {_NO_QUANTILES}"
        )
    return _distribution(metric)


def _distribution(metric: Metric) -> str:
    median, p90 = (f"quantile_cont(CAST(measure AS DOUBLE), {share})" for share in (0.5, 0.9))
    head = {"mean": "CAST(avg(measure) AS DOUBLE)", "median": median, "p90": p90}[metric.type]
    return (
        f"{head} AS measured, CAST(sum(measure) AS DOUBLE) AS numerator,"
        " CAST(count(measure) AS DOUBLE) AS denominator, count(measure) AS sample_size,"
        f" stddev_samp(CAST(measure AS DOUBLE)) AS spread,{_skewness(metric)}"
        f" {median} AS median, {p90} AS p90"
    )


def _bounds(metric: Metric) -> str:
    """Return the values at the ranks between which the true quantile lies in 95 of 100 samples.

    By the normal approximation to the binomial (Campbell and Gardner 1988); NULL where a group has
    too few rows to hold the rank.
    """
    share = _SHARES.get(metric.type)
    if share is None:
        return ""
    values = "list_sort(list(CAST(measure AS DOUBLE)) FILTER (WHERE measure IS NOT NULL))"
    middle = f"{share} * count(measure)"
    reach = f"{Z} * sqrt({share * (1 - share)} * count(measure))"
    # Index 0 is no element, a negative one would count from the end.
    ranks = {"low": f"greatest({middle} - {reach}, 0)", "high": f"1 + {middle} + {reach}"}
    return "".join(
        f", {values}[CAST(round({rank}) AS BIGINT)] AS {name}" for name, rank in ranks.items()
    )


def _skewness(metric: Metric) -> str:
    return " skewness(CAST(measure AS DOUBLE)) AS skewness," if metric.type == "mean" else ""


def _is_amounts(metric: Metric) -> bool:
    return metric.interval == "delta" and not metric.distinct


def _sample_size(metric: Metric, denominator: str) -> str:
    """Amounts rest on as many things as there are rows, not on as many as the amounts add up to."""
    return "count(*)" if _is_amounts(metric) else denominator


def _moments(metric: Metric) -> str:
    if not _is_amounts(metric):
        return ""
    above, below = (f"coalesce(CAST({name} AS DOUBLE), 0)" for name in ("numerator", "denominator"))
    return (
        f", sum({above} * {above}) AS squares, sum({above} * {below}) AS products,"
        f" sum({below} * {below}) AS denominator_squares"
    )


def _flagged(metric: Metric) -> str:
    """The share of the sample whose rows are marked `is_flagged`."""
    if metric.flag is None or metric.bucket or metric.interval == "people":
        return ""
    sized = {"ratio": "denominator"}.get(metric.type, "measure")
    marked = f"CASE WHEN is_flagged = 1 THEN {sized} END"
    if metric.type == "ratio" and sized not in metric.distinct:
        parts = f"sum({marked})", f"sum({sized})"
    elif metric.type == "count" and sized not in metric.distinct:
        parts = "count(CASE WHEN is_flagged = 1 THEN 1 END)", "count(*)"
    else:
        unique = "DISTINCT " if sized in metric.distinct else ""
        parts = f"count({unique}{marked})", f"count({unique}{sized})"
    return f", CAST(coalesce({parts[0]}, 0) AS DOUBLE) / nullif({parts[1]}, 0) AS flagged"


def _part(metric: Metric, name: str) -> str:
    return f"count(DISTINCT {name})" if name in metric.distinct else f"sum({name})"


def _bucketed(source: str, names: Sequence[str], groupings: Sequence[tuple[str, ...]]) -> str:
    marks = "".join(f", {quote('mark_' + n)}" for n in names)
    inner = (
        f"SELECT period_no{_marks(names)}{_columns(names)}, bucket_at, count(*) AS measure "
        f"FROM ({source}) AS placed GROUP BY {_grouping_sets(groupings, 'bucket_at')}"
    )
    return (
        f"SELECT period_no{marks}{_columns(names)}, CAST(max(measure) AS DOUBLE) AS measured,"
        " NULL AS numerator, NULL AS denominator, CAST(sum(measure) AS BIGINT) AS sample_size,"
        f" {_NO_QUANTILES} FROM ({inner}) AS hours GROUP BY ALL"
    )


def _by_person(source: str, names: Sequence[str], groupings: Sequence[tuple[str, ...]]) -> str:
    """Each person's rows are added up first: the number varies from person to person, not by row."""
    marks = "".join(f", {quote('mark_' + n)}" for n in names)
    inner = (
        f"SELECT period_no{_marks(names)}{_columns(names)}, denominator AS person,"
        " CAST(sum(numerator) AS DOUBLE) AS amount "
        f"FROM ({source}) AS placed WHERE denominator IS NOT NULL"
        f" GROUP BY {_grouping_sets(groupings, 'denominator')}"
    )
    return (
        f"SELECT period_no{marks}{_columns(names)}, sum(amount) / count(*) AS measured,"
        " sum(amount) AS numerator, CAST(count(*) AS DOUBLE) AS denominator,"
        " count(*) AS sample_size, stddev_samp(coalesce(amount, 0)) AS spread,"
        " skewness(coalesce(amount, 0)) AS skewness, NULL AS median, NULL AS p90"
        f" FROM ({inner}) AS people GROUP BY ALL"
    )
