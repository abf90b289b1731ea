"""Business hours: what a wait is worth in opening time, by hand and against a slow reference."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from transcripts import Shop, make_shop

from cskpi.errors import UsageError
from cskpi.metrics import business_days
from cskpi.metrics.catalog import load_catalog
from cskpi.metrics.declaration import Metric, declare
from cskpi.metrics.evaluate import evaluate
from cskpi.metrics.public_holidays import public_holidays
from cskpi.opening_hours import days, intervals, opening_hours
from cskpi.periods import Period
from cskpi.settings import load_settings
from cskpi.store.sqlfile import read_sql_file

if TYPE_CHECKING:
    from conftest import Cli

    from cskpi.settings import Value

WAIT = """/* metric
label       = { zh = "等待", en = "Wait" }
description = { zh = "等待", en = "Wait" }
formula     = { zh = "等待", en = "wait" }
group       = "speed"
type        = "mean"
unit        = "duration"
direction   = "down"
grain       = "turn"
sources     = ["waits"]
origin      = "test"
version     = 1
clock       = { from = "asked_at", to = "replied_at" }
*/
SELECT shop_id, agent_id, 'app' AS channel, asked_at AS occurred_at, asked_at, replied_at,
    measure
FROM waits
"""


def at(text: str) -> datetime:
    """Return a moment of the shop's clock."""
    return datetime.fromisoformat(text)


ALWAYS = Period(at("2001-01-01"), at("2100-01-01"), "always")
Wait = tuple[datetime, datetime]


@pytest.fixture(scope="module")
def metric(tmp_path_factory: pytest.TempPathFactory) -> Metric:
    path = tmp_path_factory.mktemp("metric") / "wait.sql"
    path.write_text(WAIT, encoding="utf-8")
    found, problems = declare(read_sql_file(path))
    assert found is not None, problems
    return found


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(
            "CREATE TABLE waits (shop_id VARCHAR, agent_id VARCHAR, asked_at TIMESTAMP,"
            " replied_at TIMESTAMP, measure DOUBLE)"
        )
        yield connection


Counted = Callable[..., list[float | None]]


@pytest.fixture(scope="module")
def counted(con: duckdb.DuckDBPyConnection, metric: Metric) -> Counted:
    """Return what waits are worth in seconds, one by one."""

    def count(
        waits: Sequence[Wait],
        hours: Mapping[str, Value],
        *,
        shop: str = "旗舰店",
        measures: Sequence[float | None] | None = None,
    ) -> list[float | None]:
        given = measures or [(end - start) / timedelta(seconds=1) for start, end in waits]
        con.execute("DELETE FROM waits")
        con.executemany(
            "INSERT INTO waits VALUES (?, ?, ?, ?, ?)",
            [
                (shop, str(number), *wait, measure)
                for number, (wait, measure) in enumerate(zip(waits, given, strict=True))
            ],
        )
        found = evaluate(con, [metric], ALWAYS, [("agent",)], settings_of(hours), compare=False)
        by_agent = {finding.dimensions["agent"]: finding.value for finding in found}
        return [by_agent[str(number)] for number in range(len(waits))]

    return count


def settings_of(hours: Mapping[str, Value]) -> Any:
    return load_settings({"business_hours.use": True, **hours}, environment={})


def week(**keys: str) -> dict[str, Value]:
    return {f"business_hours.{key}": text for key, text in keys.items()} | NO_HOLIDAYS


NO_HOLIDAYS: dict[str, Value] = {"calendar.country": ""}
OFFICE = week(daily="09:00-18:00")
SPLIT = week(mon_fri="09:00-12:00,13:00-18:00", sat="10:00-16:00")


def wait(start: str, end: str) -> Wait:
    return at(start), at(end)


