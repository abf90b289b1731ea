"""What commands say on stderr while they work: progress on a terminal, choices made for the user."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cskpi import diagnostics
from cskpi.texts import has_text, pick, say

if TYPE_CHECKING:
    import duckdb

    from cskpi.errors import CskpiError
    from cskpi.ingest.report import Progress
    from cskpi.metrics.declaration import Metric
    from cskpi.metrics.trace import Rows
    from cskpi.periods import Period

_MOST_MISSING = 5
"""So many KPIs are told one by one; a report names the rest."""

PATIENCE_SECONDS = 2.0
"""Work shorter than this shows no progress bar."""


def or_newest_month(con: duckdb.DuckDBPyConnection, period: Period | None) -> Period:
    """Return the period, else the month of the newest session, and say so."""
    if period is not None:
        return period
    from cskpi.pipeline import newest_month

    chosen = newest_month(con)
    diagnostics.note(say("talk.newest_month", month=chosen.label))
    return chosen


def note_missing(
    con: duckdb.DuckDBPyConnection, metrics: Sequence[Metric], valued: Sequence[str]
) -> None:
    """Say which export is missing for KPIs without a value; quiet about those asked for among many.

    Args:
        con: the database they were looked up in.
        metrics: the KPIs asked for.
        valued: names of those with a value.
    """
    from cskpi.metrics.inventory import without_rows
    from cskpi.present.missing import KINDS, kind_name

    empty = [metric for metric in metrics if metric.name not in valued]
    if len(empty) > _MOST_MISSING:
        return
    for metric in empty:
        kinds = {KINDS.get(table, table): None for table in without_rows(con, metric.sources)}
        if kinds:
            told = say("format.list_comma").join(map(kind_name, kinds))
            diagnostics.note(say("talk.kpi_missing", name=pick(metric.labels), kinds=told))


@contextmanager
def model_progress() -> Iterator[Callable[[str, int, int], None] | None]:
    """Yield a callback that shows which facts are being built, on a terminal only."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(say("talk.building"), total=None, visible=False)
        started = time.monotonic()

        def show(target: str, number: int, total: int) -> None:
            stage = f"stage.{target}"
            bar.update(
                task,
                description=f"{say('talk.building')} {say(stage) if has_text(stage) else target}",
                completed=number - 1,
                total=total,
                visible=time.monotonic() - started > PATIENCE_SECONDS / 4,
            )

        yield show


@contextmanager
def load_progress(name: str) -> Iterator[Callable[[Progress], None] | None]:
    """Yield a callback for one file's load: rows, bytes and seconds left, on a terminal only."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar
    from rich.text import Text

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[rows]}"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(Text(name).plain, total=None, visible=False, rows="")
        started = time.monotonic()

        def show(progress: Progress) -> None:
            bar.update(
                task,
                completed=progress.bytes_done,
                total=progress.bytes_total,
                rows=say("talk.rows", rows=f"{progress.rows:,}"),
                visible=time.monotonic() - started > PATIENCE_SECONDS,
            )

        yield show


def report_failures(failures: Sequence[CskpiError]) -> None:
    """Say which files could not be loaded.

    Raises:
        typer.Exit: with the exit code of the first failure.
    """
    import typer

    for failure in failures:
        diagnostics.report_error(failure)
    if failures:
        raise typer.Exit(failures[0].exit_code)


def note_cut(answer: Rows) -> None:
    """Say that rows were left out, and how to see them."""
    if answer.total > len(answer.rows):
        diagnostics.note(say("talk.cut", shown=len(answer.rows)))
