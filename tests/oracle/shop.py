"""What the exports of a few small shops say, as plain records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

HUMAN_ROLES = ("agent", "assist_bot")

Person = tuple[str, str]
"""A customer or an agent account: a name means something within its shop only."""


@dataclass(frozen=True)
class Message:
    row: int
    shop: str
    session_id: str | None
    sent_at: datetime
    role: str
    customer_id: str
    agent_id: str | None = None
    channel: str | None = None
    is_transfer: bool = False

    @property
    def customer(self) -> Person:
        return (self.shop, self.customer_id)

    @property
    def by_customer(self) -> bool:
        return self.role == "customer"

    @property
    def by_human(self) -> bool:
        return self.role in HUMAN_ROLES


@dataclass(frozen=True)
class Order:
    row: int
    shop: str
    customer_id: str
    created_at: datetime
    paid_at: datetime | None
    paid_amount: Decimal
    status: str = "paid"

    @property
    def customer(self) -> Person:
        return (self.shop, self.customer_id)


@dataclass(frozen=True)
class Refund:
    """Takes no part while `deduct_refunds` is off; exported to prove just that."""

    row: int
    shop: str
    order_row: int
    amount: Decimal
    applied_at: datetime


@dataclass(frozen=True)
class Rating:
    row: int
    shop: str
    session_id: str | None
    customer_id: str
    agent_id: str | None
    score: int
    rated_at: datetime

    @property
    def customer(self) -> Person:
        return (self.shop, self.customer_id)


@dataclass(frozen=True)
class Ticket:
    row: int
    shop: str
    customer_id: str
    agent_id: str | None
    created_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class Complaint:
    row: int
    shop: str
    customer_id: str
    agent_id: str | None
    filed_at: datetime

    @property
    def customer(self) -> Person:
        return (self.shop, self.customer_id)


@dataclass(frozen=True)
class World:
    """Everything that was exported; `row` is the place of a record in its file."""

    messages: list[Message]
    orders: list[Order] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)

    def in_order(self) -> list[Message]:
        return sorted(self.messages, key=lambda m: (m.sent_at, m.row))

    def machines(self) -> set[Person]:
        """Accounts that wrote as a bot and never as a human."""
        robots = {(m.shop, m.agent_id) for m in self.messages if m.role == "bot" and m.agent_id}
        humans = {(m.shop, m.agent_id) for m in self.messages if m.by_human and m.agent_id}
        return {(shop, name) for shop, name in robots - humans if name}

    def addressing(self) -> Callable[[Message], str | None]:
        """Whom a customer's message was written to; machines are nobody."""
        machines = self.machines()

        def addressed(message: Message) -> str | None:
            if not message.by_customer or message.agent_id is None:
                return None
            return None if (message.shop, message.agent_id) in machines else message.agent_id

        return addressed


@dataclass(frozen=True)
class Period:
    start: datetime
    end: datetime

    def holds(self, moment: datetime) -> bool:
        return self.start <= moment < self.end
