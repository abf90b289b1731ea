"""Whose account is whose, and which customer placed an order: nothing is merged silently."""

from __future__ import annotations

import hashlib
import hmac
import json
import stat
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from transcripts import Shop, make_shop, messages_csv

from cskpi.errors import UsageError
from cskpi.identity.aliases import Alias, accounts, merge, unmerge
from cskpi.identity.hashing import pseudonyms
from cskpi.identity.proposals import listed_agents, propose
from cskpi.ingest.load import LoadOptions, load_file
from cskpi.metrics.catalog import load_catalog
from cskpi.metrics.coverage import coverage
from cskpi.metrics.evaluate import evaluate
from cskpi.model.build import build_model, is_current
from cskpi.periods import month_period
from cskpi.present.coverage import coverage_section
from cskpi.present.document import Facts
from cskpi.present.inputs import ReportInputs
from cskpi.settings import load_settings
from cskpi.store.database import Limits, open_database

if TYPE_CHECKING:
    from conftest import Cli

    from cskpi.metrics.finding import Finding

OCTOBER = month_period(date(2026, 10, 1))

TWO_NAMES = """
# session=S1 customer=c1
2026-10-01 10:00:00 客户→旗舰店:小美 在吗
2026-10-01 10:00:20 客服 小美 在的
# session=S2 customer=c2
2026-10-10 10:00:00 客户→旗舰店:小美 在吗
2026-10-10 10:00:40 客服 旗舰店:小美 在的
"""
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
    """Load a transcript and further exports; `rebuilt` makes the facts."""
    export = write(folder, "messages.csv", messages_csv(transcript))
    settings = load_settings({}, environment={})
    path = folder / "cskpi.duckdb"
    with open_database(path, Limits("1GB", 2), write=True) as con:
        for file in (export, *files):
            load_file(con, file, LoadOptions())
    return Shop(path, settings)


def rebuilt(shop: Shop, *statements: str) -> Shop:
    """Change staged tables as a command or a load would, and build the facts again."""
    with open_database(shop.path, Limits("1GB", 2), write=True) as con:
        for statement in statements:
            con.execute(statement)
        build_model(con, shop.settings)
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
    with open_database(shop.path, Limits("1GB", 2)) as con:
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


def test_without_an_alias_two_names_are_two_agents_and_a_transfer(tmp_path: Path) -> None:
    shop = make_shop(tmp_path, TWO_NAMES)
    assert by_agent(shop, "first_response_time") == {"小美": 20.0, "旗舰店:小美": 40.0}
    assert by_agent(shop, "transfer_rate") == {"旗舰店:小美": 0.5}


def test_names_merged_by_an_alias_are_one_agent_without_a_transfer(tmp_path: Path) -> None:
    shop = rebuilt(unbuilt(tmp_path, TWO_NAMES), alias("小美", "旗舰店:小美"))
    assert by_agent(shop, "first_response_time") == {"旗舰店:小美": 30.0}
    assert by_agent(shop, "transfer_rate") == {"旗舰店:小美": 0.0}
    assert shop.rows("SELECT count(*) FROM accounts") == [(1,)]


def test_an_alias_of_another_shop_merges_nothing(tmp_path: Path) -> None:
    shop = rebuilt(unbuilt(tmp_path, TWO_NAMES), alias("小美", "旗舰店:小美", "专卖店"))
    assert by_agent(shop, "first_response_time") == {"小美": 20.0, "旗舰店:小美": 40.0}


def test_the_alias_of_the_shop_wins_over_the_one_for_all_shops(tmp_path: Path) -> None:
    shop = rebuilt(unbuilt(tmp_path, TWO_NAMES), alias("小美", "甲"), alias("小美", "乙", "旗舰店"))
    assert by_agent(shop, "first_response_time") == {"乙": 20.0, "旗舰店:小美": 40.0}


def test_a_name_that_changes_hands_counts_day_by_day(tmp_path: Path) -> None:
    transcript = """
    # session=S1 customer=c1
    2026-10-01 23:59:00 客户→客服01 在吗
    2026-10-01 23:59:10 客服 客服01 在的
    # session=S2 customer=c2
    2026-10-02 00:00:00 客户→客服01 在吗
    2026-10-02 00:00:20 客服 客服01 在的
    # session=S3 customer=c3
    2026-10-05 00:00:00 客户→客服01 在吗
    2026-10-05 00:00:40 客服 客服01 在的
    """
    shop = rebuilt(
        unbuilt(tmp_path, transcript),
        alias("客服01", "小美", last="2026-10-01"),
        alias("客服01", "小丽", first="2026-10-02", last="2026-10-04"),
    )
    # From the 5th on nobody has the name, so it is its own agent again.
    assert by_agent(shop, "first_response_time") == {"小美": 10.0, "小丽": 20.0, "客服01": 40.0}
    assert shop.rows("SELECT count(*) FROM session_messages") == [(6,)]


