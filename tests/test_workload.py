"""Workload facts counted a second time in plain Python, and rules that hold whatever was loaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from identity_shop import OCTOBER, alias, rebuilt, unbuilt, write
from test_metrics import METRICS, shared_shop
from transcripts import Shop, make_shop

from cskpi.metrics.catalog import load_catalog
from cskpi.metrics.evaluate import evaluate
from cskpi.settings import load_settings

if TYPE_CHECKING:
    from cskpi.metrics.finding import Finding

EVENING = datetime.fromisoformat("2026-10-01 22:30:00")
NOBODY = "?"
BREAK = timedelta(minutes=15)
SECONDS = (0, 10, 10, 20, 60, 300, 890, 900, 910)
"""Steps between messages; 900 is exactly a break, and multiples of 10 make instants collide."""


@dataclass(frozen=True)
class Said:
    """One message: who wrote or, on a customer's row, who is addressed."""

    session: int
    at: datetime
    by_customer: bool
    account: str | None


@dataclass(frozen=True)
class Reception:
    session: int
    account: str
    opened: datetime
    closed: datetime

    def is_open_at(self, other: Reception) -> bool:
        """Tell whether it is open the moment another begins; two without length may begin together."""
        return self.opened <= other.opened < self.closed or self.opened == other.opened


def random_messages(random: Random) -> list[Said]:
    said = []
    for session in range(60):
        at = EVENING + timedelta(seconds=10 * random.randrange(720))
        names_agents = random.random() < 0.6
        agent = random.choice("ABC")
        for _ in range(random.randrange(1, 7)):
            by_customer = random.random() < 0.5
            if not by_customer and names_agents and random.random() < 0.15:
                agent = random.choice("ABC")
            account = agent if names_agents or not by_customer else None
            said.append(Said(session, at, by_customer, account))
            at += timedelta(seconds=random.choice(SECONDS))
    return said


def transcript(said: list[Said]) -> str:
    lines = []
    for message in said:
        lines.append(f"# session=S{message.session} customer=c{message.session}")
        arrow = f"→{message.account}" if message.account else ""
        who = f"客户{arrow}" if message.by_customer else f"客服 {message.account}"
        lines.append(f"{message.at:%Y-%m-%d %H:%M:%S} {who} 好")
    return "\n".join(lines)


def receptions(said: list[Said]) -> list[Reception]:
    found = []
    for session in sorted({message.session for message in said}):
        own = [message for message in said if message.session == session]
        asked = [i for i, message in enumerate(own) if message.by_customer]
        if not asked:
            continue
        spoken_to = {i: own[i].account or _whose(own, i) for i in asked}
        wrote = {i: m.account for i, m in enumerate(own) if not m.by_customer and i > asked[0]}
        wrote |= {i: own[i].account for i in range(asked[0]) if own[i].at == own[asked[0]].at}
        for account in sorted({*spoken_to.values(), *filter(None, wrote.values())} - {NOBODY}):
            to_him = [own[i].at for i, name in spoken_to.items() if name == account]
            by_him = [own[i].at for i, name in wrote.items() if name == account]
            closed = max(by_him) if by_him else max(to_him)
            found.append(Reception(session, account, min([*to_him, *by_him]), closed))
    return found


def _whose(own: list[Said], place: int) -> str:
    """Whom an unaddressed message waits for: who answers it, else who wrote before."""
    later = [message.account for message in own[place + 1 :] if not message.by_customer]
    before = [message.account for message in own[:place] if not message.by_customer]
    return (later[:1] or before[-1:] or [NOBODY])[0] or NOBODY


Talk = tuple[list[Said], Shop]


@pytest.fixture(scope="module", params=range(2))
def talk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Talk:
    """Sixty random sessions, as written down and as loaded."""
    said = random_messages(Random(request.param))  # noqa: S311
    return said, make_shop(tmp_path_factory.mktemp("talk"), transcript(said))


def test_receptions_open_at_a_time_equal_a_plain_count(talk: Talk) -> None:
    said, shop = talk
    expected = receptions(said)
    assert len(expected) > 40
    assert shop.rows(
        "SELECT agent_id, opened_at, open_seconds, agent_open, shop_open, all_open"
        " FROM receptions ORDER BY ALL"
    ) == sorted(
        (
            one.account,
            one.opened,
            (one.closed - one.opened).total_seconds(),
            sum(other.is_open_at(one) for other in expected if other.account == one.account),
            sum(other.is_open_at(one) for other in expected),
            sum(other.is_open_at(one) for other in expected),
        )
        for one in expected
    )


