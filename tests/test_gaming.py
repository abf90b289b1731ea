"""Gaming detectors: each finds its gamer, leaves honest agents alone, and shows the sessions."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from itertools import count
from math import comb
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from transcripts import Shop, make_shop
from typer.testing import Result

from cskpi.errors import UsageError
from cskpi.metrics.binding import table_definitions
from cskpi.metrics.gaming import AgentCount, Pattern, find_patterns, judged
from cskpi.metrics.gaming_chance import above_others, above_share
from cskpi.metrics.gaming_file import STANDARD_COLUMNS, load_detectors
from cskpi.periods import month_period
from cskpi.settings import DEFAULTS, load_settings
from cskpi.store.database import Limits, open_database

if TYPE_CHECKING:
    from cskpi.metrics.gaming_file import Detector

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


HONEST = ("H1", "H2", "H3")
GAMERS = {
    "reply_after_cap": "G封顶",
    "reply_after_hours": "G下班",
    "filler_first_reply": "G客套",
    "filler_last_line": "G表情",
    "transfer_without_reply": "G转走",
    "reopened_session": "G重开",
    "chase_before_payment": "G跟单",
}
EVERYBODY = (*HONEST, *GAMERS.values())


class Writer:
    """Writes sessions of a shop, each of a customer of its own."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.orders = ["shop,order_id,customer_id,paid_amount,created_at,paid_at"]
        self.numbers = count(1)

    def session(self, *said: tuple[datetime, str, str], customer: str = "") -> str:
        number = next(self.numbers)
        who = customer or f"c{number}"
        self.lines.append(f"# session=S{number} customer={who}")
        self.lines += [f"{at} {sender} {text}" for at, sender, text in said]
        return who

    def asked(
        self, agent: str, at: datetime, *replies: tuple[float, str], replier: str = ""
    ) -> str:
        answers = ((at + timedelta(seconds=s), f"客服 {replier or agent}", t) for s, t in replies)
        return self.session((at, f"客户→{agent}", "这款 M 码有货吗"), *answers)


def ordinary_month(write: Writer, agent: str, start: datetime) -> None:
    """Thirty sessions: a quick answer, thanks, an emoji; every third greets first."""
    for number in range(30):
        at = start + timedelta(hours=number * 20 % 700, minutes=number)
        at = at.replace(hour=9 + number % 12)
        greets = number % 3 == 0
        first = [(8.0, "您好，在的")] if greets else []
        customer = f"{agent}-{number}"
        said = [(at, f"客户→{agent}", "这款 M 码有货吗")]
        said += [(at + timedelta(seconds=s), f"客服 {agent}", t) for s, t in first]
        said += [
            (at + timedelta(seconds=30), f"客服 {agent}", "有货，今天发"),
            (at + timedelta(seconds=60), f"客户→{agent}", "好的，谢谢"),
            (at + timedelta(seconds=65), f"客服 {agent}", "不客气[玫瑰]"),
        ]
        write.session(*said, customer=customer)


def late_replies(write: Writer, agent: str, day: datetime, waits: Iterable[int]) -> None:
    for number, wait in enumerate(waits):
        write.asked(agent, day + timedelta(hours=9, minutes=20 * number), (wait, "有货，今天发"))


def evening(write: Writer, agent: str, day: datetime, waits: Iterable[int]) -> None:
    for number, wait in enumerate(waits):
        at = day + timedelta(days=number, hours=22, minutes=58)
        write.asked(agent, at, (wait, "有货，今天发"))


