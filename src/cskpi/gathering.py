"""What a report shows, gathered: breakdowns, numbers, insights and examples of one period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from cskpi.insight.engine import find_insights
from cskpi.insight.examples import SLOW_SECONDS, listed_sessions, session_examples
from cskpi.insight.gather import parts_of_changes, topics_of
from cskpi.insight.material import Material
from cskpi.insight.spread import spread_of
from cskpi.metrics.breakdowns import load_breakdowns, run_breakdown
from cskpi.metrics.business_time import named
from cskpi.metrics.control import ControlOptions, charts_of, control_charts
from cskpi.metrics.coverage import comparable, coverage
from cskpi.metrics.evaluate import evaluate, evaluate_both, filled_tables, parameters_in_force
from cskpi.metrics.shared_facts import shared_facts
from cskpi.metrics.targets import target_in_force
from cskpi.model.shops import unify_shops
from cskpi.present.inputs import ReportInputs
from cskpi.store.ahead import ahead

if TYPE_CHECKING:
    import duckdb

    from cskpi.insight.examples import SessionExample
    from cskpi.insight.topics import TopicShare
    from cskpi.metrics.breakdown_files import Breakdown
    from cskpi.metrics.breakdowns import BreakdownTable
    from cskpi.metrics.catalog import Catalog
    from cskpi.metrics.coverage import Coverage
    from cskpi.metrics.declaration import Metric
    from cskpi.periods import Period
    from cskpi.settings import Settings

FIRST_WAIT = "first_response_time"
"""The KPI whose spread a report shows."""

MOST_ROWS = 2000
"""Rows of a breakdown that a workbook holds; the page shows fewer, `cskpi kpi NAME` all of them."""

REPORT_GROUPINGS: tuple[tuple[str, ...], ...] = ((), ("agent",), ("day",), ("shop",))


def report_inputs(
    con: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    period: Period,
    settings: Settings,
    *,
    reveal: bool = False,
) -> ReportInputs:
    """Gather all a report shows: numbers, insights, breakdowns and data coverage of one period."""
    material, filled, further = _gathered(con, catalog, period, settings)
    metrics = catalog.own()
    shown = (
        replace(named(m, settings), target=target_in_force(m, settings, period.start.date()))
        for m in metrics
    )
    return ReportInputs(
        period=period,
        previous=period.previous(),
        metrics=tuple(shown),
        groups=catalog.groups,
        totals=material.totals,
        by_agent=material.by_agent,
        breakdowns=tuple(material.breakdowns.values()),
        coverage=material.coverage,
        parameters={m.name: parameters_in_force(m, settings) for m in metrics},
        charts=material.charts,
        insights=find_insights(material),
        topics=material.topics,
        parts=material.parts,
        parts_before=material.parts_before,
        without_rows=frozenset(
            source for metric in metrics for source in metric.sources if not filled.get(source)
        ),
        reveal=reveal,
        **further,
    )


def _gathered(
    con: duckdb.DuckDBPyConnection, catalog: Catalog, period: Period, settings: Settings
) -> tuple[Material, Mapping[str, bool], dict[str, Any]]:
    """Return what insights are found in, which tables hold rows, and what else a report shows."""
    metrics, declared = catalog.own(), load_breakdowns(catalog.groups)
    needed = {source for one in metrics for source in one.sources}
    needed |= {source for one in declared for source in one.sources}
    filled = filled_tables(con, needed)
    with con.cursor() as beside, ahead(beside) as worker:
        told = worker.submit(_told, beside, declared, filled, period, settings)
        spread = worker.submit(_first_waits, beside, metrics, period, settings)
        with shared_facts(con, metrics):
            material, by_place = _numbers(con, catalog, period, settings)
            parts = parts_of_changes(con, material, settings)
        facts, waits = told.result(), spread.result()
    whole = replace(
        material,
        totals=comparable(material.totals, metrics, facts.coverage),
        by_agent=comparable(material.by_agent, metrics, facts.coverage),
        parts=parts.now,
        parts_before=parts.before,
        breakdowns=facts.tables,
        topics=facts.topics,
        coverage=facts.coverage,
    )
    by_place["by_shop"] = comparable(by_place["by_shop"], metrics, facts.coverage)
    listed = {"examples": facts.examples, "shops": facts.shops, "presets": facts.presets}
    return whole, filled, by_place | waits | listed


def _numbers(
    con: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    period: Period,
    settings: Settings,
) -> tuple[Material, dict[str, Any]]:
    """Return what insights are found in, and the numbers by day and by shop from the same scans."""
    options = ControlOptions.of(settings)
    headline = catalog.headline()
    # A month before holds the days charts are measured by, as a rule.
    holds_baseline = period.previous().start <= options.span(period).start
    findings, before = evaluate_both(
        con,
        catalog.own(),
        period,
        REPORT_GROUPINGS,
        settings,
        before={metric.name: [("day",)] for metric in headline if holds_baseline},
        compare=True,
        last_year=True,
    )
    totals, by_agent, by_day, by_shop = (
        tuple(f for f in findings if set(f.dimensions) == set(names))
        for names in ((), ("shop", "agent"), ("day",), ("shop",))
    )
    charts = (
        charts_of(headline, (*before, *by_day), period, options)
        if holds_baseline
        else control_charts(con, headline, period, settings, options)
    )
    material = Material(
        period=period,
        metrics=catalog.own(),
        totals=totals,
        by_agent=by_agent,
        charts=tuple(charts),
    )
    return material, {"by_day": by_day, "by_shop": by_shop}


def _first_waits(
    con: duckdb.DuckDBPyConnection, metrics: Sequence[Metric], period: Period, settings: Settings
) -> dict[str, Any]:
    """Return how first response times spread, in all and by agent and day, by the field they fill."""
    first_wait = [metric for metric in metrics if metric.name == FIRST_WAIT]
    by_agent_day = evaluate(
        con, first_wait, period, [("shop", "agent", "day")], settings, compare=False
    )
    return {
        "by_agent_day": tuple(by_agent_day),
        "first_waits": spread_of(con, first_wait[0], period, settings) if first_wait else (),
    }


class _Told(NamedTuple):
    """What a report tells beside numbers."""

    tables: dict[str, BreakdownTable]
    topics: tuple[TopicShare, ...]
    coverage: Coverage
    examples: tuple[SessionExample, ...]
    shops: tuple[str, ...]
    presets: tuple[str, ...]


def _told(
    con: duckdb.DuckDBPyConnection,
    declared: Sequence[Breakdown],
    filled: Mapping[str, bool],
    period: Period,
    settings: Settings,
) -> _Told:
    """Gather what needs no evaluation, on a connection of its own."""
    unify_shops(con)
    tables = {
        b.name: run_breakdown(con, b, period, settings, most_rows=MOST_ROWS, filled=filled)
        for b in declared
    }
    shops = con.execute("SELECT DISTINCT shop_id FROM sessions ORDER BY shop_id").fetchall()
    presets = con.execute("SELECT DISTINCT preset FROM import_files ORDER BY preset").fetchall()
    # A wait over night is none in opening hours.
    slow = None if settings.flag("business_hours.use") else SLOW_SECONDS
    listed = listed_sessions(tables.values())
    return _Told(
        tables,
        topics_of(con, declared, tables, period, settings),
        coverage(con, period),
        session_examples(con, period, slow_after_seconds=slow, listed=listed),
        tuple(shop for (shop,) in shops),
        tuple(preset for (preset,) in presets),
    )
