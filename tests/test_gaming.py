"""Gaming detectors at their edges: every threshold lies where it is said to."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from transcripts import Shop, make_shop
from typer.testing import Result

from cskpi.errors import UsageError
from cskpi.metrics.gaming import Pattern, find_patterns
from cskpi.metrics.gaming_file import load_detectors
from cskpi.periods import month_period
from cskpi.settings import load_settings
from cskpi.store.database import Limits, open_database

Cli = Callable[..., Result]

OCTOBER = month_period(date(2026, 10, 1))
DETECTORS = (
    *("chase_before_payment", "filler_first_reply", "filler_last_line", "reopened_session"),
    *("reply_after_cap", "reply_after_hours", "transfer_without_reply"),
)


EDGES = """
# session=C600 customer=k1
2026-10-01 10:00:00 客户→A 有没有黑色的
2026-10-01 10:10:00 客服 A 有黑色
# session=C601 customer=k2
2026-10-01 10:00:00 客户→A 有没有黑色的
2026-10-01 10:10:01 客服 A 有黑色
# session=C630 customer=k3
2026-10-01 10:00:00 客户→A 有没有黑色的
2026-10-01 10:10:30 客服 A 有黑色
# session=C631 customer=k4
2026-10-01 10:00:00 客户→A 有没有黑色的
2026-10-01 10:10:31 客服 A 有黑色
# session=C1800 customer=k5
2026-10-01 10:00:00 客户→A 有没有黑色的
2026-10-01 10:30:00 客服 A 有黑色
# session=C1801 customer=k6
2026-10-01 10:00:00 客户→A 有没有黑色的
2026-10-01 10:30:01 客服 A 有黑色
# session=C1831 customer=k7
2026-10-01 10:00:00 客户→A 有没有黑色的
2026-10-01 10:30:31 客服 A 有黑色
# no session id: after ten minutes of silence the reply is a session of its own
# session=- customer=k8
2026-10-01 10:00:00 客户→A 有没有黑色的
2026-10-01 10:10:10 客服 A 有黑色

# the last ten minutes before 23:00 and before 08:00, and the five after
# session=T1 customer=t1
2026-10-02 22:50:00 客户→A 有没有黑色的
2026-10-02 23:00:00 客服 A 有黑色
# session=T2 customer=t2
2026-10-02 22:49:59 客户→A 有没有黑色的
2026-10-02 23:00:00 客服 A 有黑色
# session=T3 customer=t3
2026-10-02 22:59:59 客户→A 有没有黑色的
2026-10-02 23:04:59 客服 A 有黑色
# session=T4 customer=t4
2026-10-02 22:59:59 客户→A 有没有黑色的
2026-10-02 23:05:00 客服 A 有黑色
# session=T5 customer=t5
2026-10-02 07:55:00 客户→A 有没有黑色的
2026-10-02 08:01:00 客服 A 有黑色
# session=T6 customer=t6
2026-10-02 22:55:00 客户→A 有没有黑色的
2026-10-02 22:59:59 客服 A 有黑色
# session=T7 customer=t7
2026-10-02 22:55:00 客户→A 有没有黑色的

# a greeting, then 61 and 60 seconds
# session=F1 customer=f1
2026-10-03 10:00:00 客户→A 电话 13812345678，M 码有货吗
2026-10-03 10:00:10 客服 A 您好，请问有什么可以帮您的呢？
2026-10-03 10:01:11 客服 A 有货
# session=F2 customer=f2
2026-10-03 10:00:00 客户→A M 码有货吗
2026-10-03 10:00:10 客服 A 您好
2026-10-03 10:01:10 客服 A 有货
# never
# session=F3 customer=f3
2026-10-03 10:00:00 客户→A M 码有货吗
2026-10-03 10:00:10 客服 A 在的亲~
# the customer said nothing either
# session=F4 customer=f4
2026-10-03 10:00:00 客户→A 在吗
2026-10-03 10:00:10 客服 A 您好
# the wait runs from the question
# session=F5 customer=f5
2026-10-03 10:00:00 客户→A 在吗
2026-10-03 10:00:10 客服 A 您好
2026-10-03 10:05:00 客户→A M 码有货吗
2026-10-03 10:06:00 客服 A 有货
# session=F6 customer=f6
2026-10-03 10:00:00 客户→A M 码有货吗
2026-10-03 10:00:10 客服 A [微笑]亲😊
2026-10-03 10:02:00 客服 A 有货
# a picture is no filler, nor is a short answer, nor an automatic greeting a human's reply
# session=F7 customer=f7
2026-10-03 10:00:00 客户→A M 码有货吗
2026-10-03 10:00:10 客服 A [图片]
2026-10-03 10:02:00 客服 A 这款
# session=F8 customer=f8
2026-10-03 10:00:00 客户→A M 码有货吗
2026-10-03 10:00:10 客服 A 有的
2026-10-03 10:09:00 客服 A 还要别的吗
# session=F9 customer=f9
2026-10-03 10:00:00 客户→A M 码有货吗
2026-10-03 10:00:01 自动 A 您好
2026-10-03 10:00:40 客服 A 有货

