"""Breakdowns of resolution: open and reopened tickets, complaints by kind, who passed on to whom."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from transcripts import build_shop

from cskpi.ingest.load import LoadOptions, load_file
from cskpi.metrics.breakdowns import BreakdownValue, load_breakdowns, run_breakdown
from cskpi.model.build import build_model
from cskpi.periods import month_period
from cskpi.settings import load_settings
from cskpi.store.migrations import migrate

SETTINGS = load_settings({}, environment={})
METRICS = Path(__file__).parent / "metrics"
OCTOBER = month_period(date(2026, 10, 1))


at = datetime.fromisoformat


def rows(con: duckdb.DuckDBPyConnection, name: str) -> list[tuple[BreakdownValue, ...]]:
    (breakdown,) = [b for b in load_breakdowns() if b.name == name]
    return list(run_breakdown(con, breakdown, OCTOBER, SETTINGS).rows)


@pytest.fixture(scope="module")
def cases() -> duckdb.DuckDBPyConnection:
    return build_shop(METRICS / "_shops" / "resolution_cases", SETTINGS)


def test_open_tickets_by_age_at_the_end_of_the_period(cases: duckdb.DuckDBPyConnection) -> None:
    # Open at 1 November 00:00: t5 (1 s old, closed in November), t10 (exactly a day, which is in
    # time), t3 (30 days and 14 h).
    assert rows(cases, "open_tickets") == [
        ("旗舰店", 0, 1, 1, 0, at("2026-10-31 23:59:59")),
        ("旗舰店", 1, 3, 1, 0, at("2026-10-31 00:00:00")),
        ("旗舰店", 30, None, 1, 1, at("2026-10-01 10:00:00")),
    ]


def test_complaints_by_kind(cases: duckdb.DuckDBPyConnection) -> None:
    # 服务态度: filed k1, k3, k7, closed k1 (10000 s) and k7 (2 s), open k3. 延迟发货: filed k4, closed
    # k2 (172800 s), open k4, which is closed in November. k5 names no kind and closed before it was
    # filed; k6 is September's.
    assert rows(cases, "complaints_by_kind") == [
        ("服务态度", 3, 3 / 5, 2, 5001.0, 5001.0, 1),
        ("延迟发货", 1, 1 / 5, 1, 172800.0, 172800.0, 1),
        (None, 1, 1 / 5, 0, None, None, 0),
    ]


def test_first_owners_and_to_whom_they_pass_on() -> None:
    # The sessions of transfer_rate/normal: of A's four, S2 and S3 went to B, S4 is only marked;
    # B passed nothing on.
    with build_shop(METRICS / "transfer_rate" / "normal", SETTINGS) as con:
        assert rows(con, "transfers_by_agent") == [
            ("旗舰店", "A", 4, 3, 0.75, "B", 2),
            ("旗舰店", "A", 4, 3, 0.75, None, 1),
        ]


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
    with duckdb.connect(config={"threads": 1}) as con:
        migrate(con, tmp_path)
        for name in order:
            load_tickets(con, tmp_path, name, *exports[name])
        build_model(con, SETTINGS)
        created, first = at("2026-10-01 10:00:00"), at("2026-10-01 12:00:00")
        last = at("2026-10-03 12:00:00")
        assert rows(con, "reopened_tickets") == [
            ("旗舰店", "t1", "A", "物流", None, created, first, last, 172800.0)
        ]
