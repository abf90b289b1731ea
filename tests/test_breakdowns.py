"""Every breakdown against its case folders: `tests/breakdowns/<name>/<case>/`.

A case is laid out like a KPI's (see test_metrics.py). `expected.csv` holds the whole table in its
order, the column names as head; columns may be left out. "-" is no data, fractions are allowed,
lines that start with # show the arithmetic. A file of the head alone expects no row.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from test_metrics import METRICS, case_settings, eval_fraction, shared_shop
from transcripts import open_shop

from cskpi.metrics.breakdowns import BreakdownTable, BreakdownValue, load_breakdowns, run_breakdown
from cskpi.metrics.catalog import load_catalog
from cskpi.periods import month_period
from cskpi.settings import load_settings

CASES = sorted((Path(__file__).parent / "breakdowns").glob("*/*/expected.csv"))


@pytest.mark.parametrize("path", CASES, ids=lambda p: f"{p.parent.parent.name}-{p.parent.name}")
def test_case(path: Path) -> None:
    case = path.parent
    found = {breakdown.name: breakdown for breakdown in load_breakdowns()}
    flags, month, shop = case_settings(case)
    settings = load_settings(flags, environment={})
    breakdown, period = found[case.parent.name], month_period(month)
    if shop is None:
        with open_shop(case, settings) as con:
            table = run_breakdown(con, breakdown, period, settings)
    else:
        con = shared_shop(METRICS / "_shops" / shop, tuple(sorted(flags.items())))
        table = run_breakdown(con, breakdown, period, settings)
    head, expected = expectations(path)
    assert shown(table, head) == expected


def test_every_breakdown_has_the_normal_and_the_empty_case() -> None:
    cases = {(path.parent.parent.name, path.parent.name) for path in CASES}
    for breakdown in load_breakdowns(load_catalog().groups, prove=True):
        assert (breakdown.name, "normal") in cases
        assert (breakdown.name, "empty") in cases


def expectations(path: Path) -> tuple[list[str], list[list[object]]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    head, *rows = csv.reader(line for line in lines if line and not line.startswith("#"))
    return head, [[number_or_text(field) for field in row] for row in rows]


def shown(table: BreakdownTable, head: list[str]) -> list[list[object]]:
    names = [column.name for column in table.columns]
    return [[plain(row[names.index(name)]) for name in head] for row in table.rows]


def plain(item: BreakdownValue) -> object:
    if item is None:
        return None
    if isinstance(item, int | float | Decimal):
        return pytest.approx(float(item), abs=1e-9)
    return str(item)


def number_or_text(field: str) -> object:
    if field == "-":
        return None
    try:
        return eval_fraction(field)
    except ValueError:
        return field
