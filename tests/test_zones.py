"""Time zones: whose clock a time stands on, and waits while that clock jumps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ingest_shop import Shop, open_ingest_shop
from part_built import PartBuilt

from cskpi.errors import UsageError
from cskpi.settings import load_settings

if TYPE_CHECKING:
    import duckdb
    from conftest import Cli

HEAD = "店铺,会话ID,客户名,客服,账号类型,发送时间,消息内容\n"
NEW_YORK = "America/New_York"
BOTH: dict[str, Any] = {"timezone": "Asia/Shanghai", "shop_timezones": {"US店": NEW_YORK}}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with open_ingest_shop(tmp_path) as found:
        yield found


def talk(*times: str, name: str = "US店", session: str = "S1") -> str:
    """Return rows in which the customer and A write in turn."""
    sides = (("客户", "在吗"), ("客服", "在的"))
    return "".join(
        f"{name},{session},c1,A,{sides[n % 2][0]},{time},{sides[n % 2][1]}{n}\n"
        for n, time in enumerate(times)
    )


def clocks(shop: Shop) -> list[str]:
    found: list[str] = shop.column(
        "SELECT strftime(occurred_at, '%m-%d %H:%M:%S') FROM messages ORDER BY source_row"
    )
    return found


def facts(shop: Shop) -> duckdb.DuckDBPyConnection:
    return PartBuilt.of(shop.con, load_settings({}, environment={}))


def waits(shop: Shop) -> list[tuple[float | None, bool]]:
    """Return each session's first wait, and whether the agent is said to have begun it."""
    sql = "SELECT first_reply_seconds, is_proactive FROM sessions ORDER BY session_id"
    return facts(shop).execute(sql).fetchall()


def elapsed(shop: Shop) -> list[float]:
    found: list[float] = shop.column(
        "SELECT (occurred_ms - min(occurred_ms) OVER ()) / 1000.0 FROM messages ORDER BY source_row"
    )
    return found


# New York, 1 November 2026, 2:00 EDT: the clock goes back to 1:00 EST. 05:50Z is 1:50 EDT, twenty
# minutes later it is 1:10 EST.
BACK = [
    pytest.param("2026-11-01T05:50:00Z", "2026-11-01T06:10:00Z", id="UTC"),
    pytest.param("2026-11-01 01:50:00-04:00", "2026-11-01 01:10:00-05:00", id="offsets"),
    pytest.param("1793512200", "1793513400", id="epoch seconds"),
    pytest.param("1793512200000", "1793513400000", id="epoch milliseconds"),
    pytest.param(
        "Sun Nov 01 05:50:00 +0000 2026", "Sun Nov 01 01:10:00 -0500 2026", id="with weekday"
    ),
]


@pytest.mark.parametrize(("asked", "replied"), BACK)
def test_a_wait_while_the_clock_goes_back(shop: Shop, asked: str, replied: str) -> None:
    shop.take(HEAD + talk(asked, replied), timezone=NEW_YORK)
    assert clocks(shop) == ["11-01 01:50:00", "11-01 01:10:00"]
    assert waits(shop) == [(1200, False)]
    con = facts(shop)
    for column in ("reply_seconds FROM turns", "reply_seconds FROM agent_turns"):
        assert con.execute(f"SELECT {column}").fetchall() == [(1200,)]
    assert con.execute("SELECT duration_seconds FROM sessions").fetchall() == [(1200,)]


@pytest.mark.parametrize(
    ("asked", "replied"),
    [
        pytest.param("2026-03-08T06:59:50Z", "2026-03-08T07:00:10Z", id="UTC"),
        pytest.param("2026-03-08 01:59:50-05:00", "2026-03-08 03:00:10-04:00", id="offsets"),
        pytest.param("1772953190", "1772953210", id="epoch seconds"),
        # Without an offset the zone still knows that there is no 2:30 that night.
        pytest.param("2026-03-08 01:59:50", "2026-03-08 03:00:10", id="the shop's own clock"),
        pytest.param("2026/3/8 1:59:50", "2026/3/8 3:00:10", id="the same, written otherwise"),
    ],
)
def test_a_wait_while_the_clock_goes_forward(shop: Shop, asked: str, replied: str) -> None:
    shop.take(HEAD + talk(asked, replied), timezone=NEW_YORK)
    assert clocks(shop) == ["03-08 01:59:50", "03-08 03:00:10"]
    assert waits(shop) == [(20, False)]


