"""Every KPI of the oracle by its name, evaluated over a period and a grouping."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from oracle import measures, outcome, reception, service
from oracle.facts import Facts
from oracle.measures import Answer, Item, Measure
from oracle.shop import Period

Counting = Callable[[Facts, Period, str], list[Item]]


@dataclass(frozen=True)
class Kpi:
    count: Counting
    measure: Measure
    needs: str = "messages"
    has_channel: bool = True


def _within(count: Callable[[Facts], list[Item]]) -> Counting:
    # Every period and grouping asks for the same things of the same world.
    counted = lru_cache(maxsize=1)(count)
    return lambda facts, period, _by: [item for item in counted(facts) if period.holds(item.at)]


KPIS = {
    "first_response_time": Kpi(_within(service.first_response_time), measures.duration),
    "average_response_interval": Kpi(_within(service.average_response_interval), measures.duration),
    "first_reply_in_target": Kpi(_within(service.first_reply_in_target), measures.ratio),
    "response_timeout_rate": Kpi(_within(service.response_timeout_rate), measures.ratio),
    "reply_rate": Kpi(_within(service.reply_rate), measures.ratio),
    "unanswered_sessions": Kpi(_within(service.unanswered_sessions), measures.total),
    "session_duration": Kpi(_within(service.session_duration), measures.duration),
    "transfer_rate": Kpi(_within(service.transfer_rate), measures.ratio),
    "peak_hour_volume": Kpi(_within(service.peak_hour_volume), measures.busiest_hour),
    "received_customers": Kpi(reception.received_customers, measures.people),
    "complaint_rate": Kpi(
        reception.complaint_rate, measures.people_ratio, "complaints", has_channel=False
    ),
    "ticket_close_time": Kpi(
        _within(outcome.ticket_close_time), measures.duration, "tickets", has_channel=False
    ),
    "csat_score": Kpi(_within(outcome.csat_score), measures.mean, "ratings", has_channel=False),
    "satisfaction_rate": Kpi(
        _within(outcome.satisfaction_rate), measures.ratio, "ratings", has_channel=False
    ),
    "rating_response_rate": Kpi(_within(outcome.rating_response_rate), measures.ratio, "ratings"),
    "inquiry_conversion_rate": Kpi(
        _within(outcome.inquiry_conversion_rate), measures.ratio, "orders"
    ),
    "agent_sales": Kpi(_within(outcome.agent_sales), measures.total, "orders", has_channel=False),
    "average_order_value": Kpi(
        _within(outcome.average_order_value), measures.per_person, "orders", has_channel=False
    ),
}


def evaluate(facts: Facts, period: Period, by: str = "") -> dict[str, Answer]:
    """Results and unsettled rows by KPI; silent on channels where the records name none."""
    answers = {}
    for name, kpi in KPIS.items():
        if kpi.has_channel or "channel" not in by:
            loaded = bool(getattr(facts.world, kpi.needs))
            items = kpi.count(facts, period, by) if loaded else []
            answers[name] = measures.grouped(items, by, kpi.measure)
    return answers
