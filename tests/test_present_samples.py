"""A month of two believable shops, as the pipeline would hand it to the report."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cskpi.insight.engine import find_insights
from cskpi.insight.material import Material
from cskpi.metrics.breakdown_files import BreakdownColumn
from cskpi.metrics.breakdowns import BreakdownTable
from cskpi.metrics.coverage import Coverage
from cskpi.metrics.declaration import Metric, Target
from cskpi.metrics.finding import Comparison, Direction, Finding, Status, Unit
from cskpi.metrics.uncertainty import Z, normal_p_value
from cskpi.periods import month_period
from cskpi.present.inputs import ReportInputs
from cskpi.store.sqlfile import SqlFile

if TYPE_CHECKING:
    from cskpi.insight.insight import Insight

HOSTILE = (
    "<script>alert(1)</script>",
    "[/b][link=http://x]点我[/link]",
    '=HYPERLINK("http://x","y")',
    "\x1b]52;c;cm0gLXJm\x07小明",
    "客服\u202e员工",
    "空\x00字符",
    '"><img src=x onerror=alert(1)>',
    "\x9b2J＝1+1",
)

# name, zh, en, group, type, unit, direction, headline, good, warn, previous, value, n
KPIS: tuple[tuple[Any, ...], ...] = (
    ("first_response_time", "首次响应时间", "First response time", "speed", "mean", "duration", "down", True, 30, 60, 41.0, 33.4, 8210),
    ("average_response_interval", "平均响应间隔", "Average response interval", "speed", "mean", "duration", "down", True, 40, 60, 44.2, 44.9, 30211),
    ("first_reply_in_target", "首响达标率", "First replies within target", "speed", "ratio", "percent", "up", False, 0.9, 0.8, 0.846, 0.871, 8210),
    ("response_timeout_rate", "响应超时率", "Response timeout rate", "speed", "ratio", "percent", "down", False, 0.05, 0.1, 0.121, 0.092, 8630),
    ("reply_rate", "回复率", "Reply rate", "speed", "ratio", "percent", "up", True, 0.98, 0.95, 0.962, 0.9712, 6921),
    ("unanswered_sessions", "未回复会话数", "Unanswered sessions", "speed", "count", "count", "down", False, None, None, 301, 220, 220),
    ("session_duration", "会话时长", "Session duration", "speed", "mean", "duration", "neutral", False, None, None, 402, 411, 8630),
    ("transfer_rate", "转接率", "Transfer rate", "resolution", "ratio", "percent", "down", True, 0.05, 0.1, 0.072, 0.0701, 8210),
    ("ticket_close_time", "工单闭环时长", "Ticket close time", "resolution", "mean", "duration", "down", False, 86400, 172800, 93_600, 190_040, 214),
    ("csat_score", "满意度评分", "Satisfaction score", "satisfaction", "mean", "score", "up", True, 4.6, 4.3, 4.55, 4.61, 1211),
    ("satisfaction_rate", "满意率", "Satisfaction rate", "satisfaction", "ratio", "percent", "up", False, 0.9, 0.85, 0.901, 0.912, 1211),
    ("rating_response_rate", "参评率", "Rating response rate", "satisfaction", "ratio", "percent", "up", False, None, None, 0.15, 0.147, 8210),
    ("complaint_rate", "投诉率", "Complaint rate", "satisfaction", "ratio", "percent", "down", True, 0.005, 0.01, 0.006, 0.0112, 6921),
    ("inquiry_conversion_rate", "咨询转化率", "Inquiry conversion rate", "sales", "ratio", "percent", "up", True, 0.35, 0.3, 0.312, 0.341, 4021),
    ("agent_sales", "客服落实销售额", "Sales credited to agents", "sales", "sum", "money", "up", False, None, None, 412_345.5, 498_201.25, 2210),
    ("average_order_value", "客单价", "Average order value", "sales", "ratio", "money", "up", False, None, None, 186.4, 188.1, 2210),
    ("received_customers", "接待人数", "Customers received", "workload", "count", "count", "neutral", True, None, None, 6102, 6921, 6921),
    ("peak_hour_volume", "高峰小时量", "Busiest hour", "workload", "max", "count", "neutral", False, None, None, 71, 88, 88),
)  # fmt: skip
GROUPS = {
    "speed": {"zh": "响应", "en": "Speed"},
    "resolution": {"zh": "解决", "en": "Resolution"},
    "satisfaction": {"zh": "满意", "en": "Satisfaction"},
    "sales": {"zh": "销售", "en": "Sales"},
    "workload": {"zh": "人力", "en": "Workload"},
}
AGENTS = {
    "山野旗舰店": ("山野:小橙", "山野:小柚", "山野:阿澄", "山野:木木", "山野:晚晚", "山野:新人七七", None),
    "山野工厂店": ("工厂:大鹏", "工厂:小雨", "工厂:阿杰", "工厂:糖糖", "工厂:Lily"),
}  # fmt: skip


def sample_metrics() -> tuple[Metric, ...]:
    return tuple(_metric(row) for row in KPIS)


def _metric(row: tuple[Any, ...]) -> Metric:
    name, zh, en, group, kind, unit, direction, headline, good, warn = row[:10]
    is_timed = name == "first_reply_in_target"
    return Metric(
        name=name,
        labels={"zh": zh, "en": en},
        descriptions={
            "zh": f"{zh}：买家开口后由人工客服处理的部分，自动回复不算，机器人单独统计。",
            "en": f"{en}: what human agents did after a customer wrote; bots are counted apart.",
        },
        formula={"zh": f"{zh}的分子 ÷ 分母", "en": "numerator ÷ denominator"},
        group=group,
        type=kind,
        unit=unit,
        direction=direction,
        grain="session",
        sources=("ratings",) if group == "satisfaction" else ("sessions", "messages"),
        origin="seed 1 §2",
        version=1,
        file=SqlFile(Path(f"{name}.sql"), "metric", {}, "SELECT 1", 1),
        headline=headline,
        target=None if good is None else Target(good, warn),
        min_sample=20,
        params={"target_seconds": 30} if is_timed else {},
    )


def _finding(row: tuple[Any, ...], value: float | None, size: int, **more: Any) -> Finding:
    name, zh, en, _, kind, unit, direction, _, good, warn, *_ = row
    spread = _spread(kind, unit, value, size)
    is_mean = kind == "mean" and unit == "duration" and value is not None
    return Finding(
        metric=name,
        labels={"zh": zh, "en": en},
        unit=unit,
        direction=direction,
        value=value,
        numerator=round((value or 0) * size, 2) if kind in ("ratio", "mean") else None,
        denominator=size if kind in ("ratio", "mean") else None,
        sample_size=size,
        low=None if spread is None or value is None else max(value - spread, 0.0),
        high=None if spread is None or value is None else _ceiling(unit, value + spread),
        median=(value or 0) * 0.62 if is_mean else None,
        p90=(value or 0) * 2.4 if is_mean else None,
        target=good,
        status=_status(value, good, warn, direction, size),
        **more,
    )


def _previous(row: tuple[Any, ...]) -> dict[str, Any]:
    """The period before, as uncertain as this one."""
    _, _, _, _, kind, unit, direction, _, _, _, previous, value, size = row
    reach, apart = _spread(kind, unit, value, size), value - previous
    if reach is None:
        return {"previous": previous}
    error = reach / Z * 2**0.5
    p_value = normal_p_value(apart / error)
    side = "better" if (apart > 0) == (direction == "up") else "worse"
    word: Any = side if p_value <= 0.05 else "no_clear_change"
    ends = apart - Z * error, apart + Z * error
    compared = Comparison("previous", previous, apart, *ends, p_value, word)
    return {"previous": previous, "comparisons": (compared,)}


def _insights(inputs: ReportInputs) -> tuple[Insight, ...]:
    return find_insights(
        Material(
            period=inputs.period,
            metrics=inputs.metrics,
            totals=inputs.totals,
            by_agent=inputs.by_agent,
            breakdowns={table.name: table for table in inputs.breakdowns},
            coverage=inputs.coverage,
        )
    )


def _ceiling(unit: Unit, high: float) -> float:
    return min(high, 1.0) if unit == "percent" else high


def _spread(kind: str, unit: Unit, value: float | None, size: int) -> float | None:
    if value is None or size == 0:
        return None
    if kind == "ratio" and unit == "percent":
        return float(1.96 * (max(value * (1 - value), 0.0001) / size) ** 0.5)
    return float(1.96 * value * 0.9 / size**0.5) if kind == "mean" else None


def _status(
    value: float | None, good: float | None, warn: float | None, direction: Direction, size: int
) -> Status | None:
    if value is None:
        return None
    if size < 20 and good is not None:
        return "small_sample"
    if good is None or warn is None:
        return None
    sign = 1 if direction == "up" else -1
    if value * sign >= good * sign:
        return "good"
    return "warn" if value * sign >= warn * sign else "bad"


def _part(
    rng: random.Random, row: tuple[Any, ...], share: float, scatter: float
) -> tuple[float | None, int]:
    kind, unit, value, size = row[4], row[5], row[11], row[12]
    part = max(int(size * share), 0)
    if kind in ("count", "sum"):
        return round(value * share * rng.uniform(0.9, 1.1), 2 if unit == "money" else 0), part
    if part == 0:
        return None, 0
    width = min(value, 1 - value) if unit == "percent" else value
    drawn = value + rng.gauss(0, scatter) * width
    return (
        round(drawn) if unit == "count" else min(drawn, 5.0) if unit == "score" else drawn
    ), part


def sample_inputs(*, hostile: bool = False) -> ReportInputs:
    rng = random.Random(7)  # noqa: S311  a picture, not a secret
    period = month_period(date(2026, 10, 1))
    missing = (date(2026, 10, 13), date(2026, 10, 14))
    agents = {shop: list(names) for shop, names in AGENTS.items()}
    if hostile:
        agents = {f"店{HOSTILE[0]}": list(HOSTILE), HOSTILE[3]: [HOSTILE[2], HOSTILE[1]]}
    inputs = ReportInputs(
        period=period,
        previous=period.previous(),
        shops=tuple(agents),
        metrics=sample_metrics(),
        groups=GROUPS,
        totals=tuple(_finding(row, row[11], row[12], **_previous(row)) for row in KPIS),
        by_agent=tuple(
            _finding(row, *_part(rng, row, share, 0.12), dimensions={"shop": shop, "agent": agent})
            for shop, names in agents.items()
            for agent, share in zip(names, _shares(rng, len(names)), strict=True)
            for row in KPIS
        ),
        by_day=tuple(
            _finding(row, *_part(rng, row, _day_share(day), 0.06), dimensions={"day": f"{day}"})
            for day in (date(2026, 10, 1) + timedelta(days=n) for n in range(31))
            if day not in missing
            for row in KPIS
        ),
        by_shop=tuple(
            _finding(row, *_part(rng, row, share, 0.08), dimensions={"shop": shop})
            for shop, share in zip(agents, (0.66, 0.34), strict=True)
            for row in KPIS
        ),
        breakdowns=(_hourly_load(rng),),
        coverage=_coverage(missing, tuple(HOSTILE) if hostile else ("山野:临时工", "外包01")),
    )
    return replace(inputs, insights=_insights(inputs))


def _shares(rng: random.Random, count: int) -> list[float]:
    shares = [rng.uniform(0.05, 0.15) for _ in range(count)]
    shares[-1] = 0.004
    return shares


def _day_share(day: date) -> float:
    return (0.05 if day.day in (20, 21) else 0.028) * (1.2 if day.isoweekday() > 5 else 1.0)


def _hourly_load(rng: random.Random) -> BreakdownTable:
    rows = []
    for weekday in range(1, 8):
        for hour in range(8, 24):
            curve = 4 + 9 * (hour in (10, 11, 14, 15)) + 14 * (hour in (20, 21, 22))
            count = round(curve * 4.4 * rng.uniform(0.8, 1.2))
            rows.append((weekday, hour, count, count / 4.4))
    return BreakdownTable(
        "hourly_load",
        {"zh": "时段负荷", "en": "Load by hour"},
        (
            BreakdownColumn("weekday", {"zh": "星期", "en": "Weekday"}),
            BreakdownColumn("hour", {"zh": "小时", "en": "Hour"}),
            BreakdownColumn("session_count", {"zh": "会话数", "en": "Sessions"}, "count"),
            BreakdownColumn(
                "sessions_per_hour",
                {"zh": "平均每小时会话数", "en": "sessions per such hour"},
                "count",
            ),
        ),
        tuple(rows),
        group="workload",
        view="heat_map",
    )


def _coverage(missing: tuple[date, ...], unknown: tuple[str, ...]) -> Coverage:
    return Coverage(
        first_at=datetime.fromisoformat("2026-10-01T08:00:12"),
        last_at=datetime.fromisoformat("2026-10-31T23:58:01"),
        days_without_data=missing,
        files=7,
        rows_read=102_345,
        rows_accepted=100_120,
        rows_duplicate=2_102,
        rows_rejected=123,
        reject_reasons={"bad_time": 101, "unknown_role": 22},
        orders=5_210,
        orders_matched=3_120,
        agents_unknown=unknown,
        has={"messages": 92_120, "orders": 5_210, "ratings": 1_320, "tickets": 214, "shifts": 0},
    )


def empty_inputs() -> ReportInputs:
    period = month_period(date(2026, 10, 1))
    return ReportInputs(
        period=period,
        previous=period.previous(),
        shops=(),
        metrics=sample_metrics(),
        groups=GROUPS,
        totals=tuple(_finding(row, None, 0) for row in KPIS),
        coverage=Coverage(has={"messages": 0, "ratings": 0}),
        without_rows=frozenset({"messages", "sessions", "ratings"}),
    )


def test_sample_has_every_unit_and_an_unnamed_agent() -> None:
    inputs = sample_inputs()
    assert {f.unit for f in inputs.totals} == {"count", "percent", "duration", "money", "score"}
    assert any(finding.dimensions["agent"] is None for finding in inputs.by_agent)
