"""Overlapping exports: gaps are filled, the later export decides, the earlier is kept, order is nothing."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from depth import rounds
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ingest_shop import Shop, accounted, open_ingest_shop

FEW = settings(
    max_examples=rounds(1, thorough=20),
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
ORDERS = "订单编号,订单状态,创建时间,付款时间,确认收货时间,实付金额,买家\n"
PAID = "A1,已付款,2026-10-01 10:00:00,2026-10-01 10:05:00,,90,c1\n"
DONE = "A1,已完成,2026-10-01 10:00:00,2026-10-01 10:05:00,2026-10-06 09:00:00,90,c1\n"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with open_ingest_shop(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("files", [(PAID, DONE), (DONE, PAID)])
def test_the_later_export_decides_whichever_comes_first(shop: Shop, files: tuple[str, str]) -> None:
    for number, row in enumerate(files):
        shop.take(ORDERS + row, f"{number}.csv")
    assert shop.rows("SELECT status, status_raw, day(completed_at) FROM orders") == [
        ("completed", "已完成", 6)
    ]
    bodies = [json.loads(body) for body in shop.column("SELECT body FROM row_versions")]
    assert sorted(body["status"] for body in bodies) == ["completed", "paid"]


def test_an_older_export_that_changes_nothing_is_a_duplicate(shop: Shop) -> None:
    shop.take(ORDERS + DONE, "new.csv")
    assert accounted(shop.take(ORDERS + PAID, "old.csv")) == (1, 0, 1, 0)


def test_more_columns_fill_gaps_and_never_overwrite(shop: Shop) -> None:
    shop.take("订单编号,创建时间,实付金额\nA1,2026-10-01 10:00:00,90\n", "narrow.csv")
    wide = "订单编号,创建时间,实付金额,买家,订单状态\nA1,2026-10-01 10:00:00,,c1,已付款\n"
    assert accounted(shop.take(wide, "wide.csv")) == (1, 1, 0, 0)
    assert shop.rows("SELECT customer_id, status, CAST(paid_amount AS INTEGER) FROM orders") == [
        ("c1", "paid", 90)
    ]


def test_a_message_exported_again_with_more_columns_stays_one(shop: Shop) -> None:
    narrow = "会话ID,消息ID,发送时间,角色,消息内容\nS1,M1,2026-10-01 10:00:00,客服,在的\n"
    wide = (
        "会话ID,消息ID,发送时间,角色,消息内容,客服,订单号\n"
        "S1,M1,2026-10-01 10:00:00,客服,,小美,A1\n"
    )
    shop.take(narrow, "narrow.csv")
    assert accounted(shop.take(wide, "wide.csv")) == (1, 1, 0, 0)
    assert shop.rows("SELECT text, agent_id, order_id FROM messages") == [("在的", "小美", "A1")]
    assert accounted(shop.take(narrow, "again.csv")) == (1, 0, 1, 0)


def test_a_message_without_id_is_the_same_with_and_without_its_agent(shop: Shop) -> None:
    shop.take("客户,发送时间,角色,消息内容\nc,2026-10-01 10:00:00,客服,在的\n", "narrow.csv")
    wide = "客户,发送时间,角色,消息内容,客服\nc,2026-10-01 10:00:00,客服,在的,小美\n"
    assert accounted(shop.take(wide, "wide.csv")) == (1, 1, 0, 0)
    assert shop.rows("SELECT text, agent_id FROM messages") == [("在的", "小美")]


ORDER_COLUMNS: Mapping[str, Sequence[str]] = {
    "订单编号": ["A1", "A2"],
    "创建时间": ["2026-10-01 10:00:00"],
    "订单状态": ["", "待付款", "已付款", "已完成", "部分发货"],
    "确认收货时间": ["", "2026-10-03 09:00:00", "2026-10-05 09:00:00"],
    "实付金额": ["", "90", "80.5"],
    "买家": ["", "c1"],
}
MESSAGE_COLUMNS: Mapping[str, Sequence[str]] = {
    "会话ID": ["S1", "S2"],
    "消息ID": ["M1", "M2", "M3"],
    "发送时间": ["2026-10-01 10:00:00"],
    "角色": ["客户"],
    "客户": ["", "c1"],
    "客服": ["", "小美", "小丽"],
    "消息内容": ["", "在吗", "你好"],
}
SHIFT_COLUMNS: Mapping[str, Sequence[str]] = {
    "客服": ["小美", "小丽"],
    "日期": ["2026-10-01", "2026-10-02"],
    "班次": ["早班", "晚班", "休"],
}
RATING_COLUMNS: Mapping[str, Sequence[str]] = {
    "评价编号": ["R1", "R2"],
    "会话ID": ["S1", "S2"],
    "评分": ["1", "5", "满意"],
    "评价时间": ["2026-10-01 10:00:00", "2026-10-02 10:00:00"],
    "评价内容": ["", "好"],
}


def files_of(columns: Mapping[str, Sequence[str]]) -> st.SearchStrategy[list[str]]:
    """Return strategies for three exports; each leaves some of the optional columns out."""
    must = [name for name, words in columns.items() if "" not in words or name == "消息内容"]
    may = [name for name in columns if name not in must]

    @st.composite
    def one(draw: st.DrawFn) -> str:
        kept = [*must, *draw(st.lists(st.sampled_from(may), unique=True))] if may else must
        names = [name for name in columns if name in kept]
        rows = draw(
            st.lists(
                st.tuples(*(st.sampled_from(columns[name]) for name in names)),
                min_size=1,
                max_size=4,
            )
        )
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([names, *rows])
        return text.getvalue()

    return st.lists(one(), min_size=3, max_size=3, unique=True)


def loaded(files: Sequence[str], kind: str, *, twice: bool) -> list[tuple[Any, ...]]:
    """Return a table after loading the files in the given order; again, they change nothing."""
    with tempfile.TemporaryDirectory() as folder, open_ingest_shop(Path(folder)) as shop:
        for content in files:
            shop.take(content, f"{abs(hash(content))}.csv", kind=kind)
        before = shop.table(kind)
        for content in files if twice else ():
            report = shop.take(content, "again.csv", kind=kind)
            assert report.rows_accepted == 0
        assert shop.table(kind) == before
        return before


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        ("orders", ORDER_COLUMNS),
        ("messages", MESSAGE_COLUMNS),
        ("shifts", SHIFT_COLUMNS),
        ("ratings", RATING_COLUMNS),
    ],
)
def test_any_order_of_the_files_and_any_repetition_gives_the_same_rows(
    kind: str, columns: Mapping[str, Sequence[str]]
) -> None:
    @FEW
    @given(files=files_of(columns))
    def check(files: list[str]) -> None:
        expected = loaded(files, kind, twice=True)
        # Each file comes first, second and last once.
        for order in (files[::-1], files[1:] + files[:1]):
            assert loaded(order, kind, twice=False) == expected

    check()
