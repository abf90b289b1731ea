"""The committed sample: simulate, plant the faults, write the files and what they should show."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from .expected import FileCount, expected_toml, readme
from .faults import Faults, plant
from .inspection import Inspection, inspect
from .inspection_story import tell_inspection
from .shop import load_world
from .side_files import (
    write_agents,
    write_complaints,
    write_knowledge,
    write_refunds,
    write_shifts,
    write_tickets,
)
from .simulation import Simulation
from .story import tell
from .tables import Tables, export
from .truth import contacts, month_figures
from .writers import (
    CHAT,
    chat_rows,
    write_csv,
    write_factory,
    write_jsonl,
    write_orders_csv,
    write_orders_xlsx,
    write_ratings,
)

if TYPE_CHECKING:
    from pathlib import Path

MONTHS = ("2026-09", "2026-10")


def write_sample(out: Path, seed: int) -> list[FileCount]:
    """Write the whole sample into a folder."""
    world = load_world()
    tables = export(world, Simulation(world, seed).run())
    # Its own stream: another fault must not change the story.
    faults = plant(tables, Random(seed + 1))  # noqa: S311 - repeatable on purpose
    found = inspect(tables, faults, Random(seed + 2))  # noqa: S311 - repeatable on purpose
    _check_readings(tables)
    months = {month: month_figures(tables, month) for month in MONTHS}
    tales = tell(tables, faults, months) + tell_inspection(tables, found)
    out.mkdir(parents=True, exist_ok=True)
    files = _write_chats(out, tables, faults) + _write_others(out, tables, faults, found)
    text = expected_toml(tables, files, months, faults, found=found, tales=tales)
    (out / "expected.toml").write_bytes(text.encode())
    (out / "README.md").write_bytes(readme(files, faults, tales).encode())
    return files


def _write_chats(out: Path, tables: Tables, faults: Faults) -> list[FileCount]:
    bad = {name: len(rows) for name, rows in faults.bad_dates.items()}
    rows = {name: chat_rows(tables, faults, name) for name in bad}
    september, october = "聊天记录_2026-09_旗舰店.csv", "聊天记录_2026-10_旗舰店.jsonl"
    factory = "聊天记录_工厂店.csv"
    first = write_csv(out / september, CHAT, rows["flagship_september"])
    second = write_jsonl(out / october, rows["flagship_october"])
    third = write_factory(out / factory, rows["factory"])
    twice = len(faults.duplicates)
    return [
        FileCount(september, "messages", "utf-8-sig", first, twice, bad["flagship_september"]),
        FileCount(october, "messages", "utf-8", second, 0, bad["flagship_october"]),
        FileCount(factory, "messages", "gb18030", third, 0, bad["factory"]),
    ]


def _write_others(out: Path, tables: Tables, faults: Faults, found: Inspection) -> list[FileCount]:
    orders, rejected = write_orders_csv(out / "订单_2026-09.csv", tables, faults)
    xlsx = write_orders_xlsx(out / "订单_2026-10.xlsx", tables)
    ratings = write_ratings(out / "评价.json", tables, faults)
    bom = "utf-8-sig"
    return [
        FileCount("订单_2026-09.csv", "orders", bom, orders, 0, rejected),
        FileCount("订单_2026-10.xlsx", "orders", "xlsx", xlsx),
        FileCount("退款.csv", "refunds", bom, write_refunds(out / "退款.csv", tables)),
        FileCount("评价.json", "ratings", "utf-8", ratings, 0, 1),
        FileCount("工单.csv", "tickets", bom, write_tickets(out / "工单.csv", tables), 0, 1),
        FileCount("投诉.csv", "complaints", bom, write_complaints(out / "投诉.csv", tables)),
        FileCount("客服名单.csv", "agents", bom, write_agents(out / "客服名单.csv", tables)),
        FileCount("排班.csv", "shifts", bom, write_shifts(out / "排班.csv", tables)),
        FileCount(
            "知识库.csv", "kb_entries", bom, write_knowledge(out / "知识库.csv", found.facts)
        ),
    ]


def _check_readings(tables: Tables) -> None:
    """Two people must count the same: keep out what the catalogue leaves open."""
    if any(message.at.microsecond for message in tables.messages):
        raise ValueError("exports know whole seconds only")
    for contact in contacts(tables.messages):
        if contact.asked_at and contact.is_proactive and contact.first_reply is None:
            raise ValueError(f"opened by an agent, then left alone: {contact.messages[0]}")
        for before, after in zip(contact.messages, contact.messages[1:], strict=False):
            if before.at == after.at:
                raise ValueError(f"two messages in one second: {before} {after}")
