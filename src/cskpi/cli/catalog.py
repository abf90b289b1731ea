"""`cskpi catalog`: every KPI with its definition, and whether its data are loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cskpi.cli import app
from cskpi.cli.options import Db, Lang, Wait, settings_from
from cskpi.texts import say


@app.command(help=say("help.catalog"), epilog=say("example.catalog"))
def catalog(
    name: Annotated[str | None, typer.Argument(help=say("option.catalog_name"))] = None,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Print the catalogue with its breakdowns, or one definition as a whole."""
    settings = settings_from(db, lang)
    from cskpi.cli.talk import model_progress
    from cskpi.metrics.breakdowns import breakdown_parameters, load_breakdowns, split_names
    from cskpi.metrics.catalog import load_catalog
    from cskpi.metrics.evaluate import filled_tables, parameters_in_force
    from cskpi.metrics.text_tables import read_texts
    from cskpi.pipeline import open_facts
    from cskpi.present.definition_page import write_definition
    from cskpi.present.stock import write_breakdown, write_catalog

    known = load_catalog(prove=True)
    breakdowns = load_breakdowns(known.groups, prove=True)
    _, named = split_names([name or ""], breakdowns)
    if named:
        write_breakdown(named[0], breakdown_parameters(named[0], settings))
        return
    chosen = known.select([name]) if name is not None else ()
    loaded = None
    if Path(settings.text("db")).is_file():
        texts = read_texts(chosen or known.metrics)
        with model_progress() as progress, open_facts(settings, progress, wait, texts=texts) as con:
            loaded = filled_tables(con)
    for metric in chosen:
        write_definition(metric, parameters_in_force(metric, settings), settings, loaded)
    if not chosen:
        write_catalog(known, breakdowns, loaded)
