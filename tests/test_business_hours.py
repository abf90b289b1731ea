"""Business hours: what a wait is worth in opening time, by hand and against a slow reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from cskpi.errors import UsageError
from cskpi.metrics import business_days
from cskpi.metrics.declaration import Metric, declare
from cskpi.metrics.evaluate import evaluate
from cskpi.metrics.public_holidays import public_holidays
from cskpi.opening_hours import days, intervals, opening_hours
from cskpi.periods import Period
from cskpi.settings import load_settings
from cskpi.store.sqlfile import read_sql_file

if TYPE_CHECKING:
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
