"""Evaluating metrics: the only place where a KPI's numbers come into being."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from cskpi.errors import UsageError
from cskpi.metrics.against import needs_own_shop_row, sample_of, with_comparisons
from cskpi.metrics.business_time import in_business_time
from cskpi.metrics.effective import in_force
from cskpi.metrics.flags import data_end, with_flags
from cskpi.metrics.grouping import DIMENSIONS, TIME_DIMENSIONS, Grouping, expand
from cskpi.metrics.number import Key, finding_of
from cskpi.metrics.statement import evaluation_sql, filter_conditions, period_filter
from cskpi.metrics.targets import target_in_force
from cskpi.store.ahead import ahead
from cskpi.store.database import quote

if TYPE_CHECKING:
    import duckdb

    from cskpi.metrics.comparison import Sample
    from cskpi.metrics.declaration import Metric, Target
    from cskpi.metrics.finding import Finding
    from cskpi.periods import Period
    from cskpi.settings import Settings, Value


def evaluate(
    con: duckdb.DuckDBPyConnection,
    metrics: Iterable[Metric],
    period: Period,
    groupings: Sequence[Grouping],
    settings: Settings,
    *,
    filters: Mapping[str, str] | None = None,
    compare: bool = True,
    last_year: bool = False,
) -> list[Finding]:
    """Return one finding per metric, grouping and combination of dimensions.

    Args:
        con: a database whose facts are built.
        metrics: in the order wanted.
        period: half-open.
        groupings: e.g. `((), ("agent",))`; `()` is the total, given even without data.
        settings: parameters and targets in force.
        filters: dimension -> the one value kept.
        compare: also look at the period before, and by agent at his shop and team.
        last_year: also look at the same period a year ago.

    Raises:
        UsageError: an unknown dimension; business time without opening hours.
    """
    asked = _Asked(tuple(groupings), filters or {}, period, settings, compare)
    if last_year and compare and period.year_before() is not None:
        asked = replace(asked, last_year=True)
    return [
        finding
        for metric, answer in _answers(con, metrics, asked)
        for finding in _told(metric, answer, asked)
    ]


def evaluate_both(
    con: duckdb.DuckDBPyConnection,
    metrics: Iterable[Metric],
    period: Period,
    groupings: Sequence[Grouping],
    settings: Settings,
    *,
    before: Mapping[str, Sequence[Grouping]],
    compare: bool = False,
    last_year: bool = False,
) -> tuple[list[Finding], list[Finding]]:
    """Return what `evaluate` does, and from the same scans findings of the period before.

    Args:
        con: as for `evaluate`, like all not named here.
        metrics: in the order wanted.
        period: half-open.
        groupings: of the period.
        settings: parameters and targets in force.
        before: metric -> the groupings wanted of the period before, compared with nothing.
        compare: of the period.
        last_year: of the period.

    Raises:
        UsageError: as `evaluate`.
    """
    asked = _Asked(tuple(groupings), {}, period, settings, compare, before=before)
    if last_year and compare and period.year_before() is not None:
        asked = replace(asked, last_year=True)
    now: list[Finding] = []
    then: list[Finding] = []
    for metric, answer in _answers(con, metrics, asked):
        shown = answer if compare else _of_period(answer, 0)
        now += _told(metric, shown, asked)
        if groups := tuple(before.get(metric.name, ())):
            back = _Asked(groups, {}, period.previous(), settings, compare=False)
            then += _told(metric, _of_period(answer, 1), back)
    return now, then


def _answers(
    con: duckdb.DuckDBPyConnection, metrics: Iterable[Metric], asked: _Asked
) -> Iterator[tuple[Metric, _Answer]]:
    """Yield each metric as it was counted, with the rows of its statement."""
    groupings = [*asked.groupings, *(one for of in asked.before.values() for one in of)]
    _check_dimensions({name for grouping in groupings for name in grouping} | set(asked.filters))
    metrics = in_force(metrics, asked.period)
    filled = filled_tables(con, {source for metric in metrics for source in metric.sources})
    metrics = in_business_time(con, metrics, asked.settings, asked.rows_of_it(), asked.values)
    with ahead(con) as worker:
        answers = [worker.submit(_answer, con, metric, asked, filled) for metric in metrics]
        for metric, answer in zip(metrics, answers, strict=True):
            yield metric, answer.result()


def _check_dimensions(names: Collection[str]) -> None:
    for name in names:
        if name not in DIMENSIONS:
            raise UsageError("dimension_unknown", name=name, known=", ".join(DIMENSIONS))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of every metric alike."""

    groupings: tuple[Grouping, ...]
    filters: Mapping[str, str]
    period: Period
    settings: Settings
    compare: bool
    last_year: bool = False
    before: Mapping[str, Sequence[Grouping]] = field(default_factory=dict)

    @property
    def looks_back(self) -> bool:
        """Whether rows of the period before are looked at, too."""
        return self.compare or bool(self.before)

    def rows_of_it(self) -> str:
        """Return the condition that keeps the rows looked at."""
        spans = period_filter(compare=self.looks_back, last_year=self.last_year)
        return " AND ".join([f"({spans})", *filter_conditions(self.filters)[0]])

    def values(self, metric: Metric) -> dict[str, Any]:
        """Return what the statement of a metric takes."""
        moments = period_parameters(self.period, compare=self.looks_back, last_year=self.last_year)
        own = parameters_in_force(metric, self.settings)
        return own | filter_conditions(self.filters)[1] | moments


