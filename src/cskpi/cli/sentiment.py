"""`cskpi sentiment evaluate|train|show|score`: satisfaction read from chats, and how good it is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cskpi import diagnostics
from cskpi.cli import App, ErrorGroup, app
from cskpi.cli.options import Db, Lang, Output, Wait, one_of, settings_from
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
    if taught and (same := told.shared_with(taught)):
        diagnostics.warn(say("sentiment.shared_dialogues", n=same))
    measured = evaluate_dialogues(told, taught, cross_validate=cross_validate)
    write_evaluation(measured, output_format, output)


@sentiment_app.command(
    "train", help=say("help.sentiment_train"), epilog=say("example.sentiment_train")
)
def train_model(
    output_format: OutputFormat = "table",
    output: Output = None,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Learn from rated sessions where anything changed, and hold the model against SnowNLP."""
    settings = settings_from(db, lang)
    one_of(output_format, FORMATS, "--format")
    from cskpi.cli.talk import model_progress
    from cskpi.metrics.satisfaction import model_record
    from cskpi.pipeline import open_facts
    from cskpi.present.satisfaction import write_model
    from cskpi.sentiment.scoring import snownlp_auc

    with model_progress() as progress, open_facts(settings, progress, wait, texts=True) as con:
        record = {**(model_record(con) or {}), "snownlp_auc": snownlp_auc(con, settings)}
    write_model(record, None, output_format, output)


@sentiment_app.command(
    "show", help=say("help.sentiment_show"), epilog=say("example.sentiment_show")
)
def show(
    output_format: OutputFormat = "table",
    output: Output = None,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Print the model in use, how good it is, and the words that weigh most."""
    settings = settings_from(db, lang)
    one_of(output_format, FORMATS, "--format")
    from cskpi.cli.talk import model_progress
    from cskpi.metrics.satisfaction import model_record
    from cskpi.pipeline import open_facts
    from cskpi.present.satisfaction import write_model
    from cskpi.sentiment.scoring import stored_model, telling_words

    with model_progress() as progress, open_facts(settings, progress, wait, texts=True) as con:
        record, model = model_record(con) or {}, stored_model(con)
    write_model(record, telling_words(model) if model else None, output_format, output)


@sentiment_app.command(
    "score", help=say("help.sentiment_score"), epilog=say("example.sentiment_score")
)
def score(
    texts: Annotated[list[str], typer.Argument(help=say("option.sentiment_texts"))],
    output_format: OutputFormat = "table",
    output: Output = None,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Print mood and emotion of messages and the satisfaction expected of the whole."""
    settings = settings_from(db, lang)
    one_of(output_format, FORMATS, "--format")
    from cskpi.present.satisfaction import write_chat
    from cskpi.sentiment.scoring import score_chat, stored_model

    model = None
    if Path(settings.text("db")).exists():
        from cskpi.cli.talk import model_progress
        from cskpi.pipeline import open_facts

        with model_progress() as progress, open_facts(settings, progress, wait, texts=True) as con:
            model = stored_model(con)
    write_chat(score_chat(texts, model, settings), output_format, output)
