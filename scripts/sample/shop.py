"""The shop pair, read from shop.toml: people, products and the days of the story."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from .records import Agent, Product, Shift, Shop

HERE = Path(__file__).parent
# Only these days see the borrowed account, see `peak` shifts.
PEAK_START, PEAK_HOURS = 19, 4.5
# A fixed weekly rhythm of rest days keeps the roster readable.
REST_EVERY = 6


@dataclass(frozen=True, slots=True)
class Story:
    """The days on which something happens."""

    warm_up: date
    first: date
    last: date
    snapshot: date
    gap: date
    holiday: tuple[date, date]
    bad_batch: date
    bad_product: str
    peak: tuple[date, date]
    late_guests: list[date]

    def in_export(self, moment: datetime) -> bool:
        """Whether an export of the two months holds a row of this time."""
        return self.first <= moment.date() <= self.last and moment.date() != self.gap

    def days(self) -> list[date]:
        """Every simulated day, the warm-up included."""
        count = (self.last - self.warm_up).days + 1
        return [self.warm_up + timedelta(days=n) for n in range(count)]


@dataclass(frozen=True, slots=True)
class World:
    """Everything that stands before the first customer writes."""

    shops: dict[str, Shop]
    agents: tuple[Agent, ...]
    products: tuple[Product, ...]
    story: Story
    hours: dict[str, tuple[str, int, float]]
    book: dict[str, Any]

    def product(self, short: str) -> Product:
        """Find a product by its everyday name."""
        return next(item for item in self.products if item.short == short)

    def agent(self, account: str) -> Agent:
        """Find an agent by account."""
        return next(item for item in self.agents if item.account == account)

    def roster(self) -> list[Shift]:
        """Plan every day of every agent."""
        story = self.story
        days = [story.warm_up + timedelta(days=n) for n in range(len(story.days()) + 1)]
        return [
            shift
            for number, agent in enumerate(self.agents)
            for day in days
            if agent.employed_on(day) and (shift := self._shift(agent, number, day)) is not None
        ]

    def _shift(self, agent: Agent, number: int, day: date) -> Shift | None:
        if agent.shift == "peak":
            if day not in self.story.peak:
                return None
            start = datetime.combine(day, datetime.min.time()) + timedelta(hours=PEAK_START)
            return Shift(agent, day, "支援", start, start + timedelta(hours=PEAK_HOURS))
        resting = (day.toordinal() + number) % REST_EVERY == 0
        holiday = self.story.holiday[0] <= day <= self.story.holiday[1]
        # Half of the team is away over the national holiday, everybody works at the peak.
        if holiday:
            resting = resting or (day.toordinal() + number) % 3 == 0
        if resting and day not in self.story.peak:
            return Shift(agent, day, "休息", None, None)
        code, hour, length = self.hours[agent.shift]
        start = datetime.combine(day, datetime.min.time()) + timedelta(hours=hour)
        return Shift(agent, day, code, start, start + timedelta(hours=length))


def load_world() -> World:
    """Read the shop pair and its dialogue book."""
    data = tomllib.loads((HERE / "shop.toml").read_text(encoding="utf-8"))
    book = tomllib.loads((HERE / "dialogues.toml").read_text(encoding="utf-8"))
    shops = {key: Shop(key=key, **row) for key, row in data["shops"].items()}
    agents = tuple(_agent(row, shops) for row in data["agents"])
    products = tuple(
        Product(**{**row, "sizes": tuple(row["sizes"]), "colors": tuple(row["colors"])})
        for row in data["products"]
    )
    story = data["story"]
    hours = {key: (row["code"], row["start"], row["hours"]) for key, row in data["shifts"].items()}
    pairs = {key: (story[key][0], story[key][1]) for key in ("holiday", "peak")}
    return World(shops, agents, products, Story(**{**story, **pairs}), hours, book)


def _agent(row: dict[str, Any], shops: dict[str, Shop]) -> Agent:
    shop = shops[row["shop"]].name
    return Agent(
        account=f"{shop}:{row['nick']}",
        nick=row["nick"],
        name=row["name"],
        shop=shop,
        team=row["team"],
        job=row["job"],
        hired=row["hired"],
        left=row.get("left"),
        style=row["style"],
        speed=row["speed"],
        shift=row["shift"],
        listed=row.get("listed", True),
    )
