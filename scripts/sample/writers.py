"""The export files, byte for byte the same on every run."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import xlsxwriter

from .faults import LOST_DIGITS, WRONG_SCORE, Faults

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from .records import Message, Order, Rating
    from .tables import Tables

ROLES = {
    "customer": "客户",
    "agent": "客服",
    "bot": "机器人",
    "auto_reply": "自动回复",
    "system": "系统",
}
CHAT = ["店铺", "会话ID", "消息ID", "发送时间", "账号类型", "客户名", "客服", "消息内容", "渠道"]
ORDERS = [
    "店铺名称",
    "订单编号",
    "买家会员名",
    "订单状态",
    "订单创建时间",
    "订单付款时间",
    "买家应付货款",
    "买家实际支付金额",
    "宝贝标题",
    "宝贝总数量",
    "商家编码",
]
REFUNDS = (
    "店铺名称,退款编号,订单编号,买家会员名,退款状态,退款金额,退款申请时间,退款完结时间,退款原因"
)
TICKETS = "店铺,工单编号,订单编号,客户名称,受理人,工单类型,工单标题,工单状态,创建时间,完结时间"
COMPLAINTS = "店铺,投诉编号,订单编号,买家昵称,责任客服,投诉类型,处理状态,投诉时间,完结时间"
AGENTS = "店铺,客服账号,姓名,团队,岗位,入职日期,离职日期"
SHIFTS = "店铺,客服,日期,班次,上班时间,下班时间"
KNOWLEDGE = "知识编号,分类,标准问法,相似问法,标准答案,适用条件,更新时间"
WIDTHS = (18, 22, 16, 24, 20, 20, 12, 16, 44, 12, 12)


def clock(moment: datetime | None) -> str:
    """A time as Chinese exports write it; empty where there is none."""
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else ""


def yuan(fen: int) -> str:
    """An amount with two decimals."""
    return f"{fen // 100}.{fen % 100:02d}"


def write_csv(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    encoding: str = "utf-8-sig",
) -> int:
    """Write a CSV file as Excel saves it and return its number of rows."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(header)
    body = list(rows)
    writer.writerows(body)
    path.write_bytes(buffer.getvalue().encode(encoding))
    return len(body)


def chat_row(message: Message, at: str | None = None) -> list[str]:
    """One message as a row of the flagship's CSV."""
    return [
        message.shop,
        message.session_id,
        message.message_id,
        at or clock(message.at),
        ROLES[message.role],
        message.customer,
        message.agent,
        message.text,
        message.channel,
    ]


def chat_rows(tables: Tables, faults: Faults, name: str) -> list[list[str]]:
    """A chat file's rows with the faulty ones at their places."""
    messages: list[Message] = getattr(tables, name)
    rows = [(message.at, chat_row(message)) for message in messages]
    if name == "flagship_september":
        for position, message in sorted(faults.duplicates.items(), reverse=True):
            rows.insert(position, (messages[position].at, chat_row(message)))
    for message, text in faults.bad_dates[name]:
        place = next((n for n, (at, _) in enumerate(rows) if at > message.at), len(rows))
        rows.insert(place, (message.at, chat_row(message, text)))
    return [row for _, row in rows]


def write_jsonl(path: Path, rows: list[list[str]]) -> int:
    """Write chat rows as JSON Lines with English keys."""
    english = {zh: en for en, zh in ROLES.items()}
    keys = ("shop", "session_id", "message_id", "sent_at", "sender_role")
    lines = []
    for row in rows:
        record: dict[str, str | None] = dict(zip(keys, row[:5], strict=True))
        record["sender_role"] = english[row[4]]
        record |= {"customer_id": row[5], "agent_id": row[6] or None}
        record |= {"content": row[7], "channel": row[8]}
        lines.append(json.dumps(record, ensure_ascii=False, separators=(",", ":")))
    path.write_bytes(("\n".join(lines) + "\n").encode())
    return len(lines)


def write_factory(path: Path, rows: list[list[str]]) -> int:
    """Write the old shop system's file: GB18030, and neither session nor message ids."""
    keep = [n for n, name in enumerate(CHAT) if name not in {"会话ID", "消息ID"}]
    header = [CHAT[n] for n in keep]
    return write_csv(path, header, ([row[n] for n in keep] for row in rows), "gb18030")


def order_rows(order: Order, order_id: str = "") -> list[list[str]]:
    """An order's item lines; what holds for the whole order stands on each of them."""
    return [
        [
            order.shop,
            order_id or order.order_id,
            order.customer,
            order.status,
            clock(order.created_at),
            clock(order.paid_at),
            yuan(order.payable),
            yuan(order.paid),
            line.product.title,
            str(sum(item.quantity for item in order.lines)),
            line.product.code,
        ]
        for line in order.lines
    ]


def write_orders_csv(path: Path, tables: Tables, faults: Faults) -> tuple[int, int]:
    """September's orders, with the lost id and two rows of totals at the tail."""
    rows = [row for order in tables.orders_september for row in order_rows(order)]
    if faults.lost_order is not None:
        rows[len(rows) // 2 : len(rows) // 2] = order_rows(faults.lost_order, LOST_DIGITS)
    due = yuan(sum(order.payable for order in tables.orders_september))
    paid = yuan(sum(order.paid for order in tables.orders_september))
    rows += [[word, *[""] * 5, due, paid, "", "", ""] for word in ("合计", "总计")]
    return write_csv(path, ORDERS, rows), 3


def write_orders_xlsx(path: Path, tables: Tables) -> int:
    """October's orders as a workbook: ids and times as text, amounts as numbers."""
    rows = [row for order in tables.orders_october for row in order_rows(order)]
    created = datetime.combine(tables.world.story.snapshot, datetime.min.time())
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        book.set_properties({"created": created, "author": "cskpi"})
        sheet = book.add_worksheet("订单")
        sheet.write_row(0, 0, ORDERS, book.add_format({"bold": True}))
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
        for number, row in enumerate(rows, start=1):
            for column, text in enumerate(row):
                if ORDERS[column] in {"买家应付货款", "买家实际支付金额", "宝贝总数量"}:
                    sheet.write_number(number, column, float(text))
                elif text:
                    sheet.write_string(number, column, text)
    return len(rows)


def write_ratings(path: Path, tables: Tables, faults: Faults) -> int:
    """The ratings, wrapped as an interface answers them."""
    rows = list(tables.ratings)
    if faults.wrong_rating is not None:
        rows.insert(len(rows) // 3, faults.wrong_rating)
    data = [_rating(row, wrong=row is faults.wrong_rating) for row in rows]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in data)
    path.write_bytes(f'{{"data": [\n{lines}\n]}}\n'.encode())
    return len(data)


def _rating(rating: Rating, *, wrong: bool) -> dict[str, Any]:
    return {
        "shop": rating.shop,
        "rating_id": rating.rating_id,
        "session_id": rating.session_id,
        "customer_id": rating.customer,
        "agent_id": rating.agent,
        "score": WRONG_SCORE if wrong else rating.score,
        "comment": rating.comment or None,
        "rated_at": clock(rating.rated_at),
    }
