"""Boards: what is usual, what is said to differ, who waits, where today's roster is too thin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from transcripts import Shop, make_shop
from typer.testing import Result

from cskpi.enrichment import enrich
from cskpi.errors import UsageError
from cskpi.insight.board import (
    BoardInputs,
    BoardNumber,
    BoardUnit,
    Usual,
    board_inputs,
    newest_day,
    usual,
)
from cskpi.metrics.finding import Finding
from cskpi.periods import Period, day_period, week_period
from cskpi.present.board import verdict_against_usual
from cskpi.store.database import Limits, open_database

Cli = Callable[..., Result]

# Mondays: 5, 12, 19, 26 October and 2 November 2026. On each of the earlier ones a customer comes at
# ten; on the last Monday four do.
CHATS = """
# session=M1 customer=a
2026-10-05 10:00:00 客户→A 在吗
2026-10-05 10:00:10 客服 A 亲，在的
# session=M2 customer=b
2026-10-12 10:00:00 客户→A 在吗
2026-10-12 10:00:10 客服 A 亲，在的
# session=M3 customer=c
2026-10-19 10:00:00 客户→A 在吗
2026-10-19 10:00:10 客服 A 亲，在的
# session=M4 customer=d
2026-10-26 10:00:00 客户→A 在吗
2026-10-26 10:00:10 客服 A 亲，在的
# session=N1 customer=e
2026-11-02 10:00:00 客户→A 什么时候发货
2026-11-02 10:05:00 客服 A 亲，今天发
2026-11-02 10:06:00 客户→A 好的，谢谢
# session=N2 customer=f
2026-11-02 11:00:00 客户→B 怎么退款呢
# session=- customer=tb13800138000
2026-11-02 12:00:00 客户→B 这个能便宜吗
# session=N4 customer=g
2026-11-02 13:00:00 客户→A 有货吗
# session=N5 customer=g
2026-11-02 21:00:00 客户→A 有货吗
2026-11-02 21:00:30 客服 A 亲，有货
# session=N6 customer=h
2026-11-02 22:00:00 客户→B 人呢
2026-11-02 22:00:05 自动 B 您好，稍等
# session=N7 customer=i
2026-11-02 22:30:00 客户→R 几天能到
2026-11-02 22:30:01 机器人 R 一般三天
"""
ROSTER = """店铺,客服,日期,班次,开始时间,结束时间
旗舰店,A,2026-11-09,早班,2026-11-09 14:00:00,2026-11-09 18:00:00
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("board")
    roster = folder / "排班.csv"
    roster.write_text(ROSTER, encoding="utf-8")
    made = make_shop(folder, CHATS, roster)
    with open_database(made.path, Limits("1GB", 1), write=True) as con:
        enrich(con, made.settings)
    return made


def board(shop: Shop, period: Period, unit: BoardUnit = "day") -> BoardInputs:
    with open_database(shop.path, Limits("1GB", 1)) as con:
        return board_inputs(con, unit, period, shop.settings)


def test_the_usual_is_the_mean_and_its_scatter_of_at_least_three() -> None:
    found = usual([10.0, 12.0, 14.0, 12.0])
    assert found is not None
    # mean 12; s² = (4 + 0 + 4 + 0) / 3, s = 1.63299; t(0.975, 3) = 3.18245;
    # reach = 3.18245 × 1.63299 × √(1 + 1/4) = 5.81033
    assert found.value == 12.0
    assert found.reach == pytest.approx(5.81033, abs=1e-4)
    assert usual([10.0, 12.0]) == Usual(11.0, 2, None)
    assert usual([]) is None


@pytest.mark.parametrize(
    ("value", "low", "high", "word"),
    [
        (30.0, 28.0, 32.0, "worse"),  # 18 above: beyond scatter and sampling
        (17.0, 16.9, 17.1, "unclear"),  # within 5.8, however exact
        (30.0, 10.0, 60.0, "unclear"),  # beyond scatter, but it may be 10
        (2.0, 1.0, 3.0, "better"),
        (12.0, 11.0, 13.0, "same"),
    ],
)
def test_a_change_is_named_only_beyond_scatter_and_sampling(
    value: float, low: float, high: float, word: str
) -> None:
    finding = Finding(
        "frt", {"zh": "响", "en": "r"}, "duration", "down", value=value, low=low, high=high
    )
    number = BoardNumber(finding, usual([10.0, 12.0, 14.0, 12.0]))
    assert verdict_against_usual(number) == word
    few = BoardNumber(finding, usual([10.0, 12.0]))
    assert verdict_against_usual(few) == "unknown"


