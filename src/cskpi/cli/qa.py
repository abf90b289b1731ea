"""`cskpi qa`: session inspection by rules; grading sheets join it in `qa_sheets`."""

from __future__ import annotations

from cskpi.cli import App, ErrorGroup, app
from cskpi.texts import say

qa_app = App(cls=ErrorGroup, no_args_is_help=True, help=say("help.qa"), epilog=say("example.qa"))
app.add_typer(qa_app, name="qa")
