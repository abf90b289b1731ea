"""Every KPI of the oracle by its name, evaluated over a period and a grouping."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

from oracle import (
    bots,
    measures,
    outcome,
    profiles,
    reception,
    resolution,
    selling,
    service,
    staff,
    workload,
)
from oracle.facts import Facts
from oracle.measures import Answer, Item, Measure
from oracle.sales import Terms
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


def _conversion(days: int) -> Kpi:
    count = partial(selling.inquiry_conversion, days=days)
    return Kpi(_within(count), measures.ratio, "orders")


def sales(terms: Terms) -> dict[str, Kpi]:
    """The KPIs of paid orders under these settings."""

    def kpi(count: Callable[..., list[Item]], measure: Measure) -> Kpi:
        return Kpi(_within(partial(count, terms=terms)), measure, "orders", has_channel=False)

    return {
        "agent_sales": kpi(selling.agent_sales, measures.total),
        "agent_sales_share": kpi(selling.agent_sales_share, measures.share),
        "silent_sales_share": kpi(selling.silent_sales_share, measures.share),
        "average_order_value": kpi(selling.average_order_value, measures.per_person),
        "items_per_order": kpi(selling.items_per_order, measures.per_person),
        "upsell_rate": kpi(selling.upsell_rate, measures.ratio),
        "repurchase_rate": kpi(partial(selling.repurchase, days=30), measures.people_ratio),
        "repurchase_rate_90d": kpi(partial(selling.repurchase, days=90), measures.people_ratio),
    }


KPIS = {
    "first_response_time": Kpi(_within(service.first_response_time), measures.duration),
    "average_response_interval": Kpi(_within(service.average_response_interval), measures.duration),
    "first_reply_in_target": Kpi(_within(service.first_reply_in_target), measures.ratio),
    "response_timeout_rate": Kpi(_within(service.response_timeout_rate), measures.ratio),
    "reply_rate": Kpi(_within(service.reply_rate), measures.ratio),
    "reply_in_target": Kpi(_within(service.reply_in_target), measures.ratio),
    "slow_response_rate": Kpi(_within(service.slow_response_rate), measures.ratio),
    "short_session_rate": Kpi(_within(service.short_session_rate), measures.ratio),
    "long_session_rate": Kpi(_within(service.long_session_rate), measures.ratio),
    "queue_time": Kpi(
        _within(resolution.queue_time), measures.duration, "listed", has_channel=False
    ),
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
    "taobao_3min_response": Kpi(_within(profiles.taobao_3min_response), measures.ratio),
    "jd_first_30s_rate": Kpi(_within(profiles.jd_first_30s_rate), measures.ratio),
    "pdd_3min_reply_rate": Kpi(_within(profiles.pdd_3min_reply_rate), measures.ratio),
    "pdd_5min_reply_rate": Kpi(_within(profiles.pdd_5min_reply_rate), measures.ratio),
    "pdd_1hour_reply_rate": Kpi(_within(profiles.pdd_1hour_reply_rate), measures.ratio),
    "kuaishou_3min_reply_rate": Kpi(_within(profiles.kuaishou_3min_reply_rate), measures.ratio),
    "douyin_3min_reply_rate_each": Kpi(
        _within(profiles.douyin_3min_reply_rate_each), measures.ratio
    ),
    "douyin_3min_reply_rate_mean": Kpi(
        _within(profiles.douyin_3min_reply_rate_mean), measures.ratio
    ),
    "tmall_mean_response": Kpi(_within(profiles.tmall_mean_response), measures.duration),
    "jd_mean_response": Kpi(_within(profiles.jd_mean_response), measures.duration),
    "zendesk_first_reply_time": Kpi(_within(profiles.zendesk_first_reply_time), measures.duration),
    "gorgias_first_response_time": Kpi(
        _within(profiles.gorgias_first_response_time), measures.middle
    ),
    "jd_message_left_rate": Kpi(
        _within(profiles.jd_message_left_rate), measures.ratio, "presences"
    ),
    "first_contact_resolution": Kpi(_within(resolution.first_contact_resolution), measures.ratio),
    "easemob_first_contact_resolution": Kpi(
        _within(resolution.easemob_first_contact_resolution), measures.ratio
    ),
    "repeat_contact_rate": Kpi(_within(resolution.repeat_contact_rate), measures.ratio),
    "problem_resolution_rate": Kpi(_within(resolution.problem_resolution_rate), measures.ratio),
    "complaint_conversion_rate": Kpi(
        _within(resolution.complaint_conversion_rate), measures.ratio, "complaints"
    ),
    "refund_after_contact_rate": Kpi(
        _within(resolution.refund_after_contact_rate), measures.ratio, "refunds"
    ),
    "complaint_close_time": Kpi(
        _within(resolution.complaint_close_time), measures.duration, "complaints", has_channel=False
    ),
    "ticket_in_sla_rate": Kpi(
        _within(resolution.ticket_in_sla_rate), measures.ratio, "tickets", has_channel=False
    ),
    "bot_resolution_rate": Kpi(_within(bots.bot_resolution_rate), measures.ratio),
    "bot_to_human_rate": Kpi(_within(bots.bot_to_human_rate), measures.ratio),
    "ignored_handoff_requests": Kpi(_within(bots.ignored_handoff_requests), measures.ratio),
    "context_repeat_rate": Kpi(_within(bots.context_repeat_rate), measures.ratio),
    "bot_share": Kpi(_within(bots.bot_share), measures.ratio),
    "handoff_wait": Kpi(_within(bots.handoff_wait), measures.duration),
    "bot_turns_before_human": Kpi(_within(bots.bot_turns_before_human), measures.duration),
    "csat_score": Kpi(_within(outcome.csat_score), measures.mean, "ratings", has_channel=False),
    "satisfaction_rate": Kpi(
        _within(outcome.satisfaction_rate), measures.ratio, "ratings", has_channel=False
    ),
    "rating_response_rate": Kpi(_within(outcome.rating_response_rate), measures.ratio, "ratings"),
    "inquiry_conversion_rate": _conversion(1),
    "inquiry_conversion_same_day": _conversion(0),
    "inquiry_conversion_final": _conversion(4),
    "inquiry_order_rate": Kpi(_within(selling.inquiry_order_rate), measures.ratio, "orders"),
    "inquiry_loss": Kpi(_within(selling.inquiry_loss), measures.total, "orders"),
    "repurchase_after_contact": Kpi(
        _within(selling.repurchase_after_contact), measures.ratio, "orders"
    ),
    "payment_chase_success_rate": Kpi(
        _within(selling.payment_chase_success_rate), measures.ratio, "orders"
    ),
    "received_sessions": Kpi(_within(service.peak_hour_volume), measures.total),
    "messages_handled": Kpi(_within(workload.messages_handled), measures.total),
    "qa_message_ratio": Kpi(_within(workload.qa_message_ratio), measures.share),
    "handling_time": Kpi(_within(workload.handling_time), measures.duration, has_channel=False),
    "max_concurrency": Kpi(workload.max_concurrency, measures.largest, has_channel=False),
    **sales(Terms()),
}

FORMER = {
    "tmall_mean_response_2020": Kpi(_within(profiles.tmall_mean_response_2020), measures.duration),
    "jd_first_30s_rate_2021": Kpi(_within(profiles.jd_first_30s_rate_2021), measures.ratio),
}
"""Rules of platforms that were in force in 2021 and are no longer."""

STAFF = {
    name: Kpi(_within(count), measure, has_channel=False)
    for name, count, measure in (
        ("online_hours", staff.online_hours, measures.total),
        ("saturation", staff.saturation, measures.heads),
        ("shift_adherence", staff.shift_adherence, measures.share),
        ("attendance_rate", staff.attendance_rate, measures.ratio),
        ("coverage_gap_hours", staff.coverage_gap_hours, measures.total),
        ("coverage_24h", staff.coverage_24h, measures.share),
        ("workload_stress", staff.workload_stress, measures.mean),
        ("turnover_rate", staff.turnover_rate, measures.heads),
        ("tenure", staff.tenure, measures.duration),
    )
}
"""Asked of shops with rosters; in those that write at any hour the text leaves too much open."""


def evaluate(
    facts: Facts, period: Period, by: str = "", kpis: Mapping[str, Kpi] = KPIS
) -> dict[str, Answer]:
    """Results and unsettled rows by KPI; silent on channels where the records name none."""
    answers = {}
    for name, kpi in kpis.items():
        if kpi.has_channel or "channel" not in by:
            loaded = bool(getattr(facts.world, kpi.needs))
            items = kpi.count(facts, period, by) if loaded else []
            answers[name] = measures.grouped(items, by, kpi.measure)
    return answers
