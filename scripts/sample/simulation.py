"""Two months of two shops, in the order in which things happen."""

from __future__ import annotations

import heapq
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import TYPE_CHECKING

from . import demand
from .aftermath import Aftermath
from .conversation import Conversation
from .desk import Desk
from .dialogues import draw_mood
from .feeling import closing_mood
from .market import Market
from .records import Agent, Exports, Order, Plan, Session, Shop

if TYPE_CHECKING:
    from .shop import World

BUYS, BUYS_UNSERVED = 0.36, 0.1
BUYS_BY_STYLE = {"warm": 0.09, "plain": 0.03, "brisk": -0.05, "learner": -0.07}
WAIT_COSTS = ((60, 0.06), (180, 0.08))
BUYS_NEXT_DAY, CHASED, CHASE_PAYS = 0.2, 0.7, 0.5
WRITES_LATER, BATCH_WRITES, NOTICED = 0.5, 0.86, 0.16
COMES_BACK, UNSERVED_COMES_BACK, ANGRIER = 0.4, 0.45, 0.6
BATCH_MADE_DAYS = 11
APART = timedelta(minutes=50)
# A conversation begun now runs past midnight.
LATE = time(23, 58, 20)


class Simulation:
    """Plays the planned conversations in time order and plans what follows from them."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.rng = Random(seed)  # noqa: S311 - a simulation must repeat itself, it guards nothing
        self.exports = Exports(shifts=world.roster())
        self.desk = Desk(world, self.exports.shifts, self.rng)
        self.market = Market(world, self.rng)
        self.aftermath = Aftermath(world, self.market, self.exports, self.rng)
        self._queue: list[tuple[datetime, int, Plan]] = []
        self._ticks = count()

    def run(self) -> Exports:
        """Play every day; rows outside the exported months are dropped by the exporter."""
        for day in self.world.story.days():
            for shop in self.world.shops.values():
                self._new_wishes(shop, day)
                self._silent_orders(shop, day)
            self._play_until(datetime.combine(day + timedelta(days=1), datetime.min.time()))
        self.market.settle(self.exports.orders, self.aftermath.refunded())
        return self.exports

    def plan(self, plan: Plan) -> None:
        """Put a conversation on the calendar; nothing happens on the day of the gap."""
        if plan.at.date() == self.world.story.gap:
            plan.at += timedelta(days=1)
        plan.at = plan.at.replace(microsecond=0)
        heapq.heappush(self._queue, (plan.at, next(self._ticks), plan))

    def _play_until(self, end: datetime) -> None:
        while self._queue and self._queue[0][0] < end:
            plan = heapq.heappop(self._queue)[2]
            free = plan.customer.free_at + APART
            if plan.at < free:
                plan.at = free
                self.plan(plan)
                continue
            session = Conversation(self.world, self.desk, plan, self.rng).play()
            plan.customer.free_at = session.ended_at
            if plan.shop.key == "flagship":
                self._number(session)
            self.exports.sessions.append(session)
            self.aftermath.follow(session)
            self._follow(session)

    def _number(self, session: Session) -> None:
        """Only the flagship's export tells which messages belong together."""
        for message in session.messages:
            message.session_id = f"S{session.plan.at:%y%m%d}{len(self.exports.sessions):05d}"

    # -- what comes by itself

    def _new_wishes(self, shop: Shop, day: date) -> None:
        topics = {
            name: topic["weight"]
            for name, topic in self.world.book["topics"].items()
            if topic["stage"] == "presale"
        }
        story = self.world.story
        for number in range(demand.contacts(story, shop, day, self.rng)):
            at = demand.moment(story, day, self.rng)
            if number == 0 and day in story.late_guests and shop.key == "flagship":
                at = datetime.combine(day, LATE)
            topic = self.rng.choices(list(topics), list(topics.values()))[0]
            customer, product = self.market.customer(shop, at), self.market.product(shop, at)
            mood = draw_mood(self.world, topic, self.rng)
            self.plan(Plan(shop, at, customer, topic, mood, product))

    def _silent_orders(self, shop: Shop, day: date) -> None:
        for _ in range(demand.silent_orders(self.world.story, shop, day, self.rng)):
            at = demand.moment(self.world.story, day, self.rng)
            customer, product = self.market.customer(shop, at), self.market.product(shop, at)
            order = self.market.order(shop, customer, product, at)
            self.exports.orders.append(order)
            self.aftermath.silent_refund(order)
            plan = Plan(shop, at, customer, "praise", "calm", product, order)
            self._write_later(plan, order)

    # -- what follows from a conversation

    def _follow(self, session: Session) -> None:
        plan, rng = session.plan, self.rng
        stage = self.world.book["topics"][plan.topic]["stage"]
        if stage == "presale":
            self._maybe_buy(session)
        if session.owner is None and plan.opener is None:
            if rng.random() < UNSERVED_COMES_BACK:
                self._come_back(session, rng.uniform(1.5, 20), is_repeat=False)
        elif stage == "aftersale" and closing_mood(session.feeling) in {"sad", "angry"}:
            if rng.random() < COMES_BACK:
                self._come_back(session, rng.uniform(2.5, 34), is_repeat=True)
        elif plan.topic == "chase" and plan.order is not None and rng.random() < CHASE_PAYS:
            self._pay_late(plan.order, session)

    def _come_back(self, session: Session, hours: float, *, is_repeat: bool) -> None:
        plan, rng = session.plan, self.rng
        at = session.ended_at + timedelta(hours=hours)
        if at.hour < demand.OPENING_HOUR:
            at = at.replace(hour=demand.OPENING_HOUR + rng.randint(0, 2))
        mood = "angry" if is_repeat and rng.random() < ANGRIER else plan.mood
        again = Plan(plan.shop, at, plan.customer, plan.topic, mood, plan.product, plan.order)
        again.is_repeat = is_repeat
        self.plan(again)

    def _maybe_buy(self, session: Session) -> None:
        plan, rng, owner = session.plan, self.rng, session.owner
        chance = BUYS + BUYS_BY_STYLE[owner.style] if owner else BUYS_UNSERVED
        wait = session.first_wait or 0
        chance -= sum(cost for seconds, cost in WAIT_COSTS if wait > seconds)
        if rng.random() > chance:
            return
        at = session.ended_at + timedelta(seconds=rng.randint(60, 2600))
        if rng.random() < BUYS_NEXT_DAY:
            at = demand.moment(self.world.story, at.date() + timedelta(days=1), rng, awake=True)
        if at.date() == self.world.story.gap:
            at += timedelta(days=1)
        order = self.market.order(plan.shop, plan.customer, plan.product, at)
        self.exports.orders.append(order)
        if order.paid_at is None and owner is not None and rng.random() < CHASED:
            self._chase(plan, order, owner)
        self._write_later(plan, order)

    def _chase(self, plan: Plan, order: Order, owner: Agent) -> None:
        at = order.created_at + timedelta(hours=self.rng.uniform(0.7, 5))
        present = self.desk.on_duty(plan.shop.name, at)
        if not present:
            at = at.replace(hour=demand.OPENING_HOUR + 1) + timedelta(days=at.hour > 1)
            present = self.desk.on_duty(plan.shop.name, at)
        opener = owner if owner in present else next(iter(present), None)
        if opener is not None:
            mood = draw_mood(self.world, "chase", self.rng)
            product = order.main
            self.plan(Plan(plan.shop, at, plan.customer, "chase", mood, product, order, opener))

    def _pay_late(self, order: Order, session: Session) -> None:
        if order.paid_at is None:
            order.paid_at = session.ended_at + timedelta(seconds=self.rng.randint(60, 5400))
            order.paid = order.payable

    def _write_later(self, plan: Plan, order: Order) -> None:
        """Plan the buyer's return with a question or a problem."""
        rng, story = self.rng, self.world.story
        if order.paid_at is None:
            return
        made = order.created_at.date() >= story.bad_batch - timedelta(days=BATCH_MADE_DAYS)
        bad = made and order.main.short == story.bad_product and plan.shop.key == "flagship"
        if rng.random() > (BATCH_WRITES if bad else WRITES_LATER):
            return
        topic = self._aftersale_topic(order, bad=bad)
        low, high = self.world.book["topics"][topic]["after_days"]
        day = (order.paid_at + timedelta(days=rng.uniform(low, high))).date()
        if topic == "bolt":
            day = max(day, story.bad_batch + timedelta(days=rng.randint(0, 2)))
        at = max(demand.moment(story, day, rng), order.paid_at + timedelta(minutes=15))
        mood = draw_mood(self.world, topic, rng, order)
        self.plan(Plan(plan.shop, at, plan.customer, topic, mood, order.main, order))
        if story.holiday[0] <= order.created_at.date() <= story.holiday[1]:
            self._notice(plan, order)

    def _aftersale_topic(self, order: Order, *, bad: bool) -> str:
        if bad and self.rng.random() < BATCH_WRITES:
            return "bolt"
        weights: dict[str, int] = {
            name: topic["weight"]
            for name, topic in self.world.book["topics"].items()
            if topic["stage"] == "aftersale" and (order.main.build or name not in NEEDS_BUILDING)
        }
        story = self.world.story
        if story.holiday[0] <= order.created_at.date() <= story.gap:
            weights["urge"] *= 2
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def _notice(self, plan: Plan, order: Order) -> None:
        """Tell some buyers about a delay before they ask."""
        at = order.created_at.replace(hour=self.rng.randint(10, 16)) + timedelta(days=1)
        helpers = [a for a in self.desk.on_duty(plan.shop.name, at) if not a.is_presale]
        if helpers and self.rng.random() < NOTICED:
            mood = draw_mood(self.world, "notice", self.rng)
            self.plan(
                Plan(plan.shop, at, plan.customer, "notice", mood, order.main, order, helpers[0])
            )


NEEDS_BUILDING = frozenset({"install", "missing"})