@pytest.mark.parametrize(
    ("start", "end", "hours", "seconds"),
    [
        pytest.param("2026-11-16T23:30", "2026-11-17T09:05", OFFICE, 300, id="asked at night"),
        pytest.param("2026-11-16T17:59:59.250", "2026-11-17T09:00:00.250", OFFICE, 1, id="to ms"),
        pytest.param("2026-11-16T18:00", "2026-11-17T09:00", OFFICE, 0, id="wholly outside"),
        pytest.param("2026-11-16T19:00", "2026-11-16T22:00", OFFICE, 0, id="outside, one day"),
        pytest.param("2026-11-16T11:50", "2026-11-16T13:10", SPLIT, 1200, id="over lunch"),
        pytest.param("2026-11-16T12:00", "2026-11-16T13:00", SPLIT, 0, id="all lunch"),
        pytest.param("2026-11-20T17:00", "2026-11-23T10:00", SPLIT, 28_800, id="over a weekend"),
        pytest.param(
            "2026-11-16T23:59", "2026-11-17T00:00", week(daily="00:00-24:00"), 60, id="midnight"
        ),
        pytest.param(
            "2026-11-16T23:59",
            "2026-11-17T00:01",
            week(daily="22:00-02:00"),
            120,
            id="midnight in a night shift",
        ),
        pytest.param(
            "2026-11-21T23:00",
            "2026-11-22T03:00",
            week(sat="22:00-02:00"),
            10_800,
            id="a night shift runs into a closed day",
        ),
        pytest.param(
            "2026-11-22T23:00",
            "2026-11-23T03:00",
            week(sat="22:00-02:00"),
            0,
            id="and no further",
        ),
        pytest.param(
            "2026-11-16T23:00",
            "2026-11-17T04:00",
            week(mon="22:00-02:00", tue="01:00-03:00"),
            14_400,
            id="overlapping days count once",
        ),
    ],
)
def test_a_wait_in_opening_time(
    counted: Counted, start: str, end: str, hours: Mapping[str, Value], seconds: float
) -> None:
    # Over a weekend: Friday 17-18 h, Saturday 10-16 h, Monday 9-10 h = 8 h.
    assert counted([wait(start, end)], hours) == [seconds]


def test_holidays_and_the_days_worked_instead(counted: Counted) -> None:
    # 2026: 1-7 October off; Sunday 20 September and Saturday 10 October are worked.
    hours: dict[str, Value] = {"business_hours.mon_fri": "09:00-18:00"}
    day = timedelta(days=1)
    for first, working in (
        (at("2026-09-20"), True),
        (at("2026-09-27"), False),
        (at("2026-09-30"), True),
        *((at(f"2026-10-0{number}"), False) for number in range(1, 8)),
        (at("2026-10-08"), True),
        (at("2026-10-10"), True),
        (at("2026-10-11"), False),
        (at("2026-10-17"), False),
    ):
        # A holiday ends at its own midnight: the day is half-open.
        assert counted([(first, first + day)], hours) == [32_400 if working else 0], first
    # 30 September 17:00 to 8 October 10:00: an hour before the holiday and one after it.
    assert counted([wait("2026-09-30T17:00", "2026-10-08T10:00")], hours) == [7200]


@pytest.mark.parametrize(
    ("more", "day", "seconds"),
    [
        pytest.param({"business_hours.holidays": "open"}, "2026-10-01", 32_400, id="open"),
        pytest.param({"business_hours.holidays": "open"}, "2026-10-04", 0, id="open as a Sunday"),
        pytest.param(
            {"business_hours.holidays": "10:00-12:00"}, "2026-10-04", 7200, id="own hours"
        ),
        pytest.param(
            {"business_hours.workdays": "09:00-12:00"}, "2026-10-10", 10_800, id="make-up day"
        ),
        pytest.param({"business_hours.fri": "09:00-10:00"}, "2026-10-10", 3600, id="as Friday"),
        pytest.param({"calendar.closed": "2026-11-11"}, "2026-11-11", 0, id="own closed day"),
        pytest.param(
            {"calendar.closed": "2026-11-09..2026-11-13", "calendar.open": "2026-11-11"},
            "2026-11-11",
            32_400,
            id="open within a closed range",
        ),
        pytest.param({"calendar.open": "2026-11-22"}, "2026-11-22", 32_400, id="a Sunday opened"),
        pytest.param({"calendar.open": "2026-10-02"}, "2026-10-02", 32_400, id="a holiday opened"),
        pytest.param({"calendar.country": ""}, "2026-10-01", 32_400, id="no country"),
        pytest.param({"calendar.country": "US"}, "2026-11-26", 0, id="Thanksgiving"),
        pytest.param({"calendar.country": "us"}, "2026-10-01", 32_400, id="no holiday there"),
    ],
)
def test_special_days(counted: Counted, more: dict[str, Value], day: str, seconds: float) -> None:
    hours: dict[str, Value] = {"business_hours.mon_fri": "09:00-18:00", **more}
    start = at(day)
    assert counted([(start, start + timedelta(days=1))], hours) == [seconds]


