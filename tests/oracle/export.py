"""A world written as the generic CSV exports that `cskpi load` reads."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oracle.shop import World

HEADERS = {
    "messages": "shop,session_id,message_id,sent_at,sender_role,customer_id,agent_id,content,channel,is_transfer",
    "orders": "shop,order_id,customer_id,status,created_at,paid_at,paid_amount",
    "refunds": "shop,refund_id,order_id,refund_amount,applied_at",
    "ratings": "shop,rating_id,session_id,customer_id,agent_id,score,rated_at",
    "tickets": "shop,ticket_id,customer_id,agent_id,created_at,closed_at",
    "complaints": "shop,complaint_id,customer_id,agent_id,filed_at",
}


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return str(value)


def _message_rows(world: World) -> Iterable[tuple[object, ...]]:
    for m in sorted(world.messages, key=lambda m: m.row):
        content = f"第{m.row}句"
        moved = "1" if m.is_transfer else ""
        yield (
            *(m.shop, m.session_id, f"m{m.row}", m.sent_at, m.role),
            *(m.customer_id, m.agent_id, content, m.channel, moved),
        )


def _tables(world: World) -> dict[str, list[tuple[object, ...]]]:
    return {
        "messages": list(_message_rows(world)),
        "orders": [
            (
                *(o.shop, f"o{o.row}", o.customer_id, o.status, o.created_at, o.paid_at),
                o.paid_amount if o.paid_at else None,
            )
            for o in world.orders
        ],
        "refunds": [
            (r.shop, f"f{r.row}", f"o{r.order_row}", r.amount, r.applied_at) for r in world.refunds
        ],
        "ratings": [
            (r.shop, f"r{r.row}", r.session_id, r.customer_id, r.agent_id, r.score, r.rated_at)
            for r in world.ratings
        ],
        "tickets": [
            (t.shop, f"t{t.row}", t.customer_id, t.agent_id, t.created_at, t.closed_at)
            for t in world.tickets
        ],
        "complaints": [
            (c.shop, f"k{c.row}", c.customer_id, c.agent_id, c.filed_at) for c in world.complaints
        ],
    }


def write(world: World, folder: Path) -> None:
    """One file for each kind that has rows at all."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, rows in _tables(world).items():
        if rows:
            with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(HEADERS[kind].split(","))
                writer.writerows([_cell(value) for value in row] for row in rows)
