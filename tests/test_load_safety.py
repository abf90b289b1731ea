"""Killed, crowded out, interrupted or out of disk: the database is as before or as after."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from blank import put_blank

from cskpi.ingest.load import LoadOptions, load_file
from cskpi.store.database import Limits, open_database

if TYPE_CHECKING:
    from conftest import Cli

ROWS = 25_000
ONE_BLOCK = 300_000
"""Bytes of a database file that hold its heads and its first block."""
EARLIER = "会话ID,发送时间,角色,客户,内容\nS0,2026-09-30 10:00:00,客户,c0,在吗\n"
LOAD = (sys.executable, "-m", "cskpi", "load")
HOLD = """
import duckdb, sys, time
with duckdb.connect(sys.argv[1]):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a chat export that takes a second or so to load."""
    path = tmp_path_factory.mktemp("export") / "chats.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("会话ID,发送时间,角色,客户,内容\n")
        for number in range(ROWS):
            clock = f"2026-10-01 {number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}"
            file.write(f"S{number // 9},{clock},客户,c{number // 9},第{number}句：什么时候发货呢\n")
    return path


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Make a database that holds one message."""
    folder = tmp_path_factory.mktemp("first")
    (folder / "earlier.csv").write_text(EARLIER, encoding="utf-8")
    path = folder / "shop.duckdb"
    put_blank(path)
    with open_database(path, Limits("1GB", 1), write=True) as con:
        load_file(con, folder / "earlier.csv", LoadOptions())
    return path.read_bytes()


@pytest.fixture
def database(tmp_path: Path, first: bytes) -> Path:
    """Return a database of the test's own."""
    path = tmp_path / "shop.duckdb"
    path.write_bytes(first)
    return path


def messages(database: Path) -> int:
    """Return the number of messages, of a file left by a process that did not end well."""
    with duckdb.connect(database, read_only=True) as con:
        return int(con.execute("SELECT count(*) FROM messages").fetchall()[0][0])


def test_a_killed_load_leaves_all_or_nothing(export: Path, database: Path) -> None:
    for seconds in (0.9, 1.4):
        process = subprocess.Popen([*LOAD, export, "--db", database], stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        process.kill()
        process.wait()
        assert messages(database) in {1, ROWS + 1}
    done = subprocess.run(
        [*LOAD, export, "--db", database], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert messages(database) == ROWS + 1


def test_an_interrupted_load_ends_with_130_and_leaves_all_or_nothing(
    export: Path, database: Path
) -> None:
    for seconds in (0.6, 1.2):
        process = subprocess.Popen(
            [*LOAD, export, "--db", database], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
        # Before the first line of ours runs, Python itself ends by the signal.
        assert process.returncode in {0, 130, -signal.SIGINT}, said
        assert messages(database) in {1, ROWS + 1}


def held(database: Path, seconds: float) -> subprocess.Popen[str]:
    """Start a process that has the database open for writing."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, database, str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_second_load_names_who_holds_the_database(
    export: Path, database: Path, bare_cli: Cli
) -> None:
    with held(database, 60) as holder:
        done = bare_cli("load", export, "--db", database, code=4)
        holder.kill()
    assert str(holder.pid) in done.stderr


def test_a_second_load_waits_when_told_to(export: Path, database: Path, bare_cli: Cli) -> None:
    with held(database, 1.5):
        bare_cli("load", export, "--db", database, "--wait", "60")
    assert messages(database) == ROWS + 1


def no_larger_files_than(limit: int) -> Callable[[], None]:
    """Return what makes a process fail to write beyond a size, as a full disk does."""

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return limited


def test_a_full_disk_is_a_clear_error_and_changes_nothing(export: Path, database: Path) -> None:
    done = subprocess.run(
        [*LOAD, export, "--db", database],
        check=False,
        capture_output=True,
        text=True,
        preexec_fn=no_larger_files_than(ONE_BLOCK),
    )
    assert done.returncode == 4, done.stderr
    assert "bug" not in done.stderr
    assert messages(database) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_a_clear_error(
    export: Path, tmp_path: Path, bare_cli: Cli
) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    assert str(locked) in bare_cli("load", export, "--db", locked / "shop.duckdb", code=4).stderr


def test_a_folder_that_does_not_exist_is_a_clear_error(
    export: Path, tmp_path: Path, bare_cli: Cli
) -> None:
    assert "none" in bare_cli("load", export, "--db", tmp_path / "none" / "s.duckdb", code=4).stderr
