"""The product's JSON against a slow reference written from the catalogue's text alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle.catalogue import evaluate
from oracle.comparison import differences, earlier_differences, found_rows
from oracle.edges import edge_world
from oracle.export import write
from oracle.facts import Facts
from oracle.sample import sample_world
from oracle.shop import Period, World
from oracle.worlds import worlds
from typer.testing import Result

SEPTEMBER, OCTOBER, NOVEMBER = (datetime.fromisoformat(f"2026-{m:02}-01") for m in (9, 10, 11))
GROUPINGS = ("", "agent", "day", "shop", "channel")
SAMPLE = Path(__file__).parents[1] / "sample_data"

Cli = Callable[..., Result]

# One round loads five files and asks five times: few rounds with many shops find most.
drawing = settings(
    deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def disagreements(world: World, database: Path, cli: Cli) -> list[str]:
    """Every number for October that the oracle computes otherwise."""
    facts = Facts(world)
    faults: list[str] = []
    for by in GROUPINGS:
        grouping = ("--by", by) if by else ()
        printed = cli("kpi", "--month", "2026-10", *grouping, "--format", "json", "--db", database)
        found = found_rows(printed.stdout, by)
        before = evaluate(facts, Period(SEPTEMBER, OCTOBER), by)
        for name, answer in evaluate(facts, Period(OCTOBER, NOVEMBER), by).items():
            rows = found.get(name, {})
            wrong = list(differences(answer, rows))
            if by != "day":
                wrong += earlier_differences(before[name], rows)
            faults += [f"{name} by {by or 'nothing'} {key}: {fault}" for key, fault in wrong]
    return faults


def loaded_disagreements(world: World, parent: Path, cli: Cli) -> list[str]:
    folder = Path(mkdtemp(dir=parent))
    try:
        write(world, folder / "exports")
        cli("load", folder / "exports", "--db", folder / "shop.duckdb")
        return disagreements(world, folder / "shop.duckdb", cli)
    finally:
        shutil.rmtree(folder)


def test_both_sides_of_every_threshold(tmp_path: Path, cli: Cli) -> None:
    assert loaded_disagreements(edge_world(), tmp_path, cli) == []


@settings(drawing, max_examples=3)
@given(world=worlds(count=20, least=8))
def test_colliding_shops_give_the_numbers_of_the_text(
    world: World, tmp_path: Path, cli: Cli
) -> None:
    assert loaded_disagreements(world, tmp_path, cli) == []


@settings(drawing, max_examples=2)
@given(
    world=worlds(count=1),
    missing=st.sets(st.sampled_from(("orders", "ratings", "tickets", "complaints")), min_size=1),
)
def test_what_was_never_exported_has_no_number(
    world: World, missing: Collection[str], tmp_path: Path, cli: Cli
) -> None:
    less = replace(world, refunds=[], **{kind: [] for kind in missing})
    assert loaded_disagreements(less, tmp_path, cli) == []


def test_sample_shops_give_the_numbers_of_the_text(tmp_path: Path, cli: Cli) -> None:
    database = tmp_path / "sample.duckdb"
    cli("load", SAMPLE, "--db", database)
    assert disagreements(sample_world(SAMPLE), database, cli) == []