# session=L1 customer=l1
2026-10-04 10:00:00 客户→A M 码有货吗
2026-10-04 10:00:10 客服 A 有货
2026-10-04 10:01:00 客户→A 那 L 码呢
2026-10-04 10:01:10 客服 A [微笑]
# thanks need no answer
# session=L2 customer=l2
2026-10-04 10:00:00 客户→A M 码有货吗
2026-10-04 10:00:10 客服 A 有货
2026-10-04 10:01:00 客户→A 好的，谢谢
2026-10-04 10:01:10 客服 A 不客气[玫瑰]
# session=L3 customer=l3
2026-10-04 10:00:00 客户→A M 码有货吗
2026-10-04 10:00:10 客服 A 😊
# to agree is an answer
# session=L4 customer=l4
2026-10-04 10:00:00 客户→A 帮我备注黑色
2026-10-04 10:00:10 客服 A 好的
# session=L5 customer=l5
2026-10-04 10:00:00 客户→A 发个图
2026-10-04 10:00:10 客服 A [图片]
# session=L6 customer=l6
2026-10-04 10:00:00 客户→A M 码有货吗
2026-10-04 10:00:10 客服 A 嗯嗯
# the customer has the last word
# session=L7 customer=l7
2026-10-04 10:00:00 客户→A M 码有货吗
2026-10-04 10:00:10 客服 A 有货
2026-10-04 10:00:20 客户→A 那 L 码呢

# session=P1 customer=p1
2026-10-05 10:00:00 客户→A M 码有货吗
2026-10-05 10:03:00 客服 B 有货
# session=P2 customer=p2
2026-10-05 10:00:00 客户→A M 码有货吗
2026-10-05 10:00:20 客服 A 我转给同事看
2026-10-05 10:03:00 客服 B 有货
# session=P3 customer=p3
2026-10-05 10:00:00 客户→A M 码有货吗

# 900 and 901 seconds; another agent; the customer himself; nobody was waiting
# session=R1 customer=r1
2026-10-06 10:00:00 客户→A M 码有货吗
# session=R1b customer=r1
2026-10-06 10:15:00 客服 A 您的 M 码有货
# session=R2 customer=r2
2026-10-06 10:00:00 客户→A M 码有货吗
# session=R2b customer=r2
2026-10-06 10:15:01 客服 A 您的 M 码有货
# session=R3 customer=r3
2026-10-06 10:00:00 客户→A M 码有货吗
# session=R3b customer=r3
2026-10-06 10:05:00 客服 B 您的 M 码有货
# session=R4 customer=r4
2026-10-06 10:00:00 客户→A M 码有货吗
# session=R4b customer=r4
2026-10-06 10:05:00 客户→A 有人回我么
2026-10-06 10:05:10 客服 A 有货
# session=R5 customer=r5
2026-10-06 10:00:00 客户→A M 码有货吗
2026-10-06 10:00:10 客服 A 有货
# session=R5b customer=r5
2026-10-06 10:05:00 客服 A L 码也有货