def test_an_hour_before_and_after_the_jump_in_one_session(shop: Shop) -> None:
    # 0:30 EDT, 1:30 EDT, 1:30 EST, 2:30 EST: an hour each, though one clock time comes twice.
    times = [f"2026-11-01T0{hour}:30:00Z" for hour in (4, 5, 6, 7)]
    shop.take(HEAD + talk(*times), timezone=NEW_YORK)
    assert elapsed(shop) == [0, 3600, 7200, 10_800]
    assert waits(shop) == [(3600, False)]


def test_a_wait_from_summer_into_winter_spans_two_files(shop: Shop) -> None:
    # Exported month by month: the same conversation must not gain the hour between the files.
    asked, replied = talk("2026-10-31T23:00:00Z", "2026-11-01T23:00:00Z").splitlines()
    shop.take(f"{HEAD}{asked}\n", "october.csv", timezone=NEW_YORK)
    shop.take(f"{HEAD}{replied}\n", "november.csv", timezone=NEW_YORK)
    assert sorted(clocks(shop)) == ["10-31 19:00:00", "11-01 18:00:00"]
    assert waits(shop) == [(86_400, False)]


def test_china_had_summer_time_too(shop: Shop) -> None:
    # 4 May 1986, 2:00: the clock went forward to 3:00.
    shop.take(HEAD + talk("1986-05-04 01:59:50", "1986-05-04 03:00:10"))
    assert waits(shop) == [(20, False)]


def test_a_clock_that_does_not_jump_keeps_its_milliseconds(shop: Shop) -> None:
    shop.take(HEAD + talk("2026-10-01 10:00:00", "2026-10-01T02:00:50Z"))
    assert shop.column("SELECT occurred_ms = epoch_ms(occurred_at) FROM messages") == [True, True]
    assert waits(shop) == [(50, False)]


def test_each_shop_has_its_own_clock(shop: Shop) -> None:
    content = (
        HEAD
        + talk("2026-10-05T01:00:00Z", "2026-10-05T01:00:30Z")
        + talk("1791162000000", "1791162030000", name=" ＵＳ店 ", session="S0")
        + talk("2026-10-05T01:00:00Z", "2026-10-05T01:00:30Z", name="旗舰店", session="S2")
        + talk("2026-10-05 01:00:00", "2026-10-05 01:00:30", session="S3")
    )
    shop.take(content, **BOTH)
    assert clocks(shop)[::2] == [
        "10-04 21:00:00",  # 01:00Z in New York, EDT
        "10-05 09:00:00",  # another name: full-width letters are not the same shop
        "10-05 09:00:00",  # in Shanghai
        "10-05 01:00:00",  # already on the shop's own clock
    ]
    assert waits(shop) == [(30, False)] * 4


def test_the_shop_a_file_is_said_to_be_of(shop: Shop) -> None:
    rows = talk("2026-11-01T05:50:00Z", "2026-11-01T06:10:00Z", name="x").replace("x,", "")
    shop.take(HEAD.removeprefix("店铺,") + rows, shop="US店", **BOTH)
    assert clocks(shop) == ["11-01 01:50:00", "11-01 01:10:00"]
    assert waits(shop) == [(1200, False)]


def test_orders_stand_on_the_clock_of_their_shop(shop: Shop) -> None:
    shop.take(
        "shop,order_id,customer_id,created_at,paid_at,paid_amount\n"
        "US店,1,c1,2026-10-05T01:00:00Z,2026-10-05T01:01:00Z,9.90\n"
        "旗舰店,2,c1,2026-10-05T01:00:00Z,2026-10-05T01:01:00Z,9.90\n",
        **BOTH,
    )
    assert shop.column("SELECT strftime(paid_at, '%m-%d %H:%M') FROM orders ORDER BY order_id") == [
        "10-04 21:01",
        "10-05 09:01",
    ]