def test_a_shop_has_its_own_hours_and_country(counted: Counted) -> None:
    hours: dict[str, Value] = {
        "business_hours.mon_fri": "09:00-18:00",
        "business_hours.holidays": "10:00-11:00",
        "business_hours.夜店.daily": "20:00-04:00",
        "business_hours.A.B.fri": "12:00-13:00",
        "shops.US店.country": "US",
    }
    friday = wait("2026-11-20T00:00", "2026-11-21T00:00")
    national_day = wait("2026-10-01T00:00", "2026-10-02T00:00")
    assert counted([friday, national_day], hours) == [32_400, 3600]
    # Own hours replace the day's, and say nothing of holidays: those stay as for everybody; the
    # night before still ends at four.
    assert counted([friday, national_day], hours, shop="夜店") == [28_800, 18_000]
    assert counted([friday, national_day], hours, shop="A.B") == [3600, 3600]
    assert counted([friday, national_day], hours, shop="US店") == [32_400, 32_400]


def test_no_wait_stays_no_wait(counted: Counted) -> None:
    nothing = wait("2026-11-16T10:00", "2026-11-16T10:00")
    assert counted([nothing], OFFICE) == [0]
    assert counted([wait("2026-11-16T10:00", "2026-11-16T11:00")], OFFICE, measures=[None]) == [
        None
    ]


def test_a_wait_over_a_clock_change_is_its_true_length(counted: Counted) -> None:
    # New York, 1 November 2026: at 2:00 the clock goes back to 1:00. Twenty true minutes later it
    # shows forty minutes less.
    back = wait("2026-11-01T01:50", "2026-11-01T01:10")
    assert counted([back], week(daily="00:00-24:00"), measures=[1200]) == [1200]
    assert counted([back], OFFICE, measures=[1200]) == [0]
    # The same clock time an hour later.
    again = wait("2026-11-01T01:30", "2026-11-01T01:30")
    assert counted([again], week(daily="00:00-24:00"), measures=[3600]) == [3600]
    assert counted([again], OFFICE, measures=[3600]) == [0]


