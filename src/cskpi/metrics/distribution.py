"""Means and quantiles, from rows or from counts of equal values.

Waits of turns repeat: millions of them take a few hundred values. Counting those is far cheaper than
keeping every row of every grouping, and gives the same quantiles to the last digit. How long sessions
last differs from one to the next, and is aggregated as it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cskpi.metrics.grouping import (
    Grouping,
    columns,
    finest,
    grouping_sets,
    is_of,
    mark_columns,
    marks,
    regrouped,
    told,
)
from cskpi.metrics.uncertainty import Z

if TYPE_CHECKING:
    from cskpi.metrics.declaration import Metric

_SHARES = {"median": 0.5, "p90": 0.9}
_OFTEN_EQUAL = "turn"
"""The grain, alone or behind a word, of which there are many rows of few values."""

_VALUE = "CAST(measure AS DOUBLE)"


def is_distribution(metric: Metric) -> bool:
    """Tell whether a number is a mean or a quantile of its rows."""
    return metric.type in ("mean", "median", "p90")


def distribution_sql(
    metric: Metric,
    source: str,
    names: Sequence[str],
    groupings: Sequence[Grouping],
    *,
    bounds: bool,
) -> str:
    """Return the statement of a mean or quantile.

    Args:
        metric: one that `is_distribution`.
        source: the placed rows.
        names: the dimensions used.
        groupings: those wanted.
        bounds: also give the interval of a median or 90th percentile.
    """
    if metric.type not in _SHARES and not metric.grain.endswith(_OFTEN_EQUAL):
        return _mean_sql(metric, source, names, groupings)
    group = f"period_no{mark_columns(names)}{columns(names)}"
    return (
        f"WITH {_counts(metric, source, names, groupings)}, moments AS ("
        "SELECT *, sum(weight) OVER (everyone ORDER BY cell_value NULLS LAST ROWS UNBOUNDED"
        " PRECEDING) AS upto, sum(weight) OVER everyone AS size,"
        " sum(cell_value * weight) OVER everyone / nullif(sum(weight) OVER everyone, 0) AS middle"
        f" FROM counts WINDOW everyone AS (PARTITION BY {group}))"
        f" SELECT period_no{mark_columns(names)}{told(names)}, {_statistics(metric)}"
        f"{_bounds(metric) if bounds else ''} FROM (SELECT {group}, any_value(size) AS size,"
        f" {_gathered(metric, bounds=bounds)} FROM moments GROUP BY {group}) AS gathered"
    )


def _mean_sql(
    metric: Metric, source: str, names: Sequence[str], groupings: Sequence[Grouping]
) -> str:
    """Return the statement of a mean; only those of the period itself are told with quantiles."""
    flagged = (
        ", CAST(count(CASE WHEN is_flagged = 1 THEN measure END) AS DOUBLE)"
        " / nullif(count(measure), 0) AS flagged"
        if metric.flag
        else ""
    )
    shares = ", ".join(f"{share}::DOUBLE" for share in _SHARES.values())
    quantiles = "".join(
        f", quantiles[{place}] AS {name}" for place, name in enumerate(_SHARES, start=1)
    )
    inner = (
        f"SELECT period_no{marks(names)}{columns(names)}, avg(cell_value) AS measured,"
        " sum(cell_value) AS numerator, CAST(count(measure) AS DOUBLE) AS denominator,"
        " count(measure) AS sample_size, stddev_samp(cell_value) AS spread,"
        " CASE WHEN stddev_samp(cell_value) > 0 THEN skewness(cell_value) END AS skewness,"
        f" quantile_cont(CASE WHEN period_no = 0 THEN cell_value END, [{shares}]) AS quantiles"
        f"{flagged} FROM (SELECT *, {_VALUE} AS cell_value FROM ({source}) AS placed) AS valued"
        f" GROUP BY {grouping_sets(groupings)}"
    )
    return (
        f"SELECT * EXCLUDE (quantiles{columns(names)}){told(names)}{quantiles}"
        f" FROM ({inner}) AS means"
    )


def _counts(
    metric: Metric, source: str, names: Sequence[str], groupings: Sequence[Grouping]
) -> str:
    """Return the CTEs that count values: rows by the finest groupings, the others from those."""
    sources = finest(groupings)
    marked = ", count(CASE WHEN is_flagged = 1 THEN measure END) AS marked" if metric.flag else ""
    kept = ", sum(marked) AS marked" if metric.flag else ""
    parts = ["SELECT * FROM finest"] + [
        f"SELECT period_no{regrouped(names, coarser)}, cell_value,"
        f" sum(weight) AS weight{kept} FROM finest WHERE {is_of(names, fine)}"
        f" GROUP BY {grouping_sets(coarser, 'cell_value')}"
        for fine, coarser in sources.items()
        if coarser
    ]
    return (
        f"finest AS (SELECT period_no{marks(names)}{columns(names)}, cell_value,"
        f" count(measure) AS weight{marked} FROM (SELECT *, {_VALUE} AS cell_value"
        f" FROM ({source}) AS placed) AS valued GROUP BY {grouping_sets([*sources], 'cell_value')}),"
        f" counts AS ({' UNION ALL '.join(parts)})"
    )


def _gathered(metric: Metric, *, bounds: bool) -> str:
    """Return a group's sums, the values at the ranks its quantiles lie between, and its bounds."""
    ranks = {
        f"{name}_{end}": f"{end}({share}::DOUBLE * (size - 1)) + 1"
        for name, share in _SHARES.items()
        for end in ("floor", "ceil")
    }
    if bounds and metric.type in _SHARES:
        ranks |= _bound_ranks(_SHARES[metric.type])
    at_ranks = "".join(
        f", min(CASE WHEN upto >= {rank} THEN cell_value END) AS {name}"
        for name, rank in ranks.items()
    )
    flagged = ", sum(marked) AS marked" if metric.flag else ""
    return (
        "sum(cell_value * weight) AS total, any_value(middle) AS middle,"
        " sum(weight * (cell_value - middle) * (cell_value - middle)) AS second,"
        " sum(weight * (cell_value - middle) * (cell_value - middle) * (cell_value - middle))"
        f" AS third{at_ranks}{flagged}"
    )