MAPPING = """[preset]
name = "in_utc"
version = "1"
timezone = "UTC"
[[source]]
id = "messages"
target = "messages"
[source.detect]
require = ["shop", "who", "at", "said"]
[source.columns]
shop_id = ["shop"]
conversation_id = ["session"]
customer_id = ["customer"]
_role = ["who"]
occurred_at = ["at"]
text = ["said"]
[[source.role]]
field = "_role"
equals = "agent"
role = "agent"
[[source.role]]
field = "_role"
equals = "customer"
role = "customer"
"""


def test_a_file_that_writes_utc_without_saying_so(shop: Shop) -> None:
    mapping = shop.write("in_utc.toml", MAPPING)
    content = (
        "shop,session,customer,who,at,said\n"
        "US店,S1,c1,customer,2026-11-01 05:50:00,在吗\n"
        "US店,S1,c1,agent,2026-11-01 06:10:00,在的\n"
        "旗舰店,S2,c1,customer,2026-11-01 05:50:00,在吗\n"
        "旗舰店,S2,c1,agent,2026-11-01 06:10:00,在的\n"
    )
    shop.take(content, mapping=mapping, **BOTH)
    assert clocks(shop) == [
        "11-01 01:50:00",
        "11-01 01:10:00",
        "11-01 13:50:00",
        "11-01 14:10:00",
    ]
    assert waits(shop) == [(1200, False)] * 2


INSTANTS = st.lists(
    st.datetimes(datetime.fromisoformat("2026-02-01"), datetime.fromisoformat("2026-12-31")),
    min_size=2,
    max_size=6,
    unique=True,
)


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    instants=INSTANTS,
    zone=st.sampled_from([NEW_YORK, "Europe/London", "Australia/Lord_Howe", "Asia/Shanghai"]),
)
def test_elapsed_time_is_that_of_the_instants(
    shop: Shop, instants: list[datetime], zone: str
) -> None:
    shop.con.execute("DELETE FROM messages; DELETE FROM import_files")
    moments = sorted(moment.replace(microsecond=0, tzinfo=UTC) for moment in instants)
    shop.take(HEAD + talk(*(moment.isoformat() for moment in moments)), timezone=zone)
    shown = [moment.astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M:%S") for moment in moments]
    assert clocks(shop) == shown
    assert elapsed(shop) == [(moment - moments[0]) / timedelta(seconds=1) for moment in moments]


@pytest.mark.parametrize("zone", ["Mars/Base", "+08:00", "UTC+8", "GMT+8", "asia/Shanghai", ""])
def test_only_names_of_zones_are_zones(shop: Shop, zone: str) -> None:
    # An offset says nothing of summer time, so it is no zone.
    for options, key in (
        ({"timezone": zone}, "timezone"),
        ({"shop_timezones": {"US店": zone}}, "shops.US店.timezone"),
    ):
        with pytest.raises(UsageError) as caught:
            shop.take(HEAD + talk("2026-10-05T01:00:00Z"), **options)
        assert (caught.value.key, caught.value.values["key"]) == ("timezone_unknown", key)


def test_the_zone_of_a_shop_is_a_setting(cli: Cli) -> None:
    export = Path("chat.csv")
    export.write_text(HEAD + talk("2026-10-05T01:00:00Z", "2026-10-05T01:00:30Z"), encoding="utf-8")
    Path("cskpi.toml").write_text('[shops."US店"]\ntimezone = "EST5"\n', encoding="utf-8")
    out = cli("load", export, code=2)
    assert "shops.US店.timezone" in out.stderr
    Path("cskpi.toml").write_text(f'[shops."US店"]\ntimezone = "{NEW_YORK}"\n', encoding="utf-8")
    cli("load", export)
    hours = cli(
        "kpi", "received_sessions", "--month", "2026-10", "--by", "hour", "--format", "csv"
    ).stdout
    assert ",21," in hours
