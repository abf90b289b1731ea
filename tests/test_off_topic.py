"""Off-topic replies: found only where the shop's own replies leave no other reading."""

from __future__ import annotations

from collections import Counter
from typing import Any

import polars as pl

from cskpi.quality.off_topic import off_topic

SIZE = "这款沙发长度两米一，坐深六十公分"
BILL = "发票在订单里申请，填好抬头税号就行"
REST = ("times", "question", "reply")
USUAL = [("size", "size", "沙发多长", SIZE)] * 60 + [("bill", "bill", "怎么开发票", BILL)] * 60


def found(
    *odd: tuple[str, str | None, str, str],
    usual: Any = USUAL,
    least: int = 50,
    names: tuple[str, ...] = (),
) -> list[int]:
    """Return which of the odd replies are off topic, by their place."""
    counted = Counter([*odd, *usual])
    forms = {text: number for number, text in enumerate({t for row in counted for t in row[2:]})}
    frame = pl.DataFrame(
        [
            (1, row[0], row[1], forms[row[2]], forms[row[3]], times, row[2], row[3])
            for row, times in counted.items()
        ],
        schema=[*("shop_no", "question_topic", "topic", "question_form_no", "form_no"), *REST],
        orient="row",
    )
    named = {(forms[row[2]], forms[row[3]]): place for place, row in enumerate(odd)}
    pairs = off_topic(frame, least, 0.02, names).select("question_form_no", "form_no").rows()
    return sorted(named[pair] for pair in pairs)


def test_the_words_of_another_matter_to_a_question_nobody_answers_so_are_off_topic() -> None:
    assert found(("size", "bill", "高度能改矮吗", BILL)) == [0]


def test_a_reply_of_its_own_matter_or_of_none_is_on_topic() -> None:
    assert found(("size", "size", "高度能改矮吗", SIZE), ("size", None, "高度能改矮吗", BILL)) == []


def test_a_reply_that_takes_up_a_word_of_the_question_is_on_topic() -> None:
    assert found(("size", "bill", "沙发能开发票吗", BILL)) == []


def test_a_matter_the_shop_often_answers_with_is_on_topic() -> None:
    often = [("size", "bill", "高度能改矮吗", BILL)] * 3
    assert found(*often) == []


def test_words_that_are_not_those_of_the_other_matter_say_nothing() -> None:
    assert found(("size", "bill", "高度能改矮吗", "木蜡油半年打一次就很好")) == []


def test_the_name_of_a_product_is_one_word() -> None:
    usual = [*USUAL[:60], *[("bill", "bill", "怎么开发票", "月亮台灯")] * 60]
    odd = ("size", "bill", "高度能改矮吗", "月亮台灯")
    assert found(odd, usual=usual) == [0]
    assert found(odd, usual=usual, names=("月亮台灯",)) == []


def test_a_shop_with_few_replies_is_not_judged() -> None:
    odd = ("size", "bill", "高度能改矮吗", BILL)
    assert found(odd, least=100) == []
    assert found(usual=[]) == []
