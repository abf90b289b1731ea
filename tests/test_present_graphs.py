"""Raw numbers become measured blocks, and these become charts that say the same."""

from __future__ import annotations

import math
import random
import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_present_samples import HOSTILE, sample_inputs

from cskpi.present import charts, charts_parts
from cskpi.present.agent_graphs import agent_graphs
from cskpi.present.axes import log_axis, value_axis
from cskpi.present.cells import number_cell, text_cell, value_cell
from cskpi.present.document import (
    AgentPage,
    Document,
    Example,
    ExampleLine,
    Examples,
    Fact,
    Hint,
    Section,
    Sentence,
    Sentences,
    Table,
)
from cskpi.present.graphs import Bars, LimitChart, LimitGrid, Limits, Signal
from cskpi.present.plotting import day_points, ranking_bars, small_multiples, sparkline
from cskpi.present.plotting_parts import distribution, funnel, waterfall
from cskpi.present.report import build_report

if TYPE_CHECKING:
    from cskpi.metrics.finding import Finding

EDGES = (0, 1, 2, 3, 5, 8, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200, 3600, math.inf)
CHAPTERS = ("overview", "headline", "trends", "speed", "agents", "load", "coverage", "definitions")
NAMES = [*HOSTILE, *(f"客服{n}" for n in range(20))]
DAYS = [date(2026, 10, 1) + timedelta(days=n) for n in range(31)]


def total(metric: str) -> Finding:
    return next(finding for finding in sample_inputs().totals if finding.metric == metric)


def bins() -> list[tuple[float, float, int]]:
    rng = random.Random(3)  # noqa: S311  a picture, not a secret
    waits = [rng.lognormvariate(3.2, 0.9) for _ in range(2000)]
    return [(low, high, sum(low <= wait < high for wait in waits)) for low, high in pairwise(EDGES)]


def graph_document() -> Document:
    """Return the sample report with a chapter of every graphic block, and hostile texts."""
    inputs = sample_inputs()
    document = build_report(inputs)
    response = total("first_response_time")
    agents = [f for f in inputs.by_agent if f.metric == "first_response_time"]
    steps = [("询单", 4021), ("下单", 1702), ("付款", 1371)]
    graphs = (
        funnel("询单到付款", [(name, number_cell(size, "count")) for name, size in steps]),
        waterfall(
            total("inquiry_conversion_rate"),
            ("2026 年 9 月", 0.312),
            [("首次响应变慢", -0.012), (HOSTILE[0], 0.03), ("售前客户变多", 0.011)],
            "2026 年 10 月",
        ),
        distribution(response, bins()),
        ranking_bars("首次响应时间：按客服", response, agents, names=NAMES[: len(agents)]),
    )
    series = [(found, _heights(found)) for found in agents[:4]]
    panels = small_multiples(response, series, DAYS, names=NAMES[:4])
    chapter = Section("graphs", "图", "图", (*graphs, panels, limit_grid()), lead="每种图一张")
    hint = Hint("没有质检数据。", (Fact("评分表", text_cell("qa.csv"), "cskpi qa sample"),))
    examples = Examples("等得最久", (example("session-x1"),), Table((), (), is_collapsed=True))
    page = AgentPage(
        "agent-x1",
        HOSTILE[6],
        "山野旗舰店",
        next(b for s in document.sections for b in s.blocks if isinstance(b, Table)),
        (Sentence("满意度评分 4.72，高 0.11。", "good", note="n = 210"),),
        (Sentence("首次响应时间 42 秒。", "bad", step="少接一组会话"),),
        graphs[2:],
        (example("session-x2"),),
    )
    more = (
        chapter,
        Section("talk", "会话", "会话", (hint, examples, Sentences(())), level=2),
        Section("persons", "一人一页", "一人一页", (page,)),
    )
    stored = replace(example("session-x3"), kpis=("complaint_rate",))
    # A browser looks at every element: chapters like those before them only cost time.
    kept = [section for section in document.sections if section.id in CHAPTERS]
    return replace(document, sections=(*kept, *more), examples=(stored,))


def _heights(found: Finding) -> list[float | None]:
    return [None if day.day in (12, 14) else (found.value or 0) + day.day % 5 for day in DAYS]


def limit_grid() -> LimitGrid:
    heights = [70.0 if day.day == 13 else 30.0 + day.day % 7 for day in DAYS]
    axis = value_axis([0, *heights], "duration")
    chart = LimitChart(
        "首次响应时间",
        "first_response_time",
        value_cell(total("first_response_time")),
        "控制图",
        day_points(DAYS, heights, "duration"),
        tuple(Limits(20, 33, 46) if day.day > 2 else None for day in DAYS),
        (Signal(12, "偏高，变差"),),
        axis.ticks,
        (),
        axis.bottom,
        axis.top,
    )
    return LimitGrid((chart,), Table((), ()), "灰带是正常波动")


def example(name: str) -> Example:
    lines = (
        ExampleLine("20:14:02", "顾客", "customer", "在吗？<b>急用</b>"),
        ExampleLine("20:14:03", "系统", "other", "您好，人工客服马上就来"),
        ExampleLine(
            "20:20:22", HOSTILE[0], "agent", "今天已经发出了", "等了 6 分 20 秒", is_key=True
        ),
    )
    reason = "等了 6 分 20 秒"
    facts = (Fact("等待", text_cell(reason, "bad")),)
    return Example(
        name,
        f"会话 {name}",
        reason,
        lines,
        facts,
        kpis=("first_response_time",),
        more="另有 3 条",
    )


