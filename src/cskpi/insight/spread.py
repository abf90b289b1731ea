"""How the durations behind a KPI spread: counts in bins that grow by about the same factor."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from cskpi.metrics.evaluate import counted
from cskpi.metrics.statement import PERIOD_FILTER

if TYPE_CHECKING:
    import duckdb

    from cskpi.metrics.declaration import Metric
    from cskpi.periods import Period
    from cskpi.settings import Settings

EDGES = (0, 1, 2, 3, 5, 8, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200, 1800, 3600)

Bins = tuple[tuple[float, float, int], ...]


def spread_of(
    con: duckdb.DuckDBPyConnection, metric: Metric, period: Period, settings: Settings
) -> Bins:
    """Return (from, below, how many) of a duration's rows in a period; empty without data."""
    question = counted(con, metric, period, settings, {})
    if question is None:
        return ()
    place = " + ".join(f"CASE WHEN measure >= {edge} THEN 1 ELSE 0 END" for edge in EDGES)
    counts = dict(
        con.execute(
            f"SELECT {place} AS bin, count(*) FROM ({question.metric.body}) AS counted"
            f" WHERE {PERIOD_FILTER} AND measure IS NOT NULL GROUP BY bin",
            question.values,
        ).fetchall()
    )
    ends = (*EDGES, float("inf"))
    bins = tuple(
        (float(low), float(high), int(counts.get(place, 0)))
        for place, (low, high) in enumerate(pairwise(ends), start=1)
    )
    return bins if any(size for _, _, size in bins) else ()
