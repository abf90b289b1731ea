"""Whose account is whose: names are merged by a person, never silently."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from transcripts import make_shop

from cskpi.errors import UsageError
from cskpi.identity.aliases import Alias, accounts, merge, unmerge
from cskpi.identity.proposals import listed_agents, propose
from cskpi.model.build import build_model
from cskpi.model.state import is_current
from cskpi.store.database import Limits, open_database

if TYPE_CHECKING:
    from conftest import Cli


from identity_shop import alias, by_agent, link, rebuilt, unbuilt, write

TWO_NAMES = """
# session=S1 customer=c1
2026-10-01 10:00:00 客户→旗舰店:小美 在吗
2026-10-01 10:00:20 客服 小美 在的
# session=S2 customer=c2
2026-10-10 10:00:00 客户→旗舰店:小美 在吗
2026-10-10 10:00:40 客服 旗舰店:小美 在的
"""


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
旗舰店,旗舰店:丙,"赵丙、赵六"
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
        # The list has both accounts in one cell: it says whose they are.
        "kf02": ("alias", 1),
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
        ("赵六", "旗舰店:丙", "listed_together"),
    }
    assert shop.rows("SELECT alias, agent_id FROM agent_aliases") == [("kf02", "kf01")]


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
