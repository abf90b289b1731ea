"""The command line: the roof. A command parses, opens, calls one function and renders."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from cskpi.texts import LANGS, say, set_language


def _spoken_language() -> None:
    # Help texts are made while commands are declared, before Typer has parsed `--lang`.
    for before, word in zip(sys.argv, [*sys.argv[1:], ""], strict=True):
        if before == "--lang" and word in LANGS:
            set_language(word)
        if before.startswith("--lang="):
            set_language(before.removeprefix("--lang="))


_spoken_language()

import typer  # noqa: E402  the language comes first
from typer import rich_utils  # noqa: E402
from typer.core import TyperCommand, TyperGroup  # noqa: E402

from cskpi import __version__, diagnostics, interruption  # noqa: E402
from cskpi.errors import CskpiError, UsageError  # noqa: E402

F = TypeVar("F", bound=Callable[..., Any])

_PLACES = {
    errno.EACCES: "file_forbidden",
    errno.EPERM: "file_forbidden",
    errno.EROFS: "file_read_only",
    errno.ENOSPC: "file_full",
    errno.EISDIR: "file_is_folder",
    errno.ENOTDIR: "file_is_file",
    errno.EEXIST: "file_is_file",
}
"""What is wrong with a place somebody named, by the system's number."""

PRIVATE = 0o077


class SpokenHelp:
    """Explains `--help` itself in the language in force."""

    def get_help_option(self, ctx: Any) -> Any:
        """Return the help option with our own words."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = say("option.help")
        return option


class Command(SpokenHelp, TyperCommand):
    """One command."""


class ErrorGroup(SpokenHelp, TyperGroup):
    """Turns errors into one line on stderr and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command; every failure leaves by its exit code."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            self._end_interrupted()
        except CskpiError as error:
            if interruption.came():
                self._end_interrupted()
            diagnostics.report_error(error)
            raise typer.Exit(error.exit_code) from None
        except BrokenPipeError:
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None
        except Exception as error:
            if interruption.came() and not _is_control_flow(error):
                self._end_interrupted()
            if _is_control_flow(error):
                raise
            self._end_failed(ctx, error)

    @staticmethod
    def _end_failed(ctx: Any, error: Exception) -> NoReturn:
        if ctx.params.get("debug"):
            raise error
        # The cause may quote chat text, so only its kind is shown.
        told = CskpiError("bug", cause=type(error).__name__)
        if isinstance(error, OSError) and error.filename and error.errno in _PLACES:
            reason = say(f"error.{_PLACES[error.errno]}")
            told = UsageError("file_failed", path=error.filename2 or error.filename, reason=reason)
        diagnostics.report_error(told)
        raise typer.Exit(told.exit_code) from None

    @staticmethod
    def _end_interrupted() -> NoReturn:
        diagnostics.note(say("error.interrupted"))
        raise typer.Exit(interruption.EXIT_CODE) from None


class App(typer.Typer):
    """The program; its commands speak the language in force."""

    def command(self, name: str | None = None, **options: Any) -> Callable[[F], F]:
        """Register a command."""
        register: Callable[[F], F] = super().command(name, **{"cls": Command, **options})
        return register


app = App(
    cls=ErrorGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=say("help.app"),
    context_settings={"help_option_names": ["-h", "--help"]},
)


rich_utils.OPTIONS_PANEL_TITLE = say("help.options")
rich_utils.ARGUMENTS_PANEL_TITLE = say("help.arguments")
rich_utils.COMMANDS_PANEL_TITLE = say("help.commands")


def _is_control_flow(error: Exception) -> bool:
    return isinstance(error, typer.Exit | typer.Abort) or type(error).__module__.startswith("typer")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cskpi {__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: bool = typer.Option(
        False, "--version", help=say("option.version"), callback=_show_version, is_eager=True
    ),
    debug: bool = typer.Option(False, "--debug", help=say("option.debug")),
) -> None:
    """Hold what comes before the command's name."""


from cskpi.cli import (  # noqa: E402  commands register themselves on `app`
    agents,
    board,
    catalog,
    check,
    control,
    demo,
    explain,
    findings,
    gaming,
    kpi,
    load,
    mapping,
    pack,
    platform,
    purge,
    qa,
    qa_sheets,
    query,
    rank,
    report,
    run,
    sentiment,
    status,
)

__all__ = [
    "agents",
    "app",
    "board",
    "catalog",
    "check",
    "control",
    "demo",
    "explain",
    "findings",
    "gaming",
    "kpi",
    "load",
    "mapping",
    "pack",
    "platform",
    "purge",
    "qa",
    "qa_sheets",
    "query",
    "rank",
    "report",
    "run",
    "sentiment",
    "status",
]


def main() -> None:
    """Entry point of the `cskpi` program."""
    # Whatever is made on the way, logs and spilled data of the database too, is its owner's alone.
    os.umask(PRIVATE)
    app()
