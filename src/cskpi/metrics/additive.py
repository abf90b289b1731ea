"""Numbers whose parts add up: rows are added into cells once, and the cells into every grouping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cskpi.metrics.grouping import (
    Grouping,
    columns,
    finest,
    grouping_sets,
    is_of,
    marks,
    regrouped,
    told,
)

if TYPE_CHECKING:
    from cskpi.metrics.declaration import Metric

NO_QUANTILES = "NULL AS spread, NULL AS median, NULL AS p90"

_ABOVE, _BELOW = (f"coalesce(CAST({name} AS DOUBLE), 0)" for name in ("numerator", "denominator"))
_MOST = "1e24"
"""Larger products, of amounts that are none, are cut: their sum would not fit."""


def _sum_of(above: str, below: str) -> str:
    # A sum of doubles differs in its last digits with the order in which threads add.
    return f"sum(CAST(least({above} * {below}, {_MOST}) AS DECIMAL(38, 9)))"


_MOMENTS = {
    "squares": _sum_of(_ABOVE, _ABOVE),
    "products": _sum_of(_ABOVE, _BELOW),
    "denominator_squares": _sum_of(_BELOW, _BELOW),
}


def is_additive(metric: Metric) -> bool:
    """Tell whether a number of the whole follows from sums of its parts."""
    return metric.type == "sum" or (metric.type in ("ratio", "count") and not metric.distinct)


def is_amounts(metric: Metric) -> bool:
    """Tell whether a quotient of amounts needs the sums of squares and products."""
    return metric.interval == "delta" and not metric.distinct


def additive_sql(
    metric: Metric, source: str, names: Sequence[str], groupings: Sequence[Grouping]
) -> str:
    """Return the statement of a metric whose parts add up.

    Args:
        metric: one that `is_additive`.
        source: the placed rows.
        names: the dimensions used.
        groupings: those wanted.
    """
    sources = finest(groupings)
    listed = ", ".join(f"{sql} AS cell_{name}" for name, sql in _cells(metric).items())
    cells = (
        f"SELECT period_no{marks(names)}{columns(names)}, {listed} FROM ({source}) AS placed"
        f" GROUP BY {grouping_sets([*sources])}"
    )
    parts = [
        f"SELECT period_no{regrouped(names, wanted, told)}, {_whole(metric)} FROM cells"
        f" WHERE {is_of(names, fine)} GROUP BY {grouping_sets(wanted)}"
        for fine, coarser in sources.items()
        if (wanted := [fine, *coarser])
    ]
    return f"WITH cells AS ({cells}) {' UNION ALL '.join(parts)}"


def _cells(metric: Metric) -> Mapping[str, str]:
    found = {"rows": "count(*)"}
    if metric.type == "ratio":
        found |= {"numerator": "sum(numerator)", "denominator": "sum(denominator)"}
        found |= _MOMENTS if is_amounts(metric) else {}
    if metric.type == "sum":
        found |= {"numerator": "sum(measure)", "measured": "count(measure)"}
    if metric.flag is not None:
        sized = {"ratio": "denominator", "count": "1"}.get(metric.type, "measure")
        add = "sum" if metric.type == "ratio" else "count"
        found["marked"] = f"{add}(CASE WHEN is_flagged = 1 THEN {sized} END)"
    return found


def _whole(metric: Metric) -> str:
    cells = {name: f"sum(cell_{name})" for name in _cells(metric)}
    sized = {"ratio": "denominator", "count": "rows"}.get(metric.type, "measured")
    flagged = ""
    if metric.flag is not None:
        marked = f"CAST(coalesce({cells['marked']}, 0) AS DOUBLE)"
        flagged = f", {marked} / nullif({cells[sized]}, 0) AS flagged"
    if metric.type == "ratio":
        size = cells["rows"] if is_amounts(metric) else cells["denominator"]
        moments = "".join(
            f", CAST({cells[name]} AS DOUBLE) AS {name}" for name in _MOMENTS if name in cells
        )
        return (
            f"CAST({cells['numerator']} AS DOUBLE) / nullif({cells['denominator']}, 0) AS measured,"
            f" CAST({cells['numerator']} AS DOUBLE) AS numerator,"
            f" CAST({cells['denominator']} AS DOUBLE) AS denominator,"
            f" {size} AS sample_size, {NO_QUANTILES}{moments}{flagged}"
        )
    number = cells["rows"] if metric.type == "count" else f"CAST({cells['numerator']} AS DOUBLE)"
    return (
        f"{number} AS measured, {number} AS numerator, NULL AS denominator,"
        f" {cells[sized]} AS sample_size, {NO_QUANTILES}{flagged}"
    )