def _statistics(metric: Metric) -> str:
    quantiles = {name: _between(name, share) for name, share in _SHARES.items()}
    flagged = (
        ", CAST(coalesce(marked, 0) AS DOUBLE) / nullif(size, 0) AS flagged" if metric.flag else ""
    )
    skewness = (
        " CASE WHEN size > 2 AND second > 0 THEN sqrt(size * (size - 1.0)) / (size - 2)"
        " * (third / size) / pow(second / size, 1.5) END AS skewness,"
        if metric.type == "mean"
        else ""
    )
    return (
        f"{quantiles.get(metric.type, 'middle')} AS measured, total AS numerator,"
        " CAST(size AS DOUBLE) AS denominator, size AS sample_size,"
        f" CASE WHEN size > 1 THEN sqrt(second / (size - 1)) END AS spread,{skewness}"
        f" {quantiles['median']} AS median, {quantiles['p90']} AS p90{flagged}"
    )


def _between(name: str, share: float) -> str:
    """Return a quantile by linear interpolation, as the engine's own does it."""
    place = f"{share}::DOUBLE * (size - 1)"
    part = f"({place} - floor({place}))"
    return f"({name}_floor * (1.0 - {part}) + {name}_ceil * {part})"


def _bound_ranks(share: float) -> dict[str, str]:
    """Return the ranks between which the true quantile lies in 95 of 100 samples.

    By the normal approximation to the binomial (Campbell and Gardner 1988).
    """
    middle = f"{share} * size"
    reach = f"{Z} * sqrt({share * (1 - share)} * size)"
    return {
        "low_rank": f"CAST(round({middle} - {reach}) AS BIGINT)",
        "high_rank": f"CAST(round(1 + {middle} + {reach}) AS BIGINT)",
    }


def _bounds(metric: Metric) -> str:
    """Return the ends of the interval; NULL where a group has too few rows to hold the rank."""
    share = _SHARES.get(metric.type)
    if share is None:
        return ""
    return "".join(
        f", CASE WHEN {rank} BETWEEN 1 AND size THEN {name}_rank END AS {name}"
        for name, rank in zip(("low", "high"), _bound_ranks(share).values(), strict=True)
    )
