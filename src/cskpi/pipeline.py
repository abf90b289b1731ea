"""The way through the house as the commands walk it: open, bring facts up to date, gather a report."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cskpi.diagnostics import note
from cskpi.enrichment import enrich, is_enriched
from cskpi.errors import CskpiError, InputError, UsageError
from cskpi.gathering import report_inputs
from cskpi.identity.hashing import pseudonyms
from cskpi.ingest.archives import ArchiveLimits, Candidate, candidates
from cskpi.ingest.load import load_file
from cskpi.ingest.options import LoadOptions, ReadLimits
from cskpi.ingest.paths import expand_paths
from cskpi.metrics.breakdowns import run_breakdown
from cskpi.metrics.catalog import load_catalog
from cskpi.metrics.checks import CheckResult, run_data_checks, target_checks
from cskpi.metrics.coverage import order_matches
from cskpi.metrics.evaluate import evaluate
from cskpi.metrics.satisfaction import SATISFACTION_KPIS, silent_basis
from cskpi.model.build import build_model
from cskpi.model.shops import unify_shops
from cskpi.model.state import is_current
from cskpi.periods import Period, month_period
from cskpi.present.inputs import Beside
from cskpi.store.database import Limits, lock_down, open_database
from cskpi.texts import say

if TYPE_CHECKING:
    import duckdb

    from cskpi.ingest.proposal import Proposal
    from cskpi.ingest.report import FileReport, ProgressCallback
    from cskpi.metrics.breakdown_files import Breakdown
    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.finding import Finding
    from cskpi.present.document import Document
    from cskpi.settings import Settings

ModelProgress = Callable[[str, int, int], None]


@contextmanager
def open_facts(
    settings: Settings,
    progress: ModelProgress | None = None,
    wait_seconds: float = 0,
    *,
    texts: bool = False,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the database read-only with facts that match data and settings, rebuilding them if not.

    `texts` wants what is read from texts to match, too; it costs more than all the rest.

    Raises:
        DatabaseError: missing, locked, or not a cskpi database.
    """
    path, limits = Path(settings.text("db")), Limits.of(settings)
    with open_database(path, limits, wait_seconds=wait_seconds) as con:
        current = is_current(con, settings)
        if current and (not texts or is_enriched(con, settings)):
            _only_read(con)
            yield con
            return
    with open_database(path, limits, write=True, wait_seconds=wait_seconds) as con:
        if not current:
            build_model(con, settings, progress)
        if texts:
            enrich(con, settings, progress)
    with open_database(path, limits, wait_seconds=wait_seconds) as con:
        shop = _only_read(con)
        if shop is not None and not current:
            note(say("talk.only_shop", shop=shop))
        yield con


def _only_read(con: duckdb.DuckDBPyConnection) -> str | None:
    """Leave a connection nothing but reading; return whose the rows without a shop are."""
    shop = unify_shops(con)
    lock_down(con)
    return shop


def load_options(settings: Settings, **told: Any) -> LoadOptions:
    """Return how to read files: the settings' limits and what the user said.

    Raises:
        UsageError: a shift code stands for no two clocks.
    """
    codes = {code: str(clocks) for code, clocks in settings.section("shift_codes").items()}
    for code, clocks in codes.items():
        if not re.fullmatch(r"\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2}", clocks):
            raise UsageError(
                "setting_value", key=f"shift_codes.{code}", raw=clocks, origin="cskpi.toml"
            )
    return LoadOptions(
        timezone=settings.text("timezone"),
        shop_timezones={
            key.removesuffix(".timezone"): str(zone)
            for key, zone in settings.section("shops").items()
            if key.endswith(".timezone")
        },
        keep_private=settings.flag("keep_pii"),
        shift_codes=codes,
        hide_customer=(
            pseudonyms(settings).customer_sql if settings.flag("pii.hash_customers") else None
        ),
        is_purged=lambda shop, **ids: pseudonyms(settings).purged_sql(shop, **ids),
        limits=ReadLimits(
            line_bytes=settings.whole("load.max_line_bytes"),
            cell_characters=settings.whole("load.max_cell_characters"),
            columns=settings.whole("load.max_columns"),
            nesting=settings.whole("load.max_nesting"),
            archive_members=settings.whole("load.max_archive_members"),
            archive_bytes=settings.whole("load.max_archive_bytes"),
            archive_ratio=settings.whole("load.max_archive_ratio"),
        ),
        **told,
    )


def headline(con: duckdb.DuckDBPyConnection, period: Period, settings: Settings) -> list[Finding]:
    """Return the totals of the headline KPIs."""
    return evaluate(con, load_catalog().headline(), period, [()], settings)


