from __future__ import annotations

import re
from dataclasses import replace
from typing import TypeVar

from test_present_samples import empty_inputs, sample_inputs

from cskpi.insight.topics import TopicShare
from cskpi.periods import resolve_period
from cskpi.present.document import (
    AgentPage,
    CardGrid,
    Document,
    Facts,
    Hint,
    Note,
    Sentences,
    Table,
)
from cskpi.present.graphs import HeatMap, LineGrid
from cskpi.present.report import build_report
from cskpi.texts import set_language
from cskpi.texts import table as texts

BlockType = TypeVar("BlockType")


def _block(document: Document, section: str, kind: type[BlockType]) -> BlockType:
    blocks = next(part.blocks for part in document.sections if part.id == section)
    return next(block for block in blocks if isinstance(block, kind))


def test_sections_follow_the_order_a_reader_asks_in() -> None:
    sections = build_report(sample_inputs()).sections
    assert [section.id for section in sections if section.level == 1] == [
        "overview", "headline", "speed", "resolution", "satisfaction", "sales", "workload",
        "agents", "shops", "topics", "coverage", "definitions",
    ]  # fmt: skip
    parts = [section.id for section in sections if section.level == 2]
    assert parts[:3] == ["findings", "trends", "speed-agents"]
    assert parts[-3:] == ["hourly_load", "workload-agents", "agent-pages"]


def test_chapters_without_data_have_no_chart_and_no_table() -> None:
    sections = build_report(empty_inputs()).sections
    assert not {"headline", "trends", "speed-agents", "agent-pages"} & {s.id for s in sections}
    for section in sections:
        if section.id in ("speed", "satisfaction", "sales", "agents", "topics"):
            assert [type(block) for block in section.blocks] == [Hint], section.id


def test_a_chapter_without_data_names_the_export_and_its_kpis() -> None:
    hint = _block(build_report(empty_inputs()), "satisfaction", Hint)
    assert "满意度评分" in hint.text
    (ratings,) = hint.exports
    assert ratings.label == "评价"
    assert "满意度评分" in ratings.cell.text
    assert "cskpi load" in ratings.remark


def test_one_shop_needs_no_comparison_of_shops() -> None:
    document = build_report(replace(sample_inputs(), shops=("山野旗舰店",)))
    assert "shops" not in [section.id for section in document.sections]


def test_five_sentences_answer_in_the_order_a_reader_asks() -> None:
    items = _block(build_report(sample_inputs()), "overview", Sentences).items
    month, what, why, who, next_step = (item.text for item in items)
    assert month == (
        "2026 年 10 月有 6,921 位买家来咨询（比上月 ▲ 13.4%）；8 个核心指标里，"
        "1 个达标、6 个没有达标；3 个明显变好、2 个明显变差。"
    )
    assert what.startswith("变化：工单闭环时长变差：26 小时 → 2 天 5 小时")
    assert why.startswith("原因线索：")
    assert who.startswith("人员：")
    assert next_step.startswith("下一步：看看")
    assert "有 2 天没有数据" in items[0].note


def test_sentences_claim_only_what_the_intervals_carry() -> None:
    texts = [s.text for s in _block(build_report(sample_inputs()), "findings", Sentences).items]
    assert "投诉率变差：0.6% → 1.1%（▲ 0.5 百分点）。" in texts
    assert any("回复率明显没有达标：97.1%，目标 ≥ 98.0%" in text for text in texts)
    assert not any("满意度评分变" in text for text in texts)


def test_every_link_leads_to_a_place_in_the_report() -> None:
    document = build_report(sample_inputs())
    ids = {section.id for section in document.sections}
    blocks = [block for section in document.sections for block in section.blocks]
    ids |= {block.id for block in blocks if isinstance(block, AgentPage)}
    refs = {
        item.ref for block in blocks if isinstance(block, Sentences) for item in block.items
    } - {""}
    assert refs
    assert {ref for ref in refs if not ref.startswith("def-")} <= ids


def test_without_a_previous_period_nothing_is_compared() -> None:
    inputs = sample_inputs()
    totals = tuple(replace(f, previous=None, comparisons=()) for f in inputs.totals)
    document = build_report(replace(inputs, totals=totals, insights=()))
    sentences = _block(document, "overview", Sentences)
    assert sentences.items[0].text == "没有 2026-09 的数据，无法比较。"
    cards = _block(document, "headline", CardGrid).cards
    assert {card.change.text for card in cards} == {"–"}


def test_a_card_says_in_words_what_its_colour_says() -> None:
    cards = {
        card.ref: card for card in _block(build_report(sample_inputs()), "headline", CardGrid).cards
    }
    first = cards["first_response_time"]
    assert first.value.text == "33 秒"
    assert first.value.value == 33.4
    assert (first.change.text, first.change.mark) == ("▼ 18.5%", "变好")
    assert first.status is not None
    assert first.status.text == "接近目标"
    assert first.lines == (
        (("上期 41 秒", "41 秒"), ("目标 ≤ 30 秒", "≤ 30 秒")),
        (("中位 21 秒", "21 秒"), ("P90 1 分 20 秒", "1 分 20 秒")),
        (("95% 区间 33 秒–34 秒", "33 秒–34 秒"), ("样本 8,210", "8,210")),
    )
    assert cards["received_customers"].status is None


