"""What a number is compared with: the period before, a year ago, the shop and the team."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from test_present_samples import sample_metrics
from transcripts import Shop, make_shop

from cskpi.metrics.additive import additive_sql

if TYPE_CHECKING:
    from conftest import Cli

WORDS = {"better", "worse", "higher", "lower", "no_clear_change"}


def sessions(month: str, agent: str, waits: list[int]) -> str:
    """One session a wait: asked at ten o'clock, answered so many seconds later."""
    lines = []
    for place, wait in enumerate(waits):
        day, name = f"{month}-{place % 28 + 1:02d}", f"{agent}{month}-{place}"
        clock = f"10:{wait // 60:02d}:{wait % 60:02d}"
        lines.append(f"# session={name} customer={name}")
        lines.append(f"{day} 10:00:00 客户→{agent} 在吗")
        lines.append(f"{day} {clock} 客服 {agent} 在")
    return "\n".join(lines)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """October: A 40 fast; B 20 fast, 20 slow; C 5 slow; one unnamed. Before: A and B half slow."""
    half = [10] * 20 + [90] * 20
    parts = [
        sessions("2026-10", "A", [10] * 40),
        sessions("2026-10", "B", half),
        sessions("2026-10", "C", [90] * 5),
        sessions("2026-10", "-", [10]),
        sessions("2026-09", "A", half),
        sessions("2026-09", "B", half),
        sessions("2025-10", "A", half),
    ]
    return make_shop(tmp_path_factory.mktemp("shop"), "\n".join(parts))


def compared(cli: Cli, shop: Shop, *words: str) -> dict[str | None, dict[str, dict[str, Any]]]:
    """Comparisons by agent ("" is the total) and by what they are against."""
    month = () if "--month" in words or "--from" in words else ("--month", "2026-10")
    out = cli("kpi", *words, *month, "--format", "json", "--db", shop.path).stdout
    return {
        row["dimensions"].get("agent", ""): {c["against"]: c for c in row["comparisons"]}
        for row in json.loads(out)["rows"]
    }


def test_the_total_is_compared_with_the_period_before_and_a_year_ago(cli: Cli, shop: Shop) -> None:
    (found,) = compared(cli, shop, "first_reply_in_target").values()
    assert set(found) == {"previous", "last_year"}
    # October 61 of 86, September 40 of 80, last October 20 of 40
    before, last_year = found["previous"], found["last_year"]
    assert before["value"] == last_year["value"] == 0.5
    assert before["difference"] == last_year["difference"] == pytest.approx(61 / 86 - 1 / 2)
    assert (before["word"], last_year["word"]) == ("better", "better")
    assert 0 < before["low"] < before["difference"] < before["high"]
    assert last_year["low"] < before["low"], "half as many rows tell less"
    assert before["p_value"] < last_year["p_value"] < 0.05
    assert not before["corrected"]
    assert not last_year["corrected"]


def test_no_comparison_where_there_were_no_rows(cli: Cli, shop: Shop) -> None:
    (found,) = compared(cli, shop, "first_reply_in_target", "--month", "2025-10").values()
    assert found == {}
    (found,) = compared(cli, shop, "first_reply_in_target", "--month", "2026-09").values()
    assert found == {}


def test_a_range_is_compared_with_the_same_days_a_year_ago(cli: Cli, shop: Shop) -> None:
    days = ("--from", "2026-10-01", "--to", "2026-10-07")
    (found,) = compared(cli, shop, "reply_rate", *days).values()
    assert (found["previous"]["value"], found["last_year"]["value"]) == (1, 1)
    assert found["previous"]["word"] == found["last_year"]["word"] == "no_clear_change"


def test_agents_are_compared_with_the_others_of_their_shop(cli: Cli, shop: Shop) -> None:
    found = compared(cli, shop, "first_reply_in_target", "--by", "agent")
    # The team leaves out the one looked at and whom the export does not name.
    assert found["A"]["team"]["value"] == pytest.approx(20 / 45)
    assert found["B"]["team"]["value"] == pytest.approx(40 / 45)
    assert found["A"]["team"]["difference"] == pytest.approx(1 - 20 / 45)
    assert found["A"]["shop"]["value"] == found["B"]["shop"]["value"] == pytest.approx(61 / 86)
    assert found["A"]["shop"]["difference"] == pytest.approx(1 - 61 / 86)
    assert {against: c["word"] for against, c in found["A"].items()} == {
        "previous": "better",
        "last_year": "better",
        "shop": "better",
        "team": "better",
    }
    assert found["B"]["team"]["word"] == found["B"]["shop"]["word"] == "worse"
    assert found["B"]["previous"]["word"] == "no_clear_change"
    assert set(found[None]) == set()


def test_a_part_and_its_whole_are_less_apart_than_a_part_and_the_rest(cli: Cli, shop: Shop) -> None:
    shop_of = compared(cli, shop, "first_reply_in_target", "--by", "agent")["A"]["shop"]
    # The rest of the shop are 46 of its 86 sessions, 21 in time.
    share = 46 / 86
    assert shop_of["difference"] == pytest.approx(share * (1 - 21 / 46))
    assert 0 < shop_of["low"] < shop_of["difference"] < shop_of["high"] < share


