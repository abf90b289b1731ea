"""Facts brought up to date with new messages are the facts built anew."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from blank import fill_blank
from transcripts import build_shop, messages_csv

from cskpi.ingest.load import LoadOptions, load_file
from cskpi.model import update
from cskpi.model.build import build_model
from cskpi.model.steps import model_steps
from cskpi.settings import load_settings

SETTINGS = load_settings({}, environment={})
WRITERS = ("客户→A", "客户→B", "客户", "客服 A", "客服 B", "机器人 小蜜", "自动 A")


@pytest.fixture(autouse=True)
def _small_shops_count_as_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(update, "LARGEST_SHARE", 2)


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return empty()


def empty() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect(config={"threads": 1})
    fill_blank(made)
    return made


def load(con: duckdb.DuckDBPyConnection, folder: Path, kind: str, name: str, text: str) -> None:
    path = folder / f"{name}.csv"
    path.write_text(messages_csv(text) if kind == "messages" else text, encoding="utf-8")
    load_file(con, path, LoadOptions(kind=kind))


def facts(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Return the rows of every fact table without the numbers that stand for names."""
    found = {}
    for step in model_steps():
        if step.scope == "passing":
            continue
        names = con.execute(
            "SELECT column_name FROM duckdb_columns() WHERE table_name = ?", [step.target]
        ).fetchall()
        columns = ", ".join(name for (name,) in names if not name.endswith("_no")) or "1"
        rows = con.execute(f"SELECT {columns} FROM {step.target}").fetchall()
        found[step.target] = sorted(map(str, rows))
    return found


def random_days(seed: int) -> tuple[list[str], list[str]]:
    """Return a shop's chats of two days, as one transcript a day, and its orders of each day.

    Customers and conversations of the first day come back on the second, some over midnight.
    """
    chance = random.Random(seed)  # noqa: S311  chats, not secrets
    chats, orders = [], []
    for day in range(2):
        lines = []
        sold = ["shop,order_id,customer_id,paid_amount,created_at,paid_at"]
        # Every name and channel is seen on the first day: a new one has all built anew.
        for who in WRITERS if day == 0 else ():
            lines += ["# session=S0 customer=c0", f"2026-10-01 09:00:00 {who} 1"]
        for talk in range(chance.randint(3, 10)):
            own = chance.choice(["-", f"S{chance.randint(1, 9)}"])
            customer = f"c{chance.randint(1, 6)}" if own == "-" else f"c{int(own[1:]) % 4 + 1}"
            lines.append(f"# session={own} customer={customer}")
            at = datetime(2026, 10, 1, 9, tzinfo=UTC) + timedelta(
                days=day, minutes=chance.randint(0, 950)
            )
            for _ in range(chance.randint(1, 7)):
                lines.append(
                    f"{at:%Y-%m-%d %H:%M:%S} {chance.choice(WRITERS)} {chance.randint(0, 9)}"
                )
                at += timedelta(seconds=chance.choice([0, 5, 40, 700]))
            paid = at + timedelta(minutes=9)
            sold.append(f"旗舰店,o{day}-{talk},{customer},9.50,{at:%F %T},{paid:%F %T}")
        chats.append("\n".join(lines))
        orders.append("\n".join(sold) + "\n")
    return chats, orders


@pytest.mark.parametrize("seed", range(2))
def test_a_new_day_gives_the_facts_of_building_anew(
    seed: int, tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    chats, orders = random_days(seed)
    for day in range(2):
        load(con, tmp_path, "messages", f"chats{day}", chats[day])
        load(con, tmp_path, "orders", f"orders{day}", orders[day])
        assert build_model(con, SETTINGS) == ("updated" if day else "rebuilt")
    updated = facts(con)
    con.execute("DELETE FROM _cskpi_model")
    assert build_model(con, SETTINGS) == "rebuilt"
    assert updated == facts(con)


def test_orders_alone_leave_the_chats_facts_and_credit_the_orders(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    load(
        con,
        tmp_path,
        "messages",
        "chats",
        "2026-10-01 10:00:00 客户→A 1\n2026-10-01 10:00:09 客服 A 2",
    )
    build_model(con, SETTINGS)
    load(
        con,
        tmp_path,
        "orders",
        "orders",
        "shop,order_id,customer_id,paid_amount,created_at,paid_at\n"
        "旗舰店,o1,c1,9.50,2026-10-01 10:05:00,2026-10-01 10:06:00\n",
    )
    assert build_model(con, SETTINGS) == "updated"
    credited = "SELECT DISTINCT agent_id FROM order_attribution WHERE rule = 'created_first'"
    assert con.execute(credited).fetchall() == [("A",)]
    assert build_model(con, SETTINGS) == "updated"


DAY = """\
# session=S1 customer=c1
2026-10-01 10:00:00 客户→A 在吗
2026-10-01 10:00:09 客服 A 在
2026-10-01 10:00:20 机器人 小蜜 在"""


@pytest.mark.parametrize(
    ("transcript", "flags"),
    [
        pytest.param("2026-10-02 10:00:00 客服 新人 在", {}, id="a name not seen before"),
        pytest.param("2026-10-02 10:00:00 客服 小蜜 在", {}, id="a human who was a bot"),
        pytest.param(
            "# channel=直播间\n2026-10-02 10:00:00 客户→A 在吗", {}, id="a channel not seen before"
        ),
        pytest.param(
            "2026-10-02 10:00:00 客户→A 在吗", {"session.idle_gap_seconds": 60}, id="a new setting"
        ),
    ],
)
def test_what_changes_the_past_builds_all_anew(
    transcript: str, flags: dict[str, int], tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    load(con, tmp_path, "messages", "day1", DAY)
    build_model(con, SETTINGS)
    load(con, tmp_path, "messages", "day2", transcript)
    assert build_model(con, load_settings(dict(flags), environment={})) == "rebuilt"


def test_a_message_told_differently_by_a_later_export_builds_all_anew(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    head = "shop,session_id,message_id,sent_at,sender_role,customer_id,agent_id,content\n"
    row = "旗舰店,S1,m1,2026-10-01 10:00:00,customer,c1,{},在吗\n"
    reply = "旗舰店,S1,m2,2026-10-01 10:00:09,agent,c1,A,在\n"
    for number, agent in enumerate(["", "A"]):
        path = tmp_path / f"{number}.csv"
        path.write_text(head + row.format(agent) + reply, encoding="utf-8")
        load_file(con, path, LoadOptions(kind="messages"))
        assert build_model(con, SETTINGS) == "rebuilt"
    assert con.execute("SELECT addressed_agent_id FROM sessions").fetchall() == [("A",)]


def test_a_large_share_of_new_messages_builds_all_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    monkeypatch.setattr(update, "LARGEST_SHARE", 0.5)
    load(con, tmp_path, "messages", "day1", DAY)
    build_model(con, SETTINGS)
    later = DAY.replace("10-01", "10-02") + "\n2026-10-02 10:01:00 客服 A 好"
    load(con, tmp_path, "messages", "day2", later)
    assert build_model(con, SETTINGS) == "rebuilt"


@pytest.mark.parametrize("shop", ["nobody", "speed_contacts", "resolution_cases"])
def test_a_step_left_out_for_want_of_rows_would_have_given_none(shop: str) -> None:
    con = build_shop(Path(__file__).parent / "metrics" / "_shops" / shop, SETTINGS)
    left_out = [step for step in model_steps() if not step.has_rows(con)]
    assert left_out
    for step in left_out:
        found = con.execute(f"SELECT count(*) FROM ({step.select})", step.bind(SETTINGS)).fetchone()
        assert found == (0,), step.target
