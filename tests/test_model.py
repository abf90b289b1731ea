"""The exact cases of the session model, each with a transcript a person can check."""

from __future__ import annotations

from pathlib import Path

import pytest
from transcripts import make_shop


def test_auto_greeting_stops_no_clock_and_is_kept_apart(tmp_path: Path) -> None:
    shop = make_shop(
        tmp_path,
        """
        # session=S1 customer=c1
        2026-10-01 10:00:00 客户→A 在吗
        2026-10-01 10:00:01 自动 A 您好，欢迎光临
        2026-10-01 10:00:50 客服 A 亲，在的
        """,
    )
    assert shop.rows("SELECT first_reply_seconds, first_bot_reply_seconds FROM sessions") == [
        (50.0, 1.0)
    ]


def test_the_first_response_is_the_first_repliers_and_the_next_is_after_transfer(
    tmp_path: Path,
) -> None:
    shop = make_shop(
        tmp_path,
        """
        # session=S1 customer=c1
        2026-10-01 10:00:00 客户→A 这个尺寸多大
        2026-10-01 10:00:20 客服 A 1.2 米，售后问题我帮您转给同事
        2026-10-01 10:01:00 客户→B 还要退一件
        2026-10-01 10:01:40 客服 B 我来处理
        """,
    )
    assert shop.rows("SELECT first_reply_agent_id, is_transferred FROM sessions") == [("A", True)]
    assert shop.rows(
        "SELECT agent_id, reply_seconds, is_after_transfer FROM turns ORDER BY asked_at"
    ) == [("A", 20.0, False), ("B", 40.0, True)]


def test_a_transfer_without_reply_is_an_unanswered_agent_turn_of_the_first(tmp_path: Path) -> None:
    shop = make_shop(
        tmp_path,
        """
        # session=S1 customer=c1
        2026-10-01 10:00:00 客户→A 我要退货
        2026-10-01 10:01:00 客户→B 有人吗
        2026-10-01 10:02:30 客服 B 在的，我来处理
        """,
    )
    assert shop.rows("SELECT agent_id, reply_seconds, is_after_transfer FROM turns") == [
        ("B", 150.0, True)
    ]
    assert shop.rows(
        "SELECT agent_id, is_answered, reply_seconds FROM agent_turns ORDER BY asked_at"
    ) == [("A", False, None), ("B", True, 90.0)]


def test_another_agents_reply_leaves_the_agent_turn_unanswered(tmp_path: Path) -> None:
    shop = make_shop(
        tmp_path,
        """
        # session=S1 customer=c1
        2026-10-01 10:00:00 客户→A 在吗
        2026-10-01 10:00:40 客服 B A 休息了，我来帮您
        """,
    )
    assert shop.rows("SELECT agent_id, is_answered FROM agent_turns") == [("A", False)]
    assert shop.rows("SELECT agent_id, reply_seconds FROM turns") == [("B", 40.0)]


def test_customer_rows_that_name_nobody_are_addressed_to_whoever_replies(tmp_path: Path) -> None:
    shop = make_shop(
        tmp_path,
        """
        # session=S1 customer=c1
        2026-10-01 10:00:00 客户 在吗
        2026-10-01 10:00:30 客服 A 在的
        2026-10-01 10:01:00 客户 好
        """,
    )
    assert shop.rows("SELECT agent_id, is_answered FROM agent_turns ORDER BY asked_at") == [
        ("A", True),
        (None, False),
    ]


def test_several_messages_in_a_row_are_one_turn_with_the_clock_at_the_first(
    tmp_path: Path,
) -> None:
    shop = make_shop(
        tmp_path,
        """
        # session=S1 customer=c1
        2026-10-01 10:10:15 客户→A 在吗
        2026-10-01 10:15:20 客户→A 有人吗
        2026-10-01 10:18:10 客服 A 在的
        2026-10-01 10:18:30 客户→A 什么时候发货
        2026-10-01 10:19:00 客服 A 今天
        """,
    )
    assert shop.rows("SELECT reply_seconds FROM turns ORDER BY asked_at") == [(475.0,), (30.0,)]
    assert shop.rows("SELECT count(*) FILTER (reply_seconds <= 180), count(*) FROM turns") == [
        (1, 2)
    ]


@pytest.mark.parametrize(("gap", "sessions"), [("10:10:49", 1), ("10:10:50", 2)])
def test_an_idle_gap_of_ten_minutes_cuts_where_there_is_no_session_id(
    tmp_path: Path, gap: str, sessions: int
) -> None:
    shop = make_shop(
        tmp_path,
        f"""
        # session=- customer=c1
        2026-10-01 10:00:00 客户→A 在吗
        2026-10-01 10:00:50 客服 A 在的
        2026-10-01 {gap} 客服 A 还需要帮助吗
        """,
    )
    assert shop.rows("SELECT count(*) FROM sessions") == [(sessions,)]


