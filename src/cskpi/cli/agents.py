"""`cskpi agents`: whose account is whose."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from cskpi import diagnostics
from cskpi.cli import App, ErrorGroup, app
from cskpi.cli.options import Db, Lang, Output, Wait, one_of, settings_from
from cskpi.errors import UsageError
from cskpi.texts import say

FORMATS = ("table", "csv", "json", "md")

AliasShop = Annotated[str | None, typer.Option("--shop", help=say("option.alias_shop"))]

agents_app = App(
    cls=ErrorGroup,
    invoke_without_command=True,
    help=say("help.agents"),
    epilog=say("example.agents"),
)
app.add_typer(agents_app, name="agents")


@agents_app.callback()
def agents(
    context: typer.Context,
    shop: Annotated[str | None, typer.Option("--shop", help=say("option.shop"))] = None,
    write: Annotated[Path | None, typer.Option("--write", help=say("option.write"))] = None,
    output_format: Annotated[str, typer.Option("--format", help=say("option.format"))] = "table",
    output: Output = None,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """List accounts and propose merges."""
    context.obj = (db, lang)
    if context.invoked_subcommand is not None:
        return
    settings = settings_from(db, lang)
    one_of(output_format, FORMATS, "--format")
    from cskpi.cli.talk import model_progress
    from cskpi.identity.aliases import accounts
    from cskpi.identity.proposals import listed_agents, propose
    from cskpi.pipeline import open_facts
    from cskpi.present.accounts import write_accounts, write_alias_file

    with model_progress() as progress, open_facts(settings, progress, wait) as con:
        found, listed = accounts(con), listed_agents(con)
    found = [one for one in found if shop in (None, one.shop_id)]
    proposals = propose(found, listed)
    if write is not None:
        write_alias_file(proposals, write)
        diagnostics.note(say("talk.aliases_written", count=len(proposals), path=write))
        return
    write_accounts(found, proposals, output_format, output)
    if proposals:
        diagnostics.note(say("talk.proposals", count=len(proposals)))


@agents_app.command("merge", help=say("help.agents_merge"), epilog=say("example.agents_merge"))
def merge_command(
    context: typer.Context,
    alias: Annotated[str, typer.Argument(help=say("option.alias"))],
    agent: Annotated[str, typer.Argument(help=say("option.alias_agent"))],
    shop: AliasShop = None,
    start: Annotated[str | None, typer.Option("--from", help=say("option.alias_from"))] = None,
    end: Annotated[str | None, typer.Option("--to", help=say("option.alias_to"))] = None,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Make one name another name of an agent."""
    settings = settings_from(db or context.obj[0], lang or context.obj[1])
    from cskpi.identity.aliases import FIRST_DAY, Alias, merge
    from cskpi.store.database import Limits, open_database

    told = Alias(shop or "", alias, agent, _day(start) or FIRST_DAY, _day(end))
    path, limits = _existing(settings.text("db")), Limits.of(settings)
    with open_database(path, limits, write=True, wait_seconds=wait) as con:
        merge(con, told)
    diagnostics.note(say("talk.merged", alias=alias, agent=agent))


@agents_app.command(
    "unmerge", help=say("help.agents_unmerge"), epilog=say("example.agents_unmerge")
)
def unmerge_command(
    context: typer.Context,
    alias: Annotated[str, typer.Argument(help=say("option.alias"))],
    shop: AliasShop = None,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Make a name an agent of its own again."""
    settings = settings_from(db or context.obj[0], lang or context.obj[1])
    from cskpi.identity.aliases import unmerge
    from cskpi.store.database import Limits, open_database

    path, limits = _existing(settings.text("db")), Limits.of(settings)
    with open_database(path, limits, write=True, wait_seconds=wait) as con:
        count = unmerge(con, alias, shop)
    diagnostics.note(say("talk.unmerged", alias=alias, count=count))


def _existing(name: str) -> Path:
    """A mistyped database must not be made by merging into it."""
    path = Path(name)
    if not path.is_file():
        from cskpi.errors import DatabaseError

        raise DatabaseError("db_missing", path=path)
    return path


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError("date_format", text=text) from None
