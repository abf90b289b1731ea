"""Tickets that two exports tell differently: closed, open again, closed anew."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from blank import blank_database
from part_built import PartBuilt

from cskpi.ingest.load import LoadOptions, load_file
from cskpi.metrics.breakdowns import BreakdownValue, load_breakdowns, run_breakdown
from cskpi.periods import month_period
from cskpi.settings import load_settings

if TYPE_CHECKING:
    import duckdb

SETTINGS = load_settings({}, environment={})
METRICS = Path(__file__).parent / "metrics"
OCTOBER = month_period(date(2026, 10, 1))


at = datetime.fromisoformat


def rows(con: duckdb.DuckDBPyConnection, name: str) -> list[tuple[BreakdownValue, ...]]:
    (breakdown,) = [b for b in load_breakdowns() if b.name == name]
    return list(run_breakdown(con, breakdown, OCTOBER, SETTINGS).rows)


def load_tickets(con: duckdb.DuckDBPyConnection, folder: Path, name: str, *lines: str) -> None:
    path = folder / f"{name}.csv"
    head = "shop,ticket_id,agent_id,ticket_type,created_at,closed_at"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    load_file(con, path, LoadOptions(kind="tickets"))


@pytest.mark.parametrize("order", [("early", "late"), ("late", "early")])
def test_a_reopened_ticket_has_a_first_and_a_last_closing(
    order: tuple[str, str], tmp_path: Path
) -> None:
    exports = {
        # t2 was exported to the minute first; t3 was open; t4 is the same in both.
        "early": (
            "旗舰店,t1,A,物流,2026-10-01 10:00:00,2026-10-01 12:00:00",
            "旗舰店,t2,A,物流,2026-10-01 10:00:00,2026-10-01 12:00:00",
            "旗舰店,t3,A,物流,2026-10-01 10:00:00,",
            "旗舰店,t4,A,物流,2026-10-01 10:00:00,2026-10-01 12:00:00",
        ),
        "late": (
            "旗舰店,t1,A,物流,2026-10-01 10:00:00,2026-10-03 12:00:00",
            "旗舰店,t2,A,物流,2026-10-01 10:00:00,2026-10-01 12:00:40",
            "旗舰店,t3,A,物流,2026-10-01 10:00:00,2026-10-02 12:00:00",
            "旗舰店,t4,A,物流,2026-10-01 10:00:00,2026-10-01 12:00:00",
        ),
    }
    with blank_database() as staged:
        for name in order:
            load_tickets(staged, tmp_path, name, *exports[name])
        con = PartBuilt.of(staged, SETTINGS)
        created, first = at("2026-10-01 10:00:00"), at("2026-10-01 12:00:00")
        last = at("2026-10-03 12:00:00")
        assert rows(con, "reopened_tickets") == [
            ("旗舰店", "t1", "A", "物流", None, created, first, last, 172800.0)
        ]