def test_a_funnel_is_true_to_its_numbers() -> None:
    counts = [("询单", 4000), ("下单", 1000), ("付款", 800)]
    block = funnel("漏斗", [(name, number_cell(size, "count")) for name, size in counts])
    # 1000 / 4000 = 0.25; 800 / 4000 = 0.2; 800 / 1000 = 80 %
    assert [step.share for step in block.steps] == [1.0, 0.25, 0.2]
    assert [step.rate.text if step.rate else "" for step in block.steps] == ["", "25.0%", "80.0%"]
    widths = re.findall(r'd="M0,[\d.]+h([\d.]+)v22', charts_parts.funnel_svg(block))
    assert [float(width) for width in widths] == [360, 90, 72]


def test_a_waterfall_adds_up_and_says_where_its_axis_starts() -> None:
    rate = total("inquiry_conversion_rate")
    block = waterfall(rate, ("九月", 0.30), [("快", 0.03), ("慢", -0.01)], "十月")
    # 0.30 + 0.03 = 0.33; 0.33 - 0.01 = 0.32
    assert [round(part.end, 9) for part in block.parts] == [0.30, 0.33, 0.32, 0.32]
    assert [part.value.tone for part in block.parts] == ["plain", "good", "bad", "plain"]
    assert block.bottom > 0
    assert "不是从 0 起" in block.legend


def test_the_order_of_adding_leaves_no_trace_in_a_waterfall() -> None:
    rate = total("inquiry_conversion_rate")
    parts = [0.1 + 0.2 - 0.3 + 1e-3, 1e-3]
    assert parts[0] != parts[1]
    one, other = (waterfall(rate, ("九月", 0.3), [("快", part)], "十月") for part in parts)
    assert one.parts[1].value == other.parts[1].value
    assert charts_parts.waterfall_svg(one) == charts_parts.waterfall_svg(other)


def test_the_area_of_a_bin_is_its_share() -> None:
    block = distribution(
        total("first_response_time"), [(1, 10, 30), (10, 100, 30), (100, 10_000, 60)]
    )
    # On a logarithmic axis the last bin is twice as wide, so as high as the others.
    assert [round(found.right - found.left, 6) for found in block.bins] == [0.25, 0.25, 0.5]
    assert [round(found.height, 6) for found in block.bins] == [1.0, 1.0, 1.0]
    assert [row.cells[2].text for row in block.table.rows] == ["25.0%", "25.0%", "50.0%"]
    # 30, 60 and 120 of 120 lie below the right edges.
    assert [row.cells[3].text for row in block.table.rows] == ["25.0%", "50.0%", "100.0%"]
    assert [found.reached for found in block.bins] == [0.25, 0.5, 1.0]


def test_bins_without_an_end_are_named_so() -> None:
    block = distribution(total("first_response_time"), [(0, 10, 1), (10, math.inf, 1)])
    assert [row.cells[0].text for row in block.table.rows] == ["10 秒 以内", "10 秒 以上"]
    assert block.bins[0].left == 0.0
    assert block.bins[-1].right == pytest.approx(1.0)


def test_bars_start_at_zero_and_carry_their_intervals() -> None:
    agents = [f for f in sample_inputs().by_agent if f.metric == "csat_score" and f.value]
    block = ranking_bars("评分", total("csat_score"), agents, names=NAMES[: len(agents)])
    assert block.start == 0.0
    assert all(b.low is not None and b.low <= b.end <= (b.high or 1) for b in block.bars)
    assert {mark.kind for mark in block.marks} == {"mean", "target"}


def test_agents_are_ranked_best_first_and_told_apart() -> None:
    inputs = sample_inputs()
    metrics = [metric for metric in inputs.metrics if metric.name == "csat_score"]
    twins = tuple(
        replace(found, dimensions={"shop": shop, "agent": f"{shop}:阿宁"}, value=value)
        for found, shop, value in zip(
            [f for f in inputs.by_agent if f.metric == "csat_score" and f.value],
            ("甲店", "乙店", "丙店"),
            (4.1, 4.7, 4.4),
            strict=False,
        )
    )
    (block,) = agent_graphs(replace(inputs, by_agent=twins), metrics)
    assert isinstance(block, Bars)
    assert [bar.label for bar in block.bars] == ["阿宁 · 乙店", "阿宁 · 丙店", "阿宁 · 甲店"]
    assert [row.cells[1].text for row in block.table.rows] == ["4.70", "4.40", "4.10"]


def test_a_day_without_data_is_a_gap() -> None:
    known = sparkline([1, 2, 3, 4], "count", "x")
    broken = sparkline([1, 2, None, 4], "count", "x")
    for spark, strokes in ((known, 1), (broken, 2)):
        line = re.search(r'<path d="([^"]*)" stroke=', charts.spark_svg(spark))
        assert line
        assert line[1].count("M") == strokes


def test_the_same_chart_gives_the_same_bytes_and_no_style_attribute() -> None:
    block = distribution(total("first_response_time"), bins())
    drawn = charts_parts.distribution_svg(block)
    assert drawn == charts_parts.distribution_svg(block)
    assert "style=" not in drawn
    assert "font-family" not in drawn


@given(st.lists(st.floats(-1e7, 1e9), min_size=1, max_size=20))
def test_an_axis_holds_all_its_values(values: list[float]) -> None:
    for unit in ("count", "duration", "money"):
        axis = value_axis(values, unit)
        hair = (axis.top - axis.bottom) * 1e-6
        assert axis.bottom - hair <= min(0, *values)
        assert max(0, *values) <= axis.top + hair
        assert 2 <= len(axis.ticks) <= 7


def test_a_logarithmic_axis_is_labelled_at_round_durations() -> None:
    axis = log_axis(1, 3600)
    assert [tick.label for tick in axis.ticks][:3] == ["1 秒", "3 秒", "10 秒"]
    assert axis.place(math.log(60)) == pytest.approx(0.5)
