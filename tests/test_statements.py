"""What of an agent's words is a checkable statement, and how it stands to the knowledge base."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cskpi.enrich.normalise import normalise
from cskpi.quality.clauses import Quantity, clauses, number
from cskpi.quality.knowledge import Entry, KnowledgeBase

ENTRIES = (
    ("ship", "多久发货", "什么时候发货|几天能发", "现货付款后48小时内发货", "预售商品以页面为准"),
    ("late", "可以延期发货吗", "能晚点发吗", "可以延期，最晚延到30天内发货", ""),
    ("warranty", "质保多久", "保修几年", "整机质保两年，电池质保6个月", ""),
    ("return", "支持七天无理由退货吗", "不想要了能退吗", "支持七天无理由退货", ""),
    ("refund", "退款多久到账", "钱什么时候退", "验收后3个工作日内退款", ""),
    ("insurance", "有运费险吗", "退货运费谁出", "有运费险", ""),
    ("floor", "送货上楼怎么收费", "没电梯要加钱吗", "没有电梯的每层加10元", ""),
    ("price", "有价保吗", "降价补差价吗", "支持30天价保", ""),
    ("split", "可以分期吗", "花呗能分几期", "支持分期，3期免息", ""),
    ("measure", "可以定制尺寸吗", "能改尺寸吗", "不支持定制", ""),
    ("invoice", "可以开发票吗", "发票多久开", "可以开发票，确认收货后7天内开具", ""),
    ("two_a", "会员有折扣吗", "", "会员消费满100元可以打折", ""),
    ("two_b", "会员打折要求", "", "会员消费满200元可以打折", ""),
)
SAID = {
    # agreement, however it is worded
    "付款后48小时内发出哦": {"ship": "agrees"},
    "两天内发货": {"ship": "agrees"},
    "48小时内发货，到杭州大概3天": {"ship": "agrees", None: "not_covered"},
    "您放心，质保2年的": {"warranty": "agrees"},
    "质保二十四个月": {"warranty": "agrees"},
    "质保半年的是电池": {"warranty": "agrees"},
    "支持7天无理由退货的亲": {"return": "agrees"},
    "验收后3个工作日内给您退款": {"refund": "agrees"},
    "有运费险的，放心拍": {"insurance": "agrees"},
    "没电梯的话送上楼每层加10元": {"floor": "agrees"},
    "30天价保，降价了找我": {"price": "agrees"},
    "这款是3期免息的": {"split": "agrees"},
    "不支持定制的哦": {"measure": "agrees"},
    "确认收货后一周内开发票": {"invoice": "agrees"},
    "延期的话最晚30天内发货": {"late": "agrees"},
    # contradiction
    "付款后72小时内发货": {"ship": "contradicts"},
    "24小时内就能发出": {"ship": "contradicts"},
    "质保三年": {"warranty": "contradicts"},
    "我们不支持七天无理由退货": {"return": "contradicts"},
    "15天无理由退货": {"return": "contradicts"},
    "没有运费险的": {"insurance": "contradicts"},
    "送上楼每层加20元": {"floor": "contradicts"},
    "支持15天价保": {"price": "contradicts"},
    "12期免息": {"split": "contradicts"},
    "支持定制，尺寸发我": {"measure": "contradicts"},
    "确认收货后30天内开发票": {"invoice": "contradicts"},
    # about: a third to either side
    "一般40小时左右发货": {"ship": "agrees"},
    "大概5天发货": {"ship": "contradicts"},
    # another unit is not compared
    "验收后2天内退款": {None: "not_covered"},
    # questions, conditions, guesses, others' rules, exceptions
    "质保三年吗": {},
    "您是问能不能质保三年？": {},
    "如果质保三年就好了": {},
    "质保应该是三年": {},
    "质保可能三年": {},
    "别家质保三年": {},
    "之前质保是三年": {},
    "质量问题不受七天无理由限制": {},
    "预售的72小时内发货": {None: "not_covered"},
    # what is no fact of any entry
    "补偿您20元": {None: "not_covered"},
    "安装大概40分钟": {None: "not_covered"},
    "发出后3天左右到杭州": {None: "not_covered"},
    "师傅24小时内联系您": {None: "not_covered"},
    "10月12日到的货": {},
    "这块板给您换新": {},
    "您好，在的": {},
    "可以的，我帮您登记": {},
    # where the knowledge base is of two minds nobody is wrong
    "会员消费满200元可以打折": {"two_b": "agrees"},
}
"""Text -> entry and verdict of each statement."""


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    columns = [normalise(pl.Series(texts)).to_list() for texts in zip(*ENTRIES, strict=True)]
    return KnowledgeBase([Entry(*row) for row in zip(*columns, strict=True)])


def test_statements_are_judged_as_a_person_would(base: KnowledgeBase) -> None:
    forms = normalise(pl.Series(list(SAID))).to_list()
    found = {
        text: {judged.kb_id: judged.verdict for judged in base.judge(form)}
        for text, form in zip(SAID, forms, strict=True)
    }
    wrong = {text: found[text] for text, expected in SAID.items() if found[text] != expected}
    assert wrong == {}, "\n".join(f"{k}: {v}" for k, v in wrong.items())


def test_both_texts_stand_beside_each_other(base: KnowledgeBase) -> None:
    (judged,) = base.judge("亲,质保三年哦{smile}")
    assert (judged.said, judged.known) == ("质保三年", "质保多久：整机质保两年")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("48小时", ("hours", 48, 48)),
        ("两三天", ("hours", 48, 72)),
        ("3-5天", ("hours", 72, 120)),
        ("一个月", ("hours", 720, 720)),
        ("十五天", ("hours", 360, 360)),
        ("3到5个工作日", ("workdays", 3, 5)),
        ("99.5元", ("yuan", 99.5, 99.5)),
    ],
)
def test_quantities_are_read_with_their_unit(text: str, expected: tuple[str, float, float]) -> None:
    (clause,) = clauses(text)
    (quantity,) = clause.quantities
    assert (quantity.kind, quantity.low, quantity.high) == expected


@pytest.mark.parametrize("text", ["10月12日", "2026年", "第3天", "这两天", "每天"])
def test_dates_and_turns_of_speech_are_no_quantities(text: str) -> None:
    assert not [quantity for clause in clauses(text) for quantity in clause.quantities]


@pytest.mark.parametrize(
    ("text", "value"),
    [("半", 0.5), ("两", 2), ("十", 10), ("十二", 12), ("二十", 20), ("三十五", 35), ("一百", 100)],
)
def test_chinese_numerals(text: str, value: float) -> None:
    assert number(text) == value


@given(
    st.text(
        alphabet="质保两三年48小时发货不支持有运费险，。？吗可以后的话到~-元天个 半十", max_size=40
    )
)
def test_any_text_is_judged_without_a_fault(base: KnowledgeBase, text: str) -> None:
    for judged in base.judge(text):
        assert judged.said in text or judged.said
        assert (judged.kb_id is None) == (judged.verdict == "not_covered")


def test_spans_meet_in_any_order() -> None:
    two, three = Quantity("hours", 48, 48), Quantity("hours", 40, 72)
    assert two.meets(three)
    assert three.meets(two)
    assert not two.meets(Quantity("hours", 72, 96))
