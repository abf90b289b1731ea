"""The customer's waits in a session, and the customer's days in a shop."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oracle.sessions import Session
    from oracle.shop import Message, Person, World


@dataclass(frozen=True)
class Turn:
    asked: Message
    reply: Message | None

    @property
    def seconds(self) -> float:
        if self.reply is None:
            raise ValueError("nobody answered")
        return (self.reply.sent_at - self.asked.sent_at).total_seconds()


def turns_of(session: Session) -> list[Turn]:
    turns: list[Turn] = []
    asked: Message | None = None
    for message in session.messages:
        if message.by_customer and asked is None:
            asked = message
        elif message.by_human and asked is not None:
            turns.append(Turn(asked, message))
            asked = None
    return turns if asked is None else [*turns, Turn(asked, None)]


@dataclass(frozen=True)
class CustomerDay:
    """A day on which a customer wrote: all that was said to and by him from his first word on."""

    customer: Person
    day: date
    messages: list[Message]
    channels: frozenset[str | None]
    addressees: frozenset[str | None]

    @property
    def shop(self) -> str:
        return self.customer[0]

    @property
    def first_at(self) -> datetime:
        return self.messages[0].sent_at

    @property
    def end_of_next_day(self) -> datetime:
        return self.end_after(1)

    def end_after(self, days: int) -> datetime:
        """The first moment that is past the day so many days later."""
        return datetime.combine(self.day, time.min) + timedelta(days=days + 1)

    @property
    def first_reply(self) -> Message | None:
        return next((m for m in self.messages if m.by_human), None)

    @property
    def agents(self) -> frozenset[str | None]:
        """Who may be named for the day: one name, or several where the text leaves it open."""
        if self.first_reply is not None:
            return frozenset({self.first_reply.agent_id})
        return frozenset(self.addressees) or frozenset({None})


def asked_whom(sessions: list[Session]) -> dict[Message, str | None]:
    """Whom each customer's message went to: the human named, else whoever replied next."""
    whom: dict[Message, str | None] = {}
    for session in sessions:
        next_reply: str | None = None
        for message in reversed(session.messages):
            if message.by_human:
                next_reply = message.agent_id
            elif message.by_customer:
                whom[message] = session.addressed(message) or next_reply
    return whom


def customer_days(world: World, sessions: list[Session]) -> list[CustomerDay]:
    whom = asked_whom(sessions)
    addressed = world.addressing()
    begun = {turn.asked for session in sessions for turn in turns_of(session)}
    said: dict[tuple[Person, date], list[Message]] = defaultdict(list)
    for message in world.in_order():
        said[message.customer, message.sent_at.date()].append(message)
    days = []
    for (customer, day), messages in said.items():
        opening = next((i for i, m in enumerate(messages) if m.by_customer), None)
        if opening is None:
            continue
        heard = messages[opening:]
        channels = frozenset(m.channel for m in messages)
        names: frozenset[str | None] = frozenset(filter(None, map(whom.get, heard)))
        if not begun.intersection(heard) and not any(map(addressed, heard)):
            # Only going on with a wait of an earlier day: the text leaves open whether who
            # ended that wait is this day's as well.
            names |= {None}
        days.append(CustomerDay(customer, day, heard, channels, names))
    return days
