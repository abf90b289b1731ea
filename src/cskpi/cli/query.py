"""`cskpi query`: read-only SQL over the facts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cskpi.cli import app
from cskpi.cli.options import Db, Lang, Output, Wait, one_of, settings_from
from cskpi.texts import say


@app.command(help=say("help.query"), epilog=say("example.query"))
def query(
    file: Annotated[str, typer.Argument(help=say("option.query_file"))],
    output_format: Annotated[
        str, typer.Option("--format", help=say("option.query_format"))
    ] = "table",
    limit: Annotated[int, typer.Option("--limit", min=1, help=say("option.limit"))] = 1000,
    output: Output = None,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Run one SELECT without access to files or network."""
    settings = settings_from(db, lang)
    one_of(output_format, ("table", "csv", "json"), "--format")
    from cskpi.cli.talk import model_progress, note_cut
    from cskpi.metrics.question import ask, read_question
    from cskpi.metrics.text_tables import query_reads_texts
    from cskpi.pipeline import open_facts
    from cskpi.present.answers import write_answer

    question = read_question(None if file == "-" else Path(file))
    texts = query_reads_texts(question)
    with model_progress() as progress, open_facts(settings, progress, wait, texts=texts) as con:
        answer = ask(con, question, limit)
    write_answer(answer, output_format, output)
    note_cut(answer)
