"""`cskpi pack`: a month's whole review pack."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cskpi.cli import app
from cskpi.cli.options import Db, Lang, LastMonth, Month, Wait, one_of, period_from, settings_from
from cskpi.diagnostics import note
from cskpi.texts import say

if TYPE_CHECKING:
    from cskpi.present.pack import DataFormat


@app.command(help=say("help.pack"), epilog=say("example.pack"))
def pack(
    month: Month = None,
    last_month: LastMonth = False,
    out: Annotated[Path, typer.Option("--out", help=say("option.pack_out"))] = Path("pack"),
    zipped: Annotated[bool, typer.Option("--zip", help=say("option.pack_zip"))] = False,
    data: Annotated[str, typer.Option("--data", help=say("option.pack_data"))] = "csv",
    reveal: Annotated[bool, typer.Option("--reveal", help=say("option.reveal"))] = False,
    db: Db = None,
    lang: Lang = None,
    wait: Wait = 0,
) -> None:
    """Write the pack and print the paths of its files."""
    settings = settings_from(db, lang)
    one_of(data, ("csv", "parquet"), "--data")
    data_format: DataFormat = "parquet" if data == "parquet" else "csv"
    period = period_from(month, None, None, last_month=last_month)
    from cskpi.cli.talk import model_progress, or_newest_month
    from cskpi.pack import write_pack
    from cskpi.pipeline import open_facts

    with model_progress() as progress, open_facts(settings, progress, wait, texts=True) as con:
        chosen = or_newest_month(con, period)
        paths = write_pack(
            con, chosen, settings, out, data_format=data_format, zipped=zipped, reveal=reveal
        )
    wants_pdf = settings.text("pack.pdf") != "none"
    if wants_pdf and not any(path.name == "report.pdf" for path in paths):
        note(say("pack.no_pdf"))
    for path in paths:
        typer.echo(path)
