"""`cskpi map`: what a file would be read as, and a mapping to edit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cskpi.cli import app
from cskpi.cli.options import Lang, settings_from
from cskpi.texts import say


@app.command("map", help=say("help.map"), epilog=say("example.map"))
def map_file(
    file: Annotated[Path, typer.Argument(help=say("option.map_file"))],
    kind: Annotated[str | None, typer.Option("--kind", help=say("option.kind"))] = None,
    preset: Annotated[str | None, typer.Option("--preset", help=say("option.preset"))] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=say("option.map_output"))
    ] = None,
    force: Annotated[bool, typer.Option("--force", help=say("option.force"))] = False,
    lang: Lang = None,
) -> None:
    """Print header, samples and proposed columns; write the proposal as a mapping."""
    settings = settings_from(None, lang)
    from cskpi.pipeline import load_options, propose_mapping
    from cskpi.present.mapping import write_proposals

    target = output or Path(f"{file.stem}.mapping.toml")
    options = load_options(settings, kind=kind, preset=preset)
    write_proposals(propose_mapping(file, options, target, force=force))
    typer.echo(say("map.written", path=target, file=file), err=True)
