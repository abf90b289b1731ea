"""A world written as the generic CSV exports that `cskpi load` reads."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oracle.shop import Order, World

HEADERS = {
    "messages": "shop,session_id,message_id,sent_at,sender_role,customer_id,agent_id,content,channel,is_transfer",
    "orders": "shop,order_id,customer_id,status,created_at,paid_at,paid_amount,item_count,goods_id,title,quantity",
    "refunds": "shop,refund_id,order_id,refund_amount,applied_at,customer_id,status",
    "ratings": "shop,rating_id,session_id,customer_id,agent_id,score,rated_at,is_resolved",
    "tickets": "shop,ticket_id,customer_id,agent_id,created_at,closed_at,due_at,session_id,ticket_type",
    "complaints": "shop,complaint_id,customer_id,agent_id,filed_at,closed_at",
    "exported_sessions": "shop,session_id,customer_id,agent_id,started_at,queue_seconds,topic,closed_by,is_resolved",
    "attendance": "shop,agent_id,work_on,first_in_at,last_out_at,worked_minutes,absent_days",
    "agents": "shop,agent_id,hired_on,left_on,capacity",
    "shifts": "shop,agent_id,shift_on,shift,start_at,end_at",
}


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return str(value)


def _lines(order: Order) -> list[tuple[str | None, str | None, int | None]]:
    return [(p.goods_id, p.title, p.quantity) for p in order.items] or [(None, None, None)]


def _clock(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%H:%M")


def _message_rows(world: World) -> Iterable[tuple[object, ...]]:
    for m in sorted(world.messages, key=lambda m: m.row):
        content = m.text or f"第{m.row}句"
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
                *(o.paid_amount if o.paid_at else None, o.item_count, *line),
            )
            for o in world.orders
            for line in _lines(o)
        ],
        "refunds": [
            (
                *(r.shop, f"f{r.row}", None if r.order_row is None else f"o{r.order_row}"),
                *(r.amount, r.applied_at, r.customer_id, r.status),
            )
            for r in world.refunds
        ],
        "ratings": [
            (
                *(r.shop, f"r{r.row}", r.session_id, r.customer_id, r.agent_id, r.score),
                *(r.rated_at, r.is_resolved),
            )
            for r in world.ratings
        ],
        "tickets": [
            (
                *(t.shop, f"t{t.row}", t.customer_id, t.agent_id, t.created_at, t.closed_at),
                *(t.due_at, t.session_id, t.kind),
            )
            for t in world.tickets
        ],
        "complaints": [
            (c.shop, f"k{c.row}", c.customer_id, c.agent_id, c.filed_at, c.closed_at)
            for c in world.complaints
        ],
        "exported_sessions": [
            (
                *(x.shop, x.session_id, x.customer_id, x.agent_id, x.started_at),
                *(x.queue_seconds, x.topic, x.close_reason, x.is_resolved),
            )
            for x in world.listed
        ],
        "attendance": [
            *(
                (*(p.shop, p.agent_id, p.first_in_at.date()), p.first_in_at, p.last_out_at, "", "")
                for p in world.presences
            ),
            *(
                (
                    *(d.shop, d.agent_id, d.day, d.first_in_at, d.last_out_at),
                    d.minutes,
                    d.absent_days,
                )
                for d in world.duties
            ),
        ],
        "agents": [
            (e.shop, e.agent_id, e.hired_on, e.left_on, e.capacity) for e in world.employees
        ],
        "shifts": [
            (s.shop, s.agent_id, s.day, s.code, _clock(s.start), _clock(s.end))
            for s in world.shifts
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
