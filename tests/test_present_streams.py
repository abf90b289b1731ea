from __future__ import annotations

import csv
import io
import json
import math
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from test_present_samples import HOSTILE, sample_inputs

from cskpi.metrics.breakdown_files import BreakdownColumn
from cskpi.metrics.breakdowns import BreakdownTable
from cskpi.metrics.finding import Finding
from cskpi.present.cleaning import clean_for_terminal, guard_formula
from cskpi.present.inputs import Beside
from cskpi.present.streams import csv_bytes, json_bytes, md_bytes, write_atomic
from cskpi.present.terminal import kpi_table, table_text

Golden = Callable[[str, str], None]
KEYS = {
    "metric", "label", "dimensions", "value", "numerator", "denominator", "sample_size", "low",
    "high", "previous", "target", "status", "unit", "median", "p90", "flags",
    "clock", "comparisons",
}  # fmt: skip
NAMES = ("first_response_time", "reply_rate", "csat_score", "agent_sales", "received_customers")


def _chosen(findings: tuple[Finding, ...]) -> list[Finding]:
    return [finding for finding in findings if finding.metric in NAMES]


def test_json_is_the_contract(golden: Golden) -> None:
    inputs = sample_inputs()
    content = json_bytes(_chosen(inputs.totals), inputs.period)
    golden("present/totals.json", content.decode())
    parsed = json.loads(content)
    assert parsed["period"] == {
        "start": "2026-10-01T00:00:00",
        "end": "2026-11-01T00:00:00",
        "label": "2026-10",
    }
    assert all(set(row) == KEYS for row in parsed["rows"])
    assert parsed["rows"][0]["value"] == 33.4
    assert parsed["rows"][-1]["dimensions"] == {}


def test_json_carries_breakdowns_and_the_match_rate() -> None:
    inputs = sample_inputs()
    table = BreakdownTable(
        "open_tickets",
        {"zh": "未关闭工单", "en": "Open tickets"},
        (
            BreakdownColumn("customer_id", {"zh": "买家", "en": "Customer"}),
            BreakdownColumn("created_at", {"zh": "创建", "en": "Created"}),
            BreakdownColumn("amount", {"zh": "金额", "en": "Amount"}, "money"),
        ),
        (
            ("c1", datetime.fromisoformat("2026-10-02T10:00:00"), Decimal("1.50")),
            ("c2", None, None),
        ),
    )
    matches = {"customer": 2, "link": 0, "order_id": 1, "none": 1}
    beside = Beside((table,), matches)
    parsed = json.loads(json_bytes([], inputs.period, beside))
    assert parsed["breakdowns"] == [
        {
            "breakdown": "open_tickets",
            "label": "未关闭工单",
            "columns": [
                {"name": "created_at", "label": "创建", "unit": None},
                {"name": "amount", "label": "金额", "unit": "money"},
            ],
            "missing": [],
            "rows": [
                {"created_at": "2026-10-02T10:00:00", "amount": 1.5},
                {"created_at": None, "amount": None},
            ],
        }
    ]
    assert parsed["match"] == {"orders": 4, "matched": 3, "share": 0.75, "by": matches}
    assert json.loads(json_bytes([], inputs.period))["match"] is None


def test_json_keeps_text_and_never_writes_nan() -> None:
    inputs = sample_inputs(hostile=True)
    odd = Finding("x", {"zh": "率", "en": "x"}, "percent", "up", value=math.nan, low=math.inf)
    content = json_bytes([*inputs.by_agent, odd], inputs.period).decode()
    rows = json.loads(content)["rows"]
    assert {row["dimensions"].get("agent") for row in rows} >= set(HOSTILE)
    assert rows[-1]["value"] is None
    assert rows[-1]["low"] is None
    assert not any(mark in content for mark in "\x1b\x9b\u202e\x00")


def test_csv_has_a_column_per_dimension_and_true_numbers(golden: Golden) -> None:
    inputs = sample_inputs()
    content = csv_bytes(_chosen(inputs.by_agent)).decode()
    golden("present/by_agent.csv", content)
    rows = list(csv.DictReader(io.StringIO(content)))
    assert rows[0]["shop"] == "山野旗舰店"
    assert float(rows[0]["value"]) == _chosen(inputs.by_agent)[0].value


def test_csv_text_cannot_become_a_formula_and_negative_numbers_stay_numbers() -> None:
    labels = {"zh": "=1+1", "en": "=1+1"}
    finding = Finding("x", labels, "money", "up", {"shop": "＝cmd", "agent": " @x"}, value=-3.5)
    row = next(csv.DictReader(io.StringIO(csv_bytes([finding]).decode())))
    assert row["label"] == "'=1+1"
    assert row["shop"] == "'＝cmd"
    assert row["agent"] == "' @x"
    assert row["value"] == "-3.5"


@pytest.mark.parametrize("text", ["=a", "+a", "-a", "@a", "\ta", "\ra", "＋a", "－a", "  =a", "|a"])
def test_formula_starts_are_guarded(text: str) -> None:
    assert guard_formula(text) == f"'{text}"


def test_names_are_left_alone() -> None:
    assert guard_formula("店铺:小橙") == "店铺:小橙"
    assert clean_for_terminal("客服\t小橙\n") == "客服\t小橙\n"


def test_markdown_escapes_what_would_break_its_table(golden: Golden) -> None:
    inputs = sample_inputs()
    golden("present/totals.md", md_bytes(kpi_table(_chosen(inputs.totals))).decode())
    finding = Finding("x", {"zh": "a|b\n<i>", "en": "x"}, "count", "up", value=1)
    line = md_bytes(kpi_table([finding])).decode().splitlines()[-1]
    assert line.startswith(r"| a\|b \<i\> |")


def test_terminal_table_fits_eighty_columns(golden: Golden) -> None:
    table = kpi_table(sample_inputs().totals)
    golden("present/totals_80.txt", table_text(table, width=80))


def test_written_file_is_private_and_replaces_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "new" / "out.json"
    write_atomic(path, b"old")
    write_atomic(path, b"new")
    assert path.read_bytes() == b"new"
    assert [child.name for child in path.parent.iterdir()] == ["out.json"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    target.mkdir()
    (target / "child").touch()
    with pytest.raises(OSError, match="directory"):
        write_atomic(target, b"x")
    assert [child.name for child in tmp_path.iterdir()] == ["folder"]


def test_a_closed_pipe_is_no_error() -> None:
    code = (
        "from cskpi.present.streams import write_stdout\n"
        "for _ in range(200): write_stdout(b'x' * 65536)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        errors = process.stderr.read()
        assert process.wait(30) == 0
    assert errors == b""
