"""`cskpi load`: export files into the database."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from cskpi.cli import app
from cskpi.cli.options import Db, Lang, Wait, settings_from
from cskpi.errors import UsageError
from cskpi.texts import say


@app.command(help=say("help.load"), epilog=say("example.load"))
def load(
    files: Annotated[list[Path], typer.Argument(help=say("option.files"))],
    kind: Annotated[str | None, typer.Option("--kind", help=say("option.kind"))] = None,
    preset: Annotated[str | None, typer.Option("--preset", help=say("option.preset"))] = None,
    mapping: Annotated[Path | None, typer.Option("--mapping", help=say("option.mapping"))] = None,
    day: Annotated[str | None, typer.Option("--date", help=say("option.date"))] = None,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Load files, one transaction each; a file that cannot be read does not stop the others."""
    settings = settings_from(db, lang)
    from cskpi.cli.talk import load_progress, report_failures
    from cskpi.pipeline import load_files, load_options
    from cskpi.present.loading import write_load_reports

    options = load_options(settings, kind=kind, preset=preset, day=_day(day), mapping=mapping)
    outcome = load_files(files, options, settings, load_progress, wait)
    write_load_reports(outcome.reports)
    report_failures(outcome.failures)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError("date_format", text=text) from None
