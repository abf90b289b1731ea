"""Make the sample data of two invented Tmall shops, or any amount of it for benchmarks.

python scripts/make_sample_data.py                            # writes sample_data/ as committed
python scripts/make_sample_data.py --sessions 1000000 --out /tmp/big --jobs 2
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date, timedelta
from pathlib import Path

from sample.bulk import MESSAGES_FILE, write_bulk
from sample.committed import write_sample
from sample.story import StoryError

ROOT = Path(__file__).resolve().parent.parent
# Any seed gives a shop; this one tells every part of the story clearly.
SEED = 20261028
MONTHS = "2026-09..2026-10"
DECEMBER = 12


def main() -> int:
    """Parse the command line and write the files."""
    parser = _parser()
    options = parser.parse_args()
    if options.sessions is None:
        if options.months != MONTHS or options.messages_csv_only:
            parser.error("--months and --messages-csv-only need --sessions: the sample is fixed")
        try:
            files = write_sample(options.out or ROOT / "sample_data", options.seed)
        except StoryError as error:
            parser.exit(1, f"seed {options.seed} does not tell the story, take another: {error}\n")
        for item in files:
            print(f"{item.rows:>7,}  {item.name}")
        return 0
    if options.out is None:
        parser.error("--sessions needs --out: sample_data/ holds the committed sample only")
    began = time.perf_counter()
    count = write_bulk(
        options.out,
        options.sessions,
        options.seed,
        _days(parser, options.months),
        jobs=options.jobs,
        with_orders=not options.messages_csv_only,
    )
    seconds = time.perf_counter() - began
    size = (options.out / MESSAGES_FILE).stat().st_size
    print(f"{count:,} messages, {size / 1e6:,.0f} MB in {seconds:.1f} s: {count / seconds:,.0f}/s")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, help="folder to write (default: sample_data/)")
    parser.add_argument(
        "--sessions", type=int, help="big run: how many sessions, about 10 messages each"
    )
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--months", default=MONTHS, help="big run: months, as 2026-09..2026-10")
    parser.add_argument("--messages-csv-only", action="store_true", help="big run: no orders")
    parser.add_argument("--jobs", type=int, default=1, help="big run: processes")
    return parser


def _days(parser: argparse.ArgumentParser, months: str) -> list[date]:
    first, _, last = months.partition("..")
    try:
        start, end = (date.fromisoformat(f"{month}-01") for month in (first, last or first))
    except ValueError:
        parser.error(f"--months {months}: write 2026-09..2026-10")
    end = date(end.year + end.month // DECEMBER, end.month % DECEMBER + 1, 1)
    if end <= start:
        parser.error(f"--months {months}: the first month comes after the last")
    return [start + timedelta(days=n) for n in range((end - start).days)]


if __name__ == "__main__":
    sys.exit(main())
