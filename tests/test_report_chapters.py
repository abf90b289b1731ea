"""The report of a small shop that exported chats alone: hints, quotes, and one voice everywhere."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from transcripts import Shop, make_shop, open_shop

from cskpi.gathering import report_inputs
from cskpi.insight.session_parts import by_session_part
from cskpi.metrics.catalog import load_catalog
from cskpi.periods import Period, month_period, resolve_period
from cskpi.pipeline import open_facts
from cskpi.present.document import AgentPage, Document, Hint, Sentences, Table
from cskpi.present.finding_list import insight_table
from cskpi.present.masking import mask_quote, mask_session_id
from cskpi.present.report import build_report
from cskpi.settings import load_settings
from cskpi.texts import say

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

    from cskpi.present.inputs import ReportInputs

NICK = "tb987654"
CHATS_ONLY = f"""
# shop=旗舰店 session=S1 customer={NICK} channel=app
2026-10-01 10:00:00 客户→A 我是{NICK}，地址是浙江省杭州市余杭区文一西路969号3幢501室，电话13812345678
2026-10-01 10:05:00 客服 A 好的，收件人：张小三，稍等
2026-10-01 10:05:30 客户→A 太差了，我要投诉你们
# shop=旗舰店 session=S2 customer=c2 channel=app
2026-10-02 11:00:00 客户→A 能便宜点吗
2026-10-02 11:00:20 客服 A 亲，在的
# shop=旗舰店 session=S3 customer=c3 channel=app
2026-10-03 12:00:00 客户→A 物流到哪了
"""

BUYERS = """
# shop=旗舰店 session=S1 customer=c1
2026-10-10 10:00:00 客户→A 桌子晃
2026-10-10 10:01:00 客服 A 亲，看看
# session=S2 customer=c2
2026-10-10 11:00:00 客户→A 在吗
# session=S3 customer=c3
2026-10-10 12:00:00 客户→A 灯不亮
# session=S4 customer=c4
2026-10-10 13:00:00 客户→A 少了一件
"""
ORDERS = """shop,order_id,customer_id,created_at,paid_at,paid_amount,title,quantity
旗舰店,o1,c1,2026-10-01 10:00:00,2026-10-01 10:00:00,99,折叠桌,1
旗舰店,o2,c1,2026-10-05 10:00:00,2026-10-05 10:00:00,99,台灯,1
旗舰店,o3,c2,2026-10-12 10:00:00,2026-10-12 10:00:00,99,折叠桌,1
旗舰店,o4,c3,2026-10-02 10:00:00,2026-10-02 10:00:00,99,衣架,1
旗舰店,o5,c4,2026-10-02 10:00:00,2026-10-02 10:00:00,99,折叠桌,1
旗舰店,o5,c4,2026-10-02 10:00:00,2026-10-02 10:00:00,99,台灯,1
"""
COMPLAINTS = """shop,complaint_id,order_id,customer_id,filed_at
旗舰店,k1,o1,c1,2026-10-11 12:00:00
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return make_shop(tmp_path_factory.mktemp("shop"), CHATS_ONLY, db="unused")


@pytest.fixture(scope="module")
def inputs(shop: Shop) -> ReportInputs:
    period = resolve_period(month="2026-10")
    assert isinstance(period, Period)
    settings = replace(shop.settings, values={**shop.settings.values, "db": str(shop.path)})
    with open_facts(settings, texts=True) as con:
        return report_inputs(con, load_catalog(), period, settings)


@pytest.fixture(scope="module")
def document(inputs: ReportInputs) -> Document:
    return build_report(inputs)


def _hints(document: Document, section: str) -> list[Hint]:
    blocks = next(part.blocks for part in document.sections if part.id == section)
    return [block for block in blocks if isinstance(block, Hint)]


@pytest.mark.parametrize(
    ("chapter", "export", "kpi"),
    [("sales", "订单", "咨询转化率"), ("satisfaction", "评价", "满意度评分"),
     ("satisfaction", "投诉", "投诉率"), ("resolution", "工单", "工单及时率")],
)  # fmt: skip
def test_a_missing_export_is_named_with_its_kpis_and_how_to_get_it(
    document: Document, chapter: str, export: str, kpi: str
) -> None:
    (hint,) = _hints(document, chapter)
    assert kpi in hint.text
    (named,) = [fact for fact in hint.exports if fact.label == export]
    assert kpi in named.cell.text
    assert "cskpi load" in named.remark


def test_what_has_no_data_has_no_chart_and_no_empty_table(document: Document) -> None:
    ids = {section.id for section in document.sections}
    assert not {"funnel", "sales_by_agent", "complaints_by_kind", "open_tickets"} & ids
    tables = [
        (section.id, block)
        for section in document.sections
        for block in section.blocks
        if isinstance(block, Table)
    ]
    empty = [(name, table.empty) for name, table in tables if not table.rows]
    assert empty == [("signals", say("control.none"))], "a month without signals is no lack of data"


