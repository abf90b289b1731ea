"""What the simulated shops leave behind: the rows of every export, before they are written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Product:
    """One article of the shop, with the facts a conversation may mention."""

    short: str
    title: str
    code: str
    price: int
    weight: int
    sizes: tuple[str, ...]
    material: str
    colors: tuple[str, ...]
    load: int
    build: bool


@dataclass(frozen=True, slots=True)
class Shop:
    """One of the two shops."""

    key: str
    name: str
    bot: str
    channels: dict[str, int]
    sessions_per_day: float
    silent_orders_per_day: float
    price_factor: float


@dataclass(frozen=True, slots=True)
class Agent:
    """One account of an agent; `account` is what exports name."""

    account: str
    nick: str
    name: str
    shop: str
    team: str
    job: str
    hired: date
    left: date | None
    style: str
    speed: float
    shift: str
    listed: bool

    def employed_on(self, day: date) -> bool:
        """Whether the account is used on this day at all."""
        return self.hired <= day and (self.left is None or day <= self.left)

    @property
    def is_presale(self) -> bool:
        """Whether this agent advises buyers before they order."""
        return self.job == "售前客服"


@dataclass(slots=True)
class Message:
    """One message as the platform stores it."""

    shop: str
    at: datetime
    role: str
    customer: str
    agent: str
    text: str
    channel: str
    session_id: str = ""
    message_id: str = ""


@dataclass(slots=True)
class OrderLine:
    """One item line of an order."""

    product: Product
    quantity: int


@dataclass(slots=True)
class Order:
    """One order; amounts are in whole fen, so that sums are exact."""

    shop: str
    order_id: str
    customer: str
    created_at: datetime
    paid_at: datetime | None
    payable: int
    paid: int
    lines: list[OrderLine]
    status: str = ""

    @property
    def main(self) -> Product:
        """The product the customer came for."""
        return self.lines[0].product


@dataclass(slots=True)
class Refund:
    """One refund request."""

    shop: str
    refund_id: str
    order: Order
    status: str
    amount: int
    applied_at: datetime
    done_at: datetime | None
    reason: str


@dataclass(slots=True)
class Rating:
    """One rating of a session."""

    shop: str
    rating_id: str
    session_id: str | None
    customer: str
    agent: str
    score: int
    comment: str
    rated_at: datetime
    session_at: datetime


@dataclass(slots=True)
class Ticket:
    """One ticket opened after a conversation."""

    shop: str
    ticket_id: str
    order_id: str
    customer: str
    agent: str
    kind: str
    title: str
    status: str
    created_at: datetime
    closed_at: datetime | None


@dataclass(slots=True)
class Complaint:
    """One complaint filed with the platform."""

    shop: str
    complaint_id: str
    order_id: str
    customer: str
    agent: str
    kind: str
    status: str
    filed_at: datetime
    closed_at: datetime | None
    product: str


@dataclass(frozen=True, slots=True)
class Shift:
    """One rostered day of an agent; rest days have no times."""

    agent: Agent
    day: date
    code: str
    start: datetime | None
    end: datetime | None


@dataclass(slots=True)
class Customer:
    """A buyer; `free_at` keeps two conversations of one buyer apart."""

    nick: str
    phone: str
    name: str
    address: str
    city: str
    free_at: datetime


@dataclass(slots=True)
class Plan:
    """A conversation that is going to happen."""

    shop: Shop
    at: datetime
    customer: Customer
    topic: str
    mood: str
    product: Product
    order: Order | None = None
    opener: Agent | None = None
    is_repeat: bool = False


@dataclass(slots=True)
class Session:
    """A conversation that happened, with what only the simulator knows about it."""

    plan: Plan
    messages: list[Message]
    owner: Agent | None
    first_wait: float | None
    feeling: float
    ended_at: datetime


@dataclass(slots=True)
class Exports:
    """Everything the simulated shops leave behind."""

    sessions: list[Session] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    shifts: list[Shift] = field(default_factory=list)