def test_days_without_data_are_gaps_not_zeros() -> None:
    grid = _block(build_report(sample_inputs()), "trends", LineGrid)
    heights = [point.height for point in grid.charts[0].points]
    assert len(heights) == 31
    assert heights[12] is heights[13] is None
    assert all(height is not None for height in heights[14:])
    assert grid.table.rows[12].cells[1].text == "–"


def test_axes_are_round_and_hold_line_and_target() -> None:
    for chart in _block(build_report(sample_inputs()), "trends", LineGrid).charts:
        heights = [point.height for point in chart.points if point.height is not None]
        heights += [chart.target.at] if chart.target else []
        assert chart.bottom <= min(heights)
        assert chart.top >= max(heights)
        assert len({tick.label for tick in chart.y_ticks}) == len(chart.y_ticks) > 1


def test_counts_durations_and_money_start_at_zero() -> None:
    charts = {
        chart.ref: chart
        for chart in _block(build_report(sample_inputs()), "trends", LineGrid).charts
    }
    assert charts["received_customers"].bottom == 0
    assert charts["first_response_time"].bottom == 0
    assert charts["reply_rate"].bottom > 0.9


def test_agents_stand_by_shop_and_the_unnamed_one_last() -> None:
    table = _block(build_report(sample_inputs()), "agents", Table)
    assert table.rows[0].is_total
    first_shop = [row.cells[0].text for row in table.rows if row.group == "山野旗舰店"]
    assert first_shop[-1] == "（未记名）"
    assert len(table.rows) == 13


def test_what_nobody_answered_is_no_person_to_be_judged() -> None:
    inputs = sample_inputs()
    bad = tuple(
        replace(f, value=0.0, low=0.0, high=0.0, status="bad")
        if f.dimensions["agent"] is None
        else f
        for f in inputs.by_agent
    )
    table = _block(build_report(replace(inputs, by_agent=bad)), "agents", Table)
    unnamed = next(row for row in table.rows if row.cells[0].text == "（未记名）")
    assert {cell.mark for cell in unnamed.cells} == {""}


def test_a_small_sample_is_shown_with_its_size_and_not_judged() -> None:
    table = _block(build_report(sample_inputs()), "agents", Table)
    small = [cell for row in table.rows for cell in row.cells if cell.mark.startswith("n=")]
    assert small
    assert {cell.tone for cell in small} == {"muted"}


def test_an_hour_without_sessions_is_zero_and_an_uncovered_weekday_is_no_data() -> None:
    whole = _block(build_report(sample_inputs()), "hourly_load", HeatMap)
    assert whole.shades[0][0] == 0.0
    assert max(shade or 0 for line in whole.shades for shade in line) == 1.0
    week_end = resolve_period(start="2026-10-03", end="2026-10-04")
    assert week_end is not None
    inputs = replace(sample_inputs(), period=week_end)
    breakdown = replace(inputs.breakdowns[0], rows=inputs.breakdowns[0].rows[-32:])
    short = _block(build_report(replace(inputs, breakdowns=(breakdown,))), "hourly_load", HeatMap)
    assert short.shades[0][0] is None
    assert short.table.rows[0].cells[1].text == "–"


def test_a_missing_export_is_named_with_the_kpis_it_empties() -> None:
    notes = [
        block.text
        for section in build_report(empty_inputs()).sections
        for block in section.blocks
        if isinstance(block, Note)
    ]
    assert any(note.startswith("没有装入评价") and "满意度评分" in note for note in notes)


def test_coverage_adds_up_in_words() -> None:
    facts = _block(build_report(sample_inputs()), "coverage", Facts)
    remarks = {fact.label: (fact.cell.text, fact.remark) for fact in facts.items}
    assert remarks["读入行数"] == ("102,345", "接受 100,120 + 重复 2,102 + 拒收 123")
    assert remarks["没有数据的日子"] == ("2", "10-13、10-14")


def test_parameters_in_force_win_over_those_of_the_file() -> None:
    inputs = replace(sample_inputs(), parameters={"first_reply_in_target": {"target_seconds": 45}})
    definitions = build_report(inputs).sections[-1].blocks[0]
    assert "时限：45 秒" in str(definitions)


def test_every_text_has_both_languages() -> None:
    assert all(set(entry) == {"zh", "en"} for entry in texts().values())


def test_the_english_report_has_no_chinese_but_the_names_of_the_data() -> None:
    inputs = sample_inputs()
    topics = (TopicShare("logistics", 30, 0.6, 0.46, 0.72, 50, 0.3, 0.001),)
    parts = replace(inputs, topics=topics, presets=("taobao",), without_rows=frozenset({"ratings"}))
    names = {name for f in inputs.by_agent for name in f.dimensions.values() if name}
    # 千牛 is what the platform's seller tool is called.
    names |= {*inputs.shops, *inputs.coverage.agents_unknown, "千牛"}
    set_language("en")
    try:
        text = repr(build_report(parts)) + repr(
            build_report(replace(empty_inputs(), presets=("taobao",)))
        )
    finally:
        set_language("zh")
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")
    found = set(re.findall(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef][^\\'\"]{0,20}", text))
    assert not found
