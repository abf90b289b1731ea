"""What follows a conversation: ratings, tickets, complaints and refunds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from .feeling import closing_mood, score_of
from .records import Complaint, Exports, Order, Rating, Refund, Session, Ticket

if TYPE_CHECKING:
    from random import Random

    from .market import Market
    from .shop import World

# Chance of a ticket, its kind and title, by topic.
TICKETS = {
    "bolt": (0.62, "补发配件", "折叠桌桌腿螺丝规格不符"),
    "missing": (0.68, "补发配件", "{p}少件补发"),
    "damage": (0.5, "换货", "{p}运输破损"),
    "quality": (0.45, "质量反馈", "{p}质量问题"),
    "install": (0.18, "安装预约", "{p}上门安装"),
    "logistics": (0.16, "物流催件", "{p}物流停滞"),
    "urge": (0.12, "物流催件", "{p}催发货"),
    "invoice": (0.15, "发票", "{p}补开发票"),
}
# Chance of a refund request, its reason, and whether all the money goes back.
REFUNDS = {
    "return": (0.74, "7天无理由退换货", True),
    "bolt": (0.36, "质量问题", True),
    "quality": (0.3, "质量问题", True),
    "damage": (0.3, "商品破损/污渍", False),
    "missing": (0.1, "少件/漏发", False),
    "urge": (0.1, "未按约定时间发货", True),
    "logistics": (0.06, "快递一直未送到", True),
}
COMPLAINTS = {
    "bolt": ("商品质量", 0.46),
    "quality": ("商品质量", 0.2),
    "damage": ("商品质量", 0.15),
    "missing": ("商品少件", 0.13),
    "urge": ("延迟发货", 0.16),
    "logistics": ("物流问题", 0.14),
    "return": ("售后处理", 0.15),
    "install": ("服务态度", 0.06),
}
RATES, RATES_WELL, RATES_BADLY, RATES_AGAIN, COMMENTS = 0.2, 0.28, 0.42, 0.05, 0.45
GOOD_ENOUGH, ANGRY_ENOUGH = 4, -0.8
TICKET_HOURS, BATCH_HOURS, NEVER_CLOSED, BATCH_NEVER_CLOSED = 17.0, 46.0, 0.03, 0.1
SILENT_REFUND, REFUND_CLOSED, BLAMES_AGENT = 0.025, 0.08, 0.3


class Aftermath:
    """Writes the records that a conversation leads to."""

    def __init__(self, world: World, market: Market, exports: Exports, rng: Random) -> None:
        self.world, self.market, self.exports, self.rng = world, market, exports, rng
        end = datetime.combine(world.story.snapshot, datetime.min.time())
        self._end = end
        self._refunded: set[str] = set()

    def follow(self, session: Session) -> None:
        """Add whatever this conversation leads to."""
        if session.owner is not None:
            self._rating(session)
            self._ticket(session)
        self._refund(session)
        self._complaint(session)

    def silent_refund(self, order: Order) -> None:
        """Some give their purchase back without a word."""
        if order.paid_at and self.rng.random() < SILENT_REFUND:
            at = order.paid_at + timedelta(days=self.rng.uniform(2, 9))
            self._request(order, at, "7天无理由退换货", whole=True)

    def refunded(self) -> set[str]:
        """Orders whose whole amount went back."""
        done = [item for item in self.exports.refunds if item.status == "退款成功"]
        return {item.order.order_id for item in done if item.amount == item.order.paid}

    def _rating(self, session: Session) -> None:
        rng, feeling, owner = self.rng, session.feeling, session.owner
        chance = RATES_WELL if feeling > 1 else RATES_BADLY if feeling < ANGRY_ENOUGH else RATES
        if owner is None or rng.random() > chance:
            return
        at = session.ended_at + timedelta(seconds=rng.randint(20, 2400))
        score = score_of(feeling)
        self._rate(session, owner.account, score, at)
        later = at + timedelta(minutes=rng.uniform(20, 200))
        if rng.random() < RATES_AGAIN and later.date() == at.date():
            changed = max(1, min(5, score + rng.choice((-1, 1, 1))))
            self._rate(session, owner.account, changed, later.replace(microsecond=0))

    def _rate(self, session: Session, account: str, score: int, at: datetime) -> None:
        plan, rng, common = session.plan, self.rng, self.world.book["common"]
        pool = "comment_good" if score >= GOOD_ENOUGH else "comment_bad"
        if score == GOOD_ENOUGH - 1:
            pool = "comment_mid"
        if score < GOOD_ENOUGH and plan.topic == "bolt":
            pool = "comment_bolt"
        comment = rng.choice(common[pool]) if rng.random() < COMMENTS else ""
        number = self.market.number(10, "8")
        session_id = session.messages[0].session_id or None
        self.exports.ratings.append(
            Rating(
                shop=plan.shop.name,
                rating_id=number,
                session_id=session_id,
                customer=plan.customer.nick,
                agent=account,
                score=score,
                comment=comment,
                rated_at=at,
                session_at=plan.at,
            )
        )

    def _ticket(self, session: Session) -> None:
        plan, rng = session.plan, self.rng
        chance, kind, title = TICKETS.get(plan.topic, (0.0, "", ""))
        if session.owner is None or plan.is_repeat or rng.random() > chance:
            return
        batch = plan.topic == "bolt"
        hours = rng.lognormvariate(0, 0.7) * (BATCH_HOURS if batch else TICKET_HOURS)
        created = session.ended_at + timedelta(seconds=rng.randint(30, 900))
        closed: datetime | None = (created + timedelta(hours=hours)).replace(microsecond=0)
        never = rng.random() < (BATCH_NEVER_CLOSED if batch else NEVER_CLOSED)
        if never or closed is None or closed >= self._end:
            closed = None
        status = "已完结" if closed else rng.choice(["处理中", "处理中", "待处理"])
        self.exports.tickets.append(
            Ticket(
                shop=plan.shop.name,
                ticket_id=self.market.number(12, "GD26"),
                order_id=plan.order.order_id if plan.order else "",
                customer=plan.customer.nick,
                agent=session.owner.account,
                kind=kind,
                title=title.format(p=plan.product.short),
                status=status,
                created_at=created,
                closed_at=closed,
            )
        )

    def _refund(self, session: Session) -> None:
        plan = session.plan
        chance, reason, whole = REFUNDS.get(plan.topic, (0.0, "", False))
        if plan.order is None or not plan.order.paid or self.rng.random() > chance:
            return
        at = session.ended_at + timedelta(minutes=self.rng.uniform(1, 600))
        self._request(plan.order, at, reason, whole=whole)

    def _request(self, order: Order, at: datetime, reason: str, *, whole: bool) -> None:
        rng = self.rng
        if order.order_id in self._refunded:
            return
        self._refunded.add(order.order_id)
        applied = at.replace(microsecond=0)
        done = (applied + timedelta(hours=rng.uniform(3, 130))).replace(microsecond=0)
        amount = order.paid if whole else min(order.paid, rng.choice([30, 50, 80, 120]) * 100)
        status = "退款成功" if rng.random() > REFUND_CLOSED else "退款关闭"
        finished: datetime | None = done
        if done >= self._end:
            status, finished = "买家已经申请退款，等待卖家同意", None
        number = self.market.number(18, "17")
        refund = Refund(order.shop, number, order, status, amount, applied, finished, reason)
        self.exports.refunds.append(refund)

    def _complaint(self, session: Session) -> None:
        plan, rng = session.plan, self.rng
        kind, chance = COMPLAINTS.get(plan.topic, ("", 0.0))
        angry = closing_mood(session.feeling) == "angry"
        if not plan.order or rng.random() > (chance if angry else chance * 0.2):
            return
        if session.owner and session.owner.style == "brisk" and rng.random() < BLAMES_AGENT:
            kind = "服务态度"
        filed = session.ended_at + timedelta(hours=rng.uniform(0.2, 40))
        closed = filed + timedelta(hours=rng.lognormvariate(0, 0.5) * 60)
        is_open = closed >= self._end or rng.random() < NEVER_CLOSED
        self.exports.complaints.append(
            Complaint(
                shop=plan.shop.name,
                complaint_id=self.market.number(11, "TS26"),
                order_id=plan.order.order_id,
                customer=plan.customer.nick,
                agent=session.owner.account if session.owner else "",
                kind=kind,
                status="处理中" if is_open else rng.choice(["已处理", "已处理", "已撤诉"]),
                filed_at=filed.replace(microsecond=0),
                closed_at=None if is_open else closed.replace(microsecond=0),
                product=plan.product.short,
            )
        )
