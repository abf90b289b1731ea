"""Benchmarks of the report: time and size once facts are built, and many agents in many shops.

    make bench                                     all figures
    python benchmarks/report.py --messages 100000  one size

Reach: 20 s and 4 GB for 10 M messages; 2 MB of page for a month of 100,000 sessions, 5 MB for 100
agents in 20 shops.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
import tempfile
from pathlib import Path

import duckdb
from run import CSKPI, HERE, generated, run, say, shown

MONTH = "2026-10"
REACH = "reach 20 s, 4 GB"
REACH_BYTES = 5_000_000
SIZES = {2_200_000: "reach 2 MB of page", 10_000_000: REACH}
"""Messages of two months and what is to be reached; the first is 100,000 sessions a month."""
SHOPS, AGENTS_A_SHOP, SESSIONS_AN_AGENT = 20, 5, 120
QUESTIONS = ("什么时候发货", "这个有货吗", "怎么退款", "尺码偏大吗", "可以便宜点吗", "发票怎么开")
ANSWERS = ("亲，今天发", "亲，有的", "亲，订单里点申请退款", "亲，按平时的拍", "亲，已是最低价")


def busiest_month(db: Path) -> tuple[str, int, int]:
    """Return the month with the most sessions, how many they are and of how many agents."""
    with duckdb.connect(db, read_only=True) as con:
        row = con.execute(
            "SELECT strftime(started_at, '%Y-%m'), count(*), count(DISTINCT owner_account_no)"
            " FROM session_facts GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
        ).fetchone()
    return row or (MONTH, 0, 0)


def report(db: Path, folder: Path, label: str, reach: str) -> None:
    """Print facts and text work, then what is made on top of them and how large it is."""
    built = run(*CSKPI, "kpi", "--month", MONTH, "--db", db)
    say(f"facts and text work, {label}", shown(built))
    month, sessions, agents = busiest_month(db)
    words = ("--month", month, "--db", db)
    figure = run(*CSKPI, "report", *words, "--out", folder)
    page, book = (folder / f"report.{ending}" for ending in ("html", "xlsx"))
    sizes = f"page {page.stat().st_size / 1e6:.2f} MB, workbook {book.stat().st_size / 1e6:.2f} MB"
    say(f"report, {label}", f"{shown(figure)}   ({reach})")
    say("", f"{sizes}; {sessions:,} sessions of {agents} agents in {month}")
    for name, command in {
        "board of a day": ("board", "--day", f"{month}-20", "--db", db),
        "findings": ("findings", *words),
        "pack": ("pack", *words, "--out", folder / "packs"),
    }.items():
        say(f"{name}, {label}", shown(run(*CSKPI, *command)))


def many_shops(path: Path) -> None:
    """Write a month of 100 agents in 20 shops."""
    rng = random.Random(7)  # noqa: S311  a picture, not a secret
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("店铺", "会话ID", "发送时间", "角色", "客户", "客服", "内容"))
        for shop in range(SHOPS):
            for agent in range(AGENTS_A_SHOP):
                for number in range(SESSIONS_AN_AGENT):
                    who = (f"{shop + 1:02}店", f"S{shop}-{agent}-{number}")
                    start = f"{MONTH}-{rng.randint(1, 31):02} {rng.randint(8, 22):02}:00"
                    names = (f"c{shop}-{agent}-{number % 90}", f"{shop + 1:02}店:客服{agent + 1}")
                    reply = f"{start}:{rng.randint(5, 59):02}"
                    out.writerow((*who, f"{start}:00", "客户", *names, rng.choice(QUESTIONS)))
                    out.writerow((*who, reply, "客服", *names, rng.choice(ANSWERS)))


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, action="append")
    options = parser.parse_args()
    for messages in options.messages or SIZES:
        with tempfile.TemporaryDirectory(dir=HERE) as name:
            db = Path(name) / "shop.duckdb"
            run(*CSKPI, "load", generated(messages), "--kind", "messages", "--db", db)
            report(db, Path(name), f"{messages:,} messages", SIZES.get(messages, REACH))
    with tempfile.TemporaryDirectory(dir=HERE) as name:
        folder = Path(name)
        many_shops(folder / "shops.csv")
        run(*CSKPI, "load", folder / "shops.csv", "--db", folder / "shop.duckdb")
        label = f"{SHOPS * AGENTS_A_SHOP} agents, {SHOPS} shops"
        report(folder / "shop.duckdb", folder, label, "reach 5 MB of page")
        size = (folder / "report.html").stat().st_size
        if size > REACH_BYTES:
            sys.exit(f"{size:,} bytes of page, reach {REACH_BYTES:,}")


if __name__ == "__main__":
    main()
