"""Any number of messages in bounded memory: templates, stamped out hour by hour.

The texts come from a pool, so that the work is joining strings; what varies from session to
session is the customer, the agents, the time, the wait and the order number.
"""

from __future__ import annotations

import multiprocessing
import shutil
import sys
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from typing import TYPE_CHECKING, BinaryIO

from .demand import HOURS, WEEKDAYS, pressure
from .shop import World, load_world
from .templates import SLOT, Template, templates
from .writers import CHAT, ORDERS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


MESSAGES_FILE, ORDERS_FILE = "messages.csv", "orders.csv"
BLOCK = 2_000
HOUR = 3600
SESSIONS_PER_AGENT_DAY, FEWEST_AGENTS, MOST_AGENTS = 60, 6, 400
WAIT_SPREAD, BUYS, PAYS, CUSTOMERS_PER_SESSION = 9, 0.38, 0.86, 0.6
CLOCK = [f" {s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(86_400)]


@dataclass(frozen=True, slots=True)
class Job:
    """One day of a big run."""

    number: int
    day: date
    sessions: int
    customers: int
    agents: int
    seed: int
    folder: Path
    with_orders: bool


def write_bulk(
    out: Path, sessions: int, seed: int, days: list[date], *, jobs: int, with_orders: bool
) -> int:
    """Write messages.csv and orders.csv of a big run; returns the number of messages."""
    out.mkdir(parents=True, exist_ok=True)
    parts = out / ".parts"
    parts.mkdir(exist_ok=True)
    plan = _jobs(parts, sessions, seed, days, with_orders=with_orders)
    names = [(MESSAGES_FILE, CHAT)] + ([(ORDERS_FILE, ORDERS)] if with_orders else [])
    began, total = time.perf_counter(), 0
    targets = {name: (out / name).open("wb") for name, _ in names}
    try:
        for name, header in names:
            targets[name].write(b"\xef\xbb\xbf" + ",".join(header).encode() + b"\n")
        for done, (job, count) in enumerate(_run(plan, jobs, seed), start=1):
            for name, target in targets.items():
                _append(target, parts / f"{job:04d}-{name}")
            total += count
            if sys.stderr.isatty():
                rate = total / (time.perf_counter() - began)
                note = f"\r{done}/{len(plan)} days, {total:,} messages, {rate:,.0f}/s "
                print(note, end="", file=sys.stderr, flush=True)
    finally:
        for target in targets.values():
            target.close()
        shutil.rmtree(parts)
    return total


def _run(plan: list[Job], jobs: int, seed: int) -> Iterator[tuple[int, int]]:
    if jobs == 1:
        _start(seed)
        yield from map(_day, plan)
        return
    with multiprocessing.Pool(jobs, _start, (seed,)) as pool:
        # In order, so that the bytes do not depend on the number of processes.
        yield from pool.imap(_day, plan)


def _jobs(
    folder: Path, sessions: int, seed: int, days: list[date], *, with_orders: bool
) -> list[Job]:
    story = load_world().story
    weights = [WEEKDAYS[day.weekday()] * (3.0 if day in story.peak else 1.0) for day in days]
    weights = [
        0.0 if day == story.gap else weight for day, weight in zip(days, weights, strict=True)
    ]
    agents = sessions // len(days) // SESSIONS_PER_AGENT_DAY
    agents = max(FEWEST_AGENTS, min(MOST_AGENTS, agents))
    found, given, reached = [], 0, 0.0
    for number, (day, weight) in enumerate(zip(days, weights, strict=True)):
        reached += weight
        upto = round(sessions * reached / sum(weights))
        customers = max(1, int(sessions * CUSTOMERS_PER_SESSION))
        found.append(Job(number, day, upto - given, customers, agents, seed, folder, with_orders))
        given = upto
    return found


def _append(target: BinaryIO, part: Path) -> None:
    with part.open("rb") as source:
        shutil.copyfileobj(source, target, 1 << 20)
    part.unlink()


# -- in the worker


@cache
def _stock(seed: int) -> tuple[World, list[Template]]:
    world = load_world()
    return world, templates(world, seed)


def _start(seed: int) -> None:
    _stock(seed)


def _day(job: Job) -> tuple[int, int]:
    """Write one day's part files; returns the day's number and its messages."""
    world, stock = _stock(job.seed)
    # The stream depends on the day alone: the same day is the same in any run.
    rng = Random(job.seed * 1_000_003 + job.day.toordinal())  # noqa: S311 - repeatable on purpose
    stamp = _Stamp(world, job, stock, rng)
    count = 0
    with (
        (job.folder / f"{job.number:04d}-{MESSAGES_FILE}").open("wb") as messages,
        (job.folder / f"{job.number:04d}-{ORDERS_FILE}").open("wb") as orders,
    ):
        for block, bought, number in stamp.blocks():
            messages.write(block)
            orders.write(bought.encode())
            count += number
    return job.number, count


class _Stamp:
    """Stamps out one day's sessions."""

    def __init__(self, world: World, job: Job, stock: list[Template], rng: Random) -> None:
        self.world, self.job, self.stock, self.rng = world, job, stock, rng
        days = [f"{job.day + timedelta(days=n):%Y-%m-%d}" for n in (0, 1)]
        self.clock = [f"{day}{text}".encode() for day in days for text in CLOCK]
        self.day = f"{job.day:%y%m%d}"
        midnight = datetime.combine(job.day, datetime.min.time())
        hours = [midnight + timedelta(hours=n) for n in range(24)]
        self.slow = [pressure(world.story, hour) * WAIT_SPREAD for hour in hours]
        self.desks = {
            key: [f"{shop.name}:客服{n:03d}".encode() for n in range(1, job.agents + 1)]
            for key, shop in world.shops.items()
        }

    def blocks(self) -> Iterator[tuple[bytes, str, int]]:
        """Yield blocks of text: messages, orders, and how many messages."""
        cells: list[bytes] = []
        orders: list[str] = []
        count = 0
        for number, second in enumerate(self._starts()):
            count += self._session(number, second, cells, orders)
            if number % BLOCK == BLOCK - 1:
                yield b"".join(cells), "".join(orders), count
                cells.clear()
                orders.clear()
                count = 0
        yield b"".join(cells), "".join(orders), count

    def _starts(self) -> Iterator[int]:
        """Seconds of the day in order; only one hour's are held at a time."""
        given, reached, whole = 0, 0, sum(HOURS)
        for hour, weight in enumerate(HOURS):
            reached += weight
            upto = round(self.job.sessions * reached / whole)
            span = range(hour * HOUR, (hour + 1) * HOUR)
            yield from sorted(self.rng.choices(span, k=upto - given))
            given = upto

    def _session(self, number: int, second: int, cells: list[bytes], orders: list[str]) -> int:
        random, clock = self.rng.random, self.clock
        template = self.stock[int(random() * len(self.stock))]
        shop = template.shop
        desk = self.desks[shop.key]
        first = int(random() * len(desk))
        names = (template.bot, desk[first], desk[first - 1], b"")
        customer = f"tb{10_000_000 + int(random() * self.job.customers)}"
        nick = f"{customer},".encode()
        session = f"{self.day}{number:08d}"
        head = f"{shop.name},S{session},M{session}".encode()
        own: list[bytes] = [] if template.has_order else cells
        # Flat pieces, joined once a block: several times faster than a string for every line.
        for offset, order, role, who, tail in template.opening:
            own += (head, order, clock[second + offset], role, nick, names[who], tail)
        late = second + int(self.slow[second // HOUR] * random() * random())
        for offset, order, role, who, tail in template.answered:
            own += (head, order, clock[late + offset], role, nick, names[who], tail)
        if template.has_order:
            cells.append(b"".join(own).replace(SLOT, self._order_id().encode()))
        if template.buys and self.job.with_orders and random() < BUYS:
            orders.append(self._order(template, customer, second))
        return template.size

    def _order_id(self) -> str:
        return f"23{int(self.rng.random() * 10**16):016d}{1 + int(self.rng.random() * 9)}"

    def _order(self, template: Template, customer: str, second: int) -> str:
        random = self.rng.random
        item, shop = self.world.products[template.product], template.shop
        created = second + 900 + int(random() * 2400)
        paid = random() < PAYS
        paid_at = self.clock[created + 10 + int(random() * 300)].decode() if paid else ""
        due = round(item.price * shop.price_factor)
        status = "交易成功" if paid else "交易关闭"
        placed_at, amounts = self.clock[created].decode(), f"{due}.00,{due - 10 if paid else 0}.00"
        return (
            f"{shop.name},{self._order_id()},{customer},{status},{placed_at},{paid_at},"
            f"{amounts},{item.title},1,{item.code}\n"
        )
