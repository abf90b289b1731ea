"""Off-topic replies: found only where neither the words nor the shop's own replies leave another reading."""

from __future__ import annotations

from collections import Counter

import polars as pl

from cskpi.quality.matters import matters
from cskpi.quality.off_topic import off_topic, spoken_of_before

SIZE = "这款沙发长度两米一,坐深六十公分"
BILL = "发票在订单里申请,填好抬头税号就行"
USUAL = [("沙发多长", SIZE)] * 60 + [("怎么开票据", BILL)] * 60
ODD = ("高度能改矮吗", BILL)


def found(*odd: tuple[str, str], asks: bool = True, least: int = 50) -> list[tuple[str, str]]:
    """Return which of the odd replies are off topic in a shop of sofas."""
    counted = Counter([*odd, *USUAL])
    forms = {text: number for number, text in enumerate({t for pair in counted for t in pair})}
    frame = pl.DataFrame(
        [(1, forms[q], forms[r], asks, times) for (q, r), times in counted.items()],
        schema=["shop_no", "question_form_no", "form_no", "asks", "times"],
        orient="row",
    )
    texts = pl.DataFrame({"form_no": list(forms.values()), "form": list(forms)})
    named = {(forms[q], forms[r]): (q, r) for q, r in odd}
    pairs = off_topic(frame, texts, least, 0.02).select("question_form_no", "form_no").rows()
    return sorted(named[pair] for pair in pairs if pair in named)


def test_a_reply_about_another_matter_is_off_topic_also_in_a_small_shop() -> None:
    assert found(ODD) == [ODD]
    assert found(ODD, least=1000) == [ODD]


def test_what_is_asked_may_be_unknown_where_the_reply_is_about_the_shop_alone() -> None:
    remote = ("猫会不会抓它", "我们工作时间是早九点到晚十一点")
    near = ("猫会不会抓它", "默认发中通")
    assert found(remote, near) == [remote]


def test_a_reply_that_can_be_an_answer_is_none() -> None:
    answers = [
        ("高度能改矮吗", SIZE),
        ("高度能改矮吗", "木头是白蜡木"),
        ("沙发能开票吗", "发票和沙发一起寄"),
        ("高度能改矮吗", "不能,发票上会写明"),
        ("高度能改矮吗", "您问的是发票吗"),
        ("想退货", "运费险会赔"),
    ]
    assert found(*answers) == []


def test_what_the_shop_often_answers_is_an_answer() -> None:
    assert found(*[ODD] * 3) == []
    assert found(*[("宽度呢,几米", BILL)] * 2, least=1000) == []


def test_only_questions_and_wants_are_judged() -> None:
    want = ("扣子掉了一颗", "直播间今晚有福利")
    assert found(("高度一米二", "直播间今晚有福利"), want, asks=False) == [want]


def test_what_the_customer_spoke_of_before_may_be_taken_up() -> None:
    bill = matters().named(["invoice"])
    rows = pl.DataFrame(
        {"row_key": [1, 1, 2], "told": [bill] * 3, "earlier": ["在吗", "要开发票", "多高"]}
    )
    assert spoken_of_before(rows).to_list() == [1]
