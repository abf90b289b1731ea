"""Means and quantiles: equal values are counted once, and every statistic comes from the counts.

Waits repeat: millions of them take a few hundred values. Counting those is far cheaper than keeping
every row of every grouping, and gives the same quantiles to the last digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cskpi.metrics.grouping import (
    Grouping,
    columns,
    expand,
    grouping_sets,
    mark_columns,
    marks,
    told,
)
from cskpi.metrics.uncertainty import Z
from cskpi.store.database import quote

if TYPE_CHECKING:
    from cskpi.metrics.declaration import Metric

_SHARES = {"median": 0.5, "p90": 0.9}
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


def _counts(
    metric: Metric, source: str, names: Sequence[str], groupings: Sequence[Grouping]
) -> str:
    """Return the CTEs that count values: rows by the finest groupings, the others from those."""
    wanted = {frozenset(expand(grouping)) for grouping in groupings}
    finest = sorted(
        (tuple(sorted(one)) for one in wanted if not any(one < other for other in wanted)),
        key=lambda one: (-len(one), one),
    )
    marked = ", count(CASE WHEN is_flagged = 1 THEN measure END) AS marked" if metric.flag else ""
    kept = ", sum(marked) AS marked" if metric.flag else ""
    parts = ["SELECT * FROM finest"]
    for place, fine in enumerate(finest):
        coarser = [
            tuple(one)
            for one in wanted
            if one < set(fine) and not any(one < set(other) for other in finest[:place])
        ]
        if coarser:
            where = " AND ".join(f"{quote('mark_' + n)} = {int(n not in fine)}" for n in names)
            parts.append(
                f"SELECT period_no{_placed(names, coarser)}, cell_value,"
                f" sum(weight) AS weight{kept} FROM finest WHERE {where}"
                f" GROUP BY {grouping_sets(coarser, 'cell_value')}"
            )
    return (
        f"finest AS (SELECT period_no{marks(names)}{columns(names)}, cell_value,"
        f" count(measure) AS weight{marked} FROM (SELECT *, {_VALUE} AS cell_value"
        f" FROM ({source}) AS placed) AS valued GROUP BY {grouping_sets(finest, 'cell_value')}),"
        f" counts AS ({' UNION ALL '.join(parts)})"
    )


def _placed(names: Sequence[str], groupings: Sequence[Grouping]) -> str:
    """Return marks and keys of groupings that may leave out a dimension altogether."""
    used = {name for grouping in groupings for name in grouping}
    return "".join(
        marks([name]) if name in used else f", 1 AS {quote('mark_' + name)}" for name in names
    ) + "".join(
        columns([name]) if name in used else f", NULL AS {quote('by_' + name)}" for name in names
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
