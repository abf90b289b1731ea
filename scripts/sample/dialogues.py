"""The words of one conversation: templates filled, varied, and never said twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from .records import Agent, Order, Plan
    from .shop import World

TYPO, EMOJI, NO_STOP, TWICE = 0.035, 0.05, 0.5, 0.02
SHORT_REPLY = 6
# Of a brisk agent's answers: up to here a blunt phrase, up to there the short form.
STIFF, CURT = 0.12, 0.72
UNHAPPY = ("disappointed", "angry", "urgent")


class Speech:
    """What the two sides of one conversation can say."""

    def __init__(self, world: World, plan: Plan, rng: Random) -> None:
        self.book = world.book
        self.topic: dict[str, Any] = world.book["topics"][plan.topic]
        self.rng = rng
        self.facts = self._facts(world, plan)
        self._said: set[str] = set()

    def pick(self, pool: Sequence[str]) -> str:
        """Take a text that was not said yet in this conversation, and fill it."""
        fresh = [text for text in pool if text not in self._said] or list(pool)
        text = self.rng.choice(fresh)
        self._said.add(text)
        return text.format_map(self.facts)

    def common(self, name: str) -> str:
        """Take one of the texts everybody uses."""
        return self.pick(self.book["common"][name])

    def opening(self, mood: str) -> str:
        """What the one who opens the conversation says."""
        pools: dict[str, list[str]] = self.topic["open"]
        return self.pick(pools.get(mood) or pools[next(iter(pools))])

    def answer(self, agent: Agent, kind: dict[str, Any], mood: str) -> str:
        """An agent's answer in his own style, without the soothing words."""
        if agent.style == "brisk":
            curt = self.rng.random()
            if curt < STIFF and mood in UNHAPPY:
                return self.common("stiff")
            if curt < CURT:
                return self.pick(kind["curt"])
        style = self.book["style"][agent.style]
        text = self.pick(kind.get("answer") or kind["a"])
        head = self.rng.choice(style["head"])
        tail = self.rng.choice(style["tail"])
        if text[-1] in "吗呢哦哈啊～？。" or text.endswith("哦"):
            tail = ""
        return f"{head}{text}{tail}"

    def hello(self, agent: Agent) -> str:
        """An agent's own greeting."""
        self.facts["agent"] = agent.nick
        return self.pick(self.book["style"][agent.style]["hello"])

    def typed(self, text: str) -> str:
        """A customer's text as thumbs type it: slips, dropped stops, an emoji."""
        rng = self.rng
        for right, wrong in self.book["typos"].items():
            if right in text and rng.random() < TYPO:
                text = text.replace(right, rng.choice(wrong), 1)
        if text.endswith(("。", "，")) or rng.random() < NO_STOP:
            text = text.rstrip("。，")
        if rng.random() < NO_STOP / 2:
            text = text.replace("，", " ", 1)
        if rng.random() < EMOJI and len(text) > SHORT_REPLY:
            text += rng.choice(self.book["words"]["emoji"])
        elif rng.random() < TWICE:
            text += rng.choice(["！！", "。。。", "呀", "哈", "~"])
        return text

    def _facts(self, world: World, plan: Plan) -> dict[str, Any]:
        rng, product, words = self.rng, plan.product, world.book["words"]
        return {
            "p": product.short,
            "sizes": "、".join(product.sizes),
            "size": rng.choice(product.sizes),
            "mat": product.material,
            "color": rng.choice(product.colors),
            "load": product.load,
            "price": round(product.price * plan.shop.price_factor),
            "order": plan.order.order_id if plan.order else "",
            "carrier": rng.choice(words["carriers"]),
            "track": f"DPK{rng.randrange(10**8, 10**9)}",
            "city": plan.customer.city,
            "days": rng.randint(2, 5),
            "coupon": rng.choice([10, 20, 30, 50, 80]),
            "phone": plan.customer.phone,
            "addr": plan.customer.address,
            "name": plan.customer.name,
            "shop": plan.shop.name,
            "agent": "客服",
            "giver": "",
        }


def draw_mood(world: World, topic: str, rng: Random, order: Order | None = None) -> str:
    """Draw the mood a customer arrives in."""
    weights: dict[str, int] = dict(world.book["topics"][topic]["moods"])
    # Whoever waits for a parcel over the holiday is rarely calm.
    if order is not None and topic in {"urge", "logistics"}:
        late = world.story.holiday[0] <= order.created_at.date() <= world.story.gap
        if late:
            weights["angry"] = weights.get("angry", 0) + 20
    return rng.choices(list(weights), list(weights.values()))[0]
