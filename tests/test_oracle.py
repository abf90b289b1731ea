"""The product's JSON against a slow reference written from the catalogue's text alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import HealthCheck, given, settings
from oracle.catalogue import evaluate
from oracle.comparison import differences, found_rows
from oracle.export import write
from oracle.kpis import Facts
from oracle.shop import Period, World
from oracle.worlds import worlds
from typer.testing import Result

OCTOBER = Period(datetime(2026, 10, 1), datetime(2026, 11, 1))
GROUPINGS = ("", "agent", "day", "shop", "channel")

Cli = Callable[..., Result]


def disagreements(world: World, folder: Path, cli: Cli) -> list[str]:
    """Load the world's exports and hold every number against the oracle's."""
    database = folder / "shop.duckdb"
    write(world, folder / "exports")
    cli("load", folder / "exports", "--db", database)
    facts = Facts(world)
    faults: list[str] = []
    for by in GROUPINGS:
        grouping = ("--by", by) if by else ()
        printed = cli("kpi", "--month", "2026-10", *grouping, "--format", "json", "--db", database)
        found = found_rows(printed.stdout, by)
        for name, (expected, unsettled) in evaluate(facts, OCTOBER, by).items():
            faults += differences(name, by, expected, found.get(name, {}), unsettled)
    return faults


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(world=worlds(most=5))
def test_numbers_match_an_independent_reference(world: World, tmp_path: Path, cli: Cli) -> None:
    folder = Path(mkdtemp(dir=tmp_path))
    try:
        assert disagreements(world, folder, cli) == []
    finally:
        shutil.rmtree(folder)
