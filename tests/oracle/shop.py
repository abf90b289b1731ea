"""What the exports of a few small shops say, as plain records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
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
    text: str | None = None

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
class Piece:
    """A line of an order: the product's number and title, and how many of it."""

    goods_id: str | None
    title: str | None
    quantity: int | None


@dataclass(frozen=True)
class Order:
    row: int
    shop: str
    customer_id: str
    created_at: datetime
    paid_at: datetime | None
    paid_amount: Decimal
    status: str = "paid"
    items: tuple[Piece, ...] = ()
    item_count: int | None = None

    @property
    def customer(self) -> Person:
        return (self.shop, self.customer_id)

    @property
    def pieces(self) -> int | None:
        """The order's own count, else the sum where every line has one."""
        if self.item_count is not None or not self.items:
            return self.item_count
        known = [piece.quantity for piece in self.items if piece.quantity is not None]
        return sum(known) if len(known) == len(self.items) else None


@dataclass(frozen=True)
class Refund:
    """Takes no part in sales while `deduct_refunds` is off."""

    row: int
    shop: str
    order_row: int | None
    amount: Decimal
    applied_at: datetime
    customer_id: str | None = None
    status: str = "success"


@dataclass(frozen=True)
class Rating:
    row: int
    shop: str
    session_id: str | None
    customer_id: str
    agent_id: str | None
    score: int
    rated_at: datetime
    is_resolved: bool | None = None

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
    due_at: datetime | None = None
    session_id: str | None = None
    kind: str | None = None


@dataclass(frozen=True)
class Complaint:
    row: int
    shop: str
    customer_id: str
    agent_id: str | None
    filed_at: datetime
    closed_at: datetime | None = None

    @property
    def customer(self) -> Person:
        return (self.shop, self.customer_id)


@dataclass(frozen=True)
class Listed:
    """A session as a help desk lists it, with or without a chat of the same id."""

    row: int
    shop: str
    session_id: str
    customer_id: str
    agent_id: str | None
    started_at: datetime
    queue_seconds: int | None = None
    topic: str | None = None
    close_reason: str | None = None
    is_resolved: bool | None = None


@dataclass(frozen=True)
class Presence:
    """A day of the attendance system: from the first punch to the last."""

    row: int
    shop: str
    agent_id: str
    first_in_at: datetime
    last_out_at: datetime


@dataclass(frozen=True)
class Employee:
    """A line of the shop's own list of agents."""

    shop: str
    agent_id: str
    hired_on: date | None
    left_on: date | None = None
    capacity: int | None = None


@dataclass(frozen=True)
class Shift:
    """A line of the roster; without hours a day of rest or of leave."""

    shop: str
    agent_id: str
    day: date
    code: str
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True)
class Duty:
    """A day of the attendance system, as punched or as the system counts it."""

    shop: str
    agent_id: str
    day: date
    first_in_at: datetime | None = None
    last_out_at: datetime | None = None
    minutes: int | None = None
    absent_days: Decimal | None = None


@dataclass(frozen=True)
class World:
    """Everything that was exported; `row` is the place of a record in its file."""

    messages: list[Message]
    orders: list[Order] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    presences: list[Presence] = field(default_factory=list)
    employees: list[Employee] = field(default_factory=list)
    shifts: list[Shift] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)

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
