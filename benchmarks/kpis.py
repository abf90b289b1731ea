"""Benchmarks of KPIs: all of them in five groupings, the floor under them, and one more day.

    python benchmarks/kpis.py --messages 10000000

The floor is DuckDB's own scan of the fact tables with a plain average and two quantiles: no KPI can
be had for less. Seconds are of one process on facts that are built; peak memory is the process's.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from formats import ONE_MORE_DAY
from run import CSKPI, HERE, generated, run, say

from cskpi.metrics.catalog import load_catalog
from cskpi.metrics.evaluate import evaluate
from cskpi.model.build import build_model
from cskpi.periods import month_period
from cskpi.settings import load_settings
from cskpi.store.database import Limits, open_database

if TYPE_CHECKING:
    import duckdb

    from cskpi.settings import Settings

GROUPINGS = ((), ("agent",), ("day",), ("shop",), ("channel",))
FLOOR = """
SELECT avg({0}), quantile_cont({0}, 0.5), quantile_cont({0}, 0.9), count(*) FROM {1}
"""
SCANNED = (("first_reply_seconds", "session_facts"), ("reply_seconds", "turn_facts"))


def seconds(work: Callable[[], object]) -> float:
    """Return how long a piece of work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def scanned(con: duckdb.DuckDBPyConnection, sql: str) -> float:
    """Return the seconds of one plain query."""
    return seconds(lambda: con.execute(sql).fetchall())


def facts(settings: Settings) -> str:
    """Bring the facts up to date and say how."""
    with open_database(Path(settings.text("db")), Limits.of(settings), write=True) as con:
        return build_model(con, settings)


def measure(messages: int, folder: Path) -> None:
    """Print model, floor, all KPIs, and the model after one more day."""
    file, db = generated(messages), folder / "cskpi.duckdb"
    settings = load_settings({"db": str(db)}, environment={})
    run(*CSKPI, "load", file, "--kind", "messages", "--db", db)
    say("", f"--- {messages:,} messages asked for")
    say("facts built anew", f"{seconds(lambda: facts(settings)):8.1f} s")
    period = month_period(date(2026, 10, 1))
    metrics = load_catalog().own()
    with open_database(db, Limits.of(settings)) as con:
        floor = sum(scanned(con, FLOOR.format(*names)) for names in SCANNED)
        say("floor: plain scans of the facts", f"{floor:8.1f} s")
        whole = seconds(lambda: evaluate(con, metrics, period, GROUPINGS, settings))
        say(f"{len(metrics)} KPIs x five groupings", f"{whole:8.1f} s (reach 20 at 10 M)")
    day = folder / "day.csv"
    run(CSKPI[0], "-c", ONE_MORE_DAY, file, day)
    run(*CSKPI, "load", day, "--kind", "messages", "--db", db)
    how: list[str] = []
    spent = seconds(lambda: how.append(facts(settings)))
    say("facts after one more day", f"{spent:8.1f} s ({how[0]})")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    say("peak memory", f"{peak:8.2f} GB (reach 4)")


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, action="append")
    options = parser.parse_args()
    for messages in options.messages or (1_000_000, 10_000_000):
        with tempfile.TemporaryDirectory(dir=HERE) as name:
            measure(messages, Path(name))


if __name__ == "__main__":
    main()
