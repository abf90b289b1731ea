"""The two texts beside the data: expected.toml for the tests, README.md for the readers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .faults import Faults
    from .inspection import Inspection
    from .records import Message
    from .story import Tale
    from .tables import Tables
    from .truth import Figures


@dataclass(frozen=True, slots=True)
class FileCount:
    """What a load of one file should count."""

    name: str
    kind: str
    encoding: str
    rows: int
    duplicate: int = 0
    rejected: int = 0

    @property
    def accepted(self) -> int:
        """Rows that are taken."""
        return self.rows - self.duplicate - self.rejected


KINDS = {
    "messages": ("聊天记录", "chats"),
    "orders": ("订单（每行一个商品）", "orders, a row an item"),
    "refunds": ("退款", "refunds"),
    "ratings": ("满意度评价", "ratings"),
    "tickets": ("工单", "tickets"),
    "complaints": ("投诉", "complaints"),
    "agents": ("客服名单", "agents"),
    "shifts": ("排班", "shifts"),
    "kb_entries": ("知识库", "knowledge base"),
}


def fault_counts(faults: Faults) -> dict[str, int]:
    """How many of each fault the files hold."""
    return {
        "duplicate_messages": len(faults.duplicates),
        "bad_dates": sum(len(rows) for rows in faults.bad_dates.values()),
        "unknown_agents": 1,
        "summary_rows_orders": 2,
        "summary_rows_tickets": 1,
        "lost_digit_orders": int(faults.lost_order is not None),
        "out_of_range_scores": int(faults.wrong_rating is not None),
        "days_without_data": 1,
        "hostile_texts": faults.hostile_texts,
        "banned_texts": faults.banned_texts,
    }


def expected_toml(
    tables: Tables,
    files: list[FileCount],
    months: dict[str, Figures],
    faults: Faults,
    *,
    found: Inspection,
    tales: list[Tale],
) -> str:
    """Everything a test can hold the report to."""
    story = tables.world.story
    lines = ["# Written by scripts/make_sample_data.py from its own ground truth; do not edit.", ""]
    lines += ["[period]", f"first = {story.first}", f"last = {story.last}"]
    lines += [f"days_without_data = [{story.gap}]", f"messages = {len(tables.messages)}"]
    unknown = [agent.account for agent in tables.world.agents if not agent.listed]
    lines += [f"unknown_agents = {json.dumps(unknown, ensure_ascii=False)}", ""]
    for item in files:
        lines += [f"[files.{_text(item.name)}]", f"kind = {_text(item.kind)}"]
        lines += [f"encoding = {_text(item.encoding)}", f"rows = {item.rows}"]
        lines += [f"accepted = {item.accepted}", f"duplicate = {item.duplicate}"]
        lines += [f"rejected = {item.rejected}", ""]
    for month, figures in months.items():
        lines += [f"[months.{_text(month)}]", *_pairs(figures), ""]
    lines += ["[faults]", *_pairs(fault_counts(faults)), ""]
    lines += ["[inspection]", *_pairs({k: len(v) for k, v in found.slips.items()})]
    lines += [f"repeats = {len(found.repeats)}", f"facts_agreed = {len(found.agreed)}"]
    lines += [f"contradictions = {_texts(found.contradicted)}"]
    lines += [f"repeated_lines = {_texts(found.repeats)}", ""]
    for tale in tales:
        lines += ["[[stories]]", f"key = {_text(tale.key)}", f"zh = {_text(tale.zh)}"]
        lines += [f"en = {_text(tale.en)}"]
        values = ", ".join(_pairs(tale.values))
        lines += [f"values = {{ {values} }}", ""]
    return "\n".join(lines)


def readme(files: list[FileCount], faults: Faults, tales: list[Tale]) -> str:
    """The page that says what the report should show, Chinese first."""
    pages = [*_chinese(files, faults, tales), "---", "", *_english(files, faults, tales)]
    return "\n".join(pages)


def _chinese(files: list[FileCount], faults: Faults, tales: list[Tale]) -> list[str]:
    return [
        "# 示例数据",
        "",
        "这里是一对虚构的天猫店——栖木家居旗舰店和栖木家居工厂店——2026 年 9 月和 10 月的导出文件。",
        "店铺、买家、电话、地址和订单都是模拟器编的，与任何真实的人和店无关。",
        "本页和 `expected.toml` 由 `scripts/make_sample_data.py` 用自己的真实数字写成，请勿手改；",
        "运行 `python scripts/make_sample_data.py` 会得到逐字节相同的文件。",
        "",
        "## 报告应当看到什么",
        "",
        *[f"- {tale.zh}" for tale in tales],
        "",
        "## 文件",
        "",
        "| 文件 | 内容 | 编码 | 行数 | 接受 | 重复 | 拒绝 |",
        "|---|---|---|--:|--:|--:|--:|",
        *[_file_row(item, 0) for item in files],
        "",
        "机器人阶段的客户消息，客服一栏写的是机器人账号（…:服务助手）；下班后的留言没有客服。",
        "工厂店的聊天记录没有会话编号：同一买家静默满 10 分钟就切成新会话。",
        "多商品订单每个商品一行，订单金额和宝贝总数量在每行重复。",
        "",
        "## 故意留下的毛病",
        "",
        *[f"- {text}" for text in _fault_texts(fault_counts(faults), 0)],
        "",
    ]


def _english(files: list[FileCount], faults: Faults, tales: list[Tale]) -> list[str]:
    return [
        "# Sample data",
        "",
        "The exports of two invented Tmall shops, 栖木家居旗舰店 (flagship) and 栖木家居工厂店 (factory), for September and October 2026.",
        "Shops, customers, phone numbers, addresses and orders are made up by a simulator; nobody real is meant.",
        "This page and `expected.toml` are written by `scripts/make_sample_data.py` from its own true numbers: do not edit them.",
        "Running `python scripts/make_sample_data.py` gives the same files, byte for byte.",
        "",
        "## What the report should show",
        "",
        *[f"- {tale.en}" for tale in tales],
        "",
        "## Files",
        "",
        "| File | Holds | Encoding | Rows | Accepted | Duplicate | Rejected |",
        "|---|---|---|--:|--:|--:|--:|",
        *[_file_row(item, 1) for item in files],
        "",
        "While the bot answers, a customer's rows name the bot's account (…:服务助手); messages left at night name nobody.",
        "The factory shop's chats have no session ids: ten silent minutes of one customer begin a new session.",
        "An order of several items has a row for each; its amounts and its number of pieces repeat on every row.",
        "",
        "## Faults on purpose",
        "",
        *[f"- {text}" for text in _fault_texts(fault_counts(faults), 1)],
        "",
    ]


def _file_row(item: FileCount, language: int) -> str:
    cells = (item.rows, item.accepted, item.duplicate, item.rejected)
    numbers = " | ".join(f"{cell:,}" for cell in cells)
    return f"| `{item.name}` | {KINDS[item.kind][language]} | {item.encoding} | {numbers} |"


def _fault_texts(counts: Mapping[str, int], language: int) -> list[str]:
    n = counts
    pairs = [
        (
            f"{n['duplicate_messages']} 行完全重复的消息（消息ID 相同）",
            f"{n['duplicate_messages']} messages that stand twice (same 消息ID)",
        ),
        (
            f"{n['bad_dates']} 行时间写坏：`2026-13-45 99:00:00` 或 `暂无数据`",
            f"{n['bad_dates']} rows with a broken time: `2026-13-45 99:00:00` or `暂无数据`",
        ),
        (
            "1 个不在客服名单里的客服账号，1 天完全没有数据",
            "one agent account that no list names, one day without any data",
        ),
        (
            f"订单尾部 {n['summary_rows_orders']} 行合计/总计，工单尾部 {n['summary_rows_tickets']} 行合计",
            f"{n['summary_rows_orders']} rows of totals at the tail of the orders, {n['summary_rows_tickets']} at that of the tickets",
        ),
        (
            "1 个被 Excel 丢了位数的订单编号（`2.31E+18`），1 个 9 分的评价",
            "one order id that lost its digits in Excel (`2.31E+18`), one rating of 9",
        ),
        (
            f"{n['hostile_texts']} 条带公式、网页代码、引号和换行的消息，{n['banned_texts']} 条违禁话术；改地址的会话里有电话和地址",
            f"{n['hostile_texts']} messages with formulas, markup, quotes and line breaks, {n['banned_texts']} with banned phrases; sessions about addresses hold phones and addresses",
        ),
    ]
    return [pair[language] for pair in pairs]


def _texts(messages: list[Message]) -> str:
    return json.dumps([f"{m.at:%m-%d %H:%M:%S} {m.text}" for m in messages], ensure_ascii=False)


def _text(value: str) -> str:
    # A JSON string is a TOML basic string.
    return json.dumps(value, ensure_ascii=False)


def _pairs(values: Mapping[str, float]) -> list[str]:
    return [f"{key} = {_number(value)}" for key, value in values.items()]


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.6f}"
