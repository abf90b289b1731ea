"""Findings in the database: what stands there, what a dispute does, what is done anew, what is shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from transcripts import build_shop, messages_csv
from typer.testing import Result

from cskpi.enrichment import enrich
from cskpi.errors import UsageError
from cskpi.periods import month_period
from cskpi.quality.disputes import Target, dispute, withdraw
from cskpi.quality.queue import listed
from cskpi.settings import load_settings

if TYPE_CHECKING:
    import duckdb

Cli = Callable[..., Result]

SETTINGS = load_settings({}, environment={})
SHOP = Path(__file__).parent / "metrics" / "_shops" / "quality_rules"
OWN_RULE = """
name     = { zh = "说了黑色", en = "Says black" }
reason   = { zh = "说了黑色", en = "Says black" }
category = "attitude"
severity = "low"
points   = -1
origin   = "test"
[condition.black]
any = ["黑色"]
[[must_hit]]
chat = "客户: 在\\n客服: 黑色"
[[must_not_hit]]
chat = "客户: 黑色"
"""
FOUND = """
SELECT session_id, agent_id, rule, words, span_start, span_end, seconds
FROM qa_session_findings ORDER BY session_id, row_key, rule
"""


@pytest.fixture(scope="module")
def built() -> duckdb.DuckDBPyConnection:
    return build_shop(SHOP, SETTINGS)


@pytest.fixture
def con(built: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    enrich(built, SETTINGS)
    yield built
    built.execute("DELETE FROM qa_disputes; UPDATE qa_findings SET is_disputed = FALSE")


def rules_of(con: duckdb.DuckDBPyConnection, session: str) -> list[str]:
    rows = con.execute(
        "SELECT rule FROM qa_session_findings WHERE session_id = ? ORDER BY rule", [session]
    ).fetchall()
    return [rule for (rule,) in rows]


def scores(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    return dict(con.execute("SELECT session_id, score FROM qa_auto_scores").fetchall())


def test_a_finding_names_message_words_and_who(con: duckdb.DuckDBPyConnection) -> None:
    found = {(row[0], row[2], row[4]): row for row in con.execute(FOUND).fetchall()}
    # 您好，你有病吧: after three characters; 加我微信聊 and 加我微信给您优惠; 240 s from 11:00 to 11:04
    insult = found["Q2", "insult", 3]
    assert (insult[:3], insult[3][:3], insult[6]) == (("Q2", "A", "insult"), "你有病", None)
    assert found["Q3", "diversion", 0][3:6] == ("加我微信", 0, 4)
    assert found["Q3", "diversion", 3][1] == "B"
    assert found["Q4", "slow_without_apology", None][3:] == (None, None, None, 240.0)


def test_the_score_counts_a_rule_once_and_a_fatal_one_makes_it_0(
    con: duckdb.DuckDBPyConnection,
) -> None:
    found = scores(con)
    # Q1: 100 + 5; Q2 fatal; Q3: diversion twice, counted once; Q4: 100 - 10; F1: 100 - 3 - 5; Q5: a risk of 0 points
    assert {k: found[k] for k in ("Q1", "Q2", "Q3", "Q4", "F1", "Q5")} == {
        "Q1": 105,
        "Q2": 0,
        "Q3": 80,
        "Q4": 90,
        "F1": 92,
        "Q5": 100,
    }


def test_a_dispute_of_a_rule_takes_all_it_found_out_and_can_be_withdrawn(
    con: duckdb.DuckDBPyConnection,
) -> None:
    both = Target(session="Q3", rule="diversion")
    assert dispute(con, both, "店铺自己的群", SETTINGS) == 2
    assert "diversion" not in rules_of(con, "Q3")
    assert scores(con)["Q3"] == 100
    assert withdraw(con, both, SETTINGS) == 2
    assert scores(con)["Q3"] == 80
    with pytest.raises(UsageError):
        dispute(con, Target(session="Q1", rule="insult"), None, SETTINGS)
    with pytest.raises(UsageError):
        withdraw(con, both, SETTINGS)
    assert con.execute("SELECT count(*) FROM qa_disputes").fetchone() == (0,)


def test_a_dispute_is_about_one_place_of_one_message(con: duckdb.DuckDBPyConnection) -> None:
    folder = Path("qa_rules")
    folder.mkdir()
    own = OWN_RULE.replace('any = ["黑色"]', 'any = ["加", "给您"]')
    (folder / "black.toml").write_text(own, encoding="utf-8")
    enrich(con, SETTINGS)

    def listed_spans() -> dict[tuple[int, int] | None, str]:
        found, _ = listed(
            con, month_period(date(2026, 10, 1)), {}, risk=False, rule="black", limit=9
        )
        return {one.span: one.finding_id for one in found if one.session_id == "Q3"}

    # 您好，加我微信聊; 加我微信给您优惠
    assert set(listed_spans()) == {(3, 4), (0, 1)}
    first = Target(finding=listed_spans()[0, 1])
    assert dispute(con, first, None, SETTINGS) == 1
    enrich(con, SETTINGS)
    assert set(listed_spans()) == {(3, 4), (4, 6)}
    assert dispute(con, Target(finding=listed_spans()[4, 6]), None, SETTINGS) == 1
    assert set(listed_spans()) == {(3, 4)}
    assert withdraw(con, first, SETTINGS) == 1
    assert set(listed_spans()) == {(3, 4), (0, 1)}
    con.execute("DELETE FROM qa_rules")


def test_a_dispute_outlives_findings_and_facts_made_anew(con: duckdb.DuckDBPyConnection) -> None:
    dispute(con, Target(session="Q3", rule="diversion", shop="旗舰店"), None, SETTINGS)
    con.execute("UPDATE messages SET source_row = source_row + 1000")
    con.execute("UPDATE session_messages SET row_key = row_key + 1000 * 1000000")
    con.execute("DELETE FROM _cskpi_text")
    con.execute("DELETE FROM qa_rules")
    enrich(con, SETTINGS)
    assert "diversion" not in rules_of(con, "Q3")
    assert "diversion" in rules_of(con, "P1")


def test_only_rules_that_changed_are_applied_again(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("UPDATE qa_findings SET words = 'as it was'")
    folder = Path("qa_rules")
    folder.mkdir()
    (folder / "diversion.toml").write_text("inherit = true\npoints = -50\n", encoding="utf-8")
    (folder / "bad_closing.toml").write_text("off = true\n", encoding="utf-8")
    (folder / "black.toml").write_text(OWN_RULE, encoding="utf-8")
    enrich(con, SETTINGS)
    told = con.execute(
        "SELECT rule, any_value(points), any_value(words) FROM qa_findings GROUP BY rule"
    ).fetchall()
    found = {rule: (points, words) for rule, points, words in told}
    assert found["diversion"] == (-50, "加我微信")
    assert found["black"] == (-1, "黑色")
    assert found["insult"] == (-100, "as it was")
    assert "bad_closing" not in found
    (folder / "bad_closing.toml").unlink()
    enrich(con, SETTINGS)
    assert "bad_closing" in rules_of(con, "F1")
    con.execute("DELETE FROM qa_rules")


def test_a_rule_holds_on_its_days_and_channels_only(con: duckdb.DuckDBPyConnection) -> None:
    folder = Path("qa_rules")
    folder.mkdir()
    dated = OWN_RULE.replace("[condition", "from = 2026-10-07\n[condition").replace("黑色", "您好")
    (folder / "later.toml").write_text(dated, encoding="utf-8")
    until = OWN_RULE.replace("[condition", "to = 2026-10-05\n[condition").replace("黑色", "您好")
    (folder / "earlier.toml").write_text(until, encoding="utf-8")
    scope = '[scope]\nchannels = ["web"]\n[condition'
    (folder / "web.toml").write_text(OWN_RULE.replace("[condition", scope), encoding="utf-8")
    enrich(con, SETTINGS)
    rows = con.execute(
        "SELECT rule, session_id FROM qa_session_findings"
        " WHERE rule IN ('later', 'earlier', 'web') ORDER BY rule, started_at"
    ).fetchall()
    # 您好 is said in P1 (30 September), Q1 Q2 (5 October), Q3 Q4 (6 October), F1 (8 October), P2 (1 November)
    assert rows == [
        *(("earlier", name) for name in ("P1", "Q1", "Q2")),
        *(("later", name) for name in ("F1", "P2")),
    ]


@pytest.fixture
def loaded(cli: Cli) -> Cli:
    text = (SHOP / "transcript.txt").read_text(encoding="utf-8")
    text += "# session=Q6 customer=13812345678\n2026-10-09 10:00:00 客户→B 查下13812345678的单\n"
    text += "2026-10-09 10:00:10 客服 B 您好，另一位买家的电话是13912345678，加我微信\n"
    text += "2026-10-09 10:00:20 客服 B 😊嗯，加ＶＸ聊\n"
    text += "# session=- customer=小红帽\n2026-10-10 10:00:00 客户→B 我要投诉\n"
    Path("chats.csv").write_text(messages_csv(text), encoding="utf-8")
    cli("load", "chats.csv")
    return cli


def test_commands_list_the_gravest_first_masked_with_the_words_in_place(loaded: Cli) -> None:
    summary = json.loads(loaded("qa", "run", "--month", "2026-10", "--format", "json").stdout)
    assert summary["inspected"] == 8
    insult = next(row for row in summary["rules"] if row["rule"] == "insult")
    assert (insult["findings"], insult["sessions"], insult["name"]) == (1, 1, "辱骂买家")
    listed = json.loads(
        loaded("qa", "list", "--risk", "--month", "2026-10", "--format", "json").stdout
    )
    nameless = "小***@20261010T100000"
    assert [row["session_id"] for row in listed] == (
        ["Q2"] * 3 + ["Q6"] * 3 + ["Q3"] * 2 + ["Q5", nameless]
    )
    assert "投诉风险" in loaded("explain", "session", nameless).stdout
    assert listed[0]["text"].startswith("您好，【你有病")
    leaked = next(row for row in listed if row["rule"] == "privacy_leak_contact")
    assert leaked["words"] == "另一位买家、mobile"
    assert leaked["text"].startswith("您好，【另一位买家】的电话是139****")
    assert "12345678" not in leaked["text"]
    assert any(row["text"].startswith("😊嗯，【加ＶＸ") for row in listed)
    shown = loaded(
        "qa", "list", "--rule", "privacy_leak_contact", "--month", "2026-10", "--reveal"
    ).stdout
    assert "13912345678" in shown
    table = loaded(
        "qa", "list", "--risk", "--agent", "B", "--month", "2026-10", "--lang", "en"
    ).stdout
    assert "critical" in table
    assert "你有病吧" not in table


def test_a_dispute_shows_in_the_transcript_and_in_the_summary(loaded: Cli) -> None:
    listing = loaded("qa", "list", "--rule", "insult", "--month", "2026-10", "--format", "json")
    (insult,) = json.loads(listing.stdout)
    loaded("qa", "dispute", insult["finding_id"], "--reason", "引用")
    assert "辱骂买家（已标为误判）" in loaded("explain", "session", "Q2").stdout
    loaded("qa", "dispute", "小***@20261010T100000", "complaint_threat")
    summary = json.loads(loaded("qa", "run", "--month", "2026-10", "--format", "json").stdout)
    assert summary["disputed"] == 2
    assert "insult" not in {row["rule"] for row in summary["rules"]}


def test_the_rule_book_is_listed_and_a_shops_tests_are_run(cli: Cli) -> None:
    assert "辱骂买家 (insult)" in cli("qa", "rules").stdout
    folder = Path("qa_rules")
    folder.mkdir()
    (folder / "black.toml").write_text(OWN_RULE, encoding="utf-8")
    cli("qa", "rules", "--test")
    wrong = OWN_RULE.replace("客服: 黑色", "客服: 白色")
    (folder / "black.toml").write_text(wrong, encoding="utf-8")
    told = cli("qa", "rules", "--test", code=1).stderr
    assert "qa_rules/black.toml:10: 这段对话应当命中，却没有命中" in told
