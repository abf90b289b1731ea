"""Like with like: a number adjusted to the mix of topic, channel and hour of the whole shop.

Direct standardisation. Every agent's number is taken stratum by stratum and weighted as the shop is
made up. Where an agent has no rows in a stratum, the shop's own number stands there: he gains and
loses nothing by what he never did. How much of the shop's mix he did meet is his coverage.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from cskpi.metrics.comparison import Sample
from cskpi.metrics.statement import PERIOD_FILTER
from cskpi.metrics.uncertainty import Interval, Z

if TYPE_CHECKING:
    import duckdb

    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.evaluate import Counted

HOUR_BANDS = (8, 12, 18)
"""Hours at which a band of the day ends: night, morning, afternoon; the rest is evening."""

Unit = tuple[str | None, ...]
Stratum = tuple[str | None, ...]
Strata = Mapping[Unit, Mapping[Stratum, Sample]]

_TOPICS = "session_outcome_facts"


class StrataOf(NamedTuple):
    """Rows by unit and stratum, and what the strata are made of."""

    names: tuple[str, ...]
    by_unit: Strata


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A number as it would be under the whole's mix.

    `coverage` is the share of the whole's mix in which there are rows of its own; `variance` is the
    square of its standard error, None where it cannot be told.
    """

    value: float
    coverage: float
    variance: float | None

    @property
    def bounds(self) -> Interval:
        """The 95 % interval."""
        if not self.variance:
            return None, None
        half = Z * math.sqrt(self.variance)
        return self.value - half, self.value + half


def can_be_adjusted(metric: Metric) -> bool:
    """Tell whether a KPI is made of rows that can be weighted: shares, quotients of sums, means."""
    if metric.type == "mean":
        return True
    return metric.type == "ratio" and not metric.distinct


def strata_of(con: duckdb.DuckDBPyConnection, question: Counted, unit: Sequence[str]) -> StrataOf:
    """Return what a metric counts by unit and stratum.

    Args:
        con: a database whose facts are built.
        question: the metric and what its statement takes.
        unit: the columns that name a unit: shop_id, or shop_id and agent_id.
    """
    names: tuple[str, ...] = ("channel", "hour_band")
    if _has_topics(con, question):
        names = ("topic", *names)
    cursor = con.execute(_strata_sql(question, unit, names), dict(question.values))
    by_unit: dict[Unit, dict[Stratum, Sample]] = {}
    for row in cursor.fetchall():
        of_unit, stratum, sums = row[: len(unit)], row[len(unit) : -6], row[-6:]
        size, numerator, denominator, squares, products, denominator_squares = sums
        if denominator > 0:
            by_unit.setdefault(of_unit, {})[stratum] = Sample(
                "amounts",
                numerator / denominator,
                size,
                numerator,
                denominator,
                squares,
                products,
                denominator_squares,
            )
    return StrataOf(names, by_unit)


def adjusted(strata: Strata) -> dict[Unit, Adjusted]:
    """Return every unit's number under the mix of all units together.

    What a single row varies by is taken from the whole stratum, not from the few rows of one
    unit; where a stratum does not vary at all, from the whole.
    """
    whole: dict[Stratum, Sample] = {}
    for by_stratum in strata.values():
        for stratum, sample in by_stratum.items():
            before = whole.get(stratum)
            both = sample if before is None else before.together(sample)
            if both is not None:
                whole[stratum] = both
    total = sum(sample.denominator for sample in whole.values())
    overall = _row_variance_over(list(whole.values()))
    return {unit: _adjusted(own, whole, total, overall) for unit, own in strata.items()}


def _adjusted(
    own: Mapping[Stratum, Sample],
    whole: Mapping[Stratum, Sample],
    total: float,
    overall: float | None,
) -> Adjusted:
    value, coverage, variance = 0.0, 0.0, 0.0
    is_known = True
    for stratum, there in whole.items():
        weight = there.denominator / total
        here = own.get(stratum)
        value += weight * (here or there).value
        if here is None:
            continue
        coverage += weight
        of_a_row = there.row_variance() or overall
        is_known = is_known and of_a_row is not None
        variance += weight**2 * (of_a_row or 0.0) * here.size / here.denominator**2
    return Adjusted(value, coverage, variance if is_known else None)


def _row_variance_over(samples: Sequence[Sample]) -> float | None:
    """What a row varies by within strata, on average over all rows."""
    known = [(sample.row_variance(), sample.size - 1) for sample in samples]
    freedom = sum(size for variance, size in known if variance is not None)
    if not freedom:
        return None
    return sum((variance or 0.0) * size for variance, size in known) / freedom


def _has_topics(con: duckdb.DuckDBPyConnection, question: Counted) -> bool:
    known = con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [_TOPICS]).fetchone()
    if known is None:
        return False
    rows = f"SELECT * FROM ({question.metric.body}) AS counted WHERE {PERIOD_FILTER}"
    cursor = con.execute(f"{rows} LIMIT 0", _of_period(question))
    if "session_no" not in {column[0] for column in cursor.description or ()}:
        return False
    sql = f"SELECT 1 FROM {_TOPICS} WHERE topic IS NOT NULL LIMIT 1"
    return con.execute(sql).fetchone() is not None


def _of_period(question: Counted) -> dict[str, object]:
    values = question.values.items()
    return {name: value for name, value in values if not name.startswith("period_filter_")}


def _strata_sql(question: Counted, unit: Sequence[str], names: Sequence[str]) -> str:
    metric = question.metric
    where = " AND ".join([f"({PERIOD_FILTER})", *question.conditions])
    bands = " ".join(
        f"WHEN hour(occurred_at) < {end} THEN '{end:02d}'" for end in sorted(HOUR_BANDS)
    )
    above, below = (
        ("measure", "1")
        if metric.type == "mean"
        else ("coalesce(numerator, 0)", "coalesce(denominator, 0)")
    )
    kept = f"{where} AND measure IS NOT NULL" if metric.type == "mean" else where
    source = (
        f"SELECT *, CASE {bands} ELSE '24' END AS hour_band, CAST({above} AS DOUBLE) AS above,"
        f" CAST({below} AS DOUBLE) AS below FROM ({metric.body}) AS counted WHERE {kept}"
    )
    joined, columns = "", [f"placed.{name}" for name in (*unit, "channel", "hour_band")]
    if "topic" in names:
        joined = (
            f" LEFT JOIN (SELECT session_no, min(topic) AS topic FROM {_TOPICS}"
            " GROUP BY session_no) AS topics ON placed.session_no = topics.session_no"
        )
        columns.insert(len(unit), "topics.topic")
    return (
        f"SELECT {', '.join(columns)}, count(*), sum(above), sum(below), sum(above * above),"
        " sum(above * below), sum(below * below)"
        f" FROM ({source}) AS placed{joined} GROUP BY {', '.join(columns)}"
        f" ORDER BY {', '.join(columns)}"
    )
