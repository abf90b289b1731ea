"""Customers and their orders."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from .records import Customer, Order, OrderLine, Product, Shop

if TYPE_CHECKING:
    from random import Random

    from .shop import World

RETURNING, CHINESE_NICK, PAYS_LATER, NEVER_PAYS, SECOND_ITEM = 0.16, 0.28, 0.08, 0.11, 0.24
COUPONS = (0, 0, 10, 20, 20, 30, 50, 50, 80)
FEN = 100
# The folding table is on offer in October, so its bad batch reaches many.
PROMOTED = 3.4
SHIP_DAYS, CONFIRM_DAYS = 2, 10


class Market:
    """Hands out customers, orders and ids."""

    def __init__(self, world: World, rng: Random) -> None:
        self.world, self.rng = world, rng
        self._known: dict[str, list[Customer]] = {key: [] for key in world.shops}
        self._nicks: set[str] = set()
        self._ids: set[str] = set()

    def customer(self, shop: Shop, at: datetime) -> Customer:
        """Somebody who writes or buys: mostly new, sometimes seen before."""
        known = self._known[shop.key]
        if known and self.rng.random() < RETURNING:
            return self.rng.choice(known)
        person = self._new_customer(at)
        known.append(person)
        return person

    def product(self, shop: Shop, at: datetime) -> Product:
        """What somebody is interested in."""
        story = self.world.story
        promoted = shop.key == "flagship" and at.month == story.last.month
        weights = [
            item.weight * (PROMOTED if promoted and item.short == story.bad_product else 1.0)
            for item in self.world.products
        ]
        return self.rng.choices(self.world.products, weights)[0]

    def order(self, shop: Shop, customer: Customer, product: Product, at: datetime) -> Order:
        """Place an order; whether and when it is paid is drawn too."""
        rng = self.rng
        lines = [OrderLine(product, rng.choices((1, 2, 4), (88, 10, 2))[0])]
        if rng.random() < SECOND_ITEM:
            others = [item for item in self.world.products if item is not product]
            lines.append(OrderLine(rng.choice(others), 1))
        payable = sum(self._fen(shop, line.product) * line.quantity for line in lines)
        draw, paid_at = rng.random(), None
        if draw > NEVER_PAYS + PAYS_LATER:
            paid_at = at + timedelta(seconds=rng.randint(12, 420))
        elif draw > NEVER_PAYS:
            paid_at = at + timedelta(hours=rng.uniform(2, 22))
            paid_at = paid_at.replace(microsecond=0)
        paid = payable - rng.choice(COUPONS) * FEN if paid_at else 0
        number = self.number(19, "23")
        return Order(shop.name, number, customer.nick, at, paid_at, payable, paid, lines)

    def number(self, digits: int, head: str) -> str:
        """Make an unused id that does not end in zeros."""
        while True:
            middle = digits - len(head) - 1
            text = f"{head}{self.rng.randrange(10**middle):0{middle}d}{self.rng.randint(1, 9)}"
            if text not in self._ids:
                self._ids.add(text)
                return text

    def settle(self, orders: list[Order], refunded: set[str]) -> None:
        """Give every order the status it has on the day of the export."""
        end = datetime.combine(self.world.story.snapshot, datetime.min.time())
        for order in orders:
            age = end - (order.paid_at or order.created_at)
            if order.order_id in refunded:
                order.status = "交易关闭"
            elif order.paid_at is None:
                order.status = "交易关闭" if age > timedelta(days=1) else "等待买家付款"
            elif age < timedelta(days=SHIP_DAYS):
                order.status = "买家已付款,等待卖家发货"
            elif age < timedelta(days=CONFIRM_DAYS):
                order.status = "卖家已发货，等待买家确认"
            else:
                order.status = "交易成功"

    @staticmethod
    def _fen(shop: Shop, product: Product) -> int:
        return round(product.price * shop.price_factor) * FEN

    def _new_customer(self, at: datetime) -> Customer:
        rng, words = self.rng, self.world.book["words"]
        while True:
            nick = f"tb{rng.randrange(10**7, 10**9)}"
            if rng.random() < CHINESE_NICK:
                nick = rng.choice(words["nicks"]) + rng.choice(
                    ["", "", str(rng.randrange(10, 9999))]
                )
            if nick not in self._nicks:
                break
        self._nicks.add(nick)
        city = rng.choice(words["cities"])
        house = (
            f"{rng.randint(1, 288)}号{rng.randint(1, 30)}幢{rng.randint(1, 26)}0{rng.randint(1, 4)}"
        )
        address = f"{city}市{rng.choice(words['districts'])}{rng.choice(words['roads'])}{house}"
        # One prefix with made-up ends: no number here is meant to be anybody's.
        phone = f"1380013{rng.randrange(10**4):04d}"
        name = rng.choice(words["surnames"]) + rng.choice(words["givens"])
        return Customer(nick, phone, name, address, city, at - timedelta(days=1))
