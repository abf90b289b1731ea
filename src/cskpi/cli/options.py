"""Options that several commands share, declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cskpi.errors import UsageError
from cskpi.periods import Period, resolve_period
from cskpi.settings import Settings, load_settings
from cskpi.texts import say, set_language, set_numbers

Db = Annotated[Path | None, typer.Option("--db", help=say("option.db"), show_default=False)]
Lang = Annotated[str | None, typer.Option("--lang", help=say("option.lang"), show_default=False)]
Month = Annotated[str | None, typer.Option("--month", help=say("option.month"))]
Start = Annotated[str | None, typer.Option("--from", help=say("option.from"))]
End = Annotated[str | None, typer.Option("--to", help=say("option.to"))]
LastMonth = Annotated[bool, typer.Option("--last-month", help=say("option.last_month"))]
Output = Annotated[Path | None, typer.Option("--output", "-o", help=say("option.output"))]
BusinessHours = Annotated[
    bool | None,
    typer.Option("--business-hours/--wall-clock", help=say("option.business_hours")),
]
Wait = Annotated[float, typer.Option("--wait", help=say("option.wait"), min=0)]
Shop = Annotated[str | None, typer.Option("--shop", help=say("option.shop"))]
Agent = Annotated[str | None, typer.Option("--agent", help=say("option.agent"))]
Channel = Annotated[str | None, typer.Option("--channel", help=say("option.channel"))]


def settings_from(
    db: Path | None,
    lang: str | None,
    *,
    business_hours: bool | None = None,
    config: Path | None = None,
) -> Settings:
    """Return the settings in force, by default of the current folder, and speak their language.

    Raises:
        UsageError: a setting is unknown or of the wrong kind.
    """
    if lang is not None:
        set_language(lang)
    flags = {"db": str(db) if db else None, "lang": lang, "business_hours.use": business_hours}
    settings = load_settings(flags, config=config)
    set_language(settings.text("lang"))
    set_numbers(settings.text("look.numbers"))
    return settings


def period_from(
    month: str | None, start: str | None, end: str | None, *, last_month: bool
) -> Period | None:
    """Return the period the options name, None where they name none."""
    return resolve_period(month=month, start=start, end=end, last_month=last_month)


def filters_from(shop: str | None, agent: str | None, channel: str | None) -> dict[str, str]:
    """Return the dimensions kept to one value."""
    named = {"shop": shop, "agent": agent, "channel": channel}
    return {name: kept for name, kept in named.items() if kept is not None}


def one_of(text: str, allowed: tuple[str, ...], option: str) -> str:
    """Return `text` if it is allowed.

    Raises:
        UsageError: it is not.
    """
    if text not in allowed:
        raise UsageError("choice", option=option, text=text, allowed=", ".join(allowed))
    return text
