"""What of an agent's words is a checkable statement, and how it stands to the knowledge base."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cskpi.enrich.normalise import normalise
from cskpi.quality.clauses import Quantity, clauses, number
from cskpi.quality.entries import Entry
from cskpi.quality.knowledge import KnowledgeBase

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
    "有运费险赔20元": {None: "not_covered"},
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

OTHER_ENTRIES = (
    ("ship", "多久发货", "", "付款后48小时内发货", ""),
    ("from", "发货地", "", "从杭州仓发出", ""),
    ("parcel", "包邮吗", "", "全店满99元包邮，新疆西藏除外", ""),
    ("payer", "退货运费谁出", "", "质量问题运费我们承担，个人原因运费自理", ""),
    ("keeps", "保质期多久", "", "保质期18个月", ""),
    ("skin", "敏感肌能用吗", "", "敏感肌可以使用，孕妇不建议使用", ""),
    ("age", "多大宝宝能用", "", "适合6个月以上宝宝", ""),
    ("heat", "能高温消毒吗", "", "耐温100度", ""),
    ("wash", "怎么洗", "", "手洗，水温不超过30度", ""),
    ("gift", "有赠品吗", "", "满两件送杯子", ""),
    ("price", "价保", "", "支持15天价保", ""),
    ("fit", "免费安装吗", "", "免费上门安装", ""),
    ("lift", "上楼收费吗", "", "有电梯免费上楼，没电梯每层加收20元", ""),
    ("score", "消费满多少打折", "", "消费满300元以上打折", ""),
    ("sweet", "含糖吗", "", "没有添加蔗糖", ""),
    ("grade", "环保等级", "", "板材是E0级", ""),
    ("deposit", "定金", "", "需先付30%定金", ""),
    ("colour", "会掉色吗", "", "深色会有轻微浮色", ""),
)
SAID_OTHERWISE = {
    # the same in other words
    "两天内发走": {"ship": "agrees"},
    "168小时内发出": {"ship": "contradicts"},
    "我们从杭州发货": {"from": "agrees"},
    "上海仓发货的": {"from": "contradicts"},
    "满59元包邮": {"parcel": "contradicts"},
    "不喜欢退的话运费您出": {"payer": "agrees"},
    "不喜欢退的话运费我们出": {"payer": "contradicts"},
    "质量问题邮费您自己出": {"payer": "contradicts"},
    "保质期一年半": {"keeps": "agrees"},
    "保质期两年半": {"keeps": "contradicts"},
    "敏感肌不能用哦": {"skin": "contradicts"},
    "敏感肌放心用": {"skin": "agrees"},
    "孕妇也放心用": {"skin": "contradicts"},
    "怀孕先别用哦": {"skin": "agrees"},
    "宝宝4个月就能用": {"age": "contradicts"},
    "宝宝8个月可以用": {"age": "agrees"},
    "耐120℃": {"heat": "contradicts"},
    "热水60度洗就行": {"wash": "contradicts"},
    "用25度温水洗": {"wash": "agrees"},
    "买两件就送": {"gift": "agrees"},
    "要买三件才送": {"gift": "contradicts"},
    "半个月内降价给补差": {"price": "agrees"},
    "安装要收50元": {"fit": "contradicts"},
    "不包安装": {"fit": "contradicts"},
    "步梯一层收20块上楼费": {"lift": "agrees"},
    "没电梯也免费送上去": {"lift": "contradicts"},
    "E1级的板": {"grade": "contradicts"},
    "先付三成": {"deposit": "agrees"},
    "完全不会褪色": {"colour": "contradicts"},
    "消费满500元打折": {"score": "contradicts"},
    "宝宝一岁才能用": {},
    "宝宝12个月才能用": {"age": "contradicts"},
    "蔗糖是没有加的": {"sweet": "agrees"},
    "里面加了白砂糖": {"sweet": "contradicts"},
    # about another case, or about nothing an entry says
    "新疆不包邮": {},
    "您这边包邮的": {},
    "偏远地区不在包邮范围": {},
    "没有无糖的哦": {},
    "敏感肌不一定能用": {},
    "运费自理": {None: "not_covered"},
    "优惠券可以使用的": {},
    "别用力过猛哦": {},
    "保质期还有12个月": {},
    "广州的客户都说好用": {},
    "优惠30元退您": {None: "not_covered"},
    "会有短信发货通知": {},
    "我会帮您看看": {},
}
"""The same, of a second knowledge base."""


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return known(ENTRIES)


def known(entries: tuple[tuple[str, ...], ...]) -> KnowledgeBase:
    columns = [normalise(pl.Series(texts)).to_list() for texts in zip(*entries, strict=True)]
    return KnowledgeBase([Entry(*row) for row in zip(*columns, strict=True)])


@pytest.mark.parametrize(
    ("entries", "texts"), [(ENTRIES, SAID), (OTHER_ENTRIES, SAID_OTHERWISE)], ids=["one", "other"]
)
def test_statements_are_judged_as_a_person_would(
    entries: tuple[tuple[str, ...], ...], texts: dict[str, dict[str | None, str]]
) -> None:
    knowledge = known(entries)
    found = {
        text: {judged.kb_id: judged.verdict for judged in knowledge.judge(form)}
        for text, form in zip(texts, normalise(pl.Series(list(texts))).to_list(), strict=True)
    }
    wrong = {text: found[text] for text, expected in texts.items() if found[text] != expected}
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


def test_an_entry_is_told_in_its_own_words() -> None:
    (judged,) = KnowledgeBase([Entry("w", "保修多久", "", "整机保修两年", "")]).judge("保修三年")
    assert (judged.said, judged.known) == ("保修三年", "保修多久：整机保修两年")


@given(
    st.text(
        alphabet="质保两三年48小时发货不支持有运费险，。？吗可以后的话到~-元天个 半十", max_size=40
    )
)
def test_any_text_is_judged_without_a_fault(base: KnowledgeBase, text: str) -> None:
    for judged in base.judge(text):
        assert judged.said in text
        assert (judged.kb_id is None) == (judged.verdict == "not_covered")


def test_spans_meet_in_any_order() -> None:
    two, three = Quantity("hours", 48, 48), Quantity("hours", 40, 72)
    assert two.meets(three)
    assert three.meets(two)
    assert not two.meets(Quantity("hours", 72, 96))
