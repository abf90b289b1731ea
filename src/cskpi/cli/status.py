"""`cskpi status`: what is loaded."""

from __future__ import annotations

from pathlib import Path

from cskpi.cli import app
from cskpi.cli.options import Db, Lang, Wait, settings_from
from cskpi.texts import say


@app.command(help=say("help.status"), epilog=say("example.status"))
def status(db: Db = None, lang: Lang = None, wait: Wait = 0) -> None:
    """Print files, rows and the span of the data."""
    settings = settings_from(db, lang)
    from cskpi.metrics.inventory import inventory
    from cskpi.model.state import is_current
    from cskpi.present.stock import write_inventory
    from cskpi.store.database import Limits, open_database

    path = Path(settings.text("db"))
    with open_database(path, Limits.of(settings), wait_seconds=wait) as con:
        write_inventory(inventory(con), path, facts_are_current=is_current(con, settings))
