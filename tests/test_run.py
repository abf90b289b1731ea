"""The unattended job: what it does once, what it does twice, and what is left when it is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from blank import put_blank
from depth import IS_THOROUGH
from naughty import FILE_NAMES
from unattended_shop import TODAY, Run, run, workspace

from cskpi.cron.inbox import look
from cskpi.cron.journal import Journal
from cskpi.cron.lock import run_lock
from cskpi.cron.outputs import _due_boards, _remove_old
from cskpi.errors import DatabaseError, InputError
from cskpi.present.pack import MANIFEST
from cskpi.settings import load_settings

TUESDAY = "2026-11-03"


def lines(log: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.splitlines()]


def test_a_run_loads_puts_away_and_makes_what_is_due(naughty_run: Run) -> None:
    folder = naughty_run.folder
    assert naughty_run.exit_code == 3, naughty_run.output
    assert sorted(p.name for p in (folder / "inbox").iterdir()) == ["还在下载.csv.part"]
    assert {FILE_NAMES[0], "九月.csv"} <= {p.name for p in (folder / "done" / TODAY).iterdir()}
    failed = {p.name for p in (folder / "failed" / TODAY).iterdir()}
    assert failed == {FILE_NAMES[1], f"{FILE_NAMES[1]}.reason.txt"}
    boards = sorted(p.name for p in (folder / "reports" / "boards").iterdir())
    # 2 November 2026 is a Monday: Friday to Sunday, and the week before.
    assert boards == ["2026-10-30.html", "2026-10-31.html", "2026-11-01.html", "2026-W44.html"]
    assert (naughty_run.pack / MANIFEST).is_file()


def test_the_reason_of_a_failed_file_lies_beside_it(naughty_run: Run) -> None:
    reason = naughty_run.folder / "failed" / TODAY / f"{FILE_NAMES[1]}.reason.txt"
    assert "放回收件文件夹" in reason.read_text(encoding="utf-8")
    assert reason.stat().st_mode & 0o077 == 0


def test_the_log_tells_every_step_with_counts_alone(naughty_run: Run) -> None:
    records = lines(naughty_run.log)
    first = [r for r in records if r["run"] == records[0]["run"]]
    steps = [str(record["step"]) for record in first]
    assert steps[0] == "start"
    assert steps.count("file") == 3
    assert steps[-6:] == ["facts", "check", "alert", "board", "pack", "end"]
    files = sorted((str(r["outcome"]), r["accepted"]) for r in first if r["step"] == "file")
    assert files == [("done", 84), ("done", 84), ("failed", 0)]


def test_a_second_run_finds_all_done_and_changes_no_byte(naughty_run: Run) -> None:
    before = {p: p.stat().st_mtime_ns for p in (naughty_run.folder / "reports").rglob("*.*")}
    again = run(naughty_run.folder)
    assert again.exit_code in {0, 5}, again.output
    assert "已经有了" in again.output
    now = {p: p.stat().st_mtime_ns for p in (naughty_run.folder / "reports").rglob("*.*")}
    assert now == before


def test_a_file_that_came_before_counts_no_row_twice(naughty_run: Run) -> None:
    source = naughty_run.folder / "done" / TODAY / "九月.csv"
    (naughty_run.folder / "inbox" / "九月.csv").write_bytes(source.read_bytes())
    run(naughty_run.folder)
    last = next(r for r in reversed(lines(naughty_run.log)) if r["step"] == "file")
    assert (last["outcome"], last["accepted"], last["duplicate"]) == ("done", 0, 84)
    assert (source.parent / "九月-2.csv").is_file()


def test_a_dry_run_touches_nothing(naughty_run: Run) -> None:
    waiting = naughty_run.folder / "inbox" / "新.csv"
    waiting.write_text("会话ID\n", encoding="utf-8")
    log = naughty_run.log
    told = run(naughty_run.folder, "--dry-run")
    assert "会装入 1 个文件" in told.output
    assert waiting.is_file()
    assert naughty_run.log == log
    waiting.unlink()


def test_a_second_run_at_a_time_says_who_holds_the_lock(naughty_run: Run) -> None:
    lock = naughty_run.folder / "cskpi.duckdb.run.lock"
    with run_lock(lock):
        told = run(naughty_run.folder)
        with pytest.raises(DatabaseError):
            run_lock(lock).__enter__()
    assert told.exit_code == 4
    assert f"进程 {os.getpid()}" in told.output


def test_what_may_still_be_written_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "inbox" / "二店").mkdir(parents=True)
    new, old = tmp_path / "inbox" / "new.csv", tmp_path / "inbox" / "二店" / "old.csv"
    for path in (new, old):
        path.write_text("a\n", encoding="utf-8")
    os.utime(old, (time.time() - 300, time.time() - 300))
    (tmp_path / "inbox" / "link.csv").symlink_to("/etc/passwd")
    settings = load_settings({"run.settle_seconds": 60, "run.stable_seconds": 0}, environment={})
    found = look(settings)
    assert [file.inside.as_posix() for file in found.ready] == ["二店/old.csv"]
    assert found.left == 1
    old.write_text("a\nb\n", encoding="utf-8")
    assert not found.ready[0].is_unchanged()


def test_a_watched_folder_that_is_missing_is_said() -> None:
    with pytest.raises(InputError):
        look(load_settings({"run.inbox": "nowhere"}, environment={}))


@pytest.mark.parametrize(
    ("day", "boards"),
    [
        ("2026-11-04", ["2026-11-03"]),
        ("2026-11-02", ["2026-10-30", "2026-10-31", "2026-11-01", "2026-W44"]),
        ("2026-11-01", []),
    ],
)
def test_boards_are_due_on_weekdays_for_all_days_since(day: str, boards: list[str]) -> None:
    due = _due_boards(load_settings({}, environment={}), date.fromisoformat(day))
    assert [period.label for _, period in due] == boards


def test_old_packs_go_and_other_folders_stay(tmp_path: Path) -> None:
    for name in ("2026-07", "2026-08", "2026-09"):
        (tmp_path / name).mkdir()
        (tmp_path / name / MANIFEST).write_text("{}", encoding="utf-8")
    (tmp_path / "2025-01").mkdir()
    (tmp_path / "notes").mkdir()
    assert _remove_old(tmp_path, 2) == ["2026-07"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["2025-01", "2026-08", "2026-09", "notes"]


def test_the_log_turns_over_by_size(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "run.jsonl", 300, 3, "r")
    for number in range(12):
        journal.write("step", "ok", number=number)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["run.jsonl", "run.jsonl.1", "run.jsonl.2"]
    assert all(path.stat().st_size <= 300 for path in tmp_path.iterdir())
    assert lines((tmp_path / "run.jsonl").read_text())[-1]["number"] == 11


KILLED_AT = (
    "done/*/*",
    *(("reports/boards/*.html",) if IS_THOROUGH else ()),
    "reports/packs/*/report.html",
)
"""What is there when the job is killed, once after the other."""


def killed_when(folder: Path, pattern: str) -> None:
    """Start the job and kill it as soon as a file of that pattern is there."""
    command = [sys.executable, "-m", "cskpi", "run", "--config", str(folder / "cskpi.toml")]
    with subprocess.Popen(
        [*command, "--today", TUESDAY], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as job:
        while job.poll() is None and not any(folder.glob(pattern)):
            time.sleep(0.005)
        job.send_signal(signal.SIGKILL)


def test_killed_anywhere_the_next_run_finishes_to_the_same_bytes(tmp_path: Path) -> None:
    calm, killed = tmp_path / "calm", tmp_path / "killed"
    for folder in (calm, killed):
        workspace(folder, agents=2)
    # The other lays out its database itself, so that a kill may come in between.
    put_blank(calm / "cskpi.duckdb")
    assert run(calm, today=TUESDAY).exit_code == 3
    for pattern in KILLED_AT:
        killed_when(killed, pattern)
        assert not (killed / "reports" / "packs" / "2026-10" / MANIFEST).exists()
    assert run(killed, today=TUESDAY).exit_code in {0, 5}
    for part in ("done", "failed"):
        names = [sorted(p.name for p in (f / part).rglob("*.csv")) for f in (calm, killed)]
        assert names[0] == names[1]
    packs = [
        {p.relative_to(f): p.read_bytes() for p in (f / "reports").rglob("*") if p.is_file()}
        for f in (calm, killed)
    ]
    assert packs[0] == packs[1]
