"""Reservations: rows that rest on a fallback, and numbers whose outcomes are still open."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from test_present_samples import sample_inputs
from transcripts import make_shop, only, part_shop
from typer.testing import Result

from cskpi.metrics.catalog import load_catalog
from cskpi.metrics.evaluate import evaluate
from cskpi.metrics.finding import Finding, Flag
from cskpi.periods import month_period, resolve_period
from cskpi.present.definitions import definition_section, kpi_table
from cskpi.present.document import CardGrid, DefinitionList
from cskpi.present.overview import headline_section
from cskpi.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

Cli = Callable[..., Result]

CHATS = """
# session=S1 customer=c1
2026-10-05 10:00:00 客户→A 有货吗
2026-10-05 10:00:20 客服 A 有的
# session=S2 customer=c2
2026-10-31 10:00:00 客户→A 有货吗
2026-10-31 10:00:20 客服 A 有的
"""
RATINGS = """shop,session_id,score,rated_at
旗舰店,S1,5,2026-10-05 11:00:00
旗舰店,S2,4,2026-10-31 11:00:00
"""
ORDERS = """shop,order_id,customer_id,paid_amount,created_at,paid_at
旗舰店,o1,c1,10.00,2026-10-05 10:30:00,2026-10-05 10:31:00
"""
OPEN = (Flag("provisional", final_on=date(2026, 11, 3)),)
LATER_CHAT = "# session=S9 customer=c9\n{moment} 客户→A 在吗\n"
LATER_ORDER = "旗舰店,o9,c9,10.00,{moment},\n"


@contextmanager
def shop(folder: Path, **files: str) -> Iterator[DuckDBPyConnection]:
    (folder / "transcript.txt").write_text(files.pop("chats", CHATS), encoding="utf-8")
    for kind, text in files.items():
        (folder / f"{kind}.csv").write_text(text, encoding="utf-8")
    con = part_shop(folder, load_settings({}, environment={}))
    try:
        yield con
    finally:
        con.close()


def asked(con: DuckDBPyConnection, name: str, *by: str) -> list[Finding]:
    metrics = load_catalog().select([name])
    settings = load_settings({}, environment={})
    return evaluate(con, metrics, month_period(date(2026, 10, 1)), [by], settings)


@pytest.mark.parametrize(
    ("moment", "flags"), [("2026-11-02 23:59:59", OPEN), ("2026-11-03 00:00:00", ())]
)
def test_a_rating_is_open_until_the_data_reach_two_days_on(
    tmp_path: Path, moment: str, flags: tuple[Flag, ...]
) -> None:
    chats = CHATS + LATER_CHAT.format(moment=moment)
    with shop(tmp_path, chats=chats, ratings=RATINGS) as con:
        for name in ("csat_score", "satisfaction_rate", "rating_response_rate"):
            assert only(asked(con, name)).flags == flags
        assert only(asked(con, "first_response_time")).flags == ()


def test_a_later_rating_shows_as_well_as_a_chat_how_far_the_data_reach(tmp_path: Path) -> None:
    later = "旗舰店,S2,4,2026-11-03 00:00:00\n"
    with shop(tmp_path, ratings=RATINGS + later) as con:
        assert only(asked(con, "csat_score")).flags == ()


@pytest.mark.parametrize(
    ("moment", "final_on"),
    [("2026-11-01 23:59:59", [date(2026, 11, 2)]), ("2026-11-02 00:00:00", [])],
)
def test_chats_do_not_tell_how_far_the_orders_are_known(
    tmp_path: Path, moment: str, final_on: list[date]
) -> None:
    chats = CHATS + LATER_CHAT.format(moment="2026-11-30 10:00:00")
    orders = ORDERS + LATER_ORDER.format(moment=moment)
    with shop(tmp_path, chats=chats, orders=orders) as con:
        flags = only(asked(con, "inquiry_conversion_rate")).flags
    assert [(flag.kind, flag.final_on) for flag in flags] == [("provisional", d) for d in final_on]


def test_days_and_weeks_settle_one_by_one(tmp_path: Path) -> None:
    with shop(tmp_path, ratings=RATINGS) as con:
        days = {f.dimensions["day"]: f.flags for f in asked(con, "csat_score", "day")}
        weeks = {f.dimensions["week"]: f.flags for f in asked(con, "csat_score", "week")}
    # The newest event is of 31 October 11:00: the 5th has settled, the 31st has not. The week of
    # the 31st goes on into November, the period does not.
    assert days == {"2026-10-05": (), "2026-10-31": OPEN}
    assert weeks == {"2026-W41": (), "2026-W44": OPEN}


def test_the_end_of_the_period_counts_not_the_last_day_with_data(tmp_path: Path) -> None:
    metrics = load_catalog().select(["csat_score"])
    settings = load_settings({}, environment={})
    period = resolve_period(start="2026-10-01", end="2026-10-20")
    assert period is not None
    with shop(tmp_path, ratings=RATINGS) as con:
        assert only(evaluate(con, metrics, period, [()], settings)).flags == ()


def test_no_data_need_no_reservation(tmp_path: Path) -> None:
    with shop(tmp_path) as con:
        finding = only(asked(con, "csat_score"))
    assert finding.value is None
    assert finding.flags == ()


HEADER = """/* metric
label       = {{ zh = "试验", en = "Trial" }}
description = {{ zh = "试验", en = "a trial" }}
formula     = {{ zh = "试验", en = "a trial" }}
group       = "resolution"
type        = "{kind}"
unit        = "{unit}"
direction   = "up"
grain       = "session"
sources     = ["sessions"]
origin      = "test"
version     = 1
flag        = {{ zh = "没有问题类型，按任何咨询算", en = "no issue type, so any contact" }}
{more}
*/
SELECT shop_id, agent_id, channel, started_at AS occurred_at, {columns}
FROM sessions
"""
FALLBACK = {"zh": "没有问题类型，按任何咨询算", "en": "no issue type, so any contact"}
THREE = """
# session=S1 customer=c1
2026-10-01 10:00:00 客户→A 一
2026-10-01 10:00:10 客服 A 好
# session=S2 customer=c2
2026-10-02 10:00:00 客户→A 二
2026-10-02 10:00:20 客服 A 好
# session=S3 customer=c2
2026-10-02 11:00:00 客户→A 三
"""
IS_SECOND = "CASE WHEN session_id = 'S2' THEN 1 END AS is_flagged"


def own_kpi(kind: str, columns: str, more: str = "", unit: str = "count") -> None:
    path = Path("queries") / "metrics" / "trial.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = HEADER.format(kind=kind, unit=unit, columns=columns, more=more)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("declared", "share"),
    [
        # S2 of three sessions
        (("count", IS_SECOND, "", "count"), 1 / 3),
        # S3 has no reply and is outside the mean: S2 of S1 and S2
        (("mean", f"first_reply_seconds AS measure, {IS_SECOND}", "", "duration"), 1 / 2),
        # denominators 1, 2 and 3 by the number in the session's name: 2 of 6
        (
            (
                "ratio",
                f"1 AS numerator, CAST(right(session_id, 1) AS INTEGER) AS denominator, {IS_SECOND}",
                'interval = "none"',
                "count",
            ),
            2 / 6,
        ),
        # customers: c2 of c1 and c2
        (
            (
                "ratio",
                f"1 AS numerator, customer_id AS denominator, {IS_SECOND}",
                'distinct = ["denominator"]',
                "count",
            ),
            1 / 2,
        ),
    ],
)
def test_the_share_is_of_what_the_number_rests_on(
    tmp_path: Path, declared: tuple[str, str, str, str], share: float
) -> None:
    own_kpi(*declared)
    with shop(tmp_path, chats=THREE) as con:
        finding = only(asked(con, "trial"))
        days = {f.dimensions["day"]: f.flags for f in asked(con, "trial", "day")}
    assert finding.flagged == pytest.approx(share)
    assert finding.flags == (Flag("fallback", FALLBACK, share=finding.flagged),)
    assert days["2026-10-01"] == ()
    assert days["2026-10-02"][0].kind == "fallback"


def test_every_way_of_printing_says_so(tmp_path: Path, cli: Cli) -> None:
    own_kpi("count", IS_SECOND)
    ratings = tmp_path / "ratings.csv"
    ratings.write_text(RATINGS, encoding="utf-8")
    made = make_shop(tmp_path, THREE, ratings)
    words = ("kpi", "csat_score", "trial", "--month", "2026-10", "--db", made.path)
    table = cli(*words).stdout
    assert "4.50 *" in table
    assert "3 †" in table
    assert "* 暂定，结果还会变；装入括号里那天及以后的数据才定：满意度评分（2026-11-03）" in table
    assert "† 试验：没有问题类型，按任何咨询算（占样本 33.3%）" in table
    rows = {
        row["metric"]: row for row in json.loads(cli(*words, "--format", "json").stdout)["rows"]
    }
    assert rows["csat_score"]["flags"] == [
        {
            "kind": "provisional",
            "text": "暂定：装入 2026-11-03 及以后的数据才定",
            "share": None,
            "final_on": "2026-11-03",
            "first_on": None,
            "last_on": None,
        }
    ]
    (flag,) = rows["trial"]["flags"]
    assert (flag["kind"], flag["share"]) == ("fallback", pytest.approx(1 / 3))
    assert (
        "no issue type, so any contact (33.3% of the sample)" in cli(*words, "--lang", "en").stdout
    )
    heads, *lines = (line.split(",") for line in cli(*words, "--format", "csv").stdout.splitlines())
    assert {line[0]: line[heads.index("flags")] for line in lines} == {
        "trial": "fallback",
        "csat_score": "provisional",
    }
    markdown = cli(*words, "--format", "md").stdout
    assert markdown.count("占样本 33.3%") == 1


def test_the_report_says_so_on_card_table_and_definition() -> None:
    inputs = sample_inputs()
    flag = Flag("provisional", final_on=date(2026, 11, 3))
    totals = tuple(
        replace(f, flags=(flag,)) if f.metric == "csat_score" else f for f in inputs.totals
    )
    metrics = tuple(
        replace(m, matures_after_days=2, flag=FALLBACK) if m.name == "csat_score" else m
        for m in inputs.metrics
    )
    inputs = replace(inputs, totals=totals, metrics=metrics)
    (cards,) = (b for b in headline_section(inputs).blocks if isinstance(b, CardGrid))
    remarks = {card.ref: card.remarks for card in cards.cards}
    assert remarks["csat_score"][-1] == "暂定：装入 2026-11-03 及以后的数据才定"
    assert not any("暂定" in line for line in remarks["first_response_time"])
    table = kpi_table(inputs, inputs.totals)
    assert "满意度评分（2026-11-03）" in table.note
    marked = [cell for row in table.rows for cell in row.cells if cell.mark == "*"]
    assert [cell.text for cell in marked] == ["4.61"]
    (definitions,) = (b for b in definition_section(inputs).blocks if isinstance(b, DefinitionList))
    facts = dict(next(i.facts for i in definitions.items if i.ref == "csat_score"))
    assert facts["定型"].startswith("2 天后")
    assert facts["缺数据时"] == FALLBACK["zh"]
