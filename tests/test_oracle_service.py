"""The oracle on rules no longer in force, and on KPIs broken on purpose: each is to be found."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oracle.asking import Cli, disagreements
from oracle.catalogue import FORMER, KPIS
from oracle.edges import edge_world
from oracle.export import write

if TYPE_CHECKING:
    from oracle.shop import World

SHIPPED = Path(__file__).parents[1] / "queries" / "metrics"

BROKEN = {
    "reply_in_target": ("target_seconds = 180", "target_seconds = 179"),
    "pdd_3min_reply_rate": ("<= $target_seconds", "< $target_seconds"),
    "jd_first_30s_rate": ("NOT sessions.is_proactive", "sessions.is_customer_session"),
    "repeat_contact_rate": ("hours_after = 24", "hours_after = 25"),
    "complaint_conversion_rate": ("days_after = 7", "days_after = 8"),
    "handoff_wait": ("coalesce(handoff_seconds, waiting_seconds)", "waiting_seconds"),
    "bot_share": ("has_bot_reply AND NOT has_human", "NOT has_human"),
}
"""A KPI's file, and what is put in place of a piece of it."""


def _in_year(world: World, year: int) -> World:
    def moved(record: Any) -> Any:
        times = {name: at for name, at in vars(record).items() if isinstance(at, datetime)}
        return replace(record, **{name: at.replace(year=year) for name, at in times.items()})

    kinds = {kind: list(map(moved, records)) for kind, records in vars(world).items()}
    return replace(world, **kinds)


def test_former_rules_give_the_numbers_of_their_texts(tmp_path: Path, cli: Cli) -> None:
    world = _in_year(edge_world(), 2021)
    write(world, tmp_path / "exports")
    cli("load", tmp_path / "exports", "--db", tmp_path / "shop.duckdb")
    asked = (FORMER, ("", "agent"))
    assert disagreements(world, tmp_path / "shop.duckdb", cli, *asked, year=2021) == []


def test_a_kpi_that_counts_otherwise_is_found(tmp_path: Path, cli: Cli) -> None:
    """A shop's own file takes the place of the shipped one."""
    world = edge_world()
    write(world, tmp_path / "exports")
    cli("load", tmp_path / "exports", "--db", tmp_path / "shop.duckdb")
    own = tmp_path / "queries" / "metrics"
    own.mkdir(parents=True)
    for name, (piece, other) in BROKEN.items():
        shipped = (SHIPPED / f"{name}.sql").read_text(encoding="utf-8")
        assert piece in shipped, name
        (own / f"{name}.sql").write_text(shipped.replace(piece, other), encoding="utf-8")
    asked = {name: KPIS[name] for name in BROKEN}
    wrong = disagreements(world, tmp_path / "shop.duckdb", cli, asked, ("",))
    assert {line.split()[0] for line in wrong} == set(BROKEN)