def test_the_gap_is_no_response_time(tmp_path: Path) -> None:
    shop = make_shop(
        tmp_path,
        """
        # session=- customer=c1
        2026-10-01 10:00:00 客户→A 在吗
        2026-10-01 10:30:00 客服 A 亲，刚才忙
        """,
    )
    assert shop.rows(
        "SELECT is_customer_session, has_human_reply, first_reply_seconds FROM sessions"
        " ORDER BY started_at"
    ) == [(True, False, None), (False, False, None)]
    assert shop.rows("SELECT is_answered, reply_seconds FROM turns") == [(False, None)]


def test_a_reopening_after_days_is_a_new_session_with_its_own_clock(tmp_path: Path) -> None:
    shop = make_shop(
        tmp_path,
        """
        # session=S1 customer=c1
        2026-10-05 10:00:00 客户→A 收到破损
        2026-10-05 10:00:30 客服 A 给您补发
        2026-10-09 14:00:00 客户→A 还没收到
        2026-10-09 14:10:00 客服 A 我查一下
        """,
    )
    assert shop.rows("SELECT session_id, first_reply_seconds FROM sessions ORDER BY 1") == [
        ("S1", 30.0),
        ("S1#2", 600.0),
    ]


def test_a_late_reply_to_a_waiting_customer_reopens_nothing(tmp_path: Path) -> None:
    shop = make_shop(
        tmp_path,
        """
        # session=S1 customer=c1
        2026-10-05 10:00:00 客户→A 在吗
        2026-10-07 10:00:00 客户→A 还在等
        2026-10-07 10:00:30 客服 A 抱歉
        """,
    )
    assert shop.rows("SELECT first_reply_seconds FROM sessions") == [(172830.0,)]


def test_without_a_human_reply_there_is_no_response_time(tmp_path: Path) -> None:
    shop = make_shop(
        tmp_path,
        """
        # session=S1 customer=c1
        2026-10-01 23:50:00 客户→A 在吗
        2026-10-01 23:50:01 自动 A 现在是休息时间
        2026-10-01 23:50:02 机器人 小蜜 请描述您的问题
        """,
    )
    assert shop.rows(
        "SELECT first_reply_seconds, has_human_reply, is_customer_session FROM sessions"
    ) == [(None, False, True)]


def test_a_reply_without_a_clock_of_its_own_takes_none_from_a_later_one(tmp_path: Path) -> None:
    export = tmp_path / "days.csv"
    export.write_text(
        "shop,session_id,sent_at,sender_role,customer_id,agent_id,content\n"
        "旗舰店,S1,2026-10-01 10:00:00,customer,c1,A,在吗\n"
        "旗舰店,S1,2026-10-02,agent,c1,A,在的\n"
        "旗舰店,S1,2026-10-02 09:00:00,customer,c1,A,什么时候发货\n"
        "旗舰店,S1,2026-10-02 09:01:00,agent,c1,A,今天发\n",
        encoding="utf-8",
    )
    shop = make_shop(tmp_path, "", export)
    assert shop.rows("SELECT reply_seconds FROM turns ORDER BY asked_at") == [(None,), (60.0,)]


def test_a_session_the_agent_opens_is_proactive_and_has_no_first_response(tmp_path: Path) -> None:
    shop = make_shop(
        tmp_path,
        """
        # session=S1 customer=c1
        2026-10-01 10:00:00 客服 A 亲，您的订单还没付款哦
        2026-10-01 10:05:00 客户→A 好的
        2026-10-01 10:05:20 客服 A 谢谢
        """,
    )
    assert shop.rows("SELECT is_proactive, first_reply_seconds FROM sessions") == [(True, None)]
    assert shop.rows("SELECT reply_seconds FROM turns") == [(20.0,)]


def test_a_greeting_bot_before_the_customer_makes_no_session_proactive(tmp_path: Path) -> None:
    shop = make_shop(
        tmp_path,
        """
        # session=S1 customer=c1
        2026-10-01 10:00:00 自动 A 您好
        2026-10-01 10:00:05 客户→A 在吗
        2026-10-01 10:00:25 客服 A 在
        """,
    )
    assert shop.rows("SELECT is_proactive, first_reply_seconds FROM sessions") == [(False, 20.0)]


def test_a_session_over_midnight_belongs_to_the_day_it_starts(tmp_path: Path) -> None:
    shop = make_shop(
        tmp_path,
        """
        # session=S1 customer=c1
        2026-10-31 23:59:50 客户→A 在吗
        2026-11-01 00:00:20 客服 A 在
        2026-11-01 00:00:40 客户→A 好
        """,
    )
    assert shop.rows("SELECT DISTINCT CAST(session_started_at AS DATE)::VARCHAR FROM turns") == [
        ("2026-10-31",)
    ]
    assert shop.rows("SELECT contact_on::VARCHAR FROM contacts ORDER BY 1") == [
        ("2026-10-31",),
        ("2026-11-01",),
    ]


