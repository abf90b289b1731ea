from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path

from depth import rounds
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ingest_shop import accounted, open_ingest_shop

from cskpi.errors import InputError

COLUMNS = ["shop", "session_id", "message_id", "sent_at", "sender_role", "agent_id", "content"]
ODD_CELLS = [
    *("", "-", "无", "合计", "客户", "agent", "2026-10-01 10:00:00", "2026/1/5 9:03", "1.23E+17"),
    *("9001.0", '="1"', "'1", "\t", "\u3000", "次日 06:00", "1767574980", "９", "a\nb", 'a"b'),
    *("\x00", "\ufeff"),
]
CELLS = st.one_of(st.sampled_from(ODD_CELLS), st.text(max_size=6))
ROWS = st.lists(st.lists(CELLS, min_size=len(COLUMNS), max_size=len(COLUMNS)), max_size=6)
SETTINGS = settings(
    max_examples=rounds(3, thorough=100),
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
"""A load costs a fifth of a second."""


def is_empty(row: list[str]) -> bool:
    return not any(cell.strip(" ") for cell in row)


@SETTINGS
@given(rows=ROWS)
def test_garbage_cells_never_crash_and_every_row_is_accounted_for(rows: list[list[str]]) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([COLUMNS, *rows])
    records = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    lines = "\n".join(json.dumps(record) for record in [dict.fromkeys(COLUMNS), *records])
    expected = sum(not is_empty(row) for row in rows)
    with tempfile.TemporaryDirectory() as folder, open_ingest_shop(Path(folder)) as shop:
        report = shop.take(buffer.getvalue().encode("utf-8", "replace"))
        read, accepted, duplicate, rejected = accounted(report)
        assert read == accepted + duplicate + rejected == expected
        tables = shop.table("messages")
        again = shop.take(buffer.getvalue().encode("utf-8", "replace"), "again.csv")
        assert accounted(again) == (read, 0, accepted + duplicate, rejected)
        assert shop.table("messages") == tables
    with tempfile.TemporaryDirectory() as folder, open_ingest_shop(Path(folder)) as shop:
        report = shop.take(lines, "x.jsonl")
        assert accounted(report) == (read, accepted, duplicate, rejected)


@SETTINGS
@given(content=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
@example(b'sent_at,role,text\n2026-10-01 10:00:00,customer,"a\n')
@example(b'sent_at,role,text\n"2026-10-01 10:00:00,customer,a\n,,"\n\n"')
@example(b"sent_at,role,text\r\n\r\r2026-10-01 10:00:00,customer,a\n")
def test_random_bytes_below_a_header_are_read_or_refused(content: bytes) -> None:
    header = b"sent_at,role,text\n2026-10-01 10:00:00,customer,hi\n"
    with tempfile.TemporaryDirectory() as folder, open_ingest_shop(Path(folder)) as shop:
        for name, body in (("plain", content), ("headed", header + content)):
            try:
                report = shop.take(body, name)
            except InputError:
                continue
            read, accepted, duplicate, rejected = accounted(report)
            assert read == accepted + duplicate + rejected
            recorded = shop.column(
                "SELECT count(*) FROM rejected_rows WHERE file_id = (SELECT max(file_id) FROM import_files)"
            )
            assert recorded == [rejected]
