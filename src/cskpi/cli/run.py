"""`cskpi run`: the unattended job."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from cskpi.cli import app
from cskpi.cli.options import Db, Lang, settings_from
from cskpi.errors import CheckFailedError, InputError, UsageError
from cskpi.periods import today as current_day
from cskpi.texts import say


@app.command(help=say("help.run"), epilog=say("example.run"))
def run(
    config: Annotated[Path, typer.Option("--config", help=say("option.run_config"))] = Path(
        "cskpi.toml"
    ),
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("option.run_dry"))] = False,
    today: Annotated[str | None, typer.Option("--today", help=say("option.run_today"))] = None,
    db: Db = None,
    lang: Lang = None,
) -> None:
    """Do what is due, print a summary; exit 3 when files failed, 5 when there are alarms."""
    settings = settings_from(db.absolute() if db else None, lang, config=config)
    # Cron starts anywhere; whatever the settings name lies beside them.
    os.chdir(config.absolute().parent)
    from cskpi.cron.job import run as run_job
    from cskpi.present.running import write_outcome

    outcome = run_job(settings, _day(today), dry_run=dry_run)
    notice = outcome.notice if dry_run and outcome.alarms else None
    write_outcome(outcome.steps, (notice.title, notice.body) if notice else None)
    if outcome.failed:
        folder = settings.text("run.failed")
        raise InputError("run_failed_files", count=outcome.failed, folder=folder)
    if outcome.alarms:
        raise CheckFailedError("run_alarms", count=outcome.alarms)


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text) if text else current_day()
    except ValueError:
        raise UsageError("date_format", text=text) from None
