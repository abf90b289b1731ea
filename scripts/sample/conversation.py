"""One conversation, message by message: who writes what, and when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from .dialogues import UNHAPPY, Speech
from .feeling import closing_mood, feeling_of
from .records import Agent, Message, Plan, Session

if TYPE_CHECKING:
    from random import Random

    from .desk import Desk
    from .shop import World

BOT_STAGE, BOT_ONLY, SILENT_TRANSFER = 0.11, 0.1, 0.35
BURST, GREETS_FIRST, CHECKS_FIRST = 0.3, 0.35, 0.2
SOOTHES = {"warm": 0.85, "plain": 0.4, "learner": 0.4, "brisk": 0.05}
NAG_AFTER, NAG_AGAIN, NAG_ANGRY = 70, 190, 300
# A shop without session ids is cut at ten idle minutes: waits stay below, except on purpose.
LONGEST_WAIT, LONGEST_UNCUT, CUT_WAIT = 1500, 520, (640, 930)
CUT_SHARE = 0.025
LAPSE_OF_CUSTOMER, NO_BYE = 0.05, 0.6
IGNORES_AGENT, JUST_LEAVES, NAGS = 0.3, 0.25, 0.55


class Conversation:
    """Plays one planned conversation."""

    def __init__(self, world: World, desk: Desk, plan: Plan, rng: Random) -> None:
        self.world, self.desk, self.plan, self.rng = world, desk, plan, rng
        self.speech = Speech(world, plan, rng)
        self.now = plan.at
        self.messages: list[Message] = []
        self.addressed = ""
        self.agent: Agent | None = None
        self.transferred = False
        self.uncut = plan.shop.key == "factory"
        self.cut_here = self.uncut and rng.random() < CUT_SHARE
        self.channel = rng.choices(list(plan.shop.channels), list(plan.shop.channels.values()))[0]
        self.replies: dict[str, int] = {}

    def play(self) -> Session:
        """Run the conversation to its end."""
        if self.plan.opener is not None:
            self._opened_by_agent(self.plan.opener)
        else:
            self._opened_by_customer()
        owner = max(self.replies, key=lambda name: self.replies[name], default=None)
        feeling = feeling_of(self.plan, self.agent, self._first_wait(), self.rng)
        if self.agent is not None:
            self._close(self.agent, closing_mood(feeling - 0.2 * self.transferred))
        return Session(
            plan=self.plan,
            messages=self.messages,
            owner=self.world.agent(owner) if owner else None,
            first_wait=self._first_wait(),
            feeling=feeling - 0.2 * self.transferred,
            ended_at=self.messages[-1].at,
        )

    # -- the two ways in

    def _opened_by_agent(self, agent: Agent) -> None:
        self.agent, self.addressed = agent, agent.account
        self._write("agent", agent.account, self.speech.opening("calm"), 0)
        if self.rng.random() < IGNORES_AGENT:
            self.agent = None
            return
        pair = self.rng.choice(self.speech.topic["more"])
        self._customer(self.speech.pick(pair["q"]), self.rng.uniform(25, 420))
        self._reply(agent, self.speech.answer(agent, pair, self.plan.mood))
        if self.rng.random() < BURST:
            self._customer(self.speech.common("close_calm"), self.rng.uniform(8, 60))
            self._reply(agent, self.speech.answer(agent, self.speech.topic["say"], "calm"))

    def _opened_by_customer(self) -> None:
        agent = self.desk.assign(self.plan, self.now)
        with_bot = self.rng.random() < BOT_STAGE
        self.addressed = self.plan.shop.bot if with_bot else (agent.account if agent else "")
        self._ask(agent)
        if agent is None:
            self._leave_word()
            return
        if with_bot and not self._bot_stage(agent):
            return
        self.agent = agent
        agent = self._route(agent)
        self.agent = agent
        self._answer(agent)
        self._exchanges(agent)

    def _ask(self, agent: Agent | None) -> None:
        rng, speech = self.rng, self.speech
        parts = [self._question()]
        if rng.random() < GREETS_FIRST:
            parts.insert(0, speech.common("greet_customer"))
        self._customer(parts[0], 0)
        if agent is None:
            self._write("auto_reply", "", speech.common("night"), 1)
        elif self.addressed == self.plan.shop.bot:
            self._write("bot", self.addressed, speech.common("bot_menu"), 1)
        else:
            self._write("auto_reply", agent.account, speech.common("welcome"), 1)
        for text in parts[1:]:
            self._customer(text, rng.uniform(3, 14))
        if self.plan.order is not None and rng.random() < BURST:
            self._customer(self.plan.order.order_id, rng.uniform(4, 15))

    def _question(self) -> str:
        if self.plan.is_repeat:
            return self.speech.common("again_angry" if self.plan.mood == "angry" else "again")
        return self.speech.opening(self.plan.mood)

    def _leave_word(self) -> None:
        if self.rng.random() < BURST:
            self._customer(self.speech.common("nag"), self.rng.uniform(20, 150))

    def _bot_stage(self, agent: Agent) -> bool:
        """Let the bot try; False when the customer is content and leaves."""
        rng, bot = self.rng, self.plan.shop.bot
        for _ in range(rng.randint(1, 2)):
            self._write("bot", bot, self.speech.common("bot_answer"), 1)
            if rng.random() < BOT_ONLY:
                self._customer(self.speech.common("bot_done"), rng.uniform(6, 20))
                return False
            self._customer(self.speech.common("to_human"), rng.uniform(5, 16))
        self._hand(agent, "assign")
        return True

    # -- routing

    def _route(self, agent: Agent) -> Agent:
        if not agent.is_presale or self.speech.topic["stage"] == "presale":
            return agent
        taker = self.desk.specialist(self.plan, self.now, agent)
        if taker is None:
            return agent
        self.transferred = True
        if self.rng.random() < SILENT_TRANSFER:
            self.now += timedelta(seconds=self.rng.randint(12, 45))
        else:
            line = "hand_over_curt" if agent.style == "brisk" else "hand_over"
            self._reply(agent, self.speech.common(line))
        self.speech.facts["giver"] = agent.nick
        self._hand(taker, "transfer")
        if self.rng.random() < BURST:
            self._customer(self._question(), self.rng.uniform(4, 20))
        self._reply(taker, self.speech.common("taking_over"))
        return taker

    def _hand(self, agent: Agent, line: str) -> None:
        self.speech.facts["agent"] = agent.nick
        self._write("system", "", self.speech.common(line), self.rng.uniform(2, 6))
        self.addressed = agent.account

    # -- the middle

    def _answer(self, agent: Agent) -> None:
        rng, speech, mood = self.rng, self.speech, self.plan.mood
        if not self.transferred:
            self._reply(agent, speech.hello(agent), first=True)
            if (self._first_wait() or 0) > NAG_AGAIN and rng.random() < CHECKS_FIRST * 3:
                self._reply(agent, speech.common("slow_sorry"))
        if mood in UNHAPPY and rng.random() < SOOTHES[agent.style]:
            self._reply(agent, speech.common("soothe"))
        if agent.style == "learner" and rng.random() < CHECKS_FIRST * 2:
            self._reply(agent, speech.common("learner_check"))
        elif rng.random() < CHECKS_FIRST and agent.style != "brisk":
            self._reply(agent, speech.common("check"))
        self._reply(agent, speech.answer(agent, speech.topic["say"], mood))

    def _exchanges(self, agent: Agent) -> None:
        rng, speech = self.rng, self.speech
        for number, pair in enumerate(self._pairs()):
            if self.plan.mood == "angry" and rng.random() < BURST:
                self._customer(speech.common("angry_mid"), rng.uniform(6, 40))
            elif self.plan.mood == "disappointed" and rng.random() < BURST / 2:
                self._customer(speech.common("sad_mid"), rng.uniform(6, 40))
            text = speech.pick(pair["q"])
            gap = rng.uniform(8, 75) if rng.random() > LAPSE_OF_CUSTOMER else rng.uniform(90, 400)
            if number and rng.random() < BURST:
                self._customer(rng.choice(["对了", "还有", "那个", "另外问下", "嗯"]), gap)
                gap = rng.uniform(3, 9)
            self._customer(text, gap)
            self._reply(agent, speech.answer(agent, pair, self.plan.mood))

    def _pairs(self) -> list[dict[str, Any]]:
        """Follow-ups of the topic; buyers before an order wander to other topics too."""
        rng, own = self.rng, list(self.speech.topic["more"])
        if self.speech.topic["stage"] != "presale":
            rest = own[1:]
            rng.shuffle(rest)
            return [own[0], *rest][: rng.choices((1, 2, 3), (40, 42, 18))[0]]
        topics: dict[str, Any] = self.world.book["topics"]
        others = [topics[name] for name in ("price", "material", "ship_when", "size")]
        wandering = [pair for topic in others for pair in topic["more"] if pair not in own]
        rng.shuffle(own)
        chosen = own[: rng.choices((0, 1, 2), (22, 53, 25))[0]]
        more = rng.sample(wandering, rng.choices((0, 1, 2), (55, 32, 13))[0])
        # After a deliberate cut the customer must still get a word from a human.
        return chosen + more or own[: int(self.cut_here)]

    def _close(self, agent: Agent, mood: str) -> None:
        rng, speech = self.rng, self.speech
        speech.facts["agent"] = agent.nick
        if self.plan.opener is not None or rng.random() < JUST_LEAVES:
            return
        self._customer(speech.common(f"close_{mood}"), rng.uniform(6, 70))
        if agent.style == "brisk" and rng.random() < NO_BYE:
            return
        pool = {"brisk": "bye_curt", "warm": "bye_warm"}.get(agent.style, "bye")
        if mood in {"sad", "angry"} and agent.style != "brisk":
            pool = "bye_sorry"
        self._reply(agent, speech.common(pool))
        if rng.random() < CHECKS_FIRST and mood in {"calm", "pleased"}:
            self._write("agent", agent.account, speech.common("invite"), rng.uniform(4, 20))

    # -- single messages

    def _reply(self, agent: Agent, text: str, *, first: bool = False) -> None:
        """Write an agent's message after his wait; an impatient customer nags meanwhile."""
        waiting = self.messages[-1].role != "agent"
        seconds = self.desk.reply_seconds(agent, self.now, len(text))
        if not waiting:
            # Part of the same reply: the agent only types on.
            seconds = min(seconds, 4 + 0.4 * len(text))
        seconds = min(seconds, LONGEST_UNCUT if self.uncut else LONGEST_WAIT)
        if first and self.cut_here:
            seconds = self.rng.uniform(*CUT_WAIT)
        elif waiting:
            seconds -= self._nag(seconds)
        self._write("agent", agent.account, text, seconds)
        self.replies[agent.account] = self.replies.get(agent.account, 0) + 1

    def _nag(self, seconds: float) -> float:
        """Let the customer nag while he waits; returns the seconds that went by."""
        spent = 0.0
        for mark in (NAG_AFTER, NAG_AGAIN, NAG_ANGRY):
            if seconds > mark and self.rng.random() < NAGS:
                at = mark - 15 + self.rng.uniform(0, 12) - spent
                self._customer(self.speech.common("nag_angry" if mark != NAG_AFTER else "nag"), at)
                spent += at
        return spent

    def _customer(self, text: str, after: float) -> None:
        self._write("customer", self.addressed, self.speech.typed(text), after)

    def _write(self, role: str, agent: str, text: str, after: float) -> None:
        # Whole seconds, and never two messages in one: exports are precise to the second.
        self.now += timedelta(seconds=max(1 if self.messages else 0, round(after)))
        plan = self.plan
        nick, shop = plan.customer.nick, plan.shop.name
        self.messages.append(Message(shop, self.now, role, nick, agent, text, self.channel))

    def _first_wait(self) -> float | None:
        asked: datetime | None = None
        for message in self.messages:
            if message.role == "customer" and asked is None:
                asked = message.at
            if message.role == "agent":
                return (message.at - asked).total_seconds() if asked else None
        return None
