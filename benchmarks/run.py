"""Benchmarks: load against DuckDB's own reader, the whole way at 1 M and 10 M messages, pandas, help.

    make bench                        all figures
    python benchmarks/run.py --messages 1000000 --skip pandas

Every figure is of a whole process, measured from outside: wall seconds and peak memory. Ratios are
of figures from the same run on the same file.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
DATA = HERE / "data"
MESSAGES_PER_SESSION = 11
PROTOTYPE_SECONDS = 7.0 + 6.0 + 0.7 + 0.7 + 5.3
"""What such a prototype took at 10.5 M messages where the reach of 45 s was set."""
CSKPI = (sys.executable, "-m", "cskpi")

BARE_LOAD = """
import duckdb, sys
with duckdb.connect(sys.argv[2]) as con:
    con.execute("CREATE TABLE raw AS SELECT * FROM read_csv(?)", [sys.argv[1]])
"""

BARE_TYPER = """
import typer
app = typer.Typer()

@app.command()
def one(name: str = "x") -> None:
    "Say a name."

@app.command()
def two() -> None:
    "Say nothing."

app()
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One process: wall seconds and peak resident memory in bytes, of it and those it started."""

    seconds: float
    memory: int


def run(*command: str | Path) -> Run:
    """Run a process to its end.

    Raises:
        SystemExit: it failed.
    """
    started = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen([str(word) for word in command], stdout=output, stderr=output)
        family: list[int] = [0]
        watching = threading.Thread(target=_watch, args=(process.pid, family), daemon=True)
        watching.start()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        if process.returncode:
            output.seek(0)
            sys.exit(output.read().decode(errors="replace")[-3000:])
    return Run(seconds, max(usage.ru_maxrss * 1024, *family))


def _watch(pid: int, seen: list[int]) -> None:
    """Note the resident memory of a process and those it started, as often as it has any, until it ends."""
    tasks = Path(f"/proc/{pid}/task/{pid}/children")
    with suppress(OSError):
        while True:
            if started := tasks.read_text().split():
                seen.append(sum(_resident(one) for one in (str(pid), *started)))
            time.sleep(0.05)


def _resident(pid: str) -> int:
    with suppress(OSError):
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    return 0


def say(label: str, text: str) -> None:
    """Print one figure."""
    print(f"{label:<44} {text}", flush=True)


def shown(figure: Run) -> str:
    """Return seconds and memory as text."""
    return f"{figure.seconds:8.1f} s  {figure.memory / 1e9:5.2f} GB"


def generated(messages: int) -> Path:
    """Return the generated messages CSV of about that size, made once."""
    folder = DATA / str(messages)
    found = sorted(folder.glob("*.csv"), key=lambda path: -path.stat().st_size)
    if not found:
        script = ROOT / "scripts" / "make_sample_data.py"
        sessions = messages // MESSAGES_PER_SESSION
        figure = run(
            *(sys.executable, script, "--out", folder),
            *("--sessions", str(sessions), "--messages-csv-only"),
        )
        say(f"generate {messages:,} messages", shown(figure))
        found = sorted(folder.glob("*.csv"), key=lambda path: -path.stat().st_size)
    return found[0]


def whole_way(messages: int, folder: Path) -> None:
    """Print load, its ratio to the bare reader, model with all KPIs, and report."""
    file = generated(messages)
    size = file.stat().st_size / 1e6
    say("", f"--- {messages:,} messages asked for, {size:,.0f} MB")
    bare = run(sys.executable, "-c", BARE_LOAD, file, folder / f"bare{messages}.duckdb")
    db = folder / f"cskpi{messages}.duckdb"
    load = run(*CSKPI, "load", file, "--kind", "messages", "--db", db)
    say("DuckDB CREATE TABLE AS read_csv", shown(bare))
    say("cskpi load", f"{shown(load)}   {load.seconds / bare.seconds:.2f} x bare (reach 2.5)")
    words = ("--month", "2026-10", "--db", db)
    facts = run(*CSKPI, "kpi", "received_customers", *words)
    say("facts and one KPI", shown(facts))
    texts = run(*CSKPI, "kpi", "empathy_rate", *words)
    say("text work and one KPI", f"{shown(texts)}   (reach 180 s, benchmarks/text.py)")
    report = run(*CSKPI, "report", *words, "--out", folder / "out")
    say("all KPIs + report", shown(report))
    built = facts.seconds + report.seconds
    total = load.seconds + built
    memory = max(load.memory, facts.memory, report.memory) / 1e9
    say("model, all KPIs and report", f"{built:8.1f} s  {memory:5.2f} GB (reach 45 s, 4 GB)")
    say("the same with the load", f"{total:8.1f} s")
    prototype = run(
        sys.executable, HERE / "prototype.py", file, folder / f"bare-way{messages}.duckdb"
    )
    say("bare prototype in SQL on this machine", shown(prototype))
    ratio = total / prototype.seconds
    say(
        "load, model, KPIs, report / prototype",
        f"{ratio:8.2f} x (45 s / {PROTOTYPE_SECONDS:.1f} s = {45 / PROTOTYPE_SECONDS:.2f})",
    )


def against_pandas(messages: int, folder: Path) -> None:
    """Print the same KPIs in pandas and in cskpi."""
    file = generated(messages)
    pandas = run(sys.executable, HERE / "pandas_kpis.py", file)
    db = folder / f"cskpi{messages}.duckdb"
    db.unlink(missing_ok=True)
    load = run(*CSKPI, "load", file, "--kind", "messages", "--db", db)
    words = ("kpi", "--month", "2026-10", "--by", "agent", "--format", "json", "--db", db)
    first = run(*CSKPI, *words)
    again = run(*CSKPI, *words)
    say(f"pandas, ten chat KPIs by agent, {messages:,}", shown(pandas))
    fresh = load.seconds + first.seconds
    say("cskpi, all KPIs by agent, from the file", f"{fresh:8.1f} s")
    say("cskpi, all KPIs by agent, facts built", f"{again.seconds:8.1f} s")
    say("pandas / cskpi from the file", f"{pandas.seconds / fresh:8.1f} x")
    say("pandas / cskpi facts built", f"{pandas.seconds / again.seconds:8.1f} x (reach 5)")


def help_cost(folder: Path) -> None:
    """Print `cskpi --help` against a bare Typer program."""
    bare = folder / "bare.py"
    bare.write_text(BARE_TYPER, encoding="utf-8")
    ours, theirs = [], []
    for _ in range(7):
        ours.append(run(*CSKPI, "--help").seconds)
        theirs.append(run(sys.executable, bare, "--help").seconds)
    ratio = statistics.median(ours) / statistics.median(theirs)
    say("cskpi --help", f"{statistics.median(ours):8.2f} s   {ratio:.2f} x bare Typer (reach 2)")


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, action="append")
    parser.add_argument("--skip", choices=("pandas", "help"), action="append", default=[])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=HERE) as name:
        folder = Path(name)
        if "help" not in options.skip:
            help_cost(folder)
        for messages in options.messages or (1_000_000, 10_000_000):
            whole_way(messages, folder)
        if "pandas" not in options.skip:
            against_pandas(1_000_000, folder)


if __name__ == "__main__":
    main()
