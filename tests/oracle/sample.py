"""The committed sample data, read by the simplest means: no part of `cskpi` takes part."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import fastexcel
from oracle.shop import Complaint, Message, Order, Piece, Rating, Refund, Ticket, World

Row = dict[str, Any]
Record = TypeVar("Record")

ROLES = {
    "客户": "customer",
    "客服": "agent",
    "机器人": "bot",
    "自动回复": "auto_reply",
    "系统": "system",
}


def _table(path: Path, encoding: str = "utf-8-sig") -> list[Row]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def _sheet(path: Path) -> list[Row]:
    return fastexcel.read_excel(path).load_sheet(0).to_polars().to_dicts()


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _readable(rows: Iterable[Row], record: Callable[[int, Row], Record]) -> list[Record]:
    """Rows that make sense; the sample spoils some times and ends tables with their totals."""
    records: list[Record] = []
    for row in rows:
        try:
            records.append(record(len(records), row))
        except ValueError:
            continue
    return records


def _message(place: int, row: Row) -> Message:
    return Message(
        place,
        row["店铺"],
        row.get("会话ID") or None,
        _time(row["发送时间"]),
        ROLES[row["账号类型"]],
        row["客户名"],
        row["客服"] or None,
        row["渠道"] or None,
        text=row["消息内容"],
    )


def _english_message(row: Row) -> Row:
    names = {role: name for name, role in ROLES.items()}
    return {
        "店铺": row["shop"],
        "会话ID": row["session_id"],
        "消息ID": row["message_id"],
        "发送时间": row["sent_at"],
        "账号类型": names[row["sender_role"]],
        "客户名": row["customer_id"],
        "客服": row["agent_id"],
        "渠道": row["channel"],
        "消息内容": row["content"],
    }


def _messages(folder: Path) -> list[Message]:
    flagship = _table(folder / "聊天记录_2026-09_旗舰店.csv")
    lines = (folder / "聊天记录_2026-10_旗舰店.jsonl").read_text(encoding="utf-8").splitlines()
    flagship += [_english_message(json.loads(line)) for line in lines]
    once = {row["消息ID"]: row for row in flagship}
    factory = _table(folder / "聊天记录_工厂店.csv", "gb18030")
    return _readable([*once.values(), *factory], _message)


def _order(place: int, row: Row) -> Order:
    if "E+" in row["订单编号"]:
        raise ValueError("Excel has eaten the order's number")
    paid = row["订单付款时间"]
    return Order(
        place,
        row["店铺名称"],
        row["买家会员名"],
        _time(row["订单创建时间"]),
        _time(paid) if paid else None,
        Decimal(str(row["买家实际支付金额"])),
        items=tuple(row["lines"]),
        item_count=int(row["宝贝总数量"]),
    )


def _orders(folder: Path) -> list[Order]:
    rows = _table(folder / "订单_2026-09.csv") + _sheet(folder / "订单_2026-10.xlsx")
    # An order of several items has a row for each, with the whole order's amount and count.
    once = {(row["店铺名称"], row["订单编号"]): {**row, "lines": []} for row in rows}
    for row in rows:
        once[row["店铺名称"], row["订单编号"]]["lines"].append(Piece(None, row["宝贝标题"], None))
    return _readable(once.values(), _order)


def _rating(place: int, row: Row) -> Rating:
    if row["score"] not in range(1, 6):
        raise ValueError("not on the scale")
    return Rating(
        place,
        row["shop"],
        row["session_id"],
        row["customer_id"],
        row["agent_id"],
        row["score"],
        _time(row["rated_at"]),
    )


def _ticket(place: int, row: Row) -> Ticket:
    created, closed = _time(row["创建时间"]), row["完结时间"]
    until = _time(closed) if closed else None
    return Ticket(place, row["店铺"], row["客户名称"], row["受理人"] or None, created, until)


def _complaint(place: int, row: Row) -> Complaint:
    filed, closed = _time(row["投诉时间"]), row["完结时间"]
    until = _time(closed) if closed else None
    return Complaint(place, row["店铺"], row["买家昵称"], row["责任客服"] or None, filed, until)


def _refund(place: int, row: Row) -> Refund:
    """Of the buyer it names: the sample's is always the order's."""
    at, amount = _time(row["退款申请时间"]), Decimal(row["退款金额"])
    return Refund(place, row["店铺名称"], None, amount, at, row["买家会员名"] or None)


def sample_world(folder: Path) -> World:
    ratings = json.loads((folder / "评价.json").read_text(encoding="utf-8"))["data"]
    return World(
        _messages(folder),
        _orders(folder),
        _readable(_table(folder / "退款.csv"), _refund),
        ratings=_readable(ratings, _rating),
        tickets=_readable(_table(folder / "工单.csv"), _ticket),
        complaints=_readable(_table(folder / "投诉.csv"), _complaint),
    )
