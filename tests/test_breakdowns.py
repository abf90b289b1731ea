"""Every breakdown against its case folders: `tests/breakdowns/<name>/<case>/`.

A case is laid out like a KPI's (see test_metrics.py). `expected.csv` holds the whole table in its
order, the column names as head; columns may be left out. "-" is no data, fractions are allowed,
lines that start with # show the arithmetic. A file of the head alone expects no row.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from test_metrics import (
    METRICS,
    case_settings,
    cases_of,
    eval_fraction,
    of_the_model,
    shared_shop,
)
from transcripts import open_shop, part_shop

from cskpi.errors import DefinitionError, UsageError
from cskpi.metrics.breakdowns import BreakdownTable, BreakdownValue, load_breakdowns, run_breakdown
from cskpi.metrics.catalog import load_catalog
from cskpi.periods import month_period
from cskpi.present.breakdowns import breakdown_table
from cskpi.settings import load_settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FOLDER = Path(__file__).parent / "breakdowns"
CASES = sorted(path.parent for path in FOLDER.glob("*/*/expected.csv"))


@pytest.mark.parametrize("case", cases_of(CASES))
def test_case(case: Path) -> None:
    found = {breakdown.name: breakdown for breakdown in load_breakdowns()}
    flags, month, shop = case_settings(case)
    settings = load_settings(flags, environment={})
    breakdown, period = found[case.parent.name], month_period(month)
    if shop is None:
        with open_shop(case, settings) as con:
            table = run_breakdown(con, breakdown, period, settings)
    else:
        folder = METRICS / "_shops" / shop
        con = shared_shop(folder, of_the_model(flags))
        table = run_breakdown(con, breakdown, period, settings)
    head, expected = expectations(case / "expected.csv")
    assert shown(table, head) == expected


def test_every_breakdown_has_the_normal_and_the_empty_case() -> None:
    cases = {(case.parent.name, case.name) for case in CASES}
    for breakdown in load_breakdowns(load_catalog().groups, prove=True):
        assert (breakdown.name, "normal") in cases
        assert (breakdown.name, "empty") in cases


OWN = """/* breakdown
label       = { zh = "各店会话", en = "Sessions by shop" }
description = { zh = "各店的会话数。", en = "Sessions of each shop." }
group       = "workload"
sources     = ["sessions"]
origin      = "test"
most_rows   = 1
[params]
least       = 1
[[column]]
name  = "shop_id"
label = { zh = "店铺", en = "Shop" }
[[column]]
name  = "customer_id"
label = { zh = "买家", en = "Customer" }
[[column]]
name  = "session_count"
label = { zh = "会话数", en = "Sessions" }
unit  = "count"
*/
SELECT shop_id, min(customer_id) AS customer_id, count(*) AS session_count
FROM sessions
WHERE started_at < $period_end
GROUP BY shop_id
HAVING count(*) >= $least
ORDER BY shop_id;
"""
FAULTS = {
    "a key that is missing": (('origin      = "test"\n', ""), "missing key 'origin'"),
    "a key nobody knows": (("most_rows ", "rows "), "unknown key 'rows'"),
    "a key of the wrong type": (("= 1\n[params]", '= "x"\n[params]'), "must be of type int"),
    "one language": ((', en = "Shop"', ""), "'column.shop_id.label' needs a text for both"),
    "a unit nobody knows": (('unit  = "count"', 'unit  = "pieces"'), "'column.session_count.unit'"),
    "a column's key nobody knows": (('unit  = "count"', 'width = "9"'), "unknown key 'column."),
    "no source": (('["sessions"]', "[]"), "at least one source table is named"),
    "a heat map of no hours": (("most_rows   = 1", 'view = "heat_map"'), "a heat map needs"),
    "a view nobody knows": (("most_rows   = 1", 'view = "pie"'), "'view' is 'pie'"),
    "a group nobody knows": (('"workload"', '"sport"'), "unknown group 'sport'"),
    "two columns of one name": (('name  = "customer_id"', 'name  = "shop_id"'), "the same name"),
    "a setting nobody knows": (("= 1\n[[", '= { setting = "a.b" }\n[['), "no known setting"),
    "an undeclared parameter": (("$least", "$most"), "parameter '$most' is missing"),
    "an unused parameter": (("$least", "1"), "parameter 'least' is not used"),
    "an undeclared table": (("FROM sessions", "FROM messages"), "messages"),
    "a column the body lacks": (("AS session_count", "AS n"), "no column 'session_count'"),
    "a clock": (("$period_end", "now()"), "'now' is not allowed"),
    "no header": (("/* breakdown", "/* metric"), "no /* breakdown … */ header"),
}


def own_file(content: str) -> Path:
    path = Path("queries/breakdowns/by_shop.sql")
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_file_is_refused_by_name(name: str) -> None:
    (old, new), message = FAULTS[name]
    assert old in OWN
    path = own_file(OWN.replace(old, new, 1))
    with pytest.raises(DefinitionError) as caught:
        load_breakdowns(load_catalog().groups)
    assert message in str(caught.value.problems)
    assert str(path) in str(caught.value.problems[0])


def test_a_shops_own_file_is_shown_without_its_customers(shop: DuckDBPyConnection) -> None:
    own_file(OWN)
    breakdown = next(b for b in load_breakdowns(load_catalog().groups) if b.name == "by_shop")
    settings = load_settings({}, environment={})
    table = run_breakdown(shop, breakdown, OCTOBER, settings)
    assert [row[::2] for row in table.rows] == [("工厂店", 1), ("旗舰店", 2)]
    kept = run_breakdown(shop, breakdown, OCTOBER, settings, {"shop": "旗舰店"})
    assert [row[0] for row in kept.rows] == ["旗舰店"]
    with pytest.raises(UsageError):
        run_breakdown(shop, breakdown, OCTOBER, settings, {"agent": "A"})
    told = load_settings({"params.by_shop.least": 2}, environment={})
    assert [row[0] for row in run_breakdown(shop, breakdown, OCTOBER, told).rows] == ["旗舰店"]
    shown = breakdown_table(table, most_rows=1)
    assert [column.title for column in shown.columns] == ["店铺", "会话数"]
    assert [cell.text for row in shown.rows for cell in row.cells] == ["工厂店", "1"]
    assert shown.note == "另有 1 行：cskpi kpi by_shop 全部列出。"


def test_without_its_data_a_breakdown_says_what_is_missing(shop: DuckDBPyConnection) -> None:
    own_file(OWN.replace('["sessions"]', '["sessions", "tickets"]'))
    breakdown = next(b for b in load_breakdowns(load_catalog().groups) if b.name == "by_shop")
    table = run_breakdown(shop, breakdown, OCTOBER, load_settings({}, environment={}))
    assert (table.missing, table.rows) == (("tickets",), ())
    assert breakdown_table(table).empty == "没有装入工单"


OCTOBER = month_period(date(2026, 10, 1))
CHATS = """
# shop=旗舰店 session=S1 customer=c1
2026-10-01 10:00:00 客户→A 在吗
# shop=旗舰店 session=S2 customer=c2
2026-10-02 10:00:00 客户→A 在吗
# shop=工厂店 session=S3 customer=c3
2026-10-03 10:00:00 客户→A 在吗
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("shop")
    (folder / "transcript.txt").write_text(CHATS, encoding="utf-8")
    # A database of its own: cases run in between while this one stands.
    with part_shop(folder, load_settings({}, environment={})) as con:
        yield con


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