class _Answer(NamedTuple):
    """The rows of a metric's statement, and until when the outcomes it rests on are known."""

    rows: Sequence[Mapping[str, Any]]
    known_until: datetime | None


def _answer(
    con: duckdb.DuckDBPyConnection, metric: Metric, asked: _Asked, filled: Mapping[str, bool]
) -> _Answer:
    known_until = data_end(con, metric) if metric.matures_after_days else None
    if not all(filled.get(source) for source in metric.sources):
        return _Answer([], known_until)
    own_shops = _own_shops(metric, asked.groupings, asked.filters) if asked.compare else ()
    sql = evaluation_sql(
        metric,
        (*asked.groupings, *asked.before.get(metric.name, ()), *own_shops),
        filter_conditions(asked.filters)[0],
        compare=asked.looks_back,
        last_year=asked.last_year,
        bounds=asked.compare,
    )
    return _Answer(_rows(con, sql, asked.values(metric)), known_until)


def _of_period(answer: _Answer, number: int) -> _Answer:
    """Return the rows of one period alone, as that of the answer."""
    rows = [{**row, "period_no": 0} for row in answer.rows if row["period_no"] == number]
    return answer._replace(rows=rows)


def _told(metric: Metric, answer: _Answer, asked: _Asked) -> list[Finding]:
    target = target_in_force(metric, asked.settings, asked.period.start.date())
    found = _findings(metric, asked.groupings, answer.rows, target, compare=asked.compare)
    return with_flags(metric, found, asked.period, answer.known_until)


class Counted(NamedTuple):
    """A metric as it is counted in one period, with what its statements take."""

    metric: Metric
    conditions: Sequence[str]
    values: Mapping[str, Any]


def counted(
    con: duckdb.DuckDBPyConnection,
    metric: Metric,
    period: Period,
    settings: Settings,
    filters: Mapping[str, str],
) -> Counted | None:
    """Return how a metric is counted in one period; None where a table it needs is empty.

    Raises:
        UsageError: business time without opening hours.
    """
    if not all(filled_tables(con, metric.sources).get(source) for source in metric.sources):
        return None
    conditions, kept = filter_conditions(filters)
    values = parameters_in_force(metric, settings) | kept
    values |= period_parameters(period, compare=False)
    where = " AND ".join([f"({period_filter(compare=False)})", *conditions])
    (timed,) = in_business_time(con, in_force([metric], period), settings, where, lambda _: values)
    return Counted(timed, conditions, values)


