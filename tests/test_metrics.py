"""Every KPI against its case folders: `tests/metrics/<kpi>/<case>/`.

A case holds `transcript.txt` and, where needed, `orders.csv`, `ratings.csv`, `tickets.csv`,
`complaints.csv`, `refunds.csv`, `agents.csv` and `settings.toml` (flat keys, `month` is its
first day). Cases that look at the same shop name it there, `shop = "evening"`, and keep its exports
once, in `tests/metrics/_shops/evening/`. `expected.csv` names in `by` the
dimensions joined by "+" ("" is the total), in `key` their values joined by "/" (an agent's shop
stands before him), and any of the numbers, fractions allowed; "-" is no
data and "?" an agent the export does not name. Lines that start with # show the arithmetic.
"""

from __future__ import annotations

import csv
import tomllib
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from transcripts import only, open_shop, part_shop

from cskpi.metrics.catalog import load_catalog
from cskpi.metrics.evaluate import evaluate
from cskpi.metrics.grouping import expand
from cskpi.model.steps import model_steps, text_steps
from cskpi.periods import month_period
from cskpi.settings import Value, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from _pytest.mark import ParameterSet
    from duckdb import DuckDBPyConnection

    from cskpi.metrics.finding import Finding

METRICS = Path(__file__).parent / "metrics"


def shop_of(case: Path) -> str:
    """Return the name of the shop a case shares, empty where it has its own."""
    path = case / "settings.toml"
    content = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return str(content.get("shop", ""))


CASES = sorted(path.parent for path in METRICS.glob("*/*/expected.csv"))
NUMBERS = (
    "value",
    "numerator",
    "denominator",
    "sample_size",
    "median",
    "p90",
    "low",
    "high",
    "previous",
    "flagged",
)


def cases_of(paths: Iterable[Path]) -> list[ParameterSet]:
    """Return the case folders as parameters; a test process builds a shop they share once."""
    return [
        pytest.param(
            case, marks=pytest.mark.shop(shop_of(case)), id=f"{case.parent.name}-{case.name}"
        )
        for case in paths
    ]


@pytest.mark.parametrize("case", cases_of(CASES))
def test_case(case: Path) -> None:
    metrics = load_catalog().select([case.parent.name])
    flags, month, shop = case_settings(case)
    settings = load_settings(flags, environment={})
    expected = expectations(case)
    groupings = sorted({by(row) for row in expected})
    if shop is None:
        with open_shop(case, settings) as con:
            findings = evaluate(con, metrics, month_period(month), groupings, settings)
    else:
        folder = METRICS / "_shops" / shop
        con = shared_shop(folder, of_the_model(flags))
        findings = evaluate(con, metrics, month_period(month), groupings, settings)
    for row in expected:
        found = [f for f in findings if matches(f, row)]
        assert found, f"no finding for {row['by']} {row['key']}; there are {dimensions(findings)}"
        for name in NUMBERS:
            if row.get(name):
                assert shown(only(found), name) == number(row[name]), (row["by"], row["key"], name)


def test_every_kpi_has_the_normal_and_the_empty_case() -> None:
    cases = {(path.parent.name, path.name) for path in CASES}
    for metric in load_catalog().metrics:
        assert (metric.name, "normal") in cases
        assert (metric.name, "empty") in cases


def of_the_model(
    flags: Mapping[str, Value | None],
) -> tuple[tuple[str, Value | None], ...]:
    """Return the settings the facts depend on; KPIs' own parameters need no other shop."""
    steps = (*model_steps(), *text_steps())
    taken = {source for step in steps for source in step.parameters.values()}
    known = {source.removesuffix(" * 1000") for source in taken}
    return tuple(sorted((key, kept) for key, kept in flags.items() if key in known))


@lru_cache(maxsize=8)
def shared_shop(folder: Path, flags: tuple[tuple[str, Value | None], ...]) -> DuckDBPyConnection:
    """Load a shop that several cases look at, once for each test process."""
    return part_shop(folder, load_settings(dict(flags), environment={}))


def case_settings(case: Path) -> tuple[dict[str, Value | None], date, str | None]:
    path = case / "settings.toml"
    content = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    month = content.pop("month", date(2026, 10, 1))
    shop = content.pop("shop", None)
    return content, month, shop


def expectations(case: Path) -> list[dict[str, str]]:
    lines = (case / "expected.csv").read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def by(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row["by"].split("+")) if row["by"] else ()


def matches(finding: Finding, row: dict[str, str]) -> bool:
    key = "/".join("?" if part is None else part for part in finding.dimensions.values())
    return set(expand(by(row))) == set(finding.dimensions) and key == row["key"]


def dimensions(findings: list[Finding]) -> list[dict[str, str | None]]:
    return [finding.dimensions for finding in findings]


def shown(finding: Finding, name: str) -> object:
    found = getattr(finding, name)
    return None if found is None else pytest.approx(found, abs=1e-9)


def number(text: str) -> float | None:
    return None if text == "-" else eval_fraction(text)


def eval_fraction(text: str) -> float:
    above, _, below = text.partition("/")
    return float(above) / float(below) if below else float(above)
