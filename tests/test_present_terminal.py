from __future__ import annotations

import re

import pytest
from test_present_samples import sample_inputs

from cskpi.present.cells import number_cell, text_cell
from cskpi.present.document import Column, Row, Table
from cskpi.present.formatting import cell_width
from cskpi.present.terminal import kpi_table, table_text

SGR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("is_styled", [True, False])
def test_tables_fit_the_screen_with_chinese_text(width: int, is_styled: bool) -> None:  # noqa: FBT001
    inputs = sample_inputs()
    for table in (kpi_table(inputs.totals), kpi_table(inputs.by_agent, ["agent"])):
        text = SGR.sub("", table_text(table, width=width, is_styled=is_styled))
        assert max(cell_width(line) for line in text.splitlines()) <= width
        assert "33 秒" in text


def test_wide_screens_show_every_column_and_narrow_ones_say_what_is_missing() -> None:
    table = kpi_table(sample_inputs().totals)
    assert "P90" in table_text(table, width=200).splitlines()[0]
    assert "P90" in table_text(table, width=80).splitlines()[-1]


def test_a_pipe_gets_no_escape_sequences_boxes_or_cuts() -> None:
    text = table_text(kpi_table(sample_inputs().totals))
    assert "\x1b" not in text
    assert "─" not in text
    assert "…" not in text
    assert not any(line.endswith(" ") for line in text.splitlines())


def test_no_color_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    text = table_text(kpi_table(sample_inputs().totals), width=100, is_styled=True)
    colours = re.findall(r"\x1b\[[0-9;]*3[0-7]m", text)
    assert not colours


@pytest.mark.parametrize("is_styled", [True, False])
def test_data_are_never_markup_or_control_sequences(is_styled: bool) -> None:  # noqa: FBT001
    inputs = sample_inputs(hostile=True)
    text = table_text(kpi_table(inputs.by_agent, ["agent"]), width=160, is_styled=is_styled)
    plain = SGR.sub("", text)
    assert "[/b][link=http://x]点我[/link]" in plain
    assert "小明" in plain
    assert "52;c" not in plain
    assert not any(mark in plain for mark in "\x1b\x9b\x07\x00\u202e")


def test_rows_of_a_kpi_stand_together_and_the_shop_before_its_agent() -> None:
    inputs = sample_inputs()
    table = kpi_table(inputs.by_agent, ["agent"])
    groups = [row.group for row in table.rows]
    assert groups == sorted(groups, key=groups.index)
    assert [column.title for column in table.columns[:2]] == ["店铺", "客服"]


def test_an_empty_table_says_so() -> None:
    assert table_text(kpi_table([])) == "没有数据\n"


def test_columns_without_content_are_left_out() -> None:
    columns = (Column("名称"), Column("空", "count"), Column("数", "count"))
    row = Row((text_cell("甲"), number_cell(None, "count"), number_cell(3, "count")))
    assert "空" not in table_text(Table(columns, (row,)))
