"""What the report claims: known causes are named, noise is not, and nothing is told twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from test_present_samples import sample_inputs, sample_metrics

from cskpi.insight.agents import standings
from cskpi.insight.changes import changes
from cskpi.insight.engine import find_insights
from cskpi.insight.facts import narrowest_band
from cskpi.insight.material import Material
from cskpi.insight.topics import TopicShare, topic_shares
from cskpi.metrics.against import with_comparisons
from cskpi.metrics.breakdown_files import BreakdownColumn
from cskpi.metrics.breakdowns import BreakdownTable
from cskpi.metrics.control_chart import ControlChart, ControlPoint
from cskpi.metrics.coverage import Coverage, comparable
from cskpi.metrics.finding import Finding, Flag
from cskpi.metrics.uncertainty import wilson
from cskpi.periods import month_period
from cskpi.present.finding_list import insight_record, insight_table
from cskpi.present.insights import insight_step, insight_text

if TYPE_CHECKING:
    from cskpi.insight.insight import Insight
    from cskpi.metrics.declaration import Metric

PERIOD = month_period(date(2026, 10, 1))
METRICS = {metric.name: metric for metric in sample_metrics()}
SHOP = "山野旗舰店"

Hits = tuple[int, int]


def _row(hits: Hits) -> dict[str, Any]:
    above, below = float(hits[0]), float(hits[1])
    return {
        "measured": above / below,
        "numerator": above,
        "denominator": below,
        "sample_size": below,
    }


def _found(metric: Metric, hits: Hits, **dimensions: str | None) -> Finding:
    row = _row(hits)
    low, high = wilson(*hits)
    return Finding(
        metric=metric.name,
        labels=metric.labels,
        unit=metric.unit,
        direction=metric.direction,
        dimensions=dimensions,
        value=row["measured"],
        numerator=row["numerator"],
        denominator=row["denominator"],
        sample_size=hits[1],
        low=low,
        high=high,
    )


def _totals(metric: Metric, now: Hits, then: Hits, year_ago: Hits | None = None) -> list[Finding]:
    """A total compared with the period before and a year ago, as the engine compares them."""
    findings = [replace(_found(metric, now), previous=then[0] / then[1])]
    earlier: dict[Any, dict[str, Any]] = {(): _row(year_ago)} if year_ago else {}
    return with_comparisons(metric, findings, ({(): _row(now)}, {(): _row(then)}, earlier), {})


def _team(metric: Metric, hits: dict[str, Hits]) -> list[Finding]:
    findings = [_found(metric, own, shop=SHOP, agent=name) for name, own in hits.items()]
    rows = {tuple(f.dimensions.items()): _row(hits[str(f.dimensions["agent"])]) for f in findings}
    return with_comparisons(metric, findings, (rows, {}, {}), {})


def _parts(metric: Metric, hits: dict[str, Hits]) -> tuple[Finding, ...]:
    return tuple(_found(metric, own, shop=SHOP, agent=name) for name, own in hits.items())


def _of(metrics: tuple[str, ...], totals: list[Finding], **more: Any) -> tuple[Insight, ...]:
    chosen = tuple(METRICS[name] for name in metrics)
    return find_insights(Material(PERIOD, chosen, tuple(totals), **more))


def test_the_agent_who_got_worse_is_named_with_his_share_of_the_change() -> None:
    metric = METRICS["response_timeout_rate"]
    then = {"阿橙": (50, 500), "小柚": (50, 500)}
    now = {"阿橙": (150, 500), "小柚": (50, 500)}
    (found,) = _of(
        (metric.name,),
        _totals(metric, (200, 1000), (100, 1000)),
        parts=_parts(metric, now),
        parts_before=_parts(metric, then),
    )
    assert (found.kind, found.side, found.metric) == ("change", "worse", metric.name)
    (driver,) = found.drivers
    assert (driver.name, driver.kind) == ("阿橙", "rate")
    # (0.3 − 0.1) × 1/2 of a change of 0.1
    assert (driver.effect, driver.share) == pytest.approx((0.1, 1.0))
    assert insight_text(found) == (
        "响应超时率变差：10.0% → 20.0%（▲ 10.0 百分点）。拆开看：阿橙 10.0% → 30.0%，占变化的 100.0%。"
    )


def test_more_work_for_the_slow_one_is_named_as_mix_and_he_is_not_said_to_be_worse() -> None:
    metric = METRICS["response_timeout_rate"]
    then = {"快": (20, 800), "慢": (100, 200)}
    now = {"快": (10, 400), "慢": (300, 600)}
    (found,) = _of(
        (metric.name,),
        _totals(metric, (310, 1000), (120, 1000)),
        parts=_parts(metric, now),
        parts_before=_parts(metric, then),
    )
    assert {driver.kind for driver in found.drivers} == {"mix"}
    assert "慢（50.0%）接待的占比变了" in insight_text(found)


def test_a_channel_is_named_only_where_it_changed_more_than_its_weight() -> None:
    metric = METRICS["response_timeout_rate"]
    totals = _totals(metric, (200, 1000), (100, 1000))

    def drivers(now: dict[str, Hits], then: dict[str, Hits]) -> list[str | None]:
        parts, before = (
            tuple(_found(metric, own, channel=name) for name, own in side.items())
            for side in (now, then)
        )
        (found,) = _of((metric.name,), totals, parts=parts, parts_before=before)
        return [driver.name for driver in found.drivers]

    then = {"淘宝": (80, 800), "抖音": (20, 200)}
    # Both doubled: 淘宝 has 80 % of the change and of the cases.
    assert drivers({"淘宝": (160, 800), "抖音": (40, 200)}, then) == []
    # (120 − 20) / 200 of a fifth of the cases is the whole change.
    assert drivers({"淘宝": (80, 800), "抖音": (120, 200)}, then) == ["抖音"]


def test_kpis_of_one_group_that_went_the_same_way_are_told_once() -> None:
    names = ("response_timeout_rate", "first_reply_in_target", "reply_rate")
    totals = [
        *_totals(METRICS["response_timeout_rate"], (200, 1000), (100, 1000)),
        *_totals(METRICS["first_reply_in_target"], (700, 1000), (850, 1000)),
        *_totals(METRICS["reply_rate"], (900, 1000), (960, 1000)),
    ]
    (found,) = _of(names, totals)
    assert found.metric == "reply_rate", "the headline speaks for its group"
    assert {also.metric for also in found.also} == {
        "response_timeout_rate",
        "first_reply_in_target",
    }


def test_better_and_worse_of_one_group_are_two_things() -> None:
    totals = [
        *_totals(METRICS["reply_rate"], (960, 1000), (900, 1000)),
        *_totals(METRICS["response_timeout_rate"], (200, 1000), (100, 1000)),
    ]
    found = _of(("reply_rate", "response_timeout_rate"), totals)
    assert {(i.metric, i.side) for i in found} == {
        ("reply_rate", "better"), ("response_timeout_rate", "worse")
    }  # fmt: skip


def test_last_year_is_told_where_the_month_before_does_not_tell_it_already() -> None:
    metric = METRICS["reply_rate"]
    steady = _totals(metric, (900, 1000), (900, 1000), (960, 1000))
    (found,) = _of((metric.name,), steady)
    assert (found.kind, found.side, found.reference) == ("last_year", "worse", 0.96)
    assert insight_text(found).startswith("回复率不如去年同期：96.0% → 90.0%")
    fallen = _totals(metric, (900, 1000), (960, 1000), (960, 1000))
    assert [insight.kind for insight in _of((metric.name,), fallen)] == ["change"]


def test_an_agent_whose_weakness_explains_the_change_is_not_told_again() -> None:
    metric = METRICS["response_timeout_rate"]
    then = {"阿橙": (50, 500), "小柚": (50, 500)}
    now = {"阿橙": (150, 500), "小柚": (50, 500)}
    parts = {"parts": _parts(metric, now), "parts_before": _parts(metric, then)}
    team = tuple(_team(metric, now))
    totals = _totals(metric, (200, 1000), (100, 1000))
    told = _of((metric.name,), totals, by_agent=team, **parts)
    assert [i.id for i in told if i.kind == "agent_weak"] == []
    alone = _of((metric.name,), [], by_agent=team)
    assert [i.dimensions["agent"] for i in alone if i.kind == "agent_weak"] == ["阿橙"]


def test_a_kpi_whose_outcomes_are_mostly_open_is_not_said_to_have_changed() -> None:
    metric = METRICS["reply_rate"]
    (total,) = _totals(metric, (700, 1000), (900, 1000))
    early = replace(total, flags=(Flag("provisional", final_on=date(2026, 11, 3)),))
    late = replace(total, flags=(Flag("provisional", final_on=date(2026, 12, 15)),))
    assert changes([early], [metric], "previous", PERIOD)
    assert not changes([late], [metric], "previous", PERIOD)


def test_a_target_is_missed_only_where_the_whole_interval_misses_it() -> None:
    metric = METRICS["reply_rate"]
    clear = replace(_found(metric, (900, 1000)), target=0.98, status="bad")
    close = replace(_found(metric, (97, 100)), target=0.98, status="warn")
    assert [i.kind for i in _of((metric.name,), [clear])] == ["target"]
    assert _of((metric.name,), [close]) == ()


def test_nothing_is_claimed_inside_noise() -> None:
    """Two periods and four agents that differ by chance alone: claims are rarer than one in ten.

    All tests of a kind are corrected together, so of 80 reports about 4 may claim a change and
    about 4 an agent; 8 leave room for chance, and uncorrected tests would claim in 21 and more.
    """
    rng = np.random.default_rng(20261122)
    names = ("first_reply_in_target", "response_timeout_rate", "reply_rate", "transfer_rate",
             "satisfaction_rate", "inquiry_conversion_rate")  # fmt: skip
    claims = {"changes": 0, "agents": 0}
    for _ in range(80):
        totals, agents = [], []
        for name in names:
            rate = rng.uniform(0.05, 0.9)
            totals += _totals(METRICS[name], _drawn(rng, rate, 400), _drawn(rng, rate, 400))
            agents += _team(METRICS[name], {f"客服{n}": _drawn(rng, rate, 120) for n in range(4)})
        claims["changes"] += bool(changes(totals, METRICS.values(), "previous", PERIOD))
        claims["agents"] += bool(standings(agents, METRICS.values()))
    assert claims["changes"] <= 8, claims
    assert claims["agents"] <= 8, claims


def _drawn(rng: np.random.Generator, rate: float, size: int) -> Hits:
    return max(int(rng.binomial(size, rate)), 1), size


def test_days_out_of_limits_that_lie_together_are_one_event() -> None:
    found = _of((), [], charts=(_chart("first_response_time", 20, 21), _chart("reply_rate", 22)))
    (event,) = [insight for insight in found if insight.kind == "days"]
    assert [day.day for day in event.facts["days"]] == [20, 21, 22]  # type: ignore[attr-defined]
    assert insight_text(event).startswith("10-20 至 10-22 超出平常范围：")
    assert _of((), [], charts=(_chart("first_response_time", 5),)) == (), "one KPI on one day"


def _chart(name: str, *days: int) -> ControlChart:
    metric = METRICS[name]
    points = tuple(
        ControlPoint(
            date(2026, 10, day),
            90.0 if day in days else 30.0,
            50,
            10.0,
            50.0,
            is_judged=True,
            rules=("we1",) if day in days else (),
            side="high" if day in days else None,
        )
        for day in range(1, 32)
    )
    baseline = date(2026, 9, 1), date(2026, 9, 30)
    return ControlChart(
        name, metric.labels, metric.unit, metric.direction, {}, "xmr", "ok", ("we1",), *baseline,
        30, is_own_baseline=False, centre=30.0, spread=None, points=points,
    )  # fmt: skip


def _topics(**counts: int) -> BreakdownTable:
    columns = tuple(
        BreakdownColumn(name, {"zh": name, "en": name}) for name in ("topic", "session_count")
    )
    return BreakdownTable("frequent_topics", {"zh": "", "en": ""}, columns, tuple(counts.items()))


def test_topics_are_shares_of_the_known_ones_and_only_clear_changes_are_told() -> None:
    shares = topic_shares(
        _topics(物流=300, 尺寸=100, 发票=100), _topics(物流=100, 尺寸=200, 发票=100)
    )
    first = shares[0]
    assert (first.topic, first.share, first.known, first.previous_share) == ("物流", 0.6, 500, 0.25)
    assert first.is_large
    assert [share.topic for share in shares if share.has_changed] == ["物流", "尺寸"]
    texts = [insight_text(insight) for insight in _of((), [], topics=shares)]
    assert "“物流”的占比变了：25.0% → 60.0%（▲ 35.0 百分点）。" in texts
    assert not any("发票" in text for text in texts)


def test_a_share_just_above_a_fifth_of_few_sessions_is_not_flagged() -> None:
    (first, *_) = topic_shares(_topics(物流=6, 尺寸=5, 发票=5, 安装=5, 退货=4), None)
    assert first.share > 0.2
    assert not first.is_large
    assert first.p_value is None


@pytest.mark.parametrize(
    ("counts", "band"),
    [
        ({2: 6, 3: 4}, (2, 2)),
        ({23: 3, 0: 3, 12: 4}, (23, 0)),
        (dict.fromkeys(range(24), 1), (0, 14)),
        ({}, None),
    ],
)
def test_the_narrowest_hours_that_hold_most(
    counts: dict[int, float], band: tuple[int, int] | None
) -> None:
    assert narrowest_band(counts) == band


def test_hours_without_cover_are_told_where_most_go_unanswered() -> None:
    counts = {"received_sessions": {3: 20, 10: 200, 15: 180}, "unanswered_sessions": {3: 18, 10: 2}}
    template = _found(METRICS["reply_rate"], (1, 1))
    parts = tuple(
        replace(template, metric=metric, dimensions={"hour": f"{hour:02d}"}, value=float(count))
        for metric, by_hour in counts.items()
        for hour, count in by_hour.items()
    )
    (found,) = _of((), [], parts=parts)
    assert (found.kind, found.value, found.affected) == ("cover", 0.9, 18.0)
    assert "3 时至 3 时" in insight_step(found)


@pytest.mark.parametrize(
    ("run", "night", "text"),
    [
        (9000, 3600, "最长连续回复 2 小时 30 分（小满）"),
        (400, 9000, "夜间在岗最长 2 小时 30 分（小满）"),
    ],
)
def test_rest_reminders_name_what_went_furthest(run: int, night: int, text: str) -> None:
    columns = ("agent_id", "longest_run_seconds", "late_seconds")
    table = BreakdownTable(
        "rest_reminders",
        {"zh": "休息提醒"},
        tuple(BreakdownColumn(name, {"zh": name}) for name in columns),
        (("小满", run, night), ("青禾", 300, 600)),
    )
    (found,) = _of((), [], breakdowns={"rest_reminders": table})
    assert text in insight_text(found)


def test_faults_of_the_data_are_findings_with_a_step() -> None:
    coverage = Coverage(
        first_at=datetime.fromisoformat("2026-10-01"),
        days_without_data=(date(2026, 10, 13),),
        rows_read=1000,
        rows_rejected=50,
        orders=100,
        orders_matched=20,
        agents_unknown=("临时工",),
        accounts={"known": 4, "unknown": 1},
    )
    found = _of((), [], coverage=coverage)
    assert {i.kind for i in found} == {"gaps", "rejected", "orders_unmatched", "agents_unknown"}
    assert all(insight_step(insight) for insight in found)
    texts = " ".join(insight_text(insight) for insight in found)
    assert "有 1 天没有数据（10-13）" in texts
    assert "1,000 行里拒收了 50 行（5.0%）" in texts


def test_totals_are_not_compared_with_a_period_of_clearly_other_coverage() -> None:
    count, ratio = METRICS["received_customers"], METRICS["reply_rate"]
    findings = [replace(_found(m, (60, 100)), previous=0.2) for m in (count, ratio)]
    coverage = Coverage(uneven={"previous": 23})
    told = comparable(findings, METRICS.values(), coverage)
    assert [finding.previous for finding in told] == [None, 0.2]
    assert comparable(findings, METRICS.values(), Coverage()) == tuple(findings)
    (found,) = _of((), [], coverage=coverage)
    assert insight_text(found).startswith("上期 30 天里有 23 天没有数据")
    # A month without any chat before it is no gap: there is nothing to compare with.
    assert not _of((), [], coverage=Coverage(uneven={"previous": 30}))


def test_every_finding_has_its_number_link_and_step_in_both_outputs() -> None:
    insights = sample_inputs().insights
    assert insights
    rows = insight_table(insights).rows
    for insight, row in zip(insights, rows, strict=True):
        record = insight_record(insight)
        assert record["value"] is not None
        assert record["ref"]
        assert record["text"] == row.cells[2].text
        assert record["step"] == row.cells[4].text != ""
    assert [i.score for i in insights] == sorted((i.score for i in insights), reverse=True)


def test_a_topic_without_a_period_before_has_no_change() -> None:
    (only,) = topic_shares(_topics(物流=10), None)
    assert only == TopicShare("物流", 10, 1.0, only.low, 1.0, 10)
