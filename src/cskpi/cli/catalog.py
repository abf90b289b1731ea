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
    """Print the catalogue, or one KPI's whole definition."""
    settings = settings_from(db, lang)
    from cskpi.metrics.catalog import load_catalog
    from cskpi.metrics.evaluate import filled_tables, parameters_in_force
    from cskpi.pipeline import open_facts
    from cskpi.present.stock import write_catalog, write_definition

    known = load_catalog(prove=True)
    if name is not None:
        (metric,) = known.select([name])
        write_definition(metric, parameters_in_force(metric, settings))
        return
    if not Path(settings.text("db")).is_file():
        write_catalog(known, None)
        return
    with open_facts(settings, wait_seconds=wait) as con:
        write_catalog(known, filled_tables(con))