def follow_ups(write: Writer, agent: str, day: datetime, after: int, paid_after: int) -> None:
    """Ten silent orders written to; every second is paid in the end."""
    for number in range(10):
        placed = day + timedelta(hours=number)
        written = placed + timedelta(seconds=after)
        who = f"o-{agent}-{number}"
        write.session((written, f"客服 {agent}", "您的订单还没付款，有什么疑问"), customer=who)
        paid = written + timedelta(seconds=paid_after) if number % 2 == 0 else ""
        write.orders.append(f"旗舰店,N-{agent}-{number},{who},10.00,{placed},{paid}")


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    write = Writer()
    start = datetime(2026, 10, 1)  # noqa: DTZ001  shop-local
    for place, agent in enumerate(EVERYBODY):
        ordinary_month(write, agent, start + timedelta(minutes=5 * place))
    # Spread evenly over 571 to 660 seconds: a third of twelve lies just after the cap.
    even = [571 + number * 8 for number in range(12)]
    for agent in HONEST:
        late_replies(write, agent, datetime(2026, 10, 20), even)  # noqa: DTZ001
        evening(write, agent, start, [40] * 11 + [200])
        follow_ups(write, agent, datetime(2026, 10, 21), 3 * 3600, 7200)  # noqa: DTZ001
    late_replies(write, "G封顶", datetime(2026, 10, 20), [*range(603, 625, 2), 580])  # noqa: DTZ001
    evening(write, "G下班", start, [150] * 11 + [30])
    follow_ups(write, "G跟单", datetime(2026, 10, 21), 240, 1800)  # noqa: DTZ001
    for number in range(12):
        at = start + timedelta(days=number, hours=13)
        write.asked("G客套", at, (5, "您好，请问有什么可以帮您？"), (305, "有货，今天发"))
        write.asked("G表情", at, (20, "[微笑]~"))
        write.asked("G转走", at, (400, "有货，今天发"), replier=HONEST[number % 3])
        waiting = write.session((at, "客户→G重开", "这款 M 码有货吗"))
        opened = at + timedelta(minutes=4)
        write.session((opened, "客服 G重开", "您问的 M 码有货"), customer=waiting)
    folder = tmp_path_factory.mktemp("team")
    orders = folder / "orders.csv"
    orders.write_text("\n".join(write.orders) + "\n", encoding="utf-8")
    return make_shop(folder, "\n".join(write.lines), orders)


# By hand: sessions of the ordinary month are 30 each; what the gamer adds stands beside it.
COUNTS = {
    "reply_after_cap": (11, 12),
    "reply_after_hours": (11, 12),
    "filler_first_reply": (12, 42),
    "filler_last_line": (12, 42),
    "transfer_without_reply": (12, 42),
    "reopened_session": (12, 42),
    "chase_before_payment": (5, 10),
}


def test_each_detector_finds_its_gamer_and_nobody_else(team: Shop) -> None:
    found = patterns(team)
    out = {
        name: {a.agent_id for a in pattern.agents if a.verdict == "stands_out"}
        for name, pattern in found.items()
    }
    assert out["filler_first_reply"] == {"G客套", "G表情"}
    # Whoever only ever sends an emoji has a filler for a first reply as well.
    del out["filler_first_reply"]
    assert out == {name: {who} for name, who in GAMERS.items() if name in out}
    for name, (hits, base) in COUNTS.items():
        (gamer,) = (a for a in found[name].agents if a.agent_id == GAMERS[name])
        assert (gamer.hits, gamer.base) == (hits, base), name
        assert gamer.p_value is not None
        assert gamer.p_value < 0.05
        assert len([e for e in found[name].evidence if e.agent_id == GAMERS[name]]) == hits


def test_honest_agents_are_compared_and_found_to_be_so(team: Shop) -> None:
    found = patterns(team)
    by_cap = {a.agent_id: a for a in found["reply_after_cap"].agents}
    # 571, 579, … 659: 603, 611, 619 and 627 lie after the cap.
    assert [(by_cap[who].hits, by_cap[who].base) for who in HONEST] == [(4, 12)] * 3
    for pattern in found.values():
        for agent in pattern.agents:
            if agent.agent_id in HONEST:
                assert agent.verdict in ("by_chance", "too_few"), pattern.detector.name


def test_the_command_lists_who_stands_out_with_sessions_that_open(team: Shop, cli: Cli) -> None:
    words = ("gaming", "reopened_session", "--month", "2026-10", "--db", team.path)
    out = cli(*words).stdout
    assert "值得看一眼" in out
    assert "线索，不是结论" in out
    assert not any(honest in out for honest in HONEST)
    rows = list(csv.DictReader(io.StringIO(cli(*words, "--format", "csv").stdout)))
    assert len(rows) == 12
    transcript = cli("explain", "session", rows[0]["session_id"], "--db", team.path).stdout
    assert "G重开" in transcript


def test_by_agent_everybody_is_counted(team: Shop, cli: Cli) -> None:
    words = ("gaming", "filler_last_line", "--month", "2026-10", "--by", "agent", "--db", team.path)
    rows = list(csv.DictReader(io.StringIO(cli(*words, "--format", "csv").stdout)))
    assert {row["agent"] for row in rows} == set(EVERYBODY)
    (found,) = (row for row in rows if row["agent"] == "G表情")
    assert (found["hits"], found["base"], found["verdict"]) == ("12", "42", "stands_out")
    out = cli(*words).stdout
    assert "没有超出偶然" in out
    assert "28.6%" in out
    assert "G表情" in cli(*words, "--format", "md").stdout


