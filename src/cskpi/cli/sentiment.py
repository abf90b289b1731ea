"""`cskpi sentiment evaluate|train|show|score`: satisfaction read from chats, and how good it is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cskpi.cli import App, ErrorGroup, app
from cskpi.cli.options import Lang, Output, one_of, settings_from
from cskpi.errors import UsageError
from cskpi.texts import say

FORMATS = ("table", "json", "md")

OutputFormat = Annotated[str, typer.Option("--format", help=say("option.format"))]

sentiment_app = App(
    cls=ErrorGroup,
    no_args_is_help=True,
    help=say("help.sentiment"),
    epilog=say("example.sentiment"),
)
app.add_typer(sentiment_app, name="sentiment")


@sentiment_app.command(
    "evaluate", help=say("help.sentiment_evaluate"), epilog=say("example.sentiment_evaluate")
)
def evaluate(
    file: Annotated[Path, typer.Argument(help=say("option.dialogues_file"))],
    train: Annotated[
        Path | None, typer.Option("--train", help=say("option.dialogues_train"))
    ] = None,
    cross_validate: Annotated[
        bool, typer.Option("--cross-validate", help=say("option.cross_validate"))
    ] = False,
    output_format: OutputFormat = "table",
    output: Output = None,
    lang: Lang = None,
) -> None:
    """Print how well labelled dialogues are told apart."""
    settings_from(None, lang)
    one_of(output_format, FORMATS, "--format")
    if train and cross_validate:
        raise UsageError("dialogues_two_ways")
    from cskpi.present.satisfaction import write_evaluation
    from cskpi.sentiment.dialogues import read_dialogues
    from cskpi.sentiment.evaluate import evaluate_dialogues

    told = read_dialogues(file)
    taught = read_dialogues(train) if train else None
    measured = evaluate_dialogues(told, taught, cross_validate=cross_validate)
    write_evaluation(measured, output_format, output)
