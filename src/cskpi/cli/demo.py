"""`cskpi demo`: the whole way on the sample data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cskpi.cli import app
from cskpi.cli.options import Lang, settings_from
from cskpi.texts import say

DEMO_MONTH = "2026-10"


@app.command(help=say("help.demo"), epilog=say("example.demo"))
def demo(
    out: Annotated[Path, typer.Option("--out", help=say("option.demo_out"))] = Path("cskpi-demo"),
    lang: Lang = None,
) -> None:
    """Load the sample data, write the report there; the last line is its path."""
    settings = settings_from(out / "cskpi.duckdb", lang)
    from cskpi.cli.talk import load_progress, report_failures
    from cskpi.periods import resolve_period
    from cskpi.pipeline import headline, load_files, load_options, open_facts, write_report
    from cskpi.present.loading import write_load_reports
    from cskpi.present.outputs import show_table
    from cskpi.present.terminal import kpi_table
    from cskpi.resources import data_dir

    out.mkdir(parents=True, exist_ok=True)
    period = resolve_period(month=DEMO_MONTH)
    assert period is not None  # noqa: S101  a month is given
    options = load_options(settings)
    outcome = load_files([data_dir("sample_data")], options, settings, load_progress)
    write_load_reports(outcome.reports)
    report_failures(outcome.failures)
    with open_facts(settings, texts=True) as con:
        show_table(kpi_table(headline(con, period, settings)))
        html, _ = write_report(con, period, settings, out)
    typer.echo(html)
