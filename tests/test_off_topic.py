"""Off-topic replies: found only where the shop's own replies leave no other reading."""

from __future__ import annotations

from typing import Any

import polars as pl

from cskpi.quality.off_topic import off_topic

SIZE = "这款沙发长度两米一，坐深六十公分"
BILL = "发票在订单里申请，填好抬头税号就行"
USUAL = [("size", "size", "沙发多长", SIZE)] * 60 + [("bill", "bill", "怎么开发票", BILL)] * 60


def found(*odd: tuple[str, str | None, str, str], usual: Any = USUAL, least: int = 50) -> list[int]:
    """Return which of the odd replies are off topic, by their place."""
    rows = [*odd, *usual]
    frame = pl.DataFrame(
        [(place, 1, *row) for place, row in enumerate(rows)],
        schema=["row_key", "shop_no", "question_topic", "topic", "question", "reply"],
        orient="row",
    )
    return sorted(off_topic(frame, least, 0.02)["row_key"].to_list())


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


def test_a_shop_with_few_replies_is_not_judged() -> None:
    odd = ("size", "bill", "高度能改矮吗", BILL)
    assert found(odd, least=100) == []
    assert found(usual=[]) == []
