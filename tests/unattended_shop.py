"""A tiny shop of naughty words whose unattended run is looked at from all sides."""

from __future__ import annotations

import contextlib
import csv
import fcntl
import io
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from blank import put_blank
from naughty import FILE_NAMES, NAMES, TEXTS
from typer.testing import CliRunner, Result

from cskpi.cli import app
from cskpi.texts import set_language

SETTINGS = """
[run]
settle_seconds = 0
stable_seconds = 0
[pack]
pdf = "none"
"""
HEADS = ("shop", "session_id", "sent_at", "sender_role", "customer_id", "agent_id", "content")
SHOP = "店<b>=1+1"
TODAY = "2026-11-02"


@dataclass(frozen=True)
class Run:
    """A workspace after a run on 2 November 2026, and what the run said."""

    folder: Path
    exit_code: int
    output: str

    @property
    def pack(self) -> Path:
        return self.folder / "reports" / "packs" / "2026-10"

    @property
    def log(self) -> str:
        return (self.folder / "logs" / "run.jsonl").read_text(encoding="ascii")


def chats(days: tuple[int, ...], month: int = 10, *, agents: int = len(NAMES)) -> str:
    """Return an export: every naughty text asked of a naughty agent, answered after 20 s or more."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(HEADS)
    for number, text in enumerate(TEXTS):
        day, agent = days[number % len(days)], NAMES[number % agents]
        customer, start = NAMES[-1 - number % len(NAMES)], f"2026-{month:02}-{day:02} "
        hour = f"{9 + number % 12:02}"
        for clock, role, said in (
            (f"{hour}:00:00", "客户", text),
            (f"{hour}:00:{20 + number}", "客服", f"亲，{text}"),
            (f"{hour}:05:00", "客户", "什么时候发货"),
        ):
            session = f"S{month}{number}" if number % 2 else ""
            writer.writerow([SHOP, session, start + clock, role, customer, agent, said])
    return buffer.getvalue()


def workspace(folder: Path, *, agents: int = len(NAMES)) -> None:
    """Lay out settings and a watched folder: chats of October and September, and what is no export."""
    inbox = folder / "inbox"
    inbox.mkdir(parents=True)
    (folder / "cskpi.toml").write_text(SETTINGS, encoding="utf-8")
    october = chats((1, 2, 15, 30, 31), agents=agents)
    (inbox / FILE_NAMES[0]).write_text(october, encoding="utf-8")
    (inbox / "九月.csv").write_text(chats((28, 29, 30), 9, agents=agents), encoding="utf-8")
    (inbox / FILE_NAMES[1]).write_text("没有表头，也没有数据", encoding="utf-8")
    (inbox / "还在下载.csv.part").write_text("会话ID", encoding="utf-8")


def run(folder: Path, *more: str, today: str = TODAY) -> Result:
    """Run the job in this process, from another folder, as cron does."""
    words = ["run", "--config", str(folder / "cskpi.toml"), "--today", today, *more]
    with contextlib.chdir(os.sep):
        return CliRunner().invoke(app, words)


@pytest.fixture(scope="session")
def naughty_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Run the job once over the naughty shop, for all tests that look at what it leaves.

    Test processes share the run; each looks at a copy of its own.
    """
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    told, first = shared / "unattended.json", shared / "unattended-first"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(own / "no-config"))
        patch.setenv("CSKPI_THREADS", "1")
        set_language("zh")
        with (shared / "unattended.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not told.exists():
                workspace(first)
                put_blank(first / "cskpi.duckdb")
                done = run(first)
                told.write_text(json.dumps([done.exit_code, done.output]), encoding="utf-8")
        folder = tmp_path_factory.mktemp("unattended") / "shop"
        shutil.copytree(first, folder)
        yield Run(folder, *json.loads(told.read_text(encoding="utf-8")))
