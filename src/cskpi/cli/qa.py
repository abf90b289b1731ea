"""`cskpi qa run|list|rules|dispute`: session inspection by rules; `qa_sheets` adds people's grades."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cskpi import diagnostics
from cskpi.cli import App, ErrorGroup, app
from cskpi.cli.options import (
    Agent,
    Channel,
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
from cskpi.errors import DefinitionError
from cskpi.texts import say

FORMATS = ("table", "csv", "json", "md")

OutputFormat = Annotated[str, typer.Option("--format", help=say("option.format"))]

qa_app = App(cls=ErrorGroup, no_args_is_help=True, help=say("help.qa"), epilog=say("example.qa"))
app.add_typer(qa_app, name="qa")


@qa_app.command("run", help=say("help.qa_run"), epilog=say("example.qa_run"))
def run(
    month: Month = None,
    start: Start = None,
    end: End = None,
    last_month: LastMonth = False,
    by: Annotated[str, typer.Option("--by", help=say("option.qa_by"))] = "rule",
    shop: Shop = None,
    agent: Agent = None,
    channel: Channel = None,
    output_format: OutputFormat = "table",
    output: Output = None,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Inspect every session and print what the rules found."""
    settings = settings_from(db, lang)
    one_of(output_format, FORMATS, "--format")
    by_agent = one_of(by, ("rule", "agent"), "--by") == "agent"
    period = period_from(month, start, end, last_month=last_month)
    from cskpi.cli.talk import model_progress, or_newest_month
    from cskpi.pipeline import open_facts
    from cskpi.present.inspection import write_summary
    from cskpi.quality.queue import summarise

    filters = filters_from(shop, agent, channel)
    with model_progress() as progress, open_facts(settings, progress, wait, texts=True) as con:
        when = or_newest_month(con, period)
        summary = summarise(con, when, filters)
    write_summary(summary, when, output_format, output, by_agent=by_agent)


@qa_app.command("list", help=say("help.qa_list"), epilog=say("example.qa_list"))
def list_findings(
    month: Month = None,
    start: Start = None,
    end: End = None,
    last_month: LastMonth = False,
    risk: Annotated[bool, typer.Option("--risk", help=say("option.qa_risk"))] = False,
    rule: Annotated[str | None, typer.Option("--rule", help=say("option.qa_rule"))] = None,
    shop: Shop = None,
    agent: Agent = None,
    channel: Channel = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help=say("option.qa_limit"))] = 20,
    reveal: Annotated[bool, typer.Option("--reveal", help=say("option.reveal"))] = False,
    output_format: OutputFormat = "table",
    output: Output = None,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Print findings, the gravest sessions first."""
    settings = settings_from(db, lang)
    one_of(output_format, FORMATS, "--format")
    period = period_from(month, start, end, last_month=last_month)
    from cskpi.cli.talk import model_progress, or_newest_month
    from cskpi.pipeline import open_facts
    from cskpi.present.inspection import write_findings
    from cskpi.quality.queue import listed
    from cskpi.quality.rulebook import load_rules, select_rule

    if rule is not None:
        select_rule(load_rules(settings), rule)
    filters = filters_from(shop, agent, channel)
    with model_progress() as progress, open_facts(settings, progress, wait, texts=True) as con:
        when = or_newest_month(con, period)
        found, total = listed(con, when, filters, risk=risk, rule=rule, limit=limit)
    write_findings(found, total, output_format, output, reveal=reveal)


@qa_app.command("rules", help=say("help.qa_rules"), epilog=say("example.qa_rules"))
def rules(
    test: Annotated[bool, typer.Option("--test", help=say("option.qa_test"))] = False,
    output_format: OutputFormat = "table",
    output: Output = None,
    db: Db = None,
    lang: Lang = None,
) -> None:
    """Print the rule book in force, or run its tests."""
    settings = settings_from(db, lang)
    one_of(output_format, FORMATS, "--format")
    from cskpi.present.inspection import write_rules
    from cskpi.quality.rule_tests import failed_examples
    from cskpi.quality.rulebook import load_rules

    book = load_rules(settings)
    if not test:
        write_rules(book, output_format, output)
        return
    problems = failed_examples(book, settings)
    if problems:
        raise DefinitionError(problems)
    examples = sum(len(rule.examples) for rule in book)
    diagnostics.note(say("talk.qa_tested", rules=len(book), examples=examples))


@qa_app.command("dispute", help=say("help.qa_dispute"), epilog=say("example.qa_dispute"))
def dispute_command(
    subject: Annotated[str, typer.Argument(help=say("option.qa_subject"))],
    rule: Annotated[str | None, typer.Argument(help=say("option.qa_disputed_rule"))] = None,
    reason: Annotated[str | None, typer.Option("--reason", help=say("option.qa_reason"))] = None,
    withdrawn: Annotated[bool, typer.Option("--withdraw", help=say("option.qa_withdraw"))] = False,
    shop: Shop = None,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Mark one finding, or all of a rule in a session, as wrong."""
    settings = settings_from(db, lang)
    from cskpi.cli.talk import model_progress
    from cskpi.pipeline import open_facts
    from cskpi.quality.disputes import Target, dispute, withdraw
    from cskpi.store.database import Limits, open_database

    one = {"finding": subject} if rule is None else {"session": subject, "rule": rule}
    target = Target(shop=shop, **one)
    with model_progress() as progress, open_facts(settings, progress, wait, texts=True):
        pass
    path, limits = Path(settings.text("db")), Limits.of(settings)
    with open_database(path, limits, write=True, wait_seconds=wait) as con:
        if withdrawn:
            count = withdraw(con, target, settings)
        else:
            count = dispute(con, target, reason, settings)
    key = "talk.qa_withdrawn" if withdrawn else "talk.qa_disputed"
    diagnostics.note(say(key, what=target.shown, count=count))