# 1800 and 1801 seconds after the order; 120 and 121 before the payment; unpaid; not silent
# session=O1 customer=o1
2026-10-07 10:30:00 客服 A 您的订单还没付款
# session=O2 customer=o2
2026-10-07 10:30:01 客服 A 您的订单还没付款
# session=O3 customer=o3
2026-10-07 12:00:00 客服 A 您的订单还没付款
# session=O4 customer=o4
2026-10-07 12:00:00 客服 A 您的订单还没付款
# session=O5 customer=o5
2026-10-07 10:05:00 客服 A 您的订单还没付款
# session=O6 customer=o6
2026-10-06 10:00:00 客户→A M 码有货吗
2026-10-06 10:00:10 客服 A 有货
# session=O6b customer=o6
2026-10-07 10:05:00 客服 A 您的订单还没付款
# session=O7 customer=o7
2026-10-07 10:04:00 客户→A 刚下了单
2026-10-07 10:05:00 客服 A 您的订单还没付款
"""
EDGE_ORDERS = """shop,order_id,customer_id,paid_amount,created_at,paid_at
旗舰店,O1,o1,10.00,2026-10-07 10:00:00,2026-10-07 12:00:00
旗舰店,O2,o2,10.00,2026-10-07 10:00:00,2026-10-07 12:00:00
旗舰店,O3,o3,10.00,2026-10-07 10:00:00,2026-10-07 12:02:00
旗舰店,O4,o4,10.00,2026-10-07 10:00:00,2026-10-07 12:02:01
旗舰店,O5,o5,10.00,2026-10-07 10:00:00,
旗舰店,O6,o6,10.00,2026-10-07 10:00:00,2026-10-07 12:00:00
旗舰店,O7,o7,10.00,2026-10-07 10:00:00,2026-10-07 12:00:00
"""
EDGE_HITS = {
    "reply_after_cap": {"C601", "C630", "C1801", "k8@20261001T101010"},
    "reply_after_hours": {"T1", "T3", "T5"},
    # L3's only reply is an emoji, and nothing followed.
    "filler_first_reply": {"F1", "F3", "F6", "L3"},
    # F3 ends with the greeting that never became an answer.
    "filler_last_line": {"L1", "L3", "L6", "F3"},
    "transfer_without_reply": {"P1"},
    "reopened_session": {"R1"},
    "chase_before_payment": {"O1", "O3"},
}
# Chances of A, counted by hand: replies near a cap are C600, C601, C630, C631, C1800, C1801, C1831,
# k8, and of the evening T1 (600 s) and T2 (601 s, a hit of the cap as well).
EDGE_HITS["reply_after_cap"] |= {"T2"}
EDGE_BASES = {"reply_after_cap": 10, "reply_after_hours": 6, "chase_before_payment": 5}


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("edges")
    orders = folder / "orders.csv"
    orders.write_text(EDGE_ORDERS, encoding="utf-8")
    text = "\n".join(line for line in EDGES.splitlines() if "=" in line or not line.startswith("#"))
    return make_shop(folder, text, orders)


def patterns(shop: Shop, *, show_all: bool = False, **flags: str) -> dict[str, Pattern]:
    settings = load_settings({k.replace("__", "."): v for k, v in flags.items()}, environment={})
    with open_database(shop.path, Limits("1GB", 1)) as con:
        found = find_patterns(con, load_detectors(), OCTOBER, settings, show_all=show_all)
    return {pattern.detector.name: pattern for pattern in found}


def test_every_threshold_lies_where_it_is_said_to(edges: Shop) -> None:
    found = patterns(edges, show_all=True)
    assert tuple(found) == DETECTORS
    for name, pattern in found.items():
        assert {item.session_id for item in pattern.evidence} == EDGE_HITS[name], name
        hits = sum(agent.hits for agent in pattern.agents)
        assert hits == len(pattern.evidence), name
        assert {item.agent_id for item in pattern.evidence} == {"A"}, name
    for name, base in EDGE_BASES.items():
        assert {a.agent_id: a.base for a in found[name].agents}["A"] == base, name


def test_who_shows_too_few_is_not_judged(edges: Shop) -> None:
    found = patterns(edges)
    assert not any(p.evidence for p in found.values())
    verdicts = {a.verdict for p in found.values() for a in p.agents}
    assert "stands_out" not in verdicts
    assert "too_few" in verdicts


def test_fillers_are_the_shops_own_words(edges: Shop) -> None:
    found = patterns(edges, show_all=True, gaming__greetings="有货", gaming__closers="好的")
    assert {i.session_id for i in found["filler_last_line"].evidence} >= {"L4", "F9"}
    with pytest.raises(UsageError, match="setting_value"):
        patterns(edges, gaming__greetings="(有货")


def test_the_sentence_tells_what_happened_and_hides_numbers(edges: Shop, cli: Cli) -> None:
    words = ("gaming", "--month", "2026-10", "--all", "--db", edges.path, "--format", "json")
    content = json.loads(cli(*words).stdout)
    told = {
        (d["detector"], e["session_id"]): e["what"]
        for d in content["detectors"]
        for e in d["evidence"]
    }
    assert told["reply_after_cap", "C601"] == "等了 10 分 1 秒才回复"
    first = told["filler_first_reply", "F1"]
    assert first == "首句“您好，请问有什么可以帮您的呢？”，实质回复又等了 1 分 1 秒"
    assert told["filler_first_reply", "F3"].endswith("实质回复又等了 –")
    assert told["filler_last_line", "L1"] == "最后一句“[微笑]”，买家的“那 L 码呢”没有得到回答"
    assert told["transfer_without_reply", "P1"] == "没有回复，B 接手；从买家提问到接手 3 分"
    assert "R1b" in told["reopened_session", "R1"]
    assert told["chase_before_payment", "O1"].startswith("订单 O1：下单后 30 分发消息")
    assert "13812345678" not in cli(*words).stdout
    english = json.loads(cli(*words, "--lang", "en").stdout)
    assert {d["label"] for d in english["detectors"]} >= {"Closed and opened again"}


def test_chat_text_is_masked_unless_asked_for(tmp_path: Path, cli: Cli) -> None:
    text = """
    # session=M1 customer=m1
    2026-10-03 10:00:00 客户→A 打 13812345678 给我
    2026-10-03 10:00:10 客服 A 您好
    """
    shop = make_shop(tmp_path, text)
    words = ("gaming", "filler_last_line", "--month", "2026-10", "--all", "--db", shop.path)
    assert "138****5678" in cli(*words).stdout
    assert "13812345678" in cli(*words, "--reveal").stdout