MOMENTS = st.datetimes(at("2026-09-25"), at("2026-10-12")).map(
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
WAITS = st.lists(
    st.builds(
        lambda start, length: (start, start + length),
        MOMENTS,
        st.timedeltas(timedelta(), timedelta(days=4)).map(
            lambda span: timedelta(milliseconds=span // timedelta(milliseconds=1))
        ),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=10, deadline=None)
@given(waits=WAITS)
@example(waits=[wait("2026-11-16T23:59", "2026-11-17T00:00")])
def test_round_the_clock_is_the_clock(counted: Counted, waits: list[Wait]) -> None:
    wall = [(end - start) / timedelta(seconds=1) for start, end in waits]
    open_on_holidays = {"business_hours.daily": "00:00-24:00", "business_hours.holidays": "open"}
    assert counted(waits, open_on_holidays) == wall
    assert counted(waits, week(daily="08:00-20:00,20:00-08:00")) == wall


Minutes = list[tuple[int, int]]


@st.composite
def opening_times(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Draw intervals of a day in minutes, in order; the last may run over midnight."""
    bounds = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
    pairs = list(zip(bounds[::2], bounds[1::2], strict=False))
    over_midnight: bool = draw(st.booleans())
    if pairs and over_midnight and pairs[-1][0] < 1440:
        start = pairs[-1][0]
        pairs[-1] = (start, 1440 + draw(st.integers(0, max(0, start - 1))))
    return pairs


def written(times: Minutes) -> str:
    def clock(minute: int) -> str:
        shown = minute if minute <= 1440 else minute - 1440
        return f"{shown // 60:02}:{shown % 60:02}"

    return ",".join(f"{clock(start)}-{clock(end)}" for start, end in times) or "closed"


HOLIDAYS = {date(2026, 10, number) for number in range(1, 8)} | {
    date(2026, 9, number) for number in (25, 26, 27)
}
WORKED = {date(2026, 9, 20), date(2026, 10, 10)}


def slowly(span: Wait, times: list[Minutes]) -> float:
    """Count the opening seconds of a wait minute by minute."""
    start, end = span

    def on(day: date) -> Minutes:
        if day in HOLIDAYS:
            return []
        return times[4 if day in WORKED else day.weekday()]

    seconds = 0.0
    minute = start.replace(second=0, microsecond=0)
    while minute < end:
        number = minute.hour * 60 + minute.minute
        before = on(minute.date() - timedelta(days=1))
        is_open = any(first <= number < last for first, last in on(minute.date())) or any(
            first <= number + 1440 < last for first, last in before
        )
        if is_open:
            following = minute + timedelta(minutes=1)
            seconds += (min(end, following) - max(start, minute)) / timedelta(seconds=1)
        minute += timedelta(minutes=1)
    return seconds


@settings(max_examples=15, deadline=None)
@given(times=st.lists(opening_times(), min_size=7, max_size=7), waits=WAITS)
def test_any_hours_agree_with_counting_minute_by_minute(
    counted: Counted, times: list[Minutes], waits: list[Wait]
) -> None:
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    hours: dict[str, Value] = {
        f"business_hours.{name}": written(day) for name, day in zip(names, times, strict=True)
    }
    found = counted(waits, hours)
    for wait_, seconds in zip(waits, found, strict=True):
        assert seconds == pytest.approx(slowly(wait_, times), abs=1e-6)
        assert seconds is not None
        assert seconds >= 0


def test_years_without_an_arrangement_fall_back_and_say_so(
    counted: Counted, capfd: pytest.CaptureFixture[str]
) -> None:
    business_days._note_once.cache_clear()  # noqa: SLF001  one note a process
    hours: dict[str, Value] = {"business_hours.mon_fri": "09:00-18:00"}
    # Friday 1 October 2038 is no working day in any arrangement; Monday 11 October is one.
    spans = [wait("2038-10-01T00:00", "2038-10-02T00:00"), wait("2038-10-11", "2038-10-12")]
    assert counted(spans, hours) == [0, 32_400]
    assert "2038" in capfd.readouterr().err
    public = public_holidays("CN", [2026, 2038], "calendar.country")
    assert public.guessed_years == (2038,)
    assert public.kinds[date(2026, 10, 10)] == "workday"


@pytest.mark.parametrize(
    "text",
    [
        "9-18",
        "09:00-09:00",
        "24:00-02:00",
        "09:00-24:01",
        "09:60-10:00",
        "09:00-13:00,12:00-18:00",
        "13:00-18:00,09:00-12:00",
        "22:00-02:00,23:00-23:30",
        "09:00-18:00 13:00",
        "open",
    ],
)
def test_hours_nobody_can_mean_are_refused(text: str) -> None:
    for key in ("business_hours.mon", "business_hours.某店.sat_sun"):
        with pytest.raises(UsageError) as caught:
            settings_of({key: text})
        assert (caught.value.key, caught.value.values["key"]) == ("hours_format", key)


@pytest.mark.parametrize(
    ("key", "raw", "expected"),
    [
        ("calendar.closed", "2026-10-03..2026-10-01", "hours_format"),
        ("calendar.open", "10.01", "hours_format"),
        ("calendar.closed", "1000-01-01..2026-10-01", "hours_format"),
        ("business_hours.montag", "09:00-18:00", "setting_unknown"),
        ("business_hours.某店.montag", "09:00-18:00", "setting_unknown"),
        ("business_hours..mon", "09:00-18:00", "setting_unknown"),
        ("shops.timezone", "Asia/Shanghai", "setting_unknown"),
        ("shops.某店.zone", "Asia/Shanghai", "setting_unknown"),
        ("calendar.holiday", "2026-10-01", "setting_unknown"),
    ],
)
def test_settings_nobody_knows_are_refused(key: str, raw: str, expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        settings_of({key: raw})
    assert (caught.value.key, caught.value.values["key"]) == (expected, key)


def test_hours_as_people_write_them() -> None:
    hour = 3_600_000
    assert intervals("9:00 – 12:00，13:00~24:00") == ((9 * hour, 12 * hour), (13 * hour, 24 * hour))
    assert intervals("closed") == intervals(" ") == ()
    assert days("2026-10-01..2026-10-02，2026-11-11") == {
        date(2026, 10, 1),
        date(2026, 10, 2),
        date(2026, 11, 11),
    }
    assert opening_hours({"use": True}) is None


def test_an_unknown_country_names_its_setting(counted: Counted) -> None:
    for key in ("calendar.country", "shops.某店.country"):
        with pytest.raises(UsageError) as caught:
            counted([wait("2026-11-16", "2026-11-17")], OFFICE | {key: "ATLANTIS"})
        assert (caught.value.key, caught.value.values["key"]) == ("country_unknown", key)


CHAT = """
# shop=旗舰店 session=S1 customer=c1 channel=app
2026-11-16 23:30:00 客户→A 在吗
2026-11-17 09:05:00 客服 A 在的
# shop=旗舰店 session=S2 customer=c2 channel=app
2026-11-17 10:00:00 客户→A 在吗
2026-11-17 10:01:00 客服 A 在的
"""
HOURS = '[business_hours]\nmon_fri = "09:00-18:00"\n'
MONTH = ("--month", "2026-11")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return make_shop(tmp_path_factory.mktemp("shop"), CHAT)


TICKETS = """shop,ticket_id,agent_id,created_at,closed_at
旗舰店,T1,A,2026-11-16 17:00:00,2026-11-17 10:30:00
旗舰店,T2,A,2026-11-20 12:30:00,2026-11-23 09:00:01
旗舰店,T3,A,2026-11-21 12:30:00,2026-11-22 09:00:01
"""


def test_no_kpi_changes_round_the_clock(tmp_path: Path) -> None:
    tickets = tmp_path / "tickets.csv"
    tickets.write_text(TICKETS, encoding="utf-8")
    month = Period(at("2026-11-01"), at("2026-12-01"), "2026-11", is_month=True)
    clocked = [metric for metric in load_catalog().metrics if metric.clock]
    groupings: list[tuple[str, ...]] = [(), ("agent",), ("day",)]
    with duckdb.connect(str(make_shop(tmp_path, CHAT, tickets).path)) as con:

        def numbers(hours: Mapping[str, Value]) -> dict[tuple[Any, ...], Any]:
            found = evaluate(con, clocked, month, groupings, settings_of(hours))
            return {
                (finding.metric, *finding.dimensions.items()): (finding.value, finding.sample_size)
                for finding in found
            }

        wall = numbers({"business_hours.use": False})
        assert numbers(week(daily="00:00-24:00")) == wall
        office = numbers(OFFICE)
    assert office.keys() == wall.keys()
    # Open daily 9 to 18: T1 1 h + 1 h 30 min, T2 5 h 30 min + 2 days of 9 h + 1 s, T3 5 h 30 min
    # + 1 s.
    assert office["ticket_close_time",] == ((9000 + 84_601 + 19_801) / 3, 3)
    for key, (seconds, size) in office.items():
        assert size == wall[key][1]
        assert seconds is None or 0 <= seconds <= wall[key][0]


def test_every_output_says_which_clock_it_is(cli: Cli, shop: Shop) -> None:
    Path("cskpi.toml").write_text(HOURS, encoding="utf-8")
    names = ("first_response_time", "first_reply_in_target", *MONTH, "--db", shop.path)
    wall = json.loads(cli("kpi", *names, "--format", "json").stdout)["rows"]
    # 9 h 35 min and a minute; in opening time five minutes and one.
    assert [row["clock"] for row in wall] == ["wall", None]
    assert wall[0]["value"] == (34_500 + 60) / 2
    out = json.loads(cli("kpi", *names, "--business-hours", "--format", "json").stdout)["rows"]
    assert [row["clock"] for row in out] == ["business", None]
    assert out[0]["value"] == (300 + 60) / 2
    # A threshold stays on the wall clock: one of the two replies missed it, either way.
    assert out[1] == wall[1]
    printed = cli("kpi", *names, "--business-hours", "--format", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(printed)))
    assert [(row["value"], row["clock"]) for row in rows] == [("180.0", "business"), ("0.0", "")]
    assert "首次响应时间（营业时间）" in rows[0]["label"]
    for style in ("table", "md"):
        shown = cli("kpi", *names, "--business-hours", "--format", style).stdout
        assert "首次响应时间（营业时间）" in shown
        assert "3 分" in shown
        assert "营业时间" not in cli("kpi", *names, "--format", style).stdout


def test_the_setting_turns_it_on_and_the_flag_off(cli: Cli, shop: Shop) -> None:
    Path("cskpi.toml").write_text(f"{HOURS}use = true\n", encoding="utf-8")
    names = ("first_response_time", *MONTH, "--db", shop.path)
    assert "营业时间" in cli("kpi", *names).stdout
    assert "营业时间" not in cli("kpi", *names, "--wall-clock").stdout
    traced = cli("explain", "first_response_time", *MONTH, "--db", shop.path).stdout
    assert "首次响应时间（营业时间）" in traced
    assert "300" in traced
    assert "34500" not in traced


def test_the_report_says_so_too(cli: Cli, shop: Shop) -> None:
    Path("cskpi.toml").write_text(HOURS, encoding="utf-8")
    cli("report", *MONTH, "--business-hours", "--out", "out", "--db", shop.path)
    page = Path("out/report.html").read_text(encoding="utf-8")
    assert "首次响应时间（营业时间）" in page
    assert "9 小时" not in page


def test_without_opening_hours_the_switch_is_refused(cli: Cli, shop: Shop) -> None:
    out = cli("kpi", "first_response_time", *MONTH, "--business-hours", "--db", shop.path, code=2)
    assert "business_hours" in out.stderr
