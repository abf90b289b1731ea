"""Gaming detectors: each finds its gamer, leaves honest agents alone, and shows the sessions."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from test_gaming import patterns
from transcripts import Shop, make_shop
from typer.testing import Result

from cskpi.periods import month_period

Cli = Callable[..., Result]

OCTOBER = month_period(date(2026, 10, 1))
DETECTORS = (
    *("chase_before_payment", "filler_first_reply", "filler_last_line", "reopened_session"),
    *("reply_after_cap", "reply_after_hours", "transfer_without_reply"),
)


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