def test_numbers_stand_beside_the_four_weekdays_before(shop: Shop) -> None:
    found = board(shop, day_period(date.fromisoformat("2026-11-02")))
    numbers = {number.finding.metric: number for number in found.numbers}
    customers = numbers["received_customers"]
    # On the day e, f, tb…, g, h and i wrote; before it one each Monday.
    assert customers.finding.value == 6
    assert customers.usual == Usual(1.0, 4, 0.0)
    first = numbers["first_response_time"]
    assert first.usual is not None
    assert first.usual.value == 10.0


def test_who_waits_is_who_nobody_served_later(shop: Shop) -> None:
    found = board(shop, day_period(date.fromisoformat("2026-11-02")))
    waiting = found.waiting
    # e only said thanks, g was served at nine in the evening, i by the bot; h has but a greeting.
    assert [line.asked_at.hour for line in waiting.lines] == [11, 12, 22]
    assert waiting.total == 3
    # The data end at 22:30:01.
    assert waiting.lines[0].seconds == 11.5 * 3600 + 1


def test_the_longest_wait_comes_first(shop: Shop) -> None:
    found = board(shop, day_period(date.fromisoformat("2026-11-02")))
    lines = found.longest.lines
    assert [(line.session_id, line.seconds) for line in lines] == [("N1", 300.0), ("N5", 30.0)]


def test_gaps_are_hours_with_customers_and_too_few_on_shift(shop: Shop) -> None:
    found = board(shop, day_period(date.fromisoformat("2026-11-08")))
    gaps = found.gaps or ()
    # 9 November is a Monday: at ten 1 customer on each of 4 Mondays with data of the last four
    # weeks (12, 19, 26 October, 2 November); elsewhere 1 in 4. A comes at two.
    assert [(gap.hour_at.hour, gap.expected, gap.needed, gap.staffed) for gap in gaps] == [
        (10, 1.0, 1, 0.0)
    ]
    assert board(shop, day_period(date.fromisoformat("2026-11-02"))).gaps is None


def test_a_week_stands_beside_the_four_weeks_before(shop: Shop) -> None:
    found = board(shop, week_period("2026-W45"), "week")
    numbers = {number.finding.metric: number for number in found.numbers}
    assert numbers["received_customers"].finding.value == 6
    assert numbers["received_customers"].usual == Usual(1.0, 4, 0.0)


@pytest.mark.parametrize("text", ["2026-45", "2026-W54", "W45", "2026-W00"])
def test_what_is_no_week_is_said(text: str) -> None:
    with pytest.raises(UsageError, match="week_format"):
        week_period(text)


def test_yesterday_or_the_newest_day_before_it(shop: Shop) -> None:
    with open_database(shop.path, Limits("1GB", 1)) as con:
        assert newest_day(con, date.fromisoformat("2026-11-20")).label == "2026-11-02"
        assert newest_day(con, date.fromisoformat("2026-10-31")).label == "2026-10-31"


def test_the_board_is_printed_and_written_with_customers_masked(shop: Shop, cli: Cli) -> None:
    told = cli("board", "--day", "2026-11-02", "--db", shop.path, "--out", "b.html")
    page = Path("b.html").read_text(encoding="utf-8")
    for text in (told.stdout, page):
        assert "还在等回复的买家" in text
        assert "N2" in text
        assert "t***@" in text
        assert "tb138" not in text
    shown = cli("board", "--day", "2026-11-02", "--db", shop.path, "--reveal", "--lang", "en")
    assert "tb13800138000@" in shown.stdout
    assert "Customers still waiting" in shown.stdout


def test_a_day_without_chats_says_so(shop: Shop, cli: Cli) -> None:
    told = cli("board", "--day", "2026-11-01", "--db", shop.path)
    assert "2026-11-01 周日 没有会话" in told.stdout


def test_day_and_week_are_two_boards(cli: Cli) -> None:
    cli("board", "--day", "2026-11-02", "--week", "2026-W45", code=2)
