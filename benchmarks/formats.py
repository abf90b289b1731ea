"""Benchmarks of loading: each format against the fastest bare reader of it, and one more day.

    make bench                                    all figures
    python benchmarks/formats.py --messages 1000000 --only jsonl

The same generated messages as UTF-8 CSV, GB18030 CSV, JSON Lines and XLSX (at most 1 M rows). A
bare reader makes a DuckDB table of the file (CSV, JSON Lines) or a Polars frame (calamine, XLSX).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from run import BARE_LOAD, CSKPI, HERE, generated, run, say, shown

BLOCK_CHARACTERS = 4_000_000
SHEET_ROWS = 1_000_000
REACH = {"csv": 2, "gb18030": 3, "jsonl": 3, "xlsx": 3}

BARE_GB18030 = """
import codecs, duckdb, sys, tempfile
with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".csv", newline="") as copy:
    with open(sys.argv[1], encoding="gb18030", newline="") as source:
        while block := source.read(4_000_000):
            copy.write(block)
    copy.flush()
    with duckdb.connect(sys.argv[2]) as con:
        con.execute("CREATE TABLE raw AS SELECT * FROM read_csv(?)", [copy.name])
"""
BARE_JSONL = """
import duckdb, sys
with duckdb.connect(sys.argv[2]) as con:
    con.execute(
        "CREATE TABLE raw AS SELECT * FROM read_json(?, format = 'newline_delimited')", [sys.argv[1]]
    )
"""
BARE_XLSX = """
import fastexcel, sys
book = fastexcel.read_excel(sys.argv[1])
print(book.load_sheet(0, header_row=None, skip_rows=0, dtypes="string").to_polars().height)
"""
BARE = {"csv": BARE_LOAD, "gb18030": BARE_GB18030, "jsonl": BARE_JSONL, "xlsx": BARE_XLSX}

TO_JSONL = """
import duckdb, sys
duckdb.sql(f"COPY (FROM read_csv('{sys.argv[1]}', all_varchar = true)) TO '{sys.argv[2]}' (FORMAT json)")
"""
TO_GB18030 = """
import sys
with open(sys.argv[1], encoding="utf-8-sig", newline="") as old:
    with open(sys.argv[2], "w", encoding="gb18030", newline="") as new:
        while block := old.read(4_000_000):
            new.write(block)
"""
TO_XLSX = """
import csv, sys, xlsxwriter
book = xlsxwriter.Workbook(sys.argv[2], {"constant_memory": True, "strings_to_formulas": False})
sheet = book.add_worksheet()
with open(sys.argv[1], encoding="utf-8-sig", newline="") as file:
    for number, row in enumerate(csv.reader(file)):
        if number > int(sys.argv[3]):
            break
        sheet.write_row(number, 0, row)
book.close()
"""
ONE_MORE_DAY = """
import csv, datetime, sys
with open(sys.argv[1], encoding="utf-8-sig", newline="") as file:
    rows = csv.reader(file)
    header = next(rows)
    place = header.index("发送时间")
    first = next(rows)
    day = first[place][:10]
    with open(sys.argv[2], "w", encoding="utf-8", newline="") as new:
        out = csv.writer(new)
        out.writerow(header)
        for row in [first, *rows]:
            if row[place].startswith(day):
                row[place] = "2027-03-01" + row[place][10:]
                out.writerow(row)
"""


def converted(source: Path, form: str) -> Path:
    """Return the messages in a format, made once beside the CSV."""
    if form == "csv":
        return source
    target = source.with_suffix({"gb18030": ".gb.csv"}.get(form, f".{form}"))
    if not target.exists():
        script = {"gb18030": TO_GB18030, "jsonl": TO_JSONL, "xlsx": TO_XLSX}[form]
        run(sys.executable, "-c", script, source, target, str(SHEET_ROWS))
    return target


def against_bare(source: Path, form: str, folder: Path) -> Path:
    """Print a format's load, its ratio to the bare reader and its memory; return the database."""
    file = converted(source, form)
    bare = run(sys.executable, "-c", BARE[form], file, folder / f"bare-{form}.duckdb")
    (folder / f"bare-{form}.duckdb").unlink(missing_ok=True)
    db = folder / f"{form}.duckdb"
    load = run(*CSKPI, "load", file, "--kind", "messages", "--db", db)
    ratio = load.seconds / bare.seconds
    say(f"bare {form}, {file.stat().st_size / 1e6:,.0f} MB", shown(bare))
    say(f"cskpi load {form}", f"{shown(load)}   {ratio:.2f} x bare (reach {REACH[form]}; 2 GB)")
    return db


def one_more_day(source: Path, db: Path, folder: Path) -> None:
    """Print the load of one day into the big database, and into an empty one."""
    day = folder / "day.csv"
    run(sys.executable, "-c", ONE_MORE_DAY, source, day)
    alone = run(*CSKPI, "load", day, "--kind", "messages", "--db", folder / "day.duckdb")
    added = run(*CSKPI, "load", day, "--kind", "messages", "--db", db)
    say(f"one day alone, {day.stat().st_size / 1e6:,.1f} MB", shown(alone))
    say("one day into the big database", f"{shown(added)}   {added.seconds / alone.seconds:.2f} x")


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000_000)
    parser.add_argument("--only", choices=tuple(BARE), action="append")
    options = parser.parse_args()
    source = generated(options.messages)
    with tempfile.TemporaryDirectory(dir=HERE) as name:
        folder = Path(name)
        for form in options.only or BARE:
            small = generated(SHEET_ROWS) if form == "xlsx" else source
            db = against_bare(small, form, folder)
            if form == "csv":
                one_more_day(source, db, folder)
            db.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
