"""`cskpi check`: data checks and KPI targets, for people and for cron."""

from __future__ import annotations

from typing import Annotated

import typer

from cskpi.cli import app
from cskpi.cli.options import (
    Db,
    End,
    Lang,
    LastMonth,
    Month,
    Output,
    Start,
    Wait,
    one_of,
    period_from,
    settings_from,
)
from cskpi.errors import CheckFailedError
from cskpi.texts import say


@app.command(help=say("help.check"), epilog=say("example.check"))
def check(
    month: Month = None,
    start: Start = None,
    end: End = None,
    last_month: LastMonth = False,
    strict: Annotated[bool, typer.Option("--strict", help=say("option.strict"))] = False,
    show_settings: Annotated[bool, typer.Option("--settings", help=say("option.settings"))] = False,
    output_format: Annotated[
        str, typer.Option("--format", help=say("option.check_format"))
    ] = "table",
    output: Output = None,
    notify: Annotated[bool, typer.Option("--notify", help=say("option.notify"))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("option.notify_dry"))] = False,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Run all checks; exit 5 when one fails."""
    settings = settings_from(db, lang)
    one_of(output_format, ("table", "json"), "--format")
    period = period_from(month, start, end, last_month=last_month)
    from cskpi.cli.notifying import tell_alarms
    from cskpi.cli.talk import model_progress, or_newest_month
    from cskpi.insight.alarms import watch
    from cskpi.metrics.checks import has_failed
    from cskpi.pipeline import open_facts, run_checks
    from cskpi.present.checking import write_checks, write_settings

    if show_settings:
        write_settings(settings)
        return
    with model_progress() as progress, open_facts(settings, progress, wait, texts=True) as con:
        chosen = or_newest_month(con, period)
        found = watch(con, chosen, settings, strict=strict) if notify or dry_run else None
        results = found.results if found else run_checks(con, chosen, settings)
    write_checks(results, chosen, output_format, output)
    if found:
        tell_alarms(found.alarms, chosen, settings, dry_run=dry_run)
    if has_failed(results, strict=strict):
        raise CheckFailedError("check_failed", count=sum(r.fault_count > 0 for r in results))
