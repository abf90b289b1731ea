"""How a customer feels at the end, and what follows from it: closing words and scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from .records import Agent, Plan

ARRIVES = {"pleased": 1.3, "calm": 0.6, "urgent": 0.1, "disappointed": -0.6, "angry": -1.3}
STYLE = {"warm": 0.55, "plain": 0.2, "brisk": -0.45, "learner": 0.0}
# Patience: seconds of waiting and what each step costs.
PATIENCE = ((45, 0.15), (90, 0.35), (180, 0.5), (400, 0.6))
BAD_BATCH, REPEATED, NOBODY = -0.55, -0.4, -0.9
NOISE = 0.5
CLOSING = ((0.95, "pleased"), (-0.25, "calm"), (-1.15, "sad"))
SCORES = ((0.5, 5), (-0.35, 4), (-1.0, 3), (-1.6, 2))


def feeling_of(plan: Plan, agent: Agent | None, wait: float | None, rng: Random) -> float:
    """Weigh what the customer came with against how he was treated."""
    feeling = ARRIVES[plan.mood] + rng.gauss(0.0, NOISE)
    feeling += STYLE[agent.style] if agent else NOBODY
    feeling -= sum(cost for seconds, cost in PATIENCE if wait is not None and wait > seconds)
    if plan.topic == "bolt":
        feeling += BAD_BATCH
    if plan.is_repeat:
        feeling += REPEATED
    return feeling


def closing_mood(feeling: float) -> str:
    """The words a customer leaves with."""
    return next((mood for limit, mood in CLOSING if feeling > limit), "angry")


def score_of(feeling: float) -> int:
    """The score a customer gives."""
    return next((score for limit, score in SCORES if feeling > limit), 1)