def test_an_alias_of_an_alias_is_followed_and_a_circle_is_one_agent(tmp_path: Path) -> None:
    shop = rebuilt(
        unbuilt(tmp_path, TWO_NAMES), alias("小美", "美美"), alias("美美", "旗舰店:小美")
    )
    assert by_agent(shop, "first_response_time") == {"旗舰店:小美": 30.0}
    shop = rebuilt(
        shop,
        "DELETE FROM agent_aliases",
        alias("小美", "旗舰店:小美"),
        alias("旗舰店:小美", "小美"),
    )
    assert by_agent(shop, "first_response_time") == {"小美": 30.0}


def test_a_bot_under_one_name_is_no_bot_once_its_human_name_is_the_same(tmp_path: Path) -> None:
    transcript = """
    # session=S1 customer=c1
    2026-10-01 10:00:00 客户→店小蜜 在吗
    2026-10-01 10:00:01 机器人 店小蜜 您好
    2026-10-01 10:00:30 客服 小美 在的
    """
    shop = make_shop(tmp_path, transcript)
    assert shop.rows("SELECT agent_id, is_bot FROM accounts ORDER BY 1") == [
        ("小美", False),
        ("店小蜜", True),
    ]
    rebuilt(shop, alias("店小蜜", "小美"))
    assert shop.rows("SELECT agent_id, is_bot FROM accounts") == [("小美", False)]


def test_ratings_tickets_and_complaints_count_for_the_agent_of_that_day(tmp_path: Path) -> None:
    ratings = "店铺,会话ID,买家ID,客服账号,评价时间,评分\n旗舰店,S1,c1,小美,2026-10-01 12:00:00,5\n"
    ratings += "旗舰店,,c9,小美,2026-10-20 12:00:00,1\n"
    tickets = "店铺,工单编号,处理客服,创建时间,关闭时间\n"
    tickets += "旗舰店,T1,小美,2026-10-01 10:00:00,2026-10-01 10:10:00\n"
    tickets += "旗舰店,T2,小美,2026-10-20 10:00:00,2026-10-20 10:20:00\n"
    complaints = "店铺,投诉编号,买家ID,客服,投诉时间\n旗舰店,K1,c1,小美,2026-10-01 13:00:00\n"
    shop = unbuilt(
        tmp_path,
        TWO_NAMES,
        write(tmp_path, "ratings.csv", ratings),
        write(tmp_path, "tickets.csv", tickets),
        write(tmp_path, "complaints.csv", complaints),
    )
    rebuilt(shop, alias("小美", "旗舰店:小美", last="2026-10-15"))
    assert by_agent(shop, "csat_score") == {"旗舰店:小美": 5.0, "小美": 1.0}
    assert by_agent(shop, "ticket_close_time") == {"旗舰店:小美": 600.0, "小美": 1200.0}
    assert by_agent(shop, "complaint_rate") == {"旗舰店:小美": 0.5}


def test_the_facts_are_stale_after_an_alias_or_a_link_changes(tmp_path: Path) -> None:
    shop = make_shop(tmp_path, TWO_NAMES)
    with open_database(shop.path, Limits("1GB", 2), write=True) as con:
        assert is_current(con, shop.settings)
        merge(con, Alias("", "小美", "旗舰店:小美"))
        assert not is_current(con, shop.settings)
        build_model(con, shop.settings)
        assert unmerge(con, "小美", None) == 1
        assert not is_current(con, shop.settings)
        build_model(con, shop.settings)
        con.execute(link("x", "c1"))
        assert not is_current(con, shop.settings)


def test_what_cannot_be_merged_is_refused(tmp_path: Path) -> None:
    shop = make_shop(tmp_path, TWO_NAMES)
    with open_database(shop.path, Limits("1GB", 2), write=True) as con:
        merge(con, Alias("", "a", "b"))
        merge(con, Alias("旗舰店", "b", "c"))
        for told, key in (
            (Alias("", "a", "a"), "alias_of_itself"),
            (Alias("旗舰店", "c", "a"), "alias_circle"),
        ):
            with pytest.raises(UsageError) as raised:
                merge(con, told)
            assert raised.value.key == key
        with pytest.raises(UsageError) as raised:
            unmerge(con, "nobody", None)
        assert raised.value.key == "alias_unknown"


PROPOSED = """
# session=S1 customer=c1
2026-10-01 10:00:00 客户→旗舰店:小美 在吗
2026-10-01 10:00:20 客服 小美 在的
2026-10-01 10:00:21 客服 Amy（兼职） 在的
2026-10-01 10:00:22 客服 AMY(兼职) 在的
2026-10-01 10:00:23 客服 AMY(兼职) 在的
2026-10-01 10:00:24 客服 王丽 在的
2026-10-01 10:00:25 客服 kf02 在的
2026-10-01 10:00:26 客服 赵六 在的
2026-10-01 10:00:27 机器人 店小蜜 在的
"""
ROSTER = """店铺,客服账号,姓名
旗舰店,旗舰店:小美,陈美
旗舰店,旗舰店:丽丽,王丽
旗舰店,"kf01,kf02",孙五
"""


