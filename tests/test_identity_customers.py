"""Which customer placed an order: by name, link or the order id in the chat, and masked names join nothing."""

from __future__ import annotations

import hashlib
import hmac
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from transcripts import make_shop

from cskpi.errors import UsageError
from cskpi.identity.hashing import pseudonyms
from cskpi.metrics.coverage import coverage
from cskpi.present.coverage import coverage_section
from cskpi.present.document import Facts
from cskpi.present.inputs import ReportInputs
from cskpi.settings import load_settings
from cskpi.store.database import Limits, open_database

if TYPE_CHECKING:
    from conftest import Cli


from identity_shop import (
    OCTOBER,
    alias,
    by_agent,
    findings,
    link,
    matches,
    orders,
    rebuilt,
    sold,
    unbuilt,
    write,
)

CHATS = """
# session=S1 customer=tom
2026-10-01 10:00:00 客户→A 订单1234567890123456什么时候发货
2026-10-01 10:00:20 客服 A 今天
# session=S2 customer=ann
2026-10-01 10:00:00 客户→A 你好
2026-10-01 10:00:20 客服 A 您的订单231015-123456789012345已发货，电话13800138000
# session=S3 customer=bob
2026-10-01 10:00:00 客户→A 在吗
2026-10-01 10:00:20 客服 A 订单1234567890123456吗？
"""


def test_an_order_is_matched_by_name_then_link_then_its_id_in_the_chat(tmp_path: Path) -> None:
    export = orders(
        tmp_path,
        sold("5000000000000001", "tom"),
        sold("5000000000000002", "order-bob"),
        sold("231015-123456789012345", ""),
        sold("1234567890123456", ""),
        sold("5000000000000003", "nobody"),
        sold("13800138000123", ""),
    )
    shop = rebuilt(unbuilt(tmp_path, CHATS, export), link("order-bob", "bob"))
    assert matches(shop) == {
        "5000000000000001": ("customer", "tom"),
        "5000000000000002": ("link", "bob"),
        "231015-123456789012345": ("order_id", "ann"),
        # bob's agent mentions it too, but tom wrote it himself.
        "1234567890123456": ("order_id", "tom"),
        "5000000000000003": ("none", None),
        "13800138000123": ("none", None),
    }


def test_matched_orders_reach_the_kpis_and_their_explanation(tmp_path: Path, cli: Cli) -> None:
    shop = make_shop(tmp_path, CHATS, orders(tmp_path, sold("1234567890123456", "")))
    assert by_agent(shop, "agent_sales") == {"A": 100.0}
    # Three customers asked before they ordered, one of them bought.
    (conversion,) = findings(shop, "inquiry_conversion_rate")
    assert (conversion.numerator, conversion.denominator) == (1, 3)
    told = cli("explain", "order", "1234567890123456", "--db", shop.path)
    assert "在时限内" in told.stdout


def test_an_order_id_counts_as_a_whole_number_only(tmp_path: Path) -> None:
    said = {
        "123456789012340": ("订单123456789012340", "order_id"),
        "123456789012341": ("[123456789012341]", "order_id"),
        "123456789012342": ("号A123456789012342B", "order_id"),
        "123456789012343": ("9123456789012343", "none"),
        "123456789012344": ("1234567890123449", "none"),
        "123456789012345": ("123456789012345-1", "none"),
        "123456789012346": ("2026-123456789012346", "none"),
        "123456789": ("123456789", "none"),
        "Y1234567890A": ("1234567890", "order_id"),
    }
    chats = [
        f"# session=S{order} customer=c{order}\n2026-10-01 10:00:00 客户→A {text}"
        for order, (text, _) in said.items()
    ]
    export = orders(tmp_path, *(sold(order, "") for order in said))
    shop = make_shop(tmp_path, "\n".join(chats), export)
    assert matches(shop) == {
        order: (how, f"c{order}" if how == "order_id" else None) for order, (_, how) in said.items()
    }


