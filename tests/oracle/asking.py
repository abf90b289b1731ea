"""The product asked for its numbers, and every one of them that the oracle computes otherwise."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp

from oracle.catalogue import KPIS, Kpi, evaluate
from oracle.comparison import differences, earlier_differences, found_rows
from oracle.export import write
from oracle.facts import Facts
from oracle.shop import Period, World
from typer.testing import Result

MONTHS = tuple(datetime.fromisoformat(f"2026-{m:02}-01") for m in (9, 10, 11))
GROUPINGS = ("", "agent", "day", "shop", "channel")

Cli = Callable[..., Result]


def disagreements(
    world: World,
    database: Path,
    cli: Cli,
    kpis: Mapping[str, Kpi] = KPIS,
    groupings: tuple[str, ...] = GROUPINGS,
    *,
    year: int = 2026,
) -> list[str]:
    """Every number for October that the oracle computes otherwise."""
    facts = Facts(world)
    september, october, november = (m.replace(year=year) for m in MONTHS)
    faults: list[str] = []
    for by in groupings:
        grouping = ("--by", by) if by else ()
        printed = cli(
            "kpi", *kpis, "--month", f"{year}-10", *grouping, "--format", "json", "--db", database
        )
        found = found_rows(printed.stdout, by)
        before = {} if by == "day" else evaluate(facts, Period(september, october), by, kpis)
        for name, answer in evaluate(facts, Period(october, november), by, kpis).items():
            rows = found.get(name, {})
            wrong = list(differences(answer, rows))
            if by != "day":
                wrong += earlier_differences(before[name], rows)
            faults += [f"{name} by {by or 'nothing'} {key}: {fault}" for key, fault in wrong]
    return faults


def loaded_disagreements(
    world: World,
    parent: Path,
    cli: Cli,
    kpis: Mapping[str, Kpi] = KPIS,
    groupings: tuple[str, ...] = GROUPINGS,
) -> list[str]:
    """The same of a world that is written and loaded first."""
    folder = Path(mkdtemp(dir=parent))
    try:
        write(world, folder / "exports")
        cli("load", folder / "exports", "--db", folder / "shop.duckdb")
        return disagreements(world, folder / "shop.duckdb", cli, kpis, groupings)
    finally:
        shutil.rmtree(folder)
