"""The way through the house as the commands walk it: open, bring facts up to date, gather a report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cskpi.errors import CskpiError, InputError, UsageError
from cskpi.ingest.load import LoadOptions, load_file
from cskpi.ingest.paths import expand_paths
from cskpi.metrics.breakdowns import load_breakdowns, run_breakdown
from cskpi.metrics.catalog import Catalog, load_catalog
from cskpi.metrics.checks import CheckResult, run_data_checks, target_checks
from cskpi.metrics.coverage import coverage
from cskpi.metrics.evaluate import evaluate, parameters_in_force
from cskpi.model.build import build_model, is_current
from cskpi.periods import Period, month_period
from cskpi.present.inputs import ReportInputs
from cskpi.store.database import Limits, lock_down, open_database

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.report import FileReport, ProgressCallback
    from cskpi.metrics.finding import Finding
    from cskpi.settings import Settings

ModelProgress = Callable[[str, int, int], None]

REPORT_GROUPINGS: tuple[tuple[str, ...], ...] = ((), ("agent",), ("day",), ("shop",))


@contextmanager
def open_facts(
    settings: Settings, progress: ModelProgress | None = None, wait_seconds: float = 0
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the database read-only with facts that match data and settings, rebuilding them if not.

    Raises:
        DatabaseError: missing, locked, or not a cskpi database.
    """
    path, limits = Path(settings.text("db")), Limits.of(settings)
    with open_database(path, limits, wait_seconds=wait_seconds) as con:
        current = is_current(con, settings)
    if not current:
        with open_database(path, limits, write=True, wait_seconds=wait_seconds) as con:
            build_model(con, settings, progress)
    with open_database(path, limits, wait_seconds=wait_seconds) as con:
        lock_down(con)
        yield con


def load_options(settings: Settings, **told: Any) -> LoadOptions:
    """Return how to read files: the settings' limits and what the user said."""
    return LoadOptions(
        timezone=settings.text("timezone"),
        max_line_bytes=settings.whole("load.max_line_bytes"),
        max_cell_characters=settings.whole("load.max_cell_characters"),
        **told,
    )


def headline(con: duckdb.DuckDBPyConnection, period: Period, settings: Settings) -> list[Finding]:
    """Return the totals of the headline KPIs."""
    return evaluate(con, load_catalog().headline(), period, [()], settings)


@dataclass(frozen=True, slots=True)
class LoadOutcome:
    """What became of the files of one load."""

    reports: tuple[FileReport, ...]
    failures: tuple[CskpiError, ...]


def load_files(
    paths: Sequence[Path],
    options: LoadOptions,
    settings: Settings,
    progress: Callable[[str], AbstractContextManager[ProgressCallback | None]],
    wait_seconds: float = 0,
) -> LoadOutcome:
    """Load files and folders, each file in its own transaction.

    Args:
        paths: files, folders or globs.
        options: how to read them.
        settings: where the database is and what it may use.
        progress: gives a progress callback for a file's name.
        wait_seconds: how long to wait for another process to let go of the database.

    Raises:
        InputError: nothing there to load.
        DatabaseError: locked, of a newer schema, or not a cskpi database.
    """
    files = expand_paths(paths)
    reports: list[FileReport] = []
    failures: list[CskpiError] = []
    target, limits = Path(settings.text("db")), Limits.of(settings)
    with open_database(target, limits, write=True, wait_seconds=wait_seconds) as con:
        for path in files:
            try:
                with progress(path.name) as callback:
                    reports += load_file(con, path, options, callback)
            except InputError as error:
                failures.append(error)
    return LoadOutcome(tuple(reports), tuple(failures))


def newest_month(con: duckdb.DuckDBPyConnection) -> Period:
    """Return the month of the newest session, which stands in where no period is given.

    Raises:
        UsageError: nothing is loaded.
    """
    row = con.execute("SELECT max(started_at) FROM sessions").fetchone()
    if row is None or row[0] is None:
        raise UsageError("no_sessions")
    return month_period(row[0].date())


def report_inputs(
    con: duckdb.DuckDBPyConnection, catalog: Catalog, period: Period, settings: Settings
) -> ReportInputs:
    """Gather all a report shows: findings, breakdowns and data coverage of one period."""
    findings = evaluate(con, catalog.metrics, period, REPORT_GROUPINGS, settings)
    by_dimensions = {
        names: tuple(f for f in findings if set(f.dimensions) == set(names))
        for names in ((), ("shop", "agent"), ("day",), ("shop",))
    }
    shops = con.execute("SELECT DISTINCT shop_id FROM sessions ORDER BY shop_id").fetchall()
    return ReportInputs(
        period=period,
        previous=period.previous(),
        shops=tuple(shop for (shop,) in shops),
        metrics=catalog.metrics,
        groups=catalog.groups,
        totals=by_dimensions[()],
        by_agent=by_dimensions["shop", "agent"],
        by_day=by_dimensions["day",],
        by_shop=by_dimensions["shop",],
        breakdowns=tuple(run_breakdown(con, b, period) for b in load_breakdowns()),
        coverage=coverage(con, period),
        parameters={m.name: parameters_in_force(m, settings) for m in catalog.metrics},
    )


def write_report(
    con: duckdb.DuckDBPyConnection, period: Period, settings: Settings, folder: Path
) -> tuple[Path, Path]:
    """Write `report.html` and `report.xlsx` into a folder and return their paths.

    Raises:
        UsageError: the period holds no session.
    """
    from cskpi.present.excel import render_xlsx
    from cskpi.present.html import render_html
    from cskpi.present.report import build_report
    from cskpi.present.streams import write_atomic

    inputs = report_inputs(con, load_catalog(), period, settings)
    if inputs.coverage.first_at is None:
        raise UsageError("period_without_data", period=period.label)
    document = build_report(inputs)
    html, workbook = folder / "report.html", folder / "report.xlsx"
    write_atomic(html, render_html(document))
    write_atomic(workbook, render_xlsx(document))
    return html, workbook


def run_checks(
    con: duckdb.DuckDBPyConnection, period: Period, settings: Settings
) -> list[CheckResult]:
    """Run the data checks, then the headline KPIs against their targets.

    Raises:
        DefinitionError: a metric file breaks the rules.
    """
    catalog = load_catalog(prove=True)
    findings = evaluate(con, catalog.metrics, period, [()], settings, compare=False)
    return [*run_data_checks(con, period), *target_checks(findings)]
