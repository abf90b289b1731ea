"""Alerts: what is an alarm, what is sent where, what is not sent twice, what never leaves the machine."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from naughty import MARKERS
from typer.testing import CliRunner

from cskpi.cli import app
from cskpi.cron.alerts import addresses, notify
from cskpi.errors import UsageError
from cskpi.insight.alarms import Alarm, signals
from cskpi.metrics.control_chart import ControlChart, ControlPoint
from cskpi.periods import month_period
from cskpi.settings import Settings, load_settings

if TYPE_CHECKING:
    from unattended_shop import Run

OCTOBER = month_period(date(2026, 10, 1))
LATE = Alarm(
    "target", "first_response_time", {"zh": "首次响应时间", "en": "First response time"}, "duration",
    "down", 45.0, 30.0,
)  # fmt: skip
FULL = Alarm("check", "many_rejects", {"zh": "拒收太多", "en": "Many rejects"}, faults=3)
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


class Post(HTTPServer):
    """Takes what is posted and keeps it; `status` is what it answers."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.taken: list[tuple[str, dict[str, Any]]] = []
        self.status = 200

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.server_port}/hook"


class Handler(BaseHTTPRequestHandler):
    """Answers a post."""

    server: Post

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((self.path, json.loads(content)))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing on stderr."""


@pytest.fixture
def post() -> Iterator[Post]:
    server = Post()
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def told(**flags: str | int) -> Settings:
    return load_settings({k.replace("__", "."): v for k, v in flags.items()}, environment={})


def test_one_message_carries_all_alarms_in_words(post: Post) -> None:
    notice = notify([LATE, FULL], OCTOBER, told(alerts__urls=post.url), now=NOON)
    assert notice.told == "sent"
    ((path, message),) = post.taken
    assert path == "/hook"
    assert message["title"] == "cskpi 预警：2 项（2026-10）"
    assert message["message"].splitlines() == [
        "首次响应时间 45 秒，目标 ≤ 30 秒",
        "拒收太多：3 处问题",
        "详情：cskpi check、cskpi board",
    ]


def test_the_same_alarms_are_not_sent_twice_and_new_ones_wait_for_quiet(post: Post) -> None:
    settings = told(alerts__urls=post.url, alerts__quiet_minutes=60)

    def later(minutes: int, *alarms: Alarm) -> str:
        return notify(alarms, OCTOBER, settings, now=NOON + timedelta(minutes=minutes)).told

    assert later(0, LATE) == "sent"
    assert later(90, LATE) == "unchanged"
    assert later(100) == "no_alarms"
    assert later(110, LATE) == "sent"
    assert later(120, LATE, FULL) == "quiet"
    assert later(171, LATE, FULL) == "sent"
    assert len(post.taken) == 3


def test_what_was_not_delivered_is_tried_again(post: Post) -> None:
    settings = told(alerts__urls=post.url)
    post.status = 500
    assert notify([LATE], OCTOBER, settings, now=NOON).told == "not_sent"
    post.status = 200
    assert notify([LATE], OCTOBER, settings, now=NOON).told == "sent"


def test_a_dry_run_sends_and_remembers_nothing(post: Post) -> None:
    settings = told(alerts__urls=post.url)
    assert notify([LATE], OCTOBER, settings, dry_run=True, now=NOON).told == "sent"
    assert not post.taken
    assert not list(Path().glob("*.json"))


def test_without_an_address_nothing_is_sent() -> None:
    assert notify([LATE], OCTOBER, told(), now=NOON).told == "nowhere"


def test_addresses_in_a_file_are_for_its_owner_alone() -> None:
    path = Path("urls.txt")
    path.write_text("# 群\njson://127.0.0.1/a\n\n", encoding="utf-8")
    path.chmod(stat.S_IRUSR | stat.S_IWUSR | stat.S_IRGRP)
    settings = told(alerts__urls_file=str(path))
    with pytest.raises(UsageError, match="alerts_file_open"):
        addresses(settings)
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    assert addresses(settings) == ["json://127.0.0.1/a"]


def test_an_address_nobody_knows_is_named_by_number_only() -> None:
    with pytest.raises(UsageError) as raised:
        notify([LATE], OCTOBER, told(alerts__urls="nonsense://secret"), now=NOON)
    assert raised.value.values == {"number": 1}


def test_addresses_are_not_shown_among_the_settings() -> None:
    Path("cskpi.toml").write_text('[alerts]\nurls = ["json://secret/x"]\n', encoding="utf-8")
    shown = CliRunner().invoke(app, ["check", "--settings"]).output
    assert "alerts.urls" in shown
    assert "secret" not in shown


def chart(direction: Any, value: float, *, days: int = 1) -> ControlChart:
    """Return a chart whose usual range is 10 to 20, and whose last days lie at `value`."""
    side: Any = "high" if value > 20 else "low"
    points = [ControlPoint(date(2026, 10, 1), 15.0, 50, 10.0, 20.0, is_judged=True)]
    points += [
        ControlPoint(
            date(2026, 10, 2 + n), value, 50, 10.0, 20.0,
            is_judged=True, rules=("we1",), side=side,
        )
        for n in range(days)
    ]  # fmt: skip
    labels = {"zh": "首次响应时间", "en": "First response time"}
    start, end = date(2026, 9, 1), date(2026, 9, 28)
    return ControlChart(
        "frt", labels, "duration", direction, {}, "xmr", "ok", ("we1",), start, end, 28,
        is_own_baseline=False, centre=15.0, spread=None, points=tuple(points),
    )  # fmt: skip


def test_a_day_out_of_limits_is_an_alarm_where_it_is_for_the_worse() -> None:
    (alarm,) = signals([chart("down", 30.0, days=2)])
    assert (alarm.day, alarm.value, alarm.bound) == (date(2026, 10, 3), 30.0, 20.0)
    assert alarm.key == "signal:frt:2026-10-03"
    assert signals([chart("up", 30.0)]) == []
    assert [a.side for a in signals([chart("neutral", 5.0)])] == ["low"]


def test_a_check_sends_its_alarms_and_nothing_of_people(naughty_run: Run, post: Post) -> None:
    db, words = naughty_run.folder / "cskpi.duckdb", ["check", "--month", "2026-10", "--notify"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CSKPI_ALERTS_URLS", post.url)
        patch.setenv("CSKPI_DB", str(db))
        first = CliRunner().invoke(app, words)
        again = CliRunner().invoke(app, words)
    assert first.exit_code == again.exit_code == 5
    ((_, message),) = post.taken
    said = json.dumps(message, ensure_ascii=False)
    assert re.search(r"首响达标率 \d+\.\d%，目标 ≥ 90\.0%", said)
    assert not any(marker in said for marker in MARKERS)
    assert "不重复发送" in again.output
