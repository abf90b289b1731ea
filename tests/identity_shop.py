"""Shops whose facts are built anew, for the tests of identity."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from transcripts import Shop, messages_csv

from cskpi.metrics.catalog import load_catalog
from cskpi.metrics.evaluate import evaluate
from cskpi.periods import month_period
from cskpi.settings import load_settings

if TYPE_CHECKING:
    from cskpi.metrics.finding import Finding

OCTOBER = month_period(date(2026, 10, 1))

ORDERS = "shop,order_id,customer_id,created_at,paid_at,paid_amount,status\n"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def orders(folder: Path, *rows: str) -> Path:
    return write(folder, "orders.csv", ORDERS + "".join(f"旗舰店,{row}\n" for row in rows))


def sold(order_id: str, customer: str, at: str = "2026-10-01 11:00:00") -> str:
    return f"{order_id},{customer},{at},{at},100.00,交易成功"


def unbuilt(folder: Path, transcript: str, *files: Path) -> Shop:
    """Load a transcript and further exports."""
    export = write(folder, "messages.csv", messages_csv(transcript))
    settings = load_settings({}, environment={})
    return Shop.loaded(folder / "cskpi.duckdb", settings, (export, *files))


def rebuilt(shop: Shop, *statements: str) -> Shop:
    """Change staged tables as a command or a load would; facts follow."""
    shop.change(*statements)
    return shop


def alias(name: str, agent: str, shop: str = "", first: str = "1970-01-01", last: str = "") -> str:
    end = f"DATE '{last}'" if last else "NULL"
    return (
        "INSERT INTO agent_aliases BY NAME SELECT"
        f" '{shop}' AS shop_id, '{name}' AS alias, '{agent}' AS agent_id,"
        f" DATE '{first}' AS valid_from, {end} AS valid_to, 0 AS file_id, 0 AS source_row"
    )


def link(name: str, customer: str, shop: str = "") -> str:
    return (
        "INSERT INTO customer_links BY NAME SELECT"
        f" '{shop}' AS shop_id, '{name}' AS alias, '{customer}' AS customer_id,"
        " 0 AS file_id, 0 AS source_row"
    )


def findings(shop: Shop, name: str, *grouping: str) -> list[Finding]:
    with shop.reading() as con:
        metrics = load_catalog().select([name])
        return evaluate(con, metrics, OCTOBER, [grouping], shop.settings)


def by_agent(shop: Shop, name: str) -> dict[str | None, float | None]:
    return {f.dimensions["agent"]: f.value for f in findings(shop, name, "agent")}


def matches(shop: Shop) -> dict[str, tuple[str, str | None]]:
    rows = shop.rows(
        "SELECT order_id, matched_by, customer_id FROM order_customers"
        " LEFT JOIN customers USING (customer_no)"
    )
    return {order: (how, customer) for order, how, customer in rows}


# Agents
