"""What must hold for any shop: partitions, bounds, and independence of input order."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from blank import blank_database
from depth import rounds
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from transcripts import messages_csv

from cskpi.ingest.load import LoadOptions, load_file
from cskpi.metrics.catalog import load_catalog
from cskpi.metrics.evaluate import evaluate
from cskpi.model.build import build_model
from cskpi.periods import resolve_period
from cskpi.settings import load_settings

if TYPE_CHECKING:
    import duckdb

    from cskpi.metrics.finding import Finding

SETTINGS = load_settings({}, environment={})
PERIOD = resolve_period(month="2026-10")
# A failing example here is small enough to read; shrinking it would take minutes.
FEW = settings(
    max_examples=rounds(2, thorough=30),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)

lines = st.lists(
    st.tuples(
        st.sampled_from(["旗舰店", "工厂店"]),
        st.sampled_from(["S1", "S2", "-"]),
        st.sampled_from(["c1", "c2"]),
        st.integers(0, 4000),
        st.sampled_from(
            ["客户→A", "客户→B", "客户", "客服 A", "客服 B", "自动 A", "机器人 小蜜", "系统"]
        ),
    ),
    min_size=1,
    max_size=25,
    # Equal times are ordered by place in the file, so shuffling must not meet them.
    unique_by=lambda line: (line[0], line[3]),
)
Lines = list[tuple[str, str, str, int, str]]


def transcript(rows: Lines) -> str:
    parts = []
    for shop, session, customer, second, who in rows:
        own = session if session == "-" else f"{session}{customer}"
        clock = f"{10 + second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
        parts.append(f"# shop={shop} session={own} customer={customer}")
        parts.append(f"2026-10-05 {clock} {who} t{second}")
    return "\n".join(parts)


@contextmanager
def loaded(*transcripts: str) -> Iterator[duckdb.DuckDBPyConnection]:
    with TemporaryDirectory() as folder, blank_database() as con:
        for number, text in enumerate(transcripts):
            export = Path(folder) / f"{number}.csv"
            export.write_text(messages_csv(text), encoding="utf-8")
            load_file(con, export, LoadOptions(kind="messages"))
        build_model(con, SETTINGS)
        yield con


def numbers(con: duckdb.DuckDBPyConnection) -> list[Finding]:
    assert PERIOD is not None
    groupings = [(), ("agent",), ("channel",)]
    return evaluate(con, load_catalog().own(), PERIOD, groupings, SETTINGS, compare=False)


def comparable(con: duckdb.DuckDBPyConnection) -> list[dict[str, object]]:
    """Return findings up to the last bits, which depend on the order a sum is taken in."""
    return [
        {
            name: round(item, 9) if isinstance(item, float) else item
            for name, item in asdict(finding).items()
        }
        for finding in numbers(con)
    ]


@FEW
@given(lines)
def test_sessions_partition_messages_and_numbers_stay_in_bounds(rows: Lines) -> None:
    with loaded(transcript(rows)) as con:
        messages = con.execute("SELECT count(*) FROM messages").fetchone()
        assert con.execute("SELECT sum(message_count) FROM sessions").fetchone() == messages
        assert messages == (len(rows),)
        assert not con.execute(
            "SELECT * FROM turns JOIN sessions USING (session_no)"
            " WHERE asked_at < started_at OR replied_at > ended_at OR reply_seconds < 0"
        ).fetchall()
        for finding in numbers(con):
            for number in (finding.value, finding.low, finding.high, finding.median, finding.p90):
                assert number is None or number - number == 0
            if finding.unit == "percent" and finding.metric != "complaint_rate":
                assert finding.value is None or 0 <= finding.value <= 1
            if finding.low is not None and finding.high is not None:
                assert finding.value is not None
                assert finding.low - 1e-9 <= finding.value <= finding.high + 1e-9


@FEW
@given(lines, st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_and_files_nor_loading_twice_matters(
    rows: Lines, chance: random.Random
) -> None:
    shuffled = rows.copy()
    chance.shuffle(shuffled)
    half = len(rows) // 2
    with loaded(transcript(rows)) as con:
        together = comparable(con)
    with loaded(transcript(shuffled[half:]), transcript(shuffled[:half])) as con:
        assert comparable(con) == together
    with loaded(transcript(rows), transcript(rows)) as con:
        assert comparable(con) == together