def test_one_agent_can_be_looked_at_and_is_still_compared_with_all(team: Shop, cli: Cli) -> None:
    words = ("gaming", "--month", "2026-10", "--agent", "H1", "--db", team.path)
    content = json.loads(cli(*words, "--format", "json").stdout)
    agents = {a["agent"] for d in content["detectors"] for a in d["agents"]}
    assert agents == {"H1"}
    assert not any(d["evidence"] for d in content["detectors"])
    rates = [a["others_rate"] for d in content["detectors"] for a in d["agents"]]
    assert any(rates)
    assert "没有超出偶然的做法" in cli(*words).stdout


def test_an_unknown_pattern_and_grouping_are_refused(team: Shop, cli: Cli) -> None:
    assert "reply_after_cap" in cli("gaming", "x", "--db", team.path, code=2).stderr
    assert "agent" in cli("gaming", "--by", "day", "--db", team.path, code=2).stderr


def test_without_orders_the_follow_ups_say_what_is_missing(tmp_path: Path, cli: Cli) -> None:
    shop = make_shop(tmp_path, "2026-10-01 10:00:00 客户→A M 码有货吗")
    assert patterns(shop)["chase_before_payment"].missing == "orders"
    out = cli("gaming", "chase_before_payment", "--month", "2026-10", "--db", shop.path).stdout
    assert "没有装入需要的数据（orders）" in out


def counted(agent: str | None, hits: int, base: int, p_value: float | None) -> AgentCount:
    return AgentCount("店", agent, hits, base, 0.1, None, "by_chance", p_value)


def test_many_agents_are_judged_together() -> None:
    lone = judged([counted("A", 9, 30, 0.02)], 20)
    assert [a.verdict for a in lone] == ["stands_out"]
    # 0.02 is nothing unusual among ten: corrected it is 0.2.
    crowd = judged(
        [counted("A", 9, 30, 0.02), *(counted(f"B{n}", 3, 30, 0.9) for n in range(9))], 20
    )
    assert {a.verdict for a in crowd} == {"by_chance"}


def test_what_keeps_an_agent_from_being_judged() -> None:
    found = judged(
        [
            counted("A", 2, 30, 0.001),  # two sessions are no habit
            counted("B", 19, 19, 0.001),  # one chance short
            counted(None, 30, 30, 0.001),  # nobody to ask
            counted("C", 30, 30, None),  # no colleague
            counted("D", 3, 20, 0.001),
        ],
        20,
    )
    verdicts = [agent.verdict for agent in found]
    assert verdicts == ["by_chance", "too_few", "too_few", "alone", "stands_out"]


def test_chance_is_fishers_and_the_binomials() -> None:
    # All 4 hits of 8 on one side of two fours: 1 / C(8, 4).
    assert above_others(4, 4, 0, 4) == pytest.approx(1 / comb(8, 4))
    assert above_others(3, 4, 1, 4) == pytest.approx((1 + 16) / comb(8, 4))
    assert above_others(0, 4, 4, 4) == 1
    assert above_share(2, 2, 1 / 3) == pytest.approx(1 / 9)
    assert above_share(1, 2, 1 / 3) == pytest.approx(1 - 4 / 9)
    assert above_share(0, 5, 0.1) == 1
    whole = sum(comb(50, k) * comb(950, 100 - k) for k in range(9, 51)) / comb(1000, 100)
    assert above_others(9, 50, 91, 950) == pytest.approx(whole)


@pytest.mark.parametrize("detector", load_detectors(), ids=lambda d: d.name)
def test_each_file_reads_only_its_tables_and_returns_what_its_sentence_names(
    detector: Detector,
) -> None:
    with duckdb.connect() as con:
        tables = table_definitions()
        for name in (*detector.sources, *detector.optional):
            con.execute(tables[name])
        values: dict[str, object] = {
            name: DEFAULTS[param["setting"]] if isinstance(param, dict) else param
            for name, param in detector.params.items()
        }
        values |= {"period_start": OCTOBER.start, "period_end": OCTOBER.end}
        columns = [row[0] for row in con.execute(f"DESCRIBE {detector.body}", values).fetchall()]
    assert columns[: len(STANDARD_COLUMNS)] == list(STANDARD_COLUMNS)
    assert set(detector.evidence) <= set(columns)
