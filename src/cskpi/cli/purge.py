"""`cskpi purge`: erase one person everywhere."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cskpi import diagnostics
from cskpi.cli import app
from cskpi.cli.options import Db, Lang, Wait, settings_from
from cskpi.errors import DatabaseError, UsageError
from cskpi.texts import say


@app.command(help=say("help.purge"), epilog=say("example.purge"))
def purge(
    customer: Annotated[str, typer.Option("--customer", help=say("option.customer"))],
    shop: Annotated[str | None, typer.Option("--shop", help=say("option.purge_shop"))] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("option.dry_run"))] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=say("option.yes"))] = False,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Print what there is of a person, then write the database anew without it."""
    settings = settings_from(db, lang)
    from cskpi.cli.talk import model_progress
    from cskpi.identity.hashing import known_forms, pseudonyms
    from cskpi.identity.purge import rewrite_without, trace_person
    from cskpi.metrics.text_tables import text_tables
    from cskpi.model.build import build_model
    from cskpi.model.state import is_current
    from cskpi.model.steps import model_steps
    from cskpi.present.erasing import write_traces
    from cskpi.store.database import Limits, open_database

    path, limits = Path(settings.text("db")), Limits.of(settings)
    if not customer.strip():
        raise UsageError("customer_empty")
    if not path.is_file():
        raise DatabaseError("db_missing", path=path)
    with open_database(path, limits, write=True, wait_seconds=wait) as con:
        if not is_current(con, settings):
            with model_progress() as progress:
                build_model(con, settings, progress)
        traces = trace_person(con, known_forms(customer, settings), shop)
        write_traces(traces)
        if dry_run or not traces.rows:
            return
        if "*" in customer and "@" not in customer:
            diagnostics.warn(say("talk.purge_masked", customer=customer))
        _confirm(customer, yes=yes)
        facts = {step.target for step in model_steps()} | text_tables()
        rewrite_without(con, path, limits, facts, pseudonyms(settings))
    diagnostics.note(say("talk.purged", customer=customer))


def _confirm(customer: str, *, yes: bool) -> None:
    """Ask at a terminal.

    Raises:
        UsageError: nobody is there to answer.
        typer.Exit: the answer is no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("purge_unconfirmed")
    if not typer.confirm(say("talk.purge_question", customer=customer), err=True):
        diagnostics.note(say("talk.purge_stopped"))
        raise typer.Exit(0)