def test_identical_times_are_broken_by_the_order_in_the_file(tmp_path: Path) -> None:
    shop = make_shop(
        tmp_path,
        """
        # session=S1 customer=c1
        2026-10-01 10:00:00 客户→A 在吗
        2026-10-01 10:00:00 客服 A 在
        # session=S2 customer=c2
        2026-10-01 10:00:00 客服 A 您好
        2026-10-01 10:00:00 客户→A 在吗
        """,
    )
    assert shop.rows(
        "SELECT session_id, is_proactive, first_reply_seconds FROM sessions ORDER BY 1"
    ) == [
        ("S1", False, 0.0),
        ("S2", True, None),
    ]


def test_agents_of_the_same_name_in_two_shops_stay_apart(tmp_path: Path) -> None:
    shop = make_shop(
        tmp_path,
        """
        # shop=旗舰店 session=S1 customer=c1
        2026-10-01 10:00:00 客户→店:阿宁 在吗
        2026-10-01 10:00:10 客服 店:阿宁 在
        # shop=工厂店 session=S1 customer=c1
        2026-10-01 10:00:00 客户→店:阿宁 在吗
        2026-10-01 10:01:00 客服 店:阿宁 在
        """,
    )
    assert shop.rows(
        "SELECT shop_id, agent_id, reply_seconds FROM turns ORDER BY reply_seconds"
    ) == [
        ("旗舰店", "店:阿宁", 10.0),
        ("工厂店", "店:阿宁", 60.0),
    ]


def test_an_agent_nobody_lists_is_a_bucket_and_never_dropped(tmp_path: Path) -> None:
    agents = tmp_path / "agents.csv"
    agents.write_text("shop,agent_id,agent_name\n旗舰店,A,小安\n", encoding="utf-8")
    shop = make_shop(
        tmp_path,
        """
        # session=S1 customer=c1
        2026-10-01 10:00:00 客户 在吗
        2026-10-01 10:00:10 客服 神秘人 在
        # session=S2 customer=c2
        2026-10-01 10:00:00 客户 在吗
        2026-10-01 10:00:30 客服 -
        """,
        agents,
    )
    assert shop.rows("SELECT agent_id, reply_seconds FROM turns ORDER BY reply_seconds") == [
        ("神秘人", 10.0),
        (None, 30.0),
    ]


ORDER_CASES = """
# session=S1 customer=c1
2026-10-01 10:00:00 客户→A 多少钱
2026-10-01 10:00:10 客服 A 99 元
2026-10-01 10:05:00 客户→B 有券吗
2026-10-01 10:05:10 客服 B 有 10 元券
# session=S2 customer=c2
2026-10-04 09:00:00 客户→A 发货了吗
2026-10-04 09:00:10 客服 A 今天发
"""


@pytest.mark.parametrize(
    ("order", "created_first"),
    [
        ("o1,c1,2026-10-01 10:03:00,2026-10-01 10:10:00", ("A", "created")),
        ("o1,c1,2026-10-01 11:00:00,2026-10-01 11:01:00", ("B", "created")),
        ("o1,c1,2026-10-03 10:05:10,2026-10-03 10:06:00", ("B", "created")),
        ("o1,c1,2026-10-03 10:05:11,2026-10-03 10:06:00", (None, None)),
        ("o1,c2,2026-10-03 08:00:00,2026-10-04 09:30:00", ("A", "paid")),
        ("o1,c2,2026-10-03 08:00:00,2026-10-03 08:01:00", (None, None)),
        ("o1,c9,2026-10-03 08:00:00,2026-10-03 08:01:00", (None, None)),
    ],
)
def test_the_last_human_in_the_window_before_the_order_is_credited(
    tmp_path: Path, order: str, created_first: tuple[str | None, str | None]
) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text(
        f"shop,order_id,customer_id,created_at,paid_at,paid_amount\n旗舰店,{order},99.00\n",
        encoding="utf-8",
    )
    shop = make_shop(tmp_path, ORDER_CASES, orders)
    assert shop.rows(
        "SELECT agent_id, credited_for FROM order_attribution"
        " WHERE rule = 'created_first' AND basis = 'last'"
    ) == [created_first]


def test_input_order_does_not_matter(tmp_path: Path) -> None:
    lines = [
        "2026-10-01 10:00:00 客户→A 在吗",
        "2026-10-01 10:00:20 客服 A 在",
        "2026-10-01 10:01:00 客户→A 多大",
        "2026-10-01 10:01:30 客服 A 1 米",
    ]
    tables = []
    for number, ordered in enumerate((lines, lines[::-1])):
        folder = tmp_path / str(number)
        folder.mkdir()
        shop = make_shop(folder, "\n".join(["# session=S1 customer=c1", *ordered]))
        tables.append(
            shop.rows("SELECT * EXCLUDE (session_no) FROM turns ORDER BY asked_at")
            + shop.rows("SELECT * EXCLUDE (session_no) FROM sessions")
        )
    assert tables[0] == tables[1]
