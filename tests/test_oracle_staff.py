"""Rosters, attendance and the list of agents against the slow reference; breaking it is noticed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from depth import rounds
from hypothesis import HealthCheck, Phase, given, settings
from oracle.asking import Cli, loaded_disagreements
from oracle.catalogue import KPIS, STAFF
from oracle.edges_sales import sales_edges
from oracle.edges_staff import staff_edges
from oracle.rosters import joined, staffed_shops
from oracle.shop import World  # noqa: TC002 (hypothesis reads the annotation)
from oracle.staff import CAPACITY
from oracle.worlds import merged

GROUPINGS = ("", "agent", "day", "shop")
SHIPPED = Path(__file__).parents[1] / "queries" / "metrics"

BROKEN = {
    "inquiry_conversion_final": ("days_to_pay = 4", "days_to_pay = 3"),
    "inquiry_loss": ("days_to_order = 1", "days_to_order = 2"),
    "payment_chase_success_rate": ("hours_to_pay = 24", "hours_to_pay = 25"),
    "repurchase_rate_90d": ("days = 90", "days = 91"),
    "repurchase_after_contact": ("days = 30", "days = 31"),
    "workload_stress": ("run_weight = 0.6", "run_weight = 0.5"),
    "online_hours": ("3600", "3601"),
    "coverage_24h": ("covered_seconds /", "rostered_seconds /"),
}
"""A KPI's file, and what is put in place of a piece of it."""


@pytest.fixture(autouse=True)
def _capacity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSKPI_WORKLOAD_CAPACITY", str(CAPACITY))


def test_both_sides_of_every_threshold(tmp_path: Path, cli: Cli) -> None:
    assert loaded_disagreements(staff_edges(), tmp_path, cli, STAFF, GROUPINGS) == []


def test_a_kpi_that_counts_otherwise_is_found(tmp_path: Path, cli: Cli) -> None:
    """A shop's own file takes the place of the shipped one."""
    own = tmp_path / "queries" / "metrics"
    own.mkdir(parents=True)
    for name, (piece, other) in BROKEN.items():
        shipped = (SHIPPED / f"{name}.sql").read_text(encoding="utf-8")
        assert piece in shipped, name
        (own / f"{name}.sql").write_text(shipped.replace(piece, other), encoding="utf-8")
    asked = {name: (KPIS | STAFF)[name] for name in BROKEN}
    sold = merged(sales_edges(), "by shop")
    world = replace(joined([sold, staff_edges()]), orders=sold.orders, refunds=sold.refunds)
    wrong = loaded_disagreements(world, tmp_path, cli, asked, ("shop",))
    assert {line.split()[0] for line in wrong} == set(BROKEN)


@settings(
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=rounds(1, thorough=10),
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(world=staffed_shops(count=15))
def test_shops_with_rosters_give_the_numbers_of_the_text(
    world: World, tmp_path: Path, cli: Cli
) -> None:
    assert loaded_disagreements(world, tmp_path, cli, STAFF, GROUPINGS) == []
