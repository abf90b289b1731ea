"""Messages cut into sessions, and what can be said of one session."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oracle.shop import Message, Person, World

IDLE = timedelta(minutes=10)
REOPENED = timedelta(hours=24)


@dataclass(frozen=True)
class Session:
    messages: list[Message]
    addressed: Callable[[Message], str | None]

    @cached_property
    def shop(self) -> str:
        return self.messages[0].shop

    @cached_property
    def customer(self) -> Person:
        return self.messages[0].customer

    @cached_property
    def session_id(self) -> str | None:
        return self.messages[0].session_id

    @cached_property
    def started_at(self) -> datetime:
        return self.messages[0].sent_at

    @cached_property
    def ended_at(self) -> datetime:
        return self.messages[-1].sent_at

    @cached_property
    def channel(self) -> str | None:
        return next((m.channel for m in self.messages if m.channel), None)

    @cached_property
    def humans(self) -> list[Message]:
        return [m for m in self.messages if m.by_human]

    @cached_property
    def is_customers(self) -> bool:
        return any(m.by_customer for m in self.messages)

    @cached_property
    def opening(self) -> int:
        """Place of the customer's first message."""
        return next(i for i, m in enumerate(self.messages) if m.by_customer)

    @cached_property
    def is_proactive(self) -> bool:
        return any(m.by_human for m in self.messages[: self.opening])

    @cached_property
    def first_reply(self) -> Message | None:
        return next((m for m in self.messages[self.opening :] if m.by_human), None)

    @cached_property
    def first_addressed(self) -> str | None:
        return next(filter(None, map(self.addressed, self.messages)), None)

    @cached_property
    def owner(self) -> str | None:
        """The human who wrote most; of several, the one who wrote first."""
        written = Counter(m.agent_id for m in self.humans if m.agent_id)
        if not written:
            return self.first_addressed
        # Counter keeps the order of first sight, and max takes the first of equals.
        return max(written, key=lambda name: written[name])

    @cached_property
    def line_of_humans(self) -> list[str]:
        """Every human addressed or writing, message by message."""
        line = [m.agent_id if m.by_human else self.addressed(m) for m in self.messages]
        return [name for name in line if name]

    @cached_property
    def is_transferred(self) -> bool:
        changes = len(set(self.line_of_humans)) > 1 or any(m.is_transfer for m in self.messages)
        return bool(self.humans) and changes


def _reopens(before: Message, after: Message) -> bool:
    silent = after.sent_at - before.sent_at >= REOPENED
    return silent and after.by_customer and not before.by_customer


def _goes_idle(before: Message, after: Message) -> bool:
    return after.sent_at - before.sent_at >= IDLE


def _cut(
    messages: list[Message], starts_anew: Callable[[Message, Message], bool]
) -> list[list[Message]]:
    pieces = [messages[:1]]
    for before, after in pairwise(messages):
        if starts_anew(before, after):
            pieces.append([])
        pieces[-1].append(after)
    return pieces


def sessions_of(world: World) -> list[Session]:
    """All sessions, in the order in which they began."""
    threads: dict[tuple[str, str, str], list[Message]] = defaultdict(list)
    for message in world.in_order():
        if message.session_id:
            threads[message.shop, "id", message.session_id].append(message)
        else:
            threads[message.shop, "customer", message.customer_id].append(message)
    addressed = world.addressing()
    sessions = [
        Session(piece, addressed)
        for (_, kind, _), messages in threads.items()
        for piece in _cut(messages, _reopens if kind == "id" else _goes_idle)
    ]
    return sorted(sessions, key=lambda s: (s.started_at, s.messages[0].row))
