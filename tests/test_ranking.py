"""Rankings: ranges of ranks, who is not ranked, and like compared with like."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from transcripts import Shop, make_shop

from cskpi.metrics.adjustment import adjusted, strata_of
from cskpi.metrics.catalog import load_catalog
from cskpi.metrics.comparison import Sample
from cskpi.metrics.evaluate import counted
from cskpi.metrics.ranking import rank_ranges
from cskpi.periods import month_period
from cskpi.store.database import Limits, open_database

if TYPE_CHECKING:
    from conftest import Cli

    from cskpi.metrics.adjustment import Strata

OCTOBER = ("--month", "2026-10")
FAST, SLOW = 10, 70


def sessions(shop: str, agent: str, channel: str, waits: Sequence[int], hour: int = 10) -> str:
    """One session a wait, each customer's first message at the full hour."""
    lines = []
    for place, wait in enumerate(waits):
        day, name = f"2026-10-{place % 28 + 1:02d}", f"{shop}-{agent}-{channel}-{hour}-{place}"
        clock = f"{hour:02d}:{wait // 60:02d}:{wait % 60:02d}"
        lines.append(f"# shop={shop} session={name} customer={name} channel={channel}")
        lines.append(f"{day} {hour:02d}:00:00 客户→{agent} 在吗")
        lines.append(f"{day} {clock} 客服 {agent} 在")
    return "\n".join(lines)


def mixed(fast: int, slow: int) -> list[int]:
    return [FAST] * fast + [SLOW] * slow


# A got the hard sessions: 6 of 30 hard in time, 9 of 10 easy; B 1 of 10 hard, 24 of 30 easy.
# C answered none but easy ones, 15 of 20; D too few; E only what nobody else has.
HARD_AND_EASY = (
    ("A", "hard", mixed(6, 24)),
    ("A", "easy", mixed(9, 1)),
    ("B", "hard", mixed(1, 9)),
    ("B", "easy", mixed(24, 6)),
    ("C", "easy", mixed(15, 5)),
    ("D", "easy", mixed(5, 0)),
    ("E", "rare", mixed(20, 0)),
)