def samples(
    con: duckdb.DuckDBPyConnection, question: Counted, grouping: Grouping
) -> list[tuple[Finding, Sample]]:
    """Return each number of a grouping with what it rests on, those without a value left out."""
    metric, conditions, values = question
    sql = evaluation_sql(metric, [grouping], conditions, compare=False, bounds=True)
    keyed = _keyed(_by_grouping(_rows(con, sql, values)), expand(grouping), 0)
    return [
        (finding_of(metric, key, keyed[key]), sample)
        for key in sorted(keyed, key=_sortable)
        if (sample := sample_of(metric, keyed[key]))
    ]


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


def period_parameters(period: Period, *, compare: bool, last_year: bool = False) -> dict[str, Any]:
    """Return the moments the engine's SQL takes."""
    values: dict[str, Any] = {"period_start": period.start, "period_end": period.end}
    if compare:
        before = period.previous()
        values |= {"period_previous_start": before.start, "period_previous_end": before.end}
    earlier = period.year_before() if last_year else None
    if earlier:
        values |= {"period_last_year_start": earlier.start, "period_last_year_end": earlier.end}
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
    *,
    compare: bool,
) -> list[Finding]:
    findings: list[Finding] = []
    placed = _by_grouping(rows)
    for grouping in groupings:
        names = expand(grouping)
        now, before, year_ago = (_keyed(placed, names, period_no) for period_no in range(3))
        if not grouping:
            now = now or {(): {}}
        comparable = not TIME_DIMENSIONS & set(names)
        batch = []
        for key in sorted(now, key=_sortable):
            previous = before.get(key, {}).get("measured") if comparable else None
            batch.append(finding_of(metric, key, now[key], previous, target))
        if comparable and compare:
            shops = _keyed(placed, [name for name in names if name != "agent"], 0)
            batch = with_comparisons(metric, batch, (now, before, year_ago), shops)
        findings += batch
    return findings


def _own_shops(
    metric: Metric, groupings: Sequence[Grouping], filters: Mapping[str, str]
) -> list[Grouping]:
    """Return the groupings that tell what agents' shops have, where that cannot be added up."""
    if not needs_own_shop_row(metric) or "agent" in filters:
        return []
    return [
        tuple(name for name in expand(grouping) if name != "agent")
        for grouping in groupings
        if "agent" in grouping and not TIME_DIMENSIONS & set(grouping)
    ]


def _by_grouping(
    rows: Sequence[Mapping[str, Any]],
) -> dict[tuple[int, frozenset[str]], list[Mapping[str, Any]]]:
    """Return the rows by their period and the dimensions they are grouped by."""
    marks = [name for name in rows[0] if name.startswith("mark_")] if rows else []
    found: dict[tuple[int, tuple[int, ...]], list[Mapping[str, Any]]] = {}
    for row in rows:
        place = row["period_no"], tuple(row[mark] for mark in marks)
        found.setdefault(place, []).append(row)
    names = [mark.removeprefix("mark_") for mark in marks]
    return {
        (number, frozenset(name for name, mark in zip(names, marked, strict=True) if not mark)): own
        for (number, marked), own in found.items()
    }


def _keyed(
    rows: Mapping[tuple[int, frozenset[str]], Sequence[Mapping[str, Any]]],
    names: Sequence[str],
    period_no: int,
) -> dict[Key, Mapping[str, Any]]:
    return {_key(row, names): row for row in rows.get((period_no, frozenset(names)), ())}


def _key(row: Mapping[str, Any], names: Sequence[str]) -> Key:
    return tuple((name, row[f"by_{name}"]) for name in names)


def _sortable(key: Key) -> list[tuple[bool, str]]:
    return [(part is None, part or "") for _, part in key]