def test_runs_without_a_break_equal_a_plain_count(talk: Talk) -> None:
    said, shop = talk
    expected = []
    for account in "ABC":
        times = sorted(m.at for m in said if m.account == account and not m.by_customer)
        starts = [0, *(i for i, (a, b) in enumerate(pairwise(times), 1) if b - a >= BREAK)]
        for first, after in pairwise([*starts, len(times)]):
            expected.append((account, times[first], times[after - 1], after - first))
    assert len(expected) > len("ABC")
    assert shop.rows(
        "SELECT agent_id, started_at, ended_at, message_count FROM work_run_facts"
        " INNER JOIN accounts USING (account_no) ORDER BY ALL"
    ) == sorted(expected)


@pytest.mark.parametrize("name", ["workload_chats", "workload_roster", "workload_punches"])
def test_nobody_is_at_work_longer_than_the_clock_allows(name: str) -> None:
    con = shared_shop(METRICS / "_shops" / name, ())
    assert con.execute(
        "SELECT count(*) FROM shift_facts WHERE NOT there_seconds BETWEEN 0 AND rostered_seconds"
    ).fetchone() == (0,)
    assert con.execute(
        "SELECT count(*) FROM (SELECT sum(online_seconds) AS seconds FROM online_facts"
        " GROUP BY shop_id, agent_id, online_on) WHERE NOT seconds BETWEEN 0 AND 86400"
    ).fetchone() == (0,)
    assert con.execute(
        "SELECT count(*) FROM online_facts LEFT JOIN (SELECT shop_id, agent_id,"
        " max(agent_open) AS most FROM receptions GROUP BY ALL) USING (shop_id, agent_id)"
        " WHERE ended_at IS NOT NULL AND open_seconds > coalesce(most, 0)"
        " * (epoch_ms(ended_at) - epoch_ms(started_at)) / 1000.0"
    ).fetchone() == (0,)
    assert con.execute("SELECT 1 FROM online_facts WHERE online_seconds > 0").fetchone()


def concurrency(filters: dict[str, str], grouping: tuple[str, ...]) -> list[Finding]:
    settings = load_settings({}, environment={})
    con = shared_shop(METRICS / "_shops" / "workload_chats", ())
    metrics = load_catalog().select(["max_concurrency"])
    return evaluate(con, metrics, OCTOBER, (grouping,), settings, filters=filters)


def test_the_most_at_a_time_of_one_agent_or_shop_is_his_own() -> None:
    assert [found.value for found in concurrency({}, ())] == [5]
    assert [found.value for found in concurrency({"shop": "旗舰店"}, ())] == [4]
    assert [found.value for found in concurrency({"agent": "A"}, ())] == [2]
    by_agent = concurrency({"shop": "旗舰店"}, ("agent",))
    assert {found.dimensions["agent"]: found.value for found in by_agent}["A"] == 2


ROSTER = "店铺,客服,日期,班次,上班时间,下班时间\n旗舰店,小美,2026-10-01,早班,09:00,17:00\n"
CHAT = """
# session=S1 customer=c1
2026-10-01 09:59:50 客户→旗舰店:小美 在吗
2026-10-01 10:00:00 客服 旗舰店:小美 在的
2026-10-01 16:00:00 客服 旗舰店:小美 还在吗
"""


def test_a_roster_under_another_name_is_the_accounts_once_an_alias_says_so(tmp_path: Path) -> None:
    shop = unbuilt(tmp_path, CHAT, write(tmp_path, "排班.csv", ROSTER))
    seen = "SELECT agent_id, there_seconds FROM shift_facts"
    assert rebuilt(shop).rows(seen) == [("小美", 0.0)]
    assert rebuilt(shop, alias("小美", "旗舰店:小美")).rows(seen) == [("旗舰店:小美", 21600.0)]


def test_facts_do_not_depend_on_the_order_rows_are_stored_in(talk: Talk) -> None:
    _, shop = talk
    tables = ("receptions", "work_run_facts", "online_facts", "stress_days")
    told = [shop.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in tables]
    shuffled = "SELECT * FROM messages ORDER BY hash(message_key)"
    rebuilt(
        shop,
        f"CREATE TABLE kept AS {shuffled}",
        "DELETE FROM messages",
        "INSERT INTO messages SELECT * FROM kept",
        "DROP TABLE kept",
    )
    assert [shop.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in tables] == told
