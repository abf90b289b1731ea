"""Every KPI of the oracle by its name, evaluated over a period and a grouping."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from oracle import kpis, measures, reception
from oracle.kpis import Facts
from oracle.measures import Item, Key, Measure, Result
from oracle.shop import Period

Counting = Callable[[Facts], list[Item]]
Receiving = Callable[[Facts, Period, str], list[Item]]


@dataclass(frozen=True)
class Kpi:
    count: Counting | None
    measure: Measure
    needs: str = "messages"
    receive: Receiving | None = None
    has_channel: bool = True

    def items(self, facts: Facts, period: Period, by: str) -> list[Item]:
        if not getattr(facts.world, self.needs):
            return []
        if self.receive is not None:
            return self.receive(facts, period, by)
        counted = self.count(facts) if self.count else []
        return [item for item in counted if period.holds(item.at)]


KPIS = {
    "first_response_time": Kpi(kpis.first_response_time, measures.duration),
    "average_response_interval": Kpi(kpis.average_response_interval, measures.duration),
    "first_reply_in_target": Kpi(kpis.first_reply_in_target, measures.ratio),
    "response_timeout_rate": Kpi(kpis.response_timeout_rate, measures.ratio),
    "reply_rate": Kpi(kpis.reply_rate, measures.ratio),
    "unanswered_sessions": Kpi(kpis.unanswered_sessions, measures.total),
    "session_duration": Kpi(kpis.session_duration, measures.duration),
    "transfer_rate": Kpi(kpis.transfer_rate, measures.ratio),
    "ticket_close_time": Kpi(
        kpis.ticket_close_time, measures.duration, "tickets", has_channel=False
    ),
    "csat_score": Kpi(kpis.csat_score, measures.mean, "ratings", has_channel=False),
    "satisfaction_rate": Kpi(kpis.satisfaction_rate, measures.ratio, "ratings", has_channel=False),
    "rating_response_rate": Kpi(kpis.rating_response_rate, measures.ratio, "ratings"),
    "complaint_rate": Kpi(
        None, measures.people_ratio, "complaints", reception.complaint_rate, has_channel=False
    ),
    "inquiry_conversion_rate": Kpi(kpis.inquiry_conversion_rate, measures.ratio, "orders"),
    "agent_sales": Kpi(kpis.agent_sales, measures.total, "orders", has_channel=False),
    "average_order_value": Kpi(
        kpis.average_order_value, measures.per_person, "orders", has_channel=False
    ),
    "received_customers": Kpi(None, measures.people, receive=reception.received_customers),
    "peak_hour_volume": Kpi(kpis.peak_hour_volume, measures.busiest_hour),
}


Answer = tuple[dict[Key, Result], set[Key]]


def evaluate(facts: Facts, period: Period, by: str = "") -> dict[str, Answer]:
    """Results and unsettled rows by KPI; silent on channels where orders and tickets name none."""
    return {
        name: measures.grouped(kpi.items(facts, period, by), by, kpi.measure)
        for name, kpi in KPIS.items()
        if kpi.has_channel or "channel" not in by
    }
