"""How well two things are read that need a whole shop: calling a customer by name, telling of a late order.

The sentences were written by somebody who had not seen the rules, or before they were bettered; one
part (`_more`) was looked at since, the others never.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from inspection_quality import CHALLENGE, score_line

from cskpi.enrichment import enrich
from cskpi.ingest.load import LoadOptions, load_file
from cskpi.metrics.reading import Score
from cskpi.model.build import build_model
from cskpi.settings import load_settings
from cskpi.store.database import Limits, open_database

if TYPE_CHECKING:
    import duckdb

Row = Mapping[str, str]

PAID = datetime.fromisoformat("2026-10-01 09:00:00")
TOLD, SHIPPED = PAID + timedelta(days=1), PAID + timedelta(days=5)


def personal_score(part: str = "_fresh") -> Score:
    """Return how well it is read that an agent speaks to this customer and no other."""
    rows = _rows(f"personal{part}.tsv")
    with _shop(rows) as con:
        found = con.execute("SELECT session_id FROM agent_talks WHERE personal_count > 0")
        said = {str(name) for (name,) in found.fetchall()}
    return _score(said, [row["personal"] == "1" for row in rows])


def late_notice_score(part: str = "_fresh") -> Score:
    """Return how well it is read that an agent tells of a delay before the customer asks."""
    rows = _rows(f"late_notice{part}.tsv")
    with _shop([row | {"customer": f"买家{place}"} for place, row in enumerate(rows)]) as con:
        found = con.execute("SELECT order_id FROM late_orders WHERE is_told_first")
        said = {str(name) for (name,) in found.fetchall()}
    return _score(said, [row["tells"] == "1" for row in rows])


def page() -> str:
    """Return precision and recall of both, on what was looked at and what never was, as Markdown."""
    return "\n".join(
        [
            "### 称呼买家、告知延迟 / calling customers by name, telling of late orders\n",
            "| 判断 / judged | 应有 / meant | 判有 / said | 对 / both | 精确率 / precision | 召回率 / recall |",
            "|---|--:|--:|--:|--:|--:|",
            *(
                score_line(f"**{name}**（{told}）", score(part))
                for part, told in PARTS.items()
                for name, score in SCORES.items()
            ),
        ]
    )


def _rows(name: str) -> list[dict[str, str]]:
    with (CHALLENGE / name).open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def _score(said: set[str], meant: Sequence[bool]) -> Score:
    both = sum(is_meant and str(place) in said for place, is_meant in enumerate(meant))
    return Score(len(said), sum(meant), both)


SCORES = {
    "称呼买家 / by name": personal_score,
    "告知延迟 / late orders": late_notice_score,
}
PARTS = {
    "_fresh": "没看过的 / never looked at",
    "_more": "后写的，看过的一半 / written later, the half that was looked at",
    "_more_fresh": "后写的，没看过的一半 / written later, the half never looked at",
}


@contextmanager
def _shop(rows: Sequence[Row]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Make a shop in which each sentence is said in a session of its own, to a customer who waits."""
    settings = load_settings({}, environment={})
    with TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder / "messages.csv", [line for row in enumerate(rows) for line in _talk(*row)])
        _write(folder / "orders.csv", [_order(*row) for row in enumerate(rows)])
        with open_database(folder / "shop.duckdb", Limits.of(settings), write=True) as con:
            for kind in ("messages", "orders"):
                load_file(con, folder / f"{kind}.csv", LoadOptions(kind=kind))
            build_model(con, settings)
            enrich(con, settings)
            yield con


def _talk(place: int, row: Row) -> Iterator[Row]:
    moment = TOLD + timedelta(minutes=place)
    for role, text in (("customer", "在吗"), ("agent", row["text"])):
        moment += timedelta(seconds=20)
        yield {
            "shop": "店",
            "session_id": str(place),
            "sent_at": str(moment),
            "sender_role": role,
            "customer_id": row["customer"],
            "agent_id": "小美",
            "content": text,
        }


def _order(place: int, row: Row) -> Row:
    return {
        "shop": "店",
        "order_id": str(place),
        "customer_id": row["customer"],
        "status": "shipped",
        "paid_amount": "10",
        "created_at": str(PAID),
        "paid_at": str(PAID),
        "shipped_at": str(SHIPPED),
    }


def _write(path: Path, rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]))
        out.writeheader()
        out.writerows(rows)
