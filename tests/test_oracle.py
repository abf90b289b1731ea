"""The product's JSON against a slow reference written from the catalogue's text alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest
from depth import rounds
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from oracle.asking import Cli, disagreements, loaded_disagreements
from oracle.catalogue import sales
from oracle.edges import edge_world
from oracle.edges_sales import sales_edges
from oracle.export import write
from oracle.sales import Terms
from oracle.sample import sample_world
from oracle.shop import World  # noqa: TC002 (hypothesis reads the annotation)
from oracle.worlds import merged, worlds

SAMPLE = Path(__file__).parents[1] / "sample_data"

# Nothing is shrunk: each step would be a whole round, and the shops are small as they are.
# One round loads five files and asks five times: few rounds with many shops find most.
drawing = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)


def test_both_sides_of_every_threshold(tmp_path: Path, cli: Cli) -> None:
    # All chats of the edges are of one channel; colliding shops have several.
    asked = ("", "agent", "day", "shop")
    assert loaded_disagreements(edge_world(), tmp_path, cli, groupings=asked) == []


@settings(drawing, max_examples=rounds(1, thorough=20))
@given(world=worlds(count=20, least=8))
def test_colliding_shops_give_the_numbers_of_the_text(
    world: World, tmp_path: Path, cli: Cli
) -> None:
    assert loaded_disagreements(world, tmp_path, cli, groupings=("", "agent", "channel")) == []


@settings(drawing, max_examples=rounds(1, thorough=20))
@given(
    world=worlds(count=1),
    missing=st.sets(st.sampled_from(("orders", "ratings", "tickets", "complaints")), min_size=1),
)
def test_what_was_never_exported_has_no_number(
    world: World, missing: Collection[str], tmp_path: Path, cli: Cli
) -> None:
    less = replace(world, refunds=[], **{kind: [] for kind in missing})
    assert loaded_disagreements(less, tmp_path, cli, groupings=("", "agent")) == []


@pytest.mark.thorough
def test_sample_shops_give_the_numbers_of_the_text(tmp_path: Path, cli: Cli) -> None:
    database = tmp_path / "sample.duckdb"
    cli("load", SAMPLE, "--db", database)
    asked = ("", "agent", "day")
    assert disagreements(sample_world(SAMPLE), database, cli, groupings=asked) == []


TERMS = (
    Terms("created_first", "most", deducts=True),
    Terms("created", "last", deducts=True, deducts_parts=True),
    Terms("created", "most"),
    Terms("paid", "last", deducts=True),
    Terms("paid", "most", deducts=True, deducts_parts=True),
)


@settings(drawing, max_examples=rounds(1, thorough=5))
@given(world=worlds(count=15, least=8))
def test_every_rule_of_crediting_gives_the_numbers_of_the_text(
    world: World, tmp_path: Path, cli: Cli
) -> None:
    """Beside the default, which all other worlds are asked under."""
    whole = merged([world, *sales_edges()], "by time")
    write(whole, tmp_path / "credited")
    cli("load", tmp_path / "credited", "--db", tmp_path / "shop.duckdb")
    for terms in TERMS:
        with pytest.MonkeyPatch.context() as settled:
            settled.setenv("CSKPI_ATTRIBUTION_RULE", terms.rule)
            settled.setenv("CSKPI_ATTRIBUTION_BASIS", terms.basis)
            settled.setenv("CSKPI_SALES_DEDUCT_REFUNDS", str(terms.deducts))
            settled.setenv("CSKPI_SALES_DEDUCT_PARTIAL_REFUNDS", str(terms.deducts_parts))
            kpis = sales(terms)
            wrong = disagreements(whole, tmp_path / "shop.duckdb", cli, kpis, ("agent",))
        assert (terms, wrong) == (terms, [])