def test_every_account_is_listed_with_its_state_and_merges_are_only_proposed(
    tmp_path: Path,
) -> None:
    shifts = "店铺,客服,日期,班次\n旗舰店,钱七,2026-10-03,早\n"
    shop = make_shop(
        tmp_path,
        PROPOSED,
        write(tmp_path, "agents.csv", ROSTER),
        write(tmp_path, "shifts.csv", shifts),
    )
    with open_database(shop.path, Limits("1GB", 2)) as con:
        found = accounts(con)
        proposed = propose(found, listed_agents(con))
    assert {one.name: (one.state, one.message_count) for one in found} == {
        "旗舰店:小美": ("known", 1),
        "小美": ("unknown", 1),
        "Amy（兼职）": ("unknown", 1),
        "AMY(兼职)": ("unknown", 2),
        "王丽": ("unknown", 1),
        "kf02": ("unknown", 1),
        "赵六": ("unknown", 1),
        "店小蜜": ("bot", 1),
        "钱七": ("unknown", 0),
    }
    (seven,) = [one for one in found if one.name == "钱七"]
    assert (seven.seen_in, str(seven.first_on)) == (("shifts",), "2026-10-03")
    assert {(one.alias, one.agent_id, one.reason) for one in proposed} == {
        ("小美", "旗舰店:小美", "sub_account"),
        ("Amy（兼职）", "AMY(兼职)", "same_spelling"),
        ("王丽", "旗舰店:丽丽", "agent_name"),
        ("kf02", "kf01", "listed_together"),
        ("kf01,kf02", "kf01", "listed_together"),
    }
    assert shop.rows("SELECT count(*) FROM agent_aliases") == [(0,)]


def test_a_name_that_fits_two_agents_is_not_proposed(tmp_path: Path) -> None:
    roster = "店铺,客服账号,姓名\n旗舰店,旗舰店:a1,王丽\n旗舰店,旗舰店:a2,王丽\n"
    shop = make_shop(tmp_path, PROPOSED, write(tmp_path, "agents.csv", roster))
    with open_database(shop.path, Limits("1GB", 2)) as con:
        proposed = propose(accounts(con), listed_agents(con))
    assert "王丽" not in {one.alias for one in proposed}


def test_the_command_lists_merges_and_unmerges(tmp_path: Path, cli: Cli) -> None:
    make_shop(tmp_path, TWO_NAMES)
    listed = json.loads(cli("agents", "--format", "json").stdout)
    assert {(row["account"], row["state"], row["proposed_agent_id"]) for row in listed} == {
        ("小美", "unknown", "旗舰店:小美"),
        ("旗舰店:小美", "unknown", None),
    }
    cli("agents", "merge", "小美", "旗舰店:小美", "--shop", "旗舰店")
    listed = json.loads(cli("agents", "--format", "json").stdout)
    assert {(row["account"], row["state"], row["agent_id"]) for row in listed} == {
        ("小美", "alias", "旗舰店:小美"),
        ("旗舰店:小美", "unknown", "旗舰店:小美"),
    }
    shown = cli("kpi", "first_response_time", "--by", "agent", "--format", "csv").stdout
    assert len(shown.splitlines()) == 2
    assert ",30.0," in shown
    cli("agents", "unmerge", "小美")
    shown = cli("kpi", "first_response_time", "--by", "agent", "--format", "csv").stdout
    assert len(shown.splitlines()) == 3
    for output_format in ("table", "md", "csv"):
        assert "旗舰店:小美" in cli("agents", "--format", output_format).stdout
    cli("agents", "merge", "小美", "小美", code=2)
    cli("agents", "merge", "小美", "丽", "--from", "1.10.", code=2)
    cli("agents", "unmerge", "小美", code=2)
    cli("agents", "--db", "none.duckdb", "merge", "小美", "丽", code=4)
    assert not Path("none.duckdb").exists()


def test_proposals_are_written_as_a_file_to_edit(tmp_path: Path, cli: Cli) -> None:
    make_shop(tmp_path, TWO_NAMES)
    cli("agents", "--write", "aliases.csv")
    lines = Path("aliases.csv").read_bytes().decode("utf-8-sig").splitlines()
    assert lines[0] == "shop_id,alias,agent_id,valid_from,valid_to,reason"
    assert lines[1].startswith("旗舰店,小美,旗舰店:小美,,,")
    assert stat.S_IMODE(Path("aliases.csv").stat().st_mode) == 0o600
    cli("agents", "--write", "aliases.csv", code=2)
    cli("load", "aliases.csv")
    listed = json.loads(cli("agents", "--format", "json").stdout)
    assert {row["account"]: row["agent_id"] for row in listed} == {
        "小美": "旗舰店:小美",
        "旗舰店:小美": "旗舰店:小美",
    }
    assert "–" not in cli("agents", "--format", "csv").stdout


# Customers

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
    assert "在时限内" in cli("explain", "order", "1234567890123456").stdout


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
    credited = "SELECT order_id, agent_id FROM order_attribution WHERE rule = 'created' ORDER BY 1"
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
