"""Personal data leaked in short chats outside a database, by the very step that fills `privacy_leaks`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cskpi.model.steps import text_steps
from cskpi.quality.rule import LEAK_KINDS
from cskpi.store.frames import offered

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from cskpi.quality.lines import Lines
    from cskpi.settings import Settings

_FLAGS = tuple(f"has_{kind}" for kind in LEAK_KINDS)


def leaks_of(
    lines: Lines, texts: Sequence[str], forms: pl.DataFrame, settings: Settings
) -> dict[str, NDArray[np.int64]]:
    """Return `row_key` of the messages that leak personal data, by its kind.

    Args:
        lines: the chats, each of a shop and customer of its own.
        texts: the raw text of each form.
        forms: the columns of `message_signals`, one row a text.
        settings: when a number is the shop's own.
    """
    import duckdb
    import polars as pl

    if not forms.select(pl.any_horizontal(_FLAGS).any()).item():
        return {}
    tables = {
        "message_forms": _messages(lines),
        "messages": _messages(lines, texts),
        "message_signals": forms.select("form", *_FLAGS).with_row_index("form_no"),
    }
    step = next(step for step in text_steps() if step.target == "privacy_leaks")
    with duckdb.connect() as con:
        for name, frame in tables.items():
            with offered(con, "told", frame):
                con.execute(f"CREATE TABLE {name} AS FROM told")
        found = con.execute(step.select, step.bind(settings)).fetchnumpy()
    keys = found["row_key"] // 1_000_000
    return {kind: keys[found["leak_kind"] == kind] for kind in LEAK_KINDS}


def _messages(lines: Lines, texts: Sequence[str] = ()) -> pl.DataFrame:
    import polars as pl

    said = pl.DataFrame(
        {
            "session_no": lines.session,
            "shop_no": lines.session,
            "customer_no": lines.session,
            "account_no": lines.account,
            "actor": lines.actor,
            "occurred_ms": lines.milliseconds,
            "form_no": lines.form,
            "source_row": lines.row_key,
        }
    ).with_columns(
        row_key=pl.col("source_row") * 1_000_000,
        file_id=pl.lit(0),
        occurred_at=pl.lit(None, pl.Datetime),
    )
    if not texts:
        return said
    return said.with_columns(text=pl.Series([texts[number] for number in lines.form]))