def _candidates(
    files: Sequence[Path], limits: ReadLimits, password: str | None, failures: list[CskpiError]
) -> Iterator[Candidate]:
    """Yield the files and members of archives; what an archive refuses is added to the failures."""
    archive_limits = ArchiveLimits(
        limits.archive_members, limits.archive_bytes, limits.archive_ratio
    )
    for path in files:
        try:
            yield from candidates(path, archive_limits, password)
        except InputError as error:
            failures.append(error)


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
    *,
    wait_seconds: float = 0,
    password: str | None = None,
) -> LoadOutcome:
    """Load files, folders and archives, each file in its own transaction.

    Args:
        paths: files, folders or globs.
        options: how to read them.
        settings: where the database is and what it may use.
        progress: gives a progress callback for a file's name.
        wait_seconds: how long to wait for another process to let go of the database.
        password: of ZIP archives.

    Raises:
        InputError: nothing there to load.
        DatabaseError: locked, of a newer schema, or not a cskpi database.
    """
    files = expand_paths(paths)
    reports: list[FileReport] = []
    failures: list[CskpiError] = []
    target, limits = Path(settings.text("db")), Limits.of(settings)
    with open_database(target, limits, write=True, wait_seconds=wait_seconds) as con:
        for found in _candidates(files, options.limits, password, failures):
            try:
                with found.unpacked() as path, progress(found.shown.name) as callback:
                    reports += load_file(con, path, options, callback, shown=found.shown)
            except InputError as error:
                failures.append(error)
    return LoadOutcome(tuple(reports), tuple(failures))


def propose_mapping(
    path: Path, options: LoadOptions, target: Path, *, force: bool
) -> list[Proposal]:
    """Say what a file would be read as, and write that as a mapping to edit.

    Raises:
        InputError: the file cannot be read.
        UsageError: `target` exists and `force` is not set.
    """
    import duckdb

    from cskpi.ingest.proposal import mapping_text, propose
    from cskpi.present.streams import write_atomic
    from cskpi.store.migrations import migrate

    if target.exists() and not force:
        raise UsageError("file_exists", path=target)
    with duckdb.connect() as con:
        migrate(con, Path(":memory:"))
        proposals = list(propose(con, path, options))
    notes = [say("map.note_head", file=path.name), say("map.note_edit"), say("map.note_columns")]
    write_atomic(target, mapping_text(path, proposals, notes).encode())
    return proposals


def newest_month(con: duckdb.DuckDBPyConnection) -> Period:
    """Return the month of the newest session, which stands in where no period is given.

    Raises:
        UsageError: nothing is loaded.
    """
    row = con.execute("SELECT max(started_at) FROM sessions").fetchone()
    if row is None or row[0] is None:
        raise UsageError("no_sessions")
    return month_period(row[0].date())


def beside_kpis(
    con: duckdb.DuckDBPyConnection,
    metrics: Sequence[Metric],
    breakdowns: Sequence[Breakdown],
    period: Period,
    settings: Settings,
    *,
    filters: Mapping[str, str],
) -> Beside:
    """Gather what is printed beside KPIs: breakdowns, and how many orders met a chat.

    Raises:
        UsageError: a breakdown is to be kept to a dimension it does not have.
    """
    matches = None
    tables = {name for metric in metrics for name in (*metric.sources, *metric.optional)}
    if any(name.startswith("order") for name in tables):
        found = order_matches(con, period, filters.get("shop"))
        matches = found if any(found.values()) else None
    rests = any(metric.name in SATISFACTION_KPIS for metric in metrics)
    return Beside(
        tuple(run_breakdown(con, b, period, settings, filters) for b in breakdowns),
        matches,
        silent_basis(con, period, filters) if rests else None,
    )


def report_document(
    con: duckdb.DuckDBPyConnection, period: Period, settings: Settings, *, reveal: bool = False
) -> Document:
    """Return the report of a period; `reveal` shows personal data in quotes.

    Raises:
        UsageError: the period holds no session.
    """
    from cskpi.present.report import build_report

    inputs = report_inputs(con, load_catalog(), period, settings, reveal=reveal)
    if inputs.coverage.first_at is None:
        raise UsageError("period_without_data", period=period.label)
    return build_report(inputs)


def write_report(
    con: duckdb.DuckDBPyConnection,
    period: Period,
    settings: Settings,
    folder: Path,
    *,
    reveal: bool = False,
) -> tuple[Path, Path]:
    """Write `report.html` and `report.xlsx` into a folder and return their paths.

    Raises:
        UsageError: the period holds no session, or the shop's own look cannot be used.
    """
    from cskpi.present.excel import render_xlsx
    from cskpi.present.html import render_html
    from cskpi.present.look import load_look
    from cskpi.present.streams import write_atomic

    look = load_look(settings)
    document = report_document(con, period, settings, reveal=reveal)
    html, workbook = folder / "report.html", folder / "report.xlsx"
    write_atomic(html, render_html(document, look))
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
    findings = evaluate(con, catalog.own(), period, [()], settings, compare=False)
    return [*run_data_checks(con, period), *target_checks(findings)]
