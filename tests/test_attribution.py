"""Who is credited with an order: every rule, basis and setting, worked out by hand.

The shop is `metrics/_shops/sales_credit`; its README.txt tells the story of each order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from transcripts import build_shop, messages_csv, part_shop
from typer.testing import Result

from cskpi.metrics.attribution_rules import CreditRule, compare_rules
from cskpi.metrics.catalog import load_catalog
from cskpi.metrics.evaluate import evaluate
from cskpi.metrics.order_trace import trace_order
from cskpi.model.steps import fill, model_steps
from cskpi.periods import month_period
from cskpi.settings import load_settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from cskpi.metrics.trace import Rows
    from cskpi.settings import Settings, Value

Cli = Callable[..., Result]

SHOP = Path(__file__).parent / "metrics" / "_shops" / "sales_credit"
SALES_FACTS = (
    "sale_orders",
    "product_mentions",
    "order_candidates",
    "order_credits",
    "contact_purchase_facts",
)
OCTOBER = date(2026, 10, 1)
Credit = tuple[str | None, str | None]
NONE: Credit = (None, None)

BY_RULE: dict[tuple[str, str], dict[str, Credit]] = {
    ("created_first", "last"): {
        **dict.fromkeys(("o1", "o2", "o10", "o11", "o20", "o21", "o22"), ("B", "created")),
        **dict.fromkeys(("o3", "o6", "o7", "o8", "o9", "o14"), ("A", "created")),
        **dict.fromkeys(("o5", "o12", "o15", "o17", "o18"), NONE),
        "o4": ("A", "paid"),
        "o13": (None, "created"),
        "o16": ("A", "created"),
    },
}
BY_RULE["created", "last"] = {**BY_RULE["created_first", "last"], "o4": NONE}
BY_RULE["paid", "last"] = {
    order: (agent, "paid" if credited_for else None)
    for order, (agent, credited_for) in BY_RULE["created_first", "last"].items()
} | {"o3": ("B", "paid")}
for _rule in ("created_first", "created", "paid"):
    # Two answered turns of A against one of B; everywhere else one turn each, and B came later.
    _event = "paid" if _rule == "paid" else "created"
    BY_RULE[_rule, "most"] = {**BY_RULE[_rule, "last"], "o1": ("A", _event)}

SETTINGS: list[tuple[dict[str, Value], dict[str, Credit | str]]] = [
    # A wrote 60 minutes after o4 was placed, to the second.
    ({"attribution.silent_guard_minutes": 59}, {}),
    ({"attribution.silent_guard_minutes": 60}, {"o4": NONE}),
    ({"attribution.silent_guard_minutes": 61}, {"o4": NONE}),
    # B wrote 30 minutes after o5 was paid; o4 was followed up before its payment.
    ({"attribution.credit_follow_ups": True}, {"o5": ("B", "followed")}),
    (
        {"attribution.credit_follow_ups": True, "attribution.follow_up_minutes": 30},
        {"o5": ("B", "followed")},
    ),
    ({"attribution.credit_follow_ups": True, "attribution.follow_up_minutes": 29}, {}),
    ({"attribution.credit_follow_ups": True, "attribution.follow_up_minutes": 0}, {}),
    # o8 was refunded 15 days after it was placed, o9 a second later.
    ({"attribution.cancel_days": 15}, {"o8": "cancelled"}),
    ({"attribution.cancel_days": 16}, {"o8": "cancelled", "o9": "cancelled"}),
    ({"sales.excluded_flags": "紫, 红"}, {"o6": "flag"}),
    ({"sales.excluded_flags": "紫"}, {}),
    ({"sales.own_accounts": "c7，nobody"}, {"o7": "own_account"}),
    ({"sales.own_accounts": "c"}, {}),
    # c20 asked A about what he bought; c21 asked about another product.
    ({"attribution.sku_first": True}, {"o20": ("A", "created")}),
    # Nine orders were placed 59:50 after the reply.
    ({"attribution.window_seconds": 3590}, {}),
    (
        {"attribution.window_seconds": 3589},
        dict.fromkeys(("o6", "o7", "o8", "o9", "o10", "o11", "o13", "o14", "o16"), NONE),
    ),
]


@pytest.fixture(scope="module")
def con() -> Iterator[DuckDBPyConnection]:
    with build_shop(SHOP, told()) as con:
        yield con


def told(**flags: Value) -> Settings:
    return load_settings(flags, environment={})


def credit_anew(con: DuckDBPyConnection, settings: Settings) -> None:
    """Build the sales facts alone: the others do not depend on what these tests set."""
    for step in model_steps():
        if step.target in SALES_FACTS:
            fill(con, step, settings)


def credited(con: DuckDBPyConnection, rule: str, basis: str) -> dict[str, Credit]:
    rows = con.execute(
        "SELECT order_id, agent_id, credited_for FROM order_attribution"
        " WHERE rule = ? AND basis = ?",
        [rule, basis],
    ).fetchall()
    assert len({row[0] for row in rows}) == len(rows)
    return {order: (agent, credited_for) for order, agent, credited_for in rows}


@pytest.mark.parametrize(("rule", "basis"), sorted(BY_RULE))
def test_every_rule_and_basis(con: DuckDBPyConnection, rule: str, basis: str) -> None:
    credit_anew(con, told())
    assert credited(con, rule, basis) == BY_RULE[rule, basis]


@pytest.mark.parametrize(("flags", "changes"), SETTINGS)
def test_settings_change_what_they_say_and_nothing_else(
    con: DuckDBPyConnection,
    flags: dict[str, Value],
    changes: dict[str, Credit | str],
) -> None:
    credit_anew(con, told(**flags))
    expected = {**BY_RULE["created_first", "last"], **changes}
    gone = {order: reason for order, reason in expected.items() if isinstance(reason, str)}
    assert credited(con, "created_first", "last") == {
        order: credit for order, credit in expected.items() if order not in gone
    }
    left_out = con.execute(
        "SELECT order_id, left_out FROM sale_orders WHERE left_out IS NOT NULL"
    ).fetchall()
    assert dict(left_out) == gone


def test_the_team_s_own_customers_are_no_inquiries(con: DuckDBPyConnection) -> None:
    credit_anew(con, told(**{"sales.own_accounts": "c7,c18"}))
    left = con.execute(
        "SELECT count(*) FROM contacts LEFT JOIN contact_purchases"
        " USING (shop_id, customer_id, contact_on)"
        " WHERE contact_purchases.customer_id IS NULL"
    ).fetchone()
    assert left == (2,)


@pytest.mark.parametrize(
    ("flags", "total"),
    [
        ({}, "107171.90"),
        ({"sales.include_freight": False}, "107171.88"),  # o11 without 0.02
        ({"sales.deduct_refunds": True}, "107171.15"),  # o8 and o9 out, o10 whole
        ({"sales.deduct_refunds": True, "sales.deduct_partial_refunds": True}, "107171.11"),
        ({"sales.deduct_partial_refunds": True}, "107171.90"),  # nothing is deducted
    ],
)
def test_amounts(con: DuckDBPyConnection, flags: dict[str, Value], total: str) -> None:
    settings = told(**flags)
    credit_anew(con, settings)
    metrics = load_catalog().select(["agent_sales"])
    (found,) = evaluate(con, metrics, month_period(OCTOBER), [()], settings)
    assert found.value == pytest.approx(float(total), abs=1e-9)


def test_an_amount_nobody_exported_is_no_zero(con: DuckDBPyConnection) -> None:
    credit_anew(con, told(**{"sales.include_freight": False}))
    amounts = con.execute("SELECT sale_amount, net_amount FROM sale_orders WHERE order_id = 'o22'")
    assert amounts.fetchall() == [(None, None)]


def test_rules_beside_each_other(con: DuckDBPyConnection) -> None:
    settings = told()
    credit_anew(con, settings)
    metrics = load_catalog().select(["agent_sales"])
    outcomes = compare_rules(con, metrics, month_period(OCTOBER), ("agent",), settings)
    found: dict[Any, Any] = {
        (outcome.rule, outcome.finding.dimensions["shop"], outcome.finding.dimensions["agent"]): (
            outcome.value,
            outcome.difference,
            outcome.is_in_force,
        )
        for outcome in outcomes
    }
    assert len(found) == len(outcomes) == 3 * 2 * 2 * 5
    last, most = CreditRule("created_first", "last", False), CreditRule("paid", "most", False)
    main, deducted = "旗舰店", CreditRule("created", "last", True)
    assert found[last, main, "B"] == (pytest.approx(96140.15), 0, True)
    # o1 goes from B to A, o3 from A to B.
    assert found[most, main, "B"] == (pytest.approx(96060.15), pytest.approx(-80), False)
    assert found[most, main, "A"] == (pytest.approx(2111.75), pytest.approx(80), False)
    # o4 has nobody before it; o8 and o9 are gone.
    assert found[deducted, main, "A"] == (pytest.approx(2023), pytest.approx(-8.75), False)
    # Nobody's orders are 0 everywhere, not "no data".
    assert found[most, "工厂店", None] == (0, 0, False)


def test_a_list_in_the_settings_file_or_words_with_commas(tmp_path: Path) -> None:
    (tmp_path / "cskpi.toml").write_text(
        '[sales]\nexcluded_flags = ["红", " 紫 "]\nown_accounts = "c7， c8,"\n', encoding="utf-8"
    )
    settings = load_settings({}, folder=tmp_path, environment={})
    assert settings.text("sales.excluded_flags") == "红,紫"
    assert settings.text("sales.own_accounts") == "c7,c8"


def why(con: DuckDBPyConnection, order: str, **flags: Value) -> dict[tuple[str, str], str]:
    settings = told(**flags)
    credit_anew(con, settings)
    (trace,) = trace_order(con, order, settings)
    rows = records(trace.credits_given)
    return {(row["rule"], row["basis"]): row["why"] for row in rows}


def counts(con: DuckDBPyConnection, order: str, **flags: Value) -> dict[tuple[str, ...], Any]:
    settings = told(**flags)
    credit_anew(con, settings)
    (trace,) = trace_order(con, order, settings)
    return {
        (row["occasion"], row["agent_id"]): (
            row["turn_count"],
            row["seconds_before"],
            row["counts"],
        )
        for row in records(trace.candidates)
    }


def records(rows: Rows) -> list[dict[str, Any]]:
    return [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]


def test_why_an_order_is_credited(con: DuckDBPyConnection) -> None:
    assert set(why(con, "o10").values()) == {"why_only"}
    assert why(con, "o1") == {
        **{(rule, "last"): "why_last" for rule in ("created_first", "created", "paid")},
        **{(rule, "most"): "why_most" for rule in ("created_first", "created", "paid")},
    }
    assert why(con, "o2")["created", "most"] == "why_tie"
    assert why(con, "o4")["created", "last"] == "why_silent"
    assert why(con, "o4")["created_first", "last"] == "why_only"
    assert set(why(con, "o15").values()) == {"why_nobodys"}
    flags: dict[str, Value] = {"attribution.sku_first": True}
    assert why(con, "o20", **flags)["created", "last"] == "why_product"
    assert why(con, "o21", **flags)["created", "last"] == "why_last"
    assert set(why(con, "o6", **{"sales.excluded_flags": "红"}).values()) == {"why_left_out_flag"}


def test_what_counts_of_who_talked(con: DuckDBPyConnection) -> None:
    assert counts(con, "o3") == {
        ("created", "A"): (1, 1790, "in_window"),
        ("created", "B"): (0, -1810, "after_event"),
        ("paid", "A"): (1, 7190, "in_window"),
        ("paid", "B"): (1, 3590, "in_window"),
    }
    guard: dict[str, Value] = {"attribution.silent_guard_minutes": 60}
    assert counts(con, "o4", **guard)["paid", "A"][-1] == "in_guard"
    assert counts(con, "o5")["paid", "B"] == (0, -1800, "followed_up")
    window: dict[str, Value] = {"attribution.window_seconds": 3589}
    assert counts(con, "o16", **window)["created", "A"] == (0, 3590, "too_early")
    assert counts(con, "o18")["paid", "A"] == (0, None, "no_event")
    assert counts(con, "o6", **{"sales.excluded_flags": "红"})["paid", "A"][-1] == "left_out"
    assert counts(con, "o15") == {}


ODD_CHATS = """
# session=S1 customer=c1
2026-10-01 09:00:00 客服 A 有活动哦
# session=S2 customer=c2
2026-10-01 09:00:00 客户→A 有货吗
2026-10-01 09:00:00 客服 A 有
2026-10-01 09:01:00 客服 A 〔转接〕
2026-10-01 09:02:00 客服 B 我来
2026-10-01 10:00:00 客户→B 好的
# session=S3 customer=c3
2026-09-28 10:00:00 客户→A 有货吗
2026-09-28 10:00:10 客服 A 有
2026-10-01 09:00:00 客户→小蜜 在吗
2026-10-01 09:00:01 机器人 小蜜 在
2026-10-01 09:00:02 自动 A 您好
"""


def test_messages_nobody_asked_for_transfers_and_bots(tmp_path: Path) -> None:
    (tmp_path / "transcript.txt").write_text(ODD_CHATS, encoding="utf-8")
    (tmp_path / "orders.csv").write_text(
        "shop,order_id,customer_id,paid_amount,created_at,paid_at\n"
        + "".join(
            f"旗舰店,o{n},c{n},1.00,2026-10-01 10:00:00,2026-10-01 10:00:00\n" for n in "123"
        ),
        encoding="utf-8",
    )
    with part_shop(tmp_path, told()) as shop:
        assert credited(shop, "created_first", "last") == {
            "o1": NONE,
            "o2": ("B", "created"),
            "o3": NONE,
        }
        # B answered no turn: A's reply, in the second of the question, closed the only one.
        assert credited(shop, "created_first", "most")["o2"] == ("A", "created")
        seen = {
            order: {
                (row["occasion"], row["agent_id"]): row["counts"]
                for row in records(trace_order(shop, order, told())[0].candidates)
            }
            for order in ("o1", "o3")
        }
    assert seen["o1"] == {("created", "A"): "unasked", ("paid", "A"): "unasked"}
    assert seen["o3"] == {("created", "A"): "too_early", ("paid", "A"): "too_early"}


def test_an_order_id_of_two_shops_is_two_orders(con: DuckDBPyConnection) -> None:
    for table in ("orders", "order_customers"):
        con.execute(
            f"INSERT INTO {table} BY NAME"
            f" SELECT * REPLACE ('旗舰店' AS shop_id) FROM {table} WHERE order_id = 'o16'"
        )
    credit_anew(con, told())
    traces = trace_order(con, "o16", told())
    assert [trace.facts["shop_id"] for trace in traces] == ["工厂店", "旗舰店"]
    for table in ("orders", "order_customers"):
        con.execute(f"DELETE FROM {table} WHERE order_id = 'o16' AND shop_id = '旗舰店'")


def test_explain_and_compare_on_the_command_line(cli: Cli, tmp_path: Path) -> None:
    for name in ("orders", "refunds"):
        (tmp_path / f"{name}.csv").write_bytes((SHOP / f"{name}.csv").read_bytes())
    transcript = (SHOP / "transcript.txt").read_text(encoding="utf-8")
    (tmp_path / "messages.csv").write_text(messages_csv(transcript), encoding="utf-8")
    database = tmp_path / "shop.duckdb"
    cli("load", tmp_path, "--db", database)
    for lang, reasons in {
        "zh": ("时限内最后说话", "时限内回合数最多", "在时限内", "同一位客服"),
        "en": ("talked last in the window", "most turns in the window", "in the window"),
    }.items():
        shown = cli("explain", "order", "o1", "--db", database, "--lang", lang).stdout
        assert all(reason in shown for reason in reasons)
        assert "why_" not in shown
    for asked in ("table", "md", "csv"):
        shown = cli(
            "kpi", "agent_sales", "--compare", "rules", "--format", asked, "--db", database
        ).stdout
        assert "107" in shown
    found = json.loads(
        cli(
            "kpi", "--compare", "rules", "--by", "agent", "--format", "json", "--db", database
        ).stdout
    )
    assert len(found["rows"]) == 60
    in_force = [row for row in found["rows"] if row["in_force"]]
    assert sum(row["value"] for row in in_force) == pytest.approx(107171.90)
    assert {row["difference"] for row in in_force} == {0}
    refused = cli("kpi", "csat_score", "--compare", "rules", "--db", database, code=2)
    assert "csat_score" in refused.stderr