def test_few_rows_claim_nothing_however_far_apart(cli: Cli, shop: Shop) -> None:
    few = compared(cli, shop, "first_reply_in_target", "--by", "agent")["C"]["team"]
    # 0 of 5 against 60 of 80: the interval lies below zero, yet 5 are fewer than 20.
    assert few["high"] < 0
    assert (few["word"], few["p_value"], few["corrected"]) == ("no_clear_change", None, False)


def test_comparisons_of_many_agents_are_corrected(cli: Cli, shop: Shop) -> None:
    found = compared(cli, shop, "first_reply_in_target", "--by", "agent")
    assert found["A"]["team"]["corrected"]
    assert found["B"]["team"]["corrected"]
    assert not found["A"]["last_year"]["corrected"], "the only one there was a year ago"
    # Previous: A's p is small, B's is 1; two tests, so the smaller doubles.
    assert found["B"]["previous"]["p_value"] == 1
    (alone,) = compared(
        cli, shop, "first_reply_in_target", "--by", "agent", "--agent", "A"
    ).values()
    assert found["A"]["previous"]["p_value"] == pytest.approx(2 * alone["previous"]["p_value"])
    assert not alone["previous"]["corrected"]
    assert "team" not in alone
    assert "shop" not in alone


def test_the_word_follows_the_direction_of_the_kpi(cli: Cli, shop: Shop) -> None:
    timeouts = compared(cli, shop, "response_timeout_rate", "--by", "agent")
    assert timeouts["A"]["team"]["difference"] < 0
    assert timeouts["A"]["team"]["word"] == "better"
    assert timeouts["B"]["team"]["word"] == "worse"
    lengths = compared(cli, shop, "session_duration", "--by", "agent")
    assert lengths["A"]["team"]["word"] == "lower"
    assert lengths["B"]["team"]["word"] == "higher"


def test_counts_differ_without_a_claim(cli: Cli, shop: Shop) -> None:
    (found,) = compared(cli, shop, "received_customers").values()
    before = found["previous"]
    assert (before["value"], before["difference"]) == (80, 6)
    assert {before[key] for key in ("low", "high", "p_value", "word")} == {None}
    by_agent = compared(cli, shop, "received_customers", "--by", "agent")
    assert set(by_agent["A"]) == {"previous", "last_year"}


def test_days_are_not_compared(cli: Cli, shop: Shop) -> None:
    out = cli(
        *("kpi", "first_reply_in_target", "--month", "2026-10", "--by", "day"),
        *("--format", "json", "--db", shop.path),
    ).stdout
    assert not any(row["comparisons"] for row in json.loads(out)["rows"])


def test_every_word_of_every_kpi_is_one_of_the_known(cli: Cli, shop: Shop) -> None:
    out = cli("kpi", "--month", "2026-10", "--by", "agent", "--format", "json", "--db", shop.path)
    found = [c for row in json.loads(out.stdout)["rows"] for c in row["comparisons"]]
    assert {c["word"] for c in found} <= WORDS | {None}
    assert {c["against"] for c in found} == {"previous", "last_year", "shop", "team"}
    for comparison in found:
        if comparison["p_value"] is not None:
            assert 0 <= comparison["p_value"] <= 1
            assert comparison["low"] <= comparison["difference"] <= comparison["high"]


def test_people_read_arrows_with_words_and_what_was_corrected(cli: Cli, shop: Shop) -> None:
    table = cli(
        *("kpi", "first_reply_in_target", "--month", "2026-10", "--by", "agent"),
        *("--db", shop.path),
    ).stdout
    line = next(line for line in table.splitlines() if " B " in line)
    assert "▼ 38.9 百分点 更差" in line
    assert "Benjamini–Hochberg" in table
    total = cli("kpi", "first_reply_in_target", "--month", "2026-10", "--db", shop.path).stdout
    assert "▲ 20.9 百分点 变好" in total
    assert "Benjamini–Hochberg" not in total


def test_sums_do_not_differ_with_the_order_in_which_rows_come() -> None:
    metric = next(metric for metric in sample_metrics() if metric.type == "ratio")
    placed = """
        SELECT 0 AS period_no, CAST(chance AS DECIMAL(9, 6)) AS numerator, 1 AS denominator
        FROM chances
    """
    statement = additive_sql(replace(metric, interval="delta", flag=None), placed, (), [()])
    found = []
    with duckdb.connect(config={"threads": 1}) as con:
        for order in ("chance", "chance DESC", "hash(chance)"):
            con.execute(
                "CREATE OR REPLACE TABLE chances AS"
                f" SELECT 1.0 / place AS chance FROM range(3, 500) AS places (place) ORDER BY {order}"
            )
            found.append(con.execute(statement).fetchall())
    assert found[0] == found[1] == found[2]