def test_quotes_show_no_customer_phone_or_address(inputs: ReportInputs, document: Document) -> None:
    pages = [b for s in document.sections for b in s.blocks if isinstance(b, AgentPage)]
    (page,) = pages
    quoted = repr(page.examples)
    assert "投诉" in quoted
    for private in (NICK, "13812345678", "文一西路", "张小三"):
        assert private not in quoted
        assert private not in repr(document)
    revealed = build_report(replace(inputs, reveal=True))
    shown = repr([b for s in revealed.sections for b in s.blocks if isinstance(b, AgentPage)])
    assert all(private in shown for private in (NICK, "13812345678", "文一西路", "张小三"))


def test_an_agents_page_quotes_at_most_three_sessions_with_reasons(document: Document) -> None:
    (page,) = [b for s in document.sections for b in s.blocks if isinstance(b, AgentPage)]
    assert [example.reason for example in page.examples] == [
        "买家不满、首次回复等了 5 分", "没有人工回复", "没有上述问题，聊得较多的一段",
    ]  # fmt: skip
    slow = page.examples[0]
    assert [(line.side, line.mark) for line in slow.lines] == [
        ("customer", ""), ("agent", "等了 5 分"), ("customer", ""),
    ]  # fmt: skip
    assert "first_response_time" in slow.kpis
    assert slow.place[:3] == (("shop", "旗舰店"), ("agent", "A"), ("day", "2026-10-01"))


def test_kpis_are_told_by_what_their_sessions_were_about(shop: Shop) -> None:
    period = resolve_period(month="2026-10")
    assert isinstance(period, Period)
    settings = replace(shop.settings, values={**shop.settings.values, "db": str(shop.path)})
    metric = next(metric for metric in load_catalog().own() if metric.name == "received_sessions")
    with open_facts(settings, texts=True) as con:
        now, before = by_session_part(con, [metric], period, settings)
    # S1 names its address before it complains, and as often; S2 asks for the price, S3 for the
    # parcel. All are before any sale, and one stage alone tells nothing.
    told = {finding.dimensions.get("topic"): finding.value for finding in now}
    assert told == {"logistics": 2, "price": 1}
    assert before == []


def test_complaints_and_sessions_are_told_by_the_product_bought_before(tmp_path: Path) -> None:
    (tmp_path / "transcript.txt").write_text(BUYERS, encoding="utf-8")
    (tmp_path / "orders.csv").write_text(ORDERS, encoding="utf-8")
    (tmp_path / "complaints.csv").write_text(COMPLAINTS, encoding="utf-8")
    period, settings = month_period(date(2026, 10, 1)), load_settings({}, environment={})
    catalog = {metric.name: metric for metric in load_catalog().own()}
    metrics = [catalog["complaint_rate"], catalog["received_sessions"]]
    with open_shop(tmp_path, settings) as con:
        now, before = by_session_part(con, metrics, period, settings)
    told = {
        (finding.metric, finding.dimensions["product"]): (finding.numerator, finding.denominator)
        for finding in now
        if "product" in finding.dimensions
    }
    # c1 bought the table and later a lamp, and complained about the table; c2 bought the table after
    # asking; c3 a hanger; c4 two things at once, so nobody knows which.
    assert told["complaint_rate", "折叠桌"] == (1, 2)
    assert told["complaint_rate", "衣架"] == (0, 1)
    assert told["complaint_rate", None] == (0, 1)
    sessions = {f.dimensions["product"]: f.value for f in now
                if f.metric == "received_sessions" and "product" in f.dimensions}  # fmt: skip
    # When c1 came the lamp was the latest; c2 had bought nothing yet.
    assert sessions == {"台灯": 1, "衣架": 1, None: 2}
    assert before == []


def test_the_command_and_the_report_tell_the_same_findings(
    cli: Cli, shop: Shop, inputs: ReportInputs, document: Document
) -> None:
    words = ("findings", "--month", "2026-10", "--format", "json", "--db", shop.path)
    found = [item["text"] for item in json.loads(cli(*words).stdout)["findings"]]
    told = next(s.blocks[0] for s in document.sections if s.id == "findings")
    assert isinstance(told, Sentences)
    listed = [row.cells[2].text for row in insight_table(inputs.insights).rows]
    assert found == listed
    assert [item.text for item in told.items] == (found or [say("insight.none")])


def test_an_id_made_of_the_customer_does_not_name_him() -> None:
    assert mask_session_id("住在树上@20261030T205628#2") == "住***@20261030T205628#2"
    assert mask_session_id("S26103101968") == "S26103101968"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("座机 0571-88886666", "座机 057****666"),
        ("订单号 2310293848572938475", "订单号 231****475"),
        ("把收货地址改成 上海市浦东新区张江镇科苑路88号", "把收货地址改成 上***"),
        ("送到杭州市余杭区文一西路969号就行", "送到杭***就行"),
        ("收件人：张三13812345678，谢谢", "收件人：张***，谢谢"),
        ("电话13812345678…Ｖ信", "电话138****5678…Ｖ信"),
        ("收货地址能改吗", "收货地址能改吗"),
        ("市区可以送货上楼吗，3号前到", "市区可以送货上楼吗，3号前到"),
        ("明天发货，3天内到", "明天发货，3天内到"),
    ],
)
def test_a_quote_masks_what_is_private_and_leaves_the_rest(said: str, shown: str) -> None:
    assert mask_quote(said) == shown
