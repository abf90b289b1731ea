"""Building the facts: brought up to date where messages were only added, else built anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from cskpi.model.shops import separate_shops, unify_shops
from cskpi.model.state import appended_files, record
from cskpi.model.steps import fill, model_steps
from cskpi.model.update import update_facts
from cskpi.store.database import literal, quote, transaction

if TYPE_CHECKING:
    import duckdb

    from cskpi.settings import Settings

Progress = Callable[[str, int, int], None]

SLOW_COMPRESSION = "zstd,fsst"
"""Left out for facts: ids are all different, and trying it takes a quarter of the writing of sessions."""


def build_model(
    con: duckdb.DuckDBPyConnection, settings: Settings, progress: Progress | None = None
) -> Literal["updated", "rebuilt"]:
    """Make every fact table match data and settings, in one transaction.

    Args:
        con: a writable database.
        settings: gaps, windows and owner rule.
        progress: called with the table, its number and the number of tables before each step.
    """
    shop = unify_shops(con)
    # Order in the tables means nothing; giving it up lets both threads write.
    con.execute("SET preserve_insertion_order = false")
    # Told when connecting, DuckDB forgets it.
    con.execute(f"SET disabled_compression_methods = {literal(SLOW_COMPRESSION)}")
    with transaction(con):
        files = appended_files(con, settings, shop)
        updated = files is not None and update_facts(con, files, settings, shop, progress)
        if not updated:
            _rebuild(con, settings, progress)
        for step in model_steps():
            if step.scope == "passing":
                con.execute(f"DROP TABLE temp.{quote(step.target)}")
        record(con, settings, shop)
    con.execute("RESET preserve_insertion_order")
    con.execute("RESET disabled_compression_methods")
    separate_shops(con)
    return "updated" if updated else "rebuilt"


def _rebuild(con: duckdb.DuckDBPyConnection, settings: Settings, progress: Progress | None) -> None:
    steps = model_steps()
    for number, step in enumerate(steps, start=1):
        if progress:
            progress(step.target, number, len(steps))
        fill(con, step, settings)
