"""Agents + silent = shop, to the cent, whoever the rules credit: random orders and chats."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import pytest
from blank import blank_database
from depth import rounds
from hypothesis import given, settings
from hypothesis import strategies as st
from part_built import PartBuilt

from cskpi.metrics.catalog import load_catalog
from cskpi.metrics.evaluate import evaluate
from cskpi.model.steps import fill, model_steps
from cskpi.periods import month_period
from cskpi.settings import load_settings

if TYPE_CHECKING:
    import duckdb

    from cskpi.metrics.declaration import Metric
    from cskpi.settings import Settings, Value

MORNING = datetime.fromisoformat("2026-10-05 08:00:00")
OCTOBER = month_period(date(2026, 10, 1))
SHOPS = ("旗舰店", "工厂店")
CUSTOMERS = ("c1", "c2", "t**1", None)
AGENTS = ("A", "B", None)
RULES = ("created_first", "created", "paid")


@dataclass(frozen=True)
class Line:
    shop: str
    customer: str
    role: str
    agent: str | None
    minute: int


@dataclass(frozen=True)
class Sale:
    shop: str
    customer: str | None
    created: int
    unpaid_for: int | None
    cents: int
    refunded: int
    is_closed: bool

    @property
    def is_paid(self) -> bool:
        return self.unpaid_for is not None

    def amount(self, *, deducts: bool, partly: bool, any_refund: bool) -> int:
        """What it adds to the shop's sales, in cents."""
        if not self.is_paid:
            return 0
        if not deducts:
            return self.cents
        whole = self.refunded > 0 and self.refunded >= self.cents
        if any_refund and (self.is_closed or whole):
            return 0
        return self.cents - self.refunded if partly else self.cents


minutes = st.integers(0, 6 * 24 * 60)
lines = st.builds(
    Line,
    shop=st.sampled_from(SHOPS),
    customer=st.sampled_from(("c1", "c2", "t**1")),
    role=st.sampled_from(("customer", "customer", "agent", "agent", "bot")),
    agent=st.sampled_from(AGENTS),
    minute=minutes,
)
sales = st.builds(
    Sale,
    shop=st.sampled_from(SHOPS),
    customer=st.sampled_from(CUSTOMERS),
    created=minutes,
    unpaid_for=st.one_of(st.none(), st.integers(0, 3 * 24 * 60)),
    cents=st.integers(0, 10**9),
    refunded=st.sampled_from((0, 0, 1, 50, 10**9)),
    is_closed=st.booleans(),
)


@settings(max_examples=rounds(2, thorough=30), deadline=None, derandomize=True, database=None)
@given(
    chats=st.lists(lines, min_size=10, max_size=60), orders=st.lists(sales, min_size=5, max_size=30)
)
def test_agents_and_silent_orders_add_up_to_the_shop(chats: list[Line], orders: list[Sale]) -> None:
    with loaded(chats, orders) as staged:
        con = PartBuilt.of(staged, load_settings({}, environment={}))
        for window in (600, 172_800):
            told = {
                "attribution.window_seconds": window,
                "attribution.credit_follow_ups": window == 600,
                "attribution.sku_first": window == 600,
            }
            for step in model_steps():
                if step.target in ("product_mentions", "order_candidates", "order_credits"):
                    fill(con, step, load_settings(dict(told), environment={}))
            for rule, basis, (deducts, partly) in product(
                RULES, ("last", "most"), ((False, False), (True, False), (True, True))
            ):
                flags: dict[str, Value] = {
                    **told,
                    "attribution.rule": rule,
                    "attribution.basis": basis,
                    "sales.deduct_refunds": deducts,
                    "sales.deduct_partial_refunds": partly,
                }
                any_refund = any(order.refunded for order in orders)
                total = sum(
                    order.amount(deducts=deducts, partly=partly, any_refund=any_refund)
                    for order in orders
                )
                by_agents, silent, shop = amounts(con, load_settings(dict(flags), environment={}))
                assert by_agents + silent == shop == total, flags


def amounts(con: duckdb.DuckDBPyConnection, settings: Settings) -> tuple[int, int, int]:
    """Sum over agents, silent orders and the shop, in cents."""
    found = evaluate(con, kpis(), OCTOBER, [(), ("agent",)], settings, compare=False)
    agents = [f.value for f in found if f.metric == "agent_sales" and f.dimensions]
    (share,) = (f for f in found if f.metric == "silent_sales_share" and not f.dimensions)
    return (
        sum(cents(value) for value in agents),
        cents(share.numerator),
        cents(share.denominator),
    )


@cache
def kpis() -> tuple[Metric, ...]:
    return load_catalog().select(["agent_sales", "silent_sales_share"])


def cents(amount: float | None) -> int:
    whole = Decimal(repr(amount or 0.0)) * 100
    assert float(whole) == pytest.approx(round(whole), abs=1e-4)
    return round(whole)


@contextmanager
def loaded(chats: list[Line], orders: list[Sale]) -> Iterator[duckdb.DuckDBPyConnection]:
    with blank_database() as con:
        con.executemany(
            "INSERT INTO messages (message_key, shop_id, conversation_id, customer_id, agent_id,"
            " sender_role, occurred_at, occurred_ms, time_precision, file_id, source_row)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, epoch_ms(?), 'second', 1, ?)",
            [
                (
                    row,
                    line.shop,
                    conversation(line),
                    line.customer,
                    line.agent,
                    line.role,
                    at,
                    at,
                    row,
                )
                for row, line in enumerate(chats)
                for at in (MORNING + timedelta(minutes=line.minute),)
            ],
        )
        con.executemany(
            "INSERT INTO orders (shop_id, order_id, customer_id, status, created_at, paid_at,"
            " paid_amount, file_id, source_row) VALUES (?, ?, ?, ?, ?, ?, ?, 2, ?)",
            [order_row(row, order) for row, order in enumerate(orders)],
        )
        refunds = [
            (order.shop, f"r{row}", f"o{row}", Decimal(order.refunded) / 100, row)
            for row, order in enumerate(orders)
            if order.refunded
        ]
        if refunds:
            con.executemany(
                "INSERT INTO refunds (shop_id, refund_id, order_id, status, refund_amount,"
                " file_id, source_row) VALUES (?, ?, ?, 'success', ?, 3, ?)",
                refunds,
            )
        yield con


def conversation(line: Line) -> str:
    return f"{line.shop}-{line.customer}-{line.minute // 1440}"


def order_row(row: int, order: Sale) -> tuple[object, ...]:
    created = MORNING + timedelta(minutes=order.created)
    wait = order.unpaid_for
    paid = None if wait is None else created + timedelta(minutes=wait)
    status = "closed" if order.is_closed else "completed"
    amount = Decimal(order.cents) / 100 if order.is_paid else None
    return (order.shop, f"o{row}", order.customer, status, created, paid, amount, row)
