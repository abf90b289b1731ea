"""The KPIs of exports that name no time of day: a transcript cannot say this, a bare file can.

Day 1: S1 answered by A; S2 asked of A and answered by B; S3 an auto-reply only; S4 opened by A, and
nobody answered the customer. Day 2: S5 answered by A. The order of the rows is all there is.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from blank import blank_database

from cskpi.ingest.load import LoadOptions, load_file
from cskpi.metrics.catalog import load_catalog
from cskpi.metrics.evaluate import evaluate
from cskpi.model.build import build_model
from cskpi.periods import month_period
from cskpi.settings import load_settings

if TYPE_CHECKING:
    from cskpi.metrics.finding import Finding

HEADER = "shop,session_id,sender_role,customer_id,agent_id,content\n"
ROSTER = """\
店铺,客服,日期,班次,上班时间,下班时间
旗舰店,A,2026-10-01,早班,09:00,17:00
旗舰店,B,2026-10-02,早班,09:00,17:00
"""
FIRST_DAY = """\
旗舰店,S1,customer,c1,A,在吗
旗舰店,S1,agent,c1,A,在
旗舰店,S2,customer,c2,A,在吗
旗舰店,S2,agent,c2,B,A 休息，我来
旗舰店,S3,customer,c3,A,在吗
旗舰店,S3,auto_reply,c3,A,您好
旗舰店,S4,agent,c4,A,亲，还没付款哦
旗舰店,S4,customer,c4,A,有券吗
"""
SECOND_DAY = """\
旗舰店,S5,customer,c1,A,发货了吗
旗舰店,S5,agent,c1,A,今天
"""
EXPECTED: dict[str, tuple[float | None, float | None, float | None]] = {
    # value, numerator, denominator: what needs a clock has no number, what needs an order has one
    "first_response_time": (None, None, None),
    "average_response_interval": (None, None, None),
    "first_reply_in_target": (None, None, None),
    "response_timeout_rate": (None, None, None),
    "session_duration": (None, None, None),
    "reply_in_target": (None, None, None),
    "slow_response_rate": (None, None, None),
    "short_session_rate": (None, None, None),
    "long_session_rate": (None, None, None),
    "tmall_mean_response": (None, None, None),
    "taobao_3min_response": (None, None, None),
    "jd_first_30s_rate": (None, None, None),
    "jd_mean_response": (None, None, None),
    "pdd_3min_reply_rate": (None, None, None),
    "pdd_5min_reply_rate": (None, None, None),
    "kuaishou_3min_reply_rate": (None, None, None),
    "douyin_3min_reply_rate_each": (None, None, None),
    "zendesk_first_reply_time": (None, None, None),
    "easemob_first_contact_resolution": (None, None, None),
    "first_contact_resolution": (None, None, None),
    "repeat_contact_rate": (None, None, None),
    "problem_resolution_rate": (None, None, None),
    "peak_hour_volume": (None, None, None),
    "unanswered_sessions": (2, 2, None),  # S3, and S4 whose only human message came before
    "reply_rate": (3 / 5, 3, 5),  # c1, c2 and c1 on the second day, of five customer-days
    "transfer_rate": (1 / 4, 1, 4),  # S2 of S1, S2, S4, S5
    "received_customers": (4, 4, None),
    "received_sessions": (5, 5, None),
    "messages_handled": (4, 4, None),  # one each in S1, S2, S4, S5
    "qa_message_ratio": (1, 4, 4),
    "max_concurrency": (None, None, None),
    "online_hours": (None, None, None),
    "saturation": (None, None, None),
    "workload_stress": (None, None, None),
    "shift_adherence": (None, None, None),
    "coverage_gap_hours": (None, None, None),
    "attendance_rate": (1 / 2, 1, 2),  # A wrote on his day, B did not on his
    "coverage_24h": (16 / 48, 16, 48),  # by the roster: eight hours on each of two days
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Finding]:
    folder = tmp_path_factory.mktemp("exports")
    settings = load_settings({}, folder=folder, environment={})
    metrics = load_catalog().select(list(EXPECTED))
    with blank_database() as con:
        for day, rows in ((1, FIRST_DAY), (2, SECOND_DAY)):
            export = folder / f"{day}.csv"
            export.write_text(HEADER + rows, encoding="utf-8")
            load_file(con, export, LoadOptions(kind="messages", days=(date(2026, 10, day),) * 2))
        roster = folder / "shifts.csv"
        roster.write_text(ROSTER, encoding="utf-8")
        load_file(con, roster, LoadOptions(kind="shifts"))
        build_model(con, settings)
        findings = evaluate(con, metrics, month_period(date(2026, 10, 1)), [()], settings)
    return {finding.metric: finding for finding in findings}


@pytest.mark.parametrize("name", EXPECTED)
def test_what_needs_a_clock_has_no_number_and_what_needs_an_order_has_one(
    name: str, found: dict[str, Finding]
) -> None:
    shown = (found[name].value, found[name].numerator, found[name].denominator)
    assert shown == EXPECTED[name]
