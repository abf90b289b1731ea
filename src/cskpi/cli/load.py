"""`cskpi load`: export files into the database."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from cskpi.cli import app
from cskpi.cli.options import Db, Lang, Wait, settings_from
from cskpi.errors import UsageError
from cskpi.periods import month_period
from cskpi.texts import say


@app.command(help=say("help.load"), epilog=say("example.load"))
def load(
    files: Annotated[list[Path], typer.Argument(help=say("option.files"))],
    kind: Annotated[str | None, typer.Option("--kind", help=say("option.kind"))] = None,
    preset: Annotated[str | None, typer.Option("--preset", help=say("option.preset"))] = None,
    mapping: Annotated[Path | None, typer.Option("--mapping", help=say("option.mapping"))] = None,
    days: Annotated[str | None, typer.Option("--date", help=say("option.date"))] = None,
    password: Annotated[
        str | None, typer.Option("--zip-password", help=say("option.zip_password"))
    ] = None,
    shop: Annotated[str | None, typer.Option("--shop", help=say("option.load_shop"))] = None,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Load files, one transaction each; a file that cannot be read does not stop the others."""
    settings = settings_from(db, lang)
    from cskpi.cli.talk import load_progress, report_failures
    from cskpi.pipeline import load_files, load_options
    from cskpi.present.loading import write_load_reports

    options = load_options(
        settings, kind=kind, preset=preset, days=_days(days), mapping=mapping, shop=shop
    )
    outcome = load_files(
        files, options, settings, load_progress, wait_seconds=wait, password=password
    )
    write_load_reports(outcome.reports)
    report_failures(outcome.failures)


def _days(text: str | None) -> tuple[date, date] | None:
    """Return the first and last day of a day, a month, or `first..last`."""
    if text is None:
        return None
    try:
        first, _, last = text.partition("..")
        if last:
            return date.fromisoformat(first), date.fromisoformat(last)
        if len(first) == len("2026-10"):
            month = month_period(date.fromisoformat(f"{first}-01"))
            return month.start.date(), (month.end - timedelta(days=1)).date()
        return date.fromisoformat(first), date.fromisoformat(first)
    except ValueError:
        raise UsageError("date_format", text=text) from None
