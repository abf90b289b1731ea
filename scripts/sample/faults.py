"""What is wrong in the sample on purpose; every fault is counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from .records import Message, Order, Rating
    from .tables import Tables

DUPLICATES, NEAR = 12, 40
BAD_DATE, NO_DATA = "2026-13-45 99:00:00", "暂无数据"
LOST_DIGITS, WRONG_SCORE = "2.31E+18", 9
# How many rows of each chat file get a date that is none.
BAD_DATES = {"flagship_september": 3, "flagship_october": 2, "factory": 1}
HOSTILE_EACH = 3


@dataclass(slots=True)
class Faults:
    """The rows at fault; they stand in the files but not in the true numbers."""

    duplicates: dict[int, Message] = field(default_factory=dict)
    bad_dates: dict[str, list[tuple[Message, str]]] = field(default_factory=dict)
    lost_order: Order | None = None
    wrong_rating: Rating | None = None
    hostile_texts: int = 0
    banned_texts: int = 0


def plant(tables: Tables, rng: Random) -> Faults:
    """Choose the rows that go wrong, and take them out of what is true."""
    faults = Faults()
    _odd_texts(tables, faults, rng)
    for name, number in BAD_DATES.items():
        rows: list[Message] = getattr(tables, name)
        chosen = rng.sample([rows[n] for n in _harmless(rows)], number)
        texts = [BAD_DATE, NO_DATA, BAD_DATE] if name != "flagship_october" else [NO_DATA, BAD_DATE]
        faults.bad_dates[name] = list(zip(chosen, texts, strict=False))
        for row in chosen:
            rows.remove(row)
    september = tables.flagship_september
    for position in rng.sample(range(len(september) - NEAR), DUPLICATES):
        faults.duplicates[position + rng.randint(1, NEAR)] = september[position]
    known = {item.order.order_id for item in tables.refunds}
    known |= {item.order_id for item in tables.tickets}
    known |= {item.order_id for item in tables.complaints}
    single = [o for o in tables.orders_september if len(o.lines) == 1 and o.order_id not in known]
    faults.lost_order = rng.choice(single)
    tables.orders_september.remove(faults.lost_order)
    faults.wrong_rating = tables.ratings[len(tables.ratings) // 3]
    tables.ratings.remove(faults.wrong_rating)
    return faults


def _harmless(rows: list[Message]) -> list[int]:
    """Positions of second agent messages in a row: without them no clock changes."""
    seen: dict[tuple[str, str], str] = {}
    found = []
    for position, row in enumerate(rows):
        key = (row.session_id, row.customer)
        if row.role == "agent" and seen.get(key) == "agent":
            found.append(position)
        seen[key] = row.role
    return found


def _odd_texts(tables: Tables, faults: Faults, rng: Random) -> None:
    odd: dict[str, list[str]] = tables.world.book["odd"]
    hostile = list(odd["hostile"])
    for name in BAD_DATES:
        rows: list[Message] = getattr(tables, name)
        own = [row for row in rows if row.role == "customer" and not row.text.isdigit()]
        for row in rng.sample(own[len(own) // 10 :], HOSTILE_EACH):
            row.text = hostile[faults.hostile_texts % len(hostile)]
            faults.hostile_texts += 1
        agents = [row for row in rows if row.role == "agent"]
        for row, text in zip(rng.sample(agents, len(odd["banned"])), odd["banned"], strict=True):
            row.text = text
            faults.banned_texts += 1