@pytest.fixture(scope="module")
def simpson(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    parts = [sessions("店", agent, channel, waits) for agent, channel, waits in HARD_AND_EASY]
    parts.append(sessions("店", "-", "easy", mixed(3, 0)))
    return make_shop(tmp_path_factory.mktemp("simpson"), "\n".join(parts))


@pytest.fixture(scope="module")
def topics(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The same sessions in one channel; how hard they were is what the help desk lists as topic."""
    folder = tmp_path_factory.mktemp("topics")
    listed = ["shop,session_id,session_started_at,topic"]
    parts = []
    for agent, topic, waits in HARD_AND_EASY:
        # The hour tells sessions of the two topics apart by name; both lie in one band.
        hour = {"hard": 9, "easy": 10, "rare": 11}[topic]
        parts.append(sessions("店", agent, "app", waits, hour))
        listed += [
            f"店,店-{agent}-app-{hour}-{place},2026-10-{place % 28 + 1:02d} {hour:02d}:00:00,{topic}"
            for place in range(len(waits))
        ]
    path = folder / "sessions.csv"
    path.write_text("\n".join(listed), encoding="utf-8")
    return make_shop(folder, "\n".join(parts), path)


def ranked(cli: Cli, shop: Shop, *words: str | Path) -> dict[str, Any]:
    out = cli("rank", *words, *OCTOBER, "--format", "json", "--db", shop.path).stdout
    found: dict[str, Any] = json.loads(out)
    return found


def by_agent(found: dict[str, Any]) -> dict[str | None, dict[str, Any]]:
    return {row["dimensions"]["agent"]: row for row in found["rows"]}


def test_raw_order_small_samples_and_the_unnamed(cli: Cli, simpson: Shop) -> None:
    rows = by_agent(ranked(cli, simpson, "first_reply_in_target"))
    # E 20/20, C 15/20, B 25/40, A 15/40
    assert {agent: row["rank"] for agent, row in rows.items()} == {
        "E": 1,
        "C": 2,
        "B": 3,
        "A": 4,
        "D": None,
        None: None,
    }
    assert (rows["D"]["unranked"], rows[None]["unranked"]) == ("too_few", "not_named")
    assert (rows["D"]["value"], rows["D"]["sample_size"]) == (1, 5)
    # Beyond doubt E beats B and A, and C beats A; E and C, C and B, B and A cannot be told apart.
    assert (rows["E"]["rank_low"], rows["E"]["rank_high"]) == (1, 2)
    assert (rows["C"]["rank_low"], rows["C"]["rank_high"]) == (1, 3)
    assert (rows["B"]["rank_low"], rows["B"]["rank_high"]) == (2, 4)
    assert (rows["A"]["rank_low"], rows["A"]["rank_high"]) == (3, 4)


# The shop of 128 has 40 hard sessions, 7 in time, 68 easy, 56 in time, 20 rare, 20 in time.
WEIGHTS = {"hard": 40 / 128, "easy": 68 / 128, "rare": 20 / 128}


def test_like_with_like_turns_the_order_round(cli: Cli, simpson: Shop) -> None:
    found = ranked(cli, simpson, "first_reply_in_target", "--adjust")
    assert found["strata"] == ["channel", "hour_band"]
    assert any("话题" in note for note in found["notes"])
    rows = by_agent(found)
    met = WEIGHTS["hard"] + WEIGHTS["easy"]
    assert rows["A"]["adjusted"] == pytest.approx(
        WEIGHTS["hard"] * 6 / 30 + WEIGHTS["easy"] * 9 / 10 + WEIGHTS["rare"] * 1
    )
    assert rows["B"]["adjusted"] == pytest.approx(
        WEIGHTS["hard"] * 1 / 10 + WEIGHTS["easy"] * 24 / 30 + WEIGHTS["rare"] * 1
    )
    assert rows["A"]["value"] < rows["B"]["value"], "raw, B looks better"
    assert rows["A"]["rank"] < rows["B"]["rank"], "like with like, A is"
    assert rows["A"]["difference"] == pytest.approx(rows["A"]["adjusted"] - 15 / 40)
    assert rows["A"]["coverage"] == rows["B"]["coverage"] == pytest.approx(met)
    assert rows["A"]["adjusted_low"] < rows["A"]["adjusted"] < rows["A"]["adjusted_high"]


def test_strata_never_met_count_with_the_shop_and_little_in_common_is_not_ranked(
    cli: Cli, simpson: Shop
) -> None:
    rows = by_agent(ranked(cli, simpson, "first_reply_in_target", "--adjust"))
    assert rows["C"]["coverage"] == pytest.approx(WEIGHTS["easy"])
    assert rows["C"]["adjusted"] == pytest.approx(
        WEIGHTS["hard"] * 7 / 40 + WEIGHTS["easy"] * 15 / 20 + WEIGHTS["rare"] * 1
    )
    assert (rows["C"]["rank"], rows["C"]["unranked"]) == (3, None)
    assert (rows["E"]["rank"], rows["E"]["unranked"]) == (None, "little_in_common")
    assert rows["E"]["coverage"] == pytest.approx(WEIGHTS["rare"])
    assert rows["D"]["unranked"] == "too_few"


def test_topics_are_used_where_they_are_loaded(cli: Cli, topics: Shop) -> None:
    found = ranked(cli, topics, "first_reply_in_target", "--adjust")
    assert found["strata"] == ["topic", "channel", "hour_band"]
    rows = by_agent(found)
    # Without the unnamed three the shop has 125: 40 hard, 65 easy, 20 rare.
    assert rows["A"]["adjusted"] == pytest.approx((40 * 6 / 30 + 65 * 9 / 10 + 20) / 125)
    assert rows["A"]["rank"] < rows["B"]["rank"]


def test_means_are_adjusted_the_same_way(cli: Cli, simpson: Shop) -> None:
    rows = by_agent(ranked(cli, simpson, "first_response_time", "--adjust"))
    hard, easy = (6 * FAST + 24 * SLOW) / 30, (9 * FAST + SLOW) / 10
    assert rows["A"]["adjusted"] == pytest.approx(
        WEIGHTS["hard"] * hard + WEIGHTS["easy"] * easy + WEIGHTS["rare"] * FAST
    )
    assert rows["A"]["rank"] < rows["B"]["rank"], "the shorter wait stands first"


def test_what_cannot_be_weighted_is_refused(cli: Cli, simpson: Shop) -> None:
    for name in ("received_customers", "complaint_rate", "peak_hour_volume"):
        assert name in cli("rank", name, "--adjust", "--db", simpson.path, code=2).stderr
    assert "--by" in cli("rank", "reply_rate", "--by", "day", "--db", simpson.path, code=2).stderr


def test_totals_are_ranked_without_a_range(cli: Cli, simpson: Shop) -> None:
    found = ranked(cli, simpson, "received_customers")
    rows = by_agent(found)
    # A and B 40 each, C and E 20 each, D 5
    assert [rows[agent]["rank"] for agent in "ABCDE"] == [1, 1, 3, 5, 3]
    assert {row["rank_low"] for row in found["rows"]} == {None}


@pytest.fixture(scope="module")
def two_shops(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Means of 9 s, 70 s and 110 s in one shop, of 10 s in the other; two sessions around eight."""
    parts = [
        sessions("甲", "A", "app", [109, 111] * 12),
        sessions("甲", "B", "app", [69, 71] * 12),
        sessions("甲", "C", "app", [8, 10] * 12),
        sessions("乙", "A", "app", [9, 11] * 12),
        sessions("乙", "B", "app", [9, 11] * 12),
        sessions("乙", "C", "app", [10, 12] * 12),
        sessions("乙", "N", "app", [10], hour=8),
        "# shop=乙 session=early customer=early channel=app",
        "2026-10-05 07:59:59 客户→N 在吗",
        "2026-10-05 08:00:09 客服 N 在",
    ]
    return make_shop(tmp_path_factory.mktemp("two"), "\n".join(parts))


def test_numbers_are_ranked_not_their_texts_and_equals_share_a_rank(
    cli: Cli, two_shops: Shop
) -> None:
    rows = ranked(cli, two_shops, "first_response_time")["rows"]
    # As text "1 分 50 秒" would stand before "9 秒"; every shop ranks its own agents.
    assert [
        (row["dimensions"]["shop"], row["dimensions"]["agent"], row["rank"], row["rank_low"])
        for row in rows
        if row["rank"]
    ] == [
        ("乙", "A", 1, 1),
        ("乙", "B", 1, 1),
        ("乙", "C", 3, 3),
        ("甲", "C", 1, 1),
        ("甲", "B", 2, 2),
        ("甲", "A", 3, 3),
    ]


def test_shops_are_ranked_against_each_other(cli: Cli, two_shops: Shop) -> None:
    rows = ranked(cli, two_shops, "first_response_time", "--by", "shop")["rows"]
    assert [(row["dimensions"], row["rank"], row["rank_high"]) for row in rows] == [
        ({"shop": "乙"}, 1, 1),
        ({"shop": "甲"}, 2, 2),
    ]


def test_hours_belong_to_the_band_they_begin_in(two_shops: Shop) -> None:
    (metric,) = load_catalog().select(["first_response_time"])
    with open_database(two_shops.path, Limits("1GB", 1)) as con:
        period = month_period(date(2026, 10, 1))
        question = counted(con, metric, period, two_shops.settings, {"agent": "N"})
        assert question is not None
        found = strata_of(con, question, ("shop_id", "agent_id"))
    # 07:59:59 is night, 08:00:00 morning
    assert {stratum: sample.size for stratum, sample in found.by_unit["乙", "N"].items()} == {
        ("app", "08"): 1,
        ("app", "12"): 1,
    }


def test_the_table_shows_the_unranked_apart(cli: Cli, simpson: Shop) -> None:
    out = cli("rank", "first_reply_in_target", "--adjust", *OCTOBER, "--db", simpson.path).stdout
    above, below = out.split("不参加排名")
    assert " D " not in above
    assert "样本太少" in below
    assert "覆盖不到一半" in below
    assert "没有话题数据" in above
    english = cli("rank", "reply_rate", "--lang", "en", *OCTOBER, "--db", simpson.path).stdout
    assert "too few to rank" in english


@pytest.mark.parametrize("output_format", ["csv", "md", "json", "table"])
def test_every_format_names_everybody(cli: Cli, simpson: Shop, output_format: str) -> None:
    words = ("rank", "reply_rate", *OCTOBER, "--format", output_format, "--db", simpson.path)
    out = cli(*words).stdout
    assert all(agent in out for agent in "ABCDE")


def test_no_data_ranks_nobody(cli: Cli, simpson: Shop) -> None:
    assert ranked(cli, simpson, "csat_score")["rows"] == []
    assert "没有可以排名的" in cli("rank", "csat_score", *OCTOBER, "--db", simpson.path).stdout


def test_ranges_of_ranks_by_hand() -> None:
    # 0.9 surely beats the other two, which nothing tells apart: ranks 1, 2 to 3, 2 to 3.
    numbers, p_values = [0.5, 0.9, 0.6], {(0, 1): 0.001, (0, 2): 0.4, (1, 2): 0.002}
    assert rank_ranges(numbers, p_values, "up") == [(3, 2, 3), (1, 1, 1), (2, 2, 3)]
    assert rank_ranges(numbers, p_values, "down") == [(1, 1, 2), (3, 3, 3), (2, 1, 2)]
    # Six one-sided tests: 0.02/2 = 0.01 is above 0.05/6, so nothing is sure.
    unsure = rank_ranges(numbers, dict.fromkeys(p_values, 0.02), "up")
    assert unsure == [(3, 1, 3), (1, 1, 3), (2, 1, 3)]
    assert rank_ranges([1.0, 1.0, 0.0], {}, "up") == [
        (1, None, None),
        (1, None, None),
        (3, None, None),
    ]
    assert rank_ranges([0.7], {}, "up") == [(1, 1, 1)]
    assert rank_ranges([], {}, "up") == []


def test_one_mix_for_all_changes_nothing() -> None:
    def share(hits: int, rows: int) -> Sample:
        return Sample("amounts", hits / rows, rows, hits, rows, hits, hits, rows)

    strata: Strata = {
        ("店", "A"): {("x",): share(4, 10), ("y",): share(18, 20)},
        ("店", "B"): {("x",): share(9, 10), ("y",): share(10, 20)},
    }
    found = adjusted(strata)
    assert found["店", "A"].value == pytest.approx(22 / 30)
    assert found["店", "B"].value == pytest.approx(19 / 30)
    assert {standing.coverage for standing in found.values()} == {1}
    # Of a row in x, 13 of 20 hits: 20/19 · 0.65 · 0.35; in y, 28 of 40: 40/39 · 0.7 · 0.3
    variance = (1 / 3) ** 2 * (20 / 19 * 0.65 * 0.35) / 10 + (2 / 3) ** 2 * (40 / 39 * 0.21) / 20
    assert found["店", "A"].variance == pytest.approx(variance)