def test_an_order_id_in_two_chats_is_whose_who_wrote_it_first_or_nobodys(tmp_path: Path) -> None:
    said = "2026-10-01 10:00:{second} {who} {order}"
    lines = ["# session=S1 customer=tom"]
    lines += [said.format(second="00", who="客户→A", order="1111111111")]
    lines += [said.format(second="05", who="客户→A", order="2222222222")]
    lines += [said.format(second="05", who="客服 A", order="3333333333")]
    lines += ["# session=S2 customer=ann"]
    lines += [said.format(second="01", who="客户→A", order="1111111111")]
    lines += [said.format(second="05", who="客户→A", order="2222222222")]
    lines += [said.format(second="07", who="客服 A", order="3333333333")]
    rows = [sold(order, "") for order in ("1111111111", "2222222222", "3333333333")]
    shop = make_shop(tmp_path, "\n".join(lines), orders(tmp_path, *rows))
    assert matches(shop) == {
        "1111111111": ("order_id", "tom"),
        "2222222222": ("none", None),
        "3333333333": ("none", None),
    }


def test_an_order_id_in_its_own_column_needs_no_length_and_wins_over_texts(tmp_path: Path) -> None:
    shop = make_shop(
        tmp_path, CHATS, orders(tmp_path, sold("#1001", ""), sold("1234567890123456", ""))
    )
    rebuilt(
        shop,
        "UPDATE messages SET order_id = '#1001' WHERE customer_id = 'ann'",
        "UPDATE messages SET order_id = '1234567890123456' WHERE customer_id = 'bob'",
    )
    assert matches(shop) == {"#1001": ("order_id", "ann"), "1234567890123456": ("order_id", "bob")}


def test_links_hold_for_their_shop_and_an_ambiguous_one_joins_nothing(tmp_path: Path) -> None:
    export = orders(
        tmp_path, sold("1001", "x"), sold("1002", "y"), sold("1003", "z"), sold("1004", "")
    )
    shop = rebuilt(
        unbuilt(tmp_path, CHATS, export),
        link("x", "tom", "专卖店"),
        link("y", "ann"),
        link("y", "tom", "旗舰店"),
        link("z", "ann"),
        link("z", "bob"),
        link("1004", "bob"),
    )
    assert matches(shop) == {
        "1001": ("none", None),
        "1002": ("link", "tom"),
        "1003": ("none", None),
        "1004": ("link", "bob"),
    }


MASKED = """
# session=S1 customer=张*三
2026-10-01 10:00:00 客户→A 在吗
2026-10-01 10:00:20 客服 A 在的
# session=S2 customer=张*三
2026-10-01 10:00:00 客户→A 订单1234567890123456
2026-10-01 10:00:20 客服 A 在的
"""


def test_masked_nicks_are_two_customers_in_two_conversations_and_join_no_order(
    tmp_path: Path,
) -> None:
    export = orders(tmp_path, sold("5000000000000001", "张*三"), sold("1234567890123456", "张*三"))
    shop = make_shop(tmp_path, MASKED, export)
    (received,) = findings(shop, "received_customers")
    assert received.value == 2
    # Both conversations begin at the same second; only the id in the second one tells whose it is.
    assert matches(shop) == {
        "5000000000000001": ("none", None),
        "1234567890123456": ("order_id", "张*三@S2"),
    }
    credited = (
        "SELECT order_id, agent_id FROM order_attribution"
        " WHERE rule = 'created' AND basis = 'last' ORDER BY 1"
    )
    assert shop.rows(credited) == [("1234567890123456", "A"), ("5000000000000001", None)]


