"""Who is on duty, who takes a customer, and how long a reply takes."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from .demand import pressure

if TYPE_CHECKING:
    from random import Random

    from .records import Agent, Plan, Shift
    from .shop import World

# A new hire starts this much slower and needs this long to catch up.
LEARNER_FACTOR, LEARNER_DAYS = 3.4, 15
SPREAD, TYPING_SECONDS = 0.5, 0.17
LAPSE, LAPSE_SECONDS = 0.03, (55, 230)
WRONG_DESK = 0.34
SHORTEST = 3


class Desk:
    """The service desk of both shops."""

    def __init__(self, world: World, shifts: list[Shift], rng: Random) -> None:
        self.world = world
        self.rng = rng
        self._days: dict[tuple[str, date], list[Shift]] = defaultdict(list)
        for shift in shifts:
            if shift.start is not None:
                self._days[shift.agent.shop, shift.day].append(shift)

    def on_duty(self, shop: str, at: datetime) -> list[Agent]:
        """Agents whose shift covers this moment, those of the evening before included."""
        day = at.date()
        near = self._days[shop, day] + self._days[shop, day - timedelta(days=1)]
        return [
            shift.agent
            for shift in near
            if shift.start is not None
            and shift.end is not None
            and shift.start <= at < shift.end - timedelta(minutes=4)
        ]

    def assign(self, plan: Plan, at: datetime) -> Agent | None:
        """Route a customer: mostly to the right desk, sometimes to the other one."""
        present = self.on_duty(plan.shop.name, at)
        if not present:
            return None
        presale = self.world.book["topics"][plan.topic]["stage"] == "presale"
        wrong = not presale and self.rng.random() < WRONG_DESK
        wanted = [agent for agent in present if agent.is_presale == (presale or wrong)]
        return self._choose(wanted or present)

    def specialist(self, plan: Plan, at: datetime, giver: Agent) -> Agent | None:
        """An aftersale agent to hand the customer to, if one is there."""
        present = self.on_duty(plan.shop.name, at)
        fitting = [agent for agent in present if not agent.is_presale and agent is not giver]
        return self._choose(fitting) if fitting else None

    def reply_seconds(self, agent: Agent, at: datetime, length: int) -> float:
        """How long this agent takes for a reply of this length now."""
        rng = self.rng
        seconds = agent.speed * self._skill(agent, at) * pressure(self.world.story, at)
        seconds *= rng.lognormvariate(0.0, SPREAD)
        if rng.random() < LAPSE:
            seconds += rng.uniform(*LAPSE_SECONDS)
        return max(SHORTEST, seconds + TYPING_SECONDS * min(length, 60))

    def _choose(self, agents: list[Agent]) -> Agent:
        # The borrowed account only helps out, and sometimes on ordinary days too.
        weights = [1.0 if agent.listed else 0.7 for agent in agents]
        return self.rng.choices(agents, weights)[0]

    @staticmethod
    def _skill(agent: Agent, at: datetime) -> float:
        if agent.style != "learner":
            return 1.0
        days = (at.date() - agent.hired).days
        left = max(0.0, 1.0 - days / LEARNER_DAYS)
        return 1.0 + (LEARNER_FACTOR - 1.0) * left
