"""`cskpi qa sample|import|precision`: people's grades beside the rules'."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cskpi import diagnostics
from cskpi.cli.options import (
    Agent,
    Db,
    End,
    Lang,
    LastMonth,
    Month,
    Output,
    Shop,
    Start,
    Wait,
    filters_from,
    one_of,
    period_from,
    settings_from,
)
from cskpi.cli.qa import qa_app
from cskpi.errors import UsageError
from cskpi.texts import say

FORMATS = ("table", "csv", "json", "md")
OUTCOME_FORMATS = ("table", "json")

OutputFormat = Annotated[str, typer.Option("--format", help=say("option.format"))]


@qa_app.command("sample", help=say("help.qa_sample"), epilog=say("example.qa_sample"))
def sample(
    week: Annotated[str, typer.Option("--week", help=say("option.qa_week"))],
    share: Annotated[float | None, typer.Option("--share", help=say("option.qa_share"))] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=say("option.qa_sheet"))
    ] = None,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Draw the sessions of a week that people are to grade, and write their sheet."""
    settings = settings_from(db, lang)
    from cskpi.cli.talk import model_progress
    from cskpi.grading import grading_plan
    from cskpi.periods import week_period
    from cskpi.present.grading import plan_table
    from cskpi.present.outputs import show_table
    from cskpi.present.streams import write_atomic

    period = week_period(week)
    part = settings.number("grading.share") if share is None else share
    if output and output.suffix.lower() != ".xlsx":
        raise UsageError("qa_sheet_name", path=output)
    if not 0 < part <= 1:
        raise UsageError("qa_share", share=part)
    with model_progress() as progress:
        plan, workbook = grading_plan(settings, period, part, progress, wait)
    if plan.is_kept:
        diagnostics.note(say("talk.qa_plan_kept", week=plan.week))
    show_table(plan_table(plan))
    if output is None:
        diagnostics.note(say("talk.qa_sheet_wanted"))
    else:
        write_atomic(output, workbook)
        count = sum(row.planned_count for row in plan.rows)
        diagnostics.note(say("talk.qa_sheet_written", path=output, count=count))


@qa_app.command("import", help=say("help.qa_import"), epilog=say("example.qa_import"))
def import_command(
    sheets: Annotated[list[Path], typer.Argument(help=say("option.qa_sheets"))],
    output_format: OutputFormat = "table",
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Bring grades back, and say what became of every row."""
    settings = settings_from(db, lang)
    one_of(output_format, OUTCOME_FORMATS, "--format")
    from cskpi.grading import import_grades
    from cskpi.present.grading import write_outcomes

    write_outcomes(import_grades(settings, sheets, wait), output_format)


@qa_app.command("precision", help=say("help.qa_precision"), epilog=say("example.qa_precision"))
def precision(
    month: Month = None,
    start: Start = None,
    end: End = None,
    last_month: LastMonth = False,
    shop: Shop = None,
    agent: Agent = None,
    output_format: OutputFormat = "table",
    output: Output = None,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Print how often people called each rule right, and how far graders agree."""
    settings = settings_from(db, lang)
    one_of(output_format, FORMATS, "--format")
    period = period_from(month, start, end, last_month=last_month)
    from cskpi.cli.talk import model_progress, or_newest_month
    from cskpi.metrics.breakdowns import load_breakdowns, split_names
    from cskpi.pipeline import beside_kpis, open_facts
    from cskpi.present.outputs import write_findings

    filters = filters_from(shop, agent, None)
    _, (chosen,) = split_names(["qa_rule_precision"], load_breakdowns())
    with model_progress() as progress, open_facts(settings, progress, wait, texts=True) as con:
        when = or_newest_month(con, period)
        beside = beside_kpis(con, (), (chosen,), when, settings, filters=filters)
    write_findings((), when, (), output_format, output, beside=beside)