def test_a_masked_nick_holds_a_thread_together_where_there_is_no_conversation_id(
    tmp_path: Path,
) -> None:
    transcript = MASKED.replace("session=S1", "session=-").replace("session=S2", "session=-")
    shop = make_shop(tmp_path, transcript, orders(tmp_path, sold("1001", "张*三")))
    assert shop.rows("SELECT customer_id FROM customers") == [("张*三",)]
    assert matches(shop) == {"1001": ("none", None)}


def test_ratings_of_equal_masked_nicks_stay_apart(tmp_path: Path) -> None:
    ratings = "店铺,会话ID,买家ID,客服账号,评价时间,评分\n"
    ratings += "旗舰店,S1,张*三,A,2026-10-01 12:00:00,5\n旗舰店,S2,张*三,A,2026-10-01 12:00:00,1\n"
    shop = make_shop(tmp_path, MASKED, write(tmp_path, "ratings.csv", ratings))
    (score,) = findings(shop, "csat_score")
    assert (score.value, score.sample_size) == (3.0, 2)


def test_the_report_prints_match_rate_and_accounts(tmp_path: Path) -> None:
    export = orders(
        tmp_path,
        sold("1001", "tom"),
        sold("1234567890123456", ""),
        sold("1003", "nobody"),
        sold("1004", "tom", "2026-09-30 11:00:00"),
    )
    roster = "店铺,客服账号,姓名\n旗舰店,B,乙\n"
    shop = unbuilt(
        tmp_path,
        CHATS + "2026-10-01 10:00:21 客服 B 在\n2026-10-01 10:00:22 客服 C 在",
        export,
        write(tmp_path, "agents.csv", roster),
    )
    rebuilt(shop, alias("C", "B"))
    with open_database(shop.path, Limits("1GB", 2)) as con:
        found = coverage(con, OCTOBER)
    assert found.matches == {"customer": 1, "link": 0, "order_id": 1, "none": 1}
    assert (found.orders, found.orders_matched) == (3, 2)
    assert found.accounts == {"known": 1, "alias": 1, "unknown": 1}
    assert found.agents_unknown == ("A",)
    inputs = ReportInputs(
        OCTOBER, OCTOBER.previous(), ("旗舰店",), (), {}, totals=(), coverage=found
    )
    section = coverage_section(inputs)
    facts = next(block for block in section.blocks if isinstance(block, Facts))
    shown = {fact.label: (fact.cell.text, fact.remark) for fact in facts.items}
    assert shown["对上的订单"] == (
        "66.7%",
        "按买家 1，按对照表 0，按聊天里的订单号 1，没有对上 1",
    )
    assert shown["聊天里的客服账号"] == ("3", "名单里 1，别名 1，未知 1")


# Keyed hashes


def test_hashes_are_hmac_sha256_in_sql_and_in_python(tmp_path: Path) -> None:
    key = tmp_path / "keys" / "pii.key"
    settings = load_settings({"pii.key_file": str(key)}, environment={})
    hashes = pseudonyms(settings)
    secret = bytes.fromhex(key.read_text(encoding="ascii"))
    assert (len(secret), stat.S_IMODE(key.stat().st_mode)) == (32, 0o600)
    expected = "h_" + hmac.new(secret, "张三".encode(), hashlib.sha256).hexdigest()[:32]
    assert hashes.hash("张三") == expected
    sql = hashes.customer_sql("name")
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE names AS SELECT unnest(['张三', 't**1', NULL, '', $1]) AS name",
            [expected],
        )
        rows = con.execute(f"SELECT {sql} FROM names").fetchall()
    assert rows == [(expected,), ("t**1",), (None,), ("",), (expected,)]
    assert pseudonyms(settings) == hashes


def test_a_broken_key_file_is_refused_not_replaced(tmp_path: Path) -> None:
    key = write(tmp_path, "pii.key", "abc")
    with pytest.raises(UsageError) as raised:
        pseudonyms(load_settings({"pii.key_file": str(key)}, environment={}))
    assert raised.value.key == "key_unreadable"
    assert key.read_text(encoding="utf-8") == "abc"
