"""What agents said and customers felt: when it is read at all, and how a transcript shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from transcripts import Shop, make_shop, open_shop

from cskpi.metrics.catalog import load_catalog
from cskpi.metrics.text_tables import query_reads_texts, read_texts, text_tables
from cskpi.present.breakdowns import readable
from cskpi.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

CHATS = """
# shop=旗舰店 session=S1 customer=c1
2026-10-05 12:00:00 客户→A 怎么退货
2026-10-05 12:00:20 客服 A 发图看看
2026-10-05 12:01:00 客户→A 太差了，我要投诉你们
2026-10-05 12:01:20 客服 A 发图看看
2026-10-05 12:02:00 客户→A [图片]
# session=S2 customer=c2
2026-10-06 12:00:00 客户→A 有人吗
2026-10-06 12:00:20 客服 A 亲，在的
"""
FELT = "SELECT session_id, peak_emotion, last_emotion FROM session_emotions ORDER BY session_id"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return make_shop(tmp_path_factory.mktemp("talk"), CHATS)


def test_texts_are_read_once_a_kpi_rests_on_them(shop: Shop, cli: Cli, tmp_path: Path) -> None:
    stages = "SELECT count(*) FROM _cskpi_text"
    cli("kpi", "first_response_time", "--month", "2026-10", "--db", shop.path)
    assert shop.rows(stages) == [(0,)]
    query = tmp_path / "felt.sql"
    query.write_text(FELT, encoding="utf-8")
    answer = cli("query", query, "--db", shop.path, "--format", "csv").stdout
    assert "S1,angry,angry" in answer
    assert shop.rows(stages) != [(0,)]


def test_a_transcript_shows_the_customers_emotion(shop: Shop, cli: Cli) -> None:
    shown = cli("explain", "session", "S1", "--db", shop.path).stdout
    lines = {line.split()[1]: line for line in shown.splitlines() if line.startswith("2026-")}
    assert "询问" in lines["12:00:00"]
    assert "愤怒" in lines["12:01:00"]
    # A picture tells no emotion, and an agent's line has none.
    for at in ("12:00:20", "12:02:00"):
        assert not any(word in lines[at] for word in ("询问", "愤怒", "平静"))


def test_a_picture_calms_nobody_and_a_mild_word_angers_nobody(tmp_path: Path) -> None:
    (tmp_path / "transcript.txt").write_text(CHATS, encoding="utf-8")
    for limit, mild in ((-0.4, "asking"), (-0.3, "anxious")):
        settings = load_settings({"talk.negative_below": limit}, environment={})
        with open_shop(tmp_path, settings) as con:
            found = con.execute(FELT).fetchall()
        assert found == [("S1", "angry", "angry"), ("S2", mild, mild)]


def test_only_what_rests_on_texts_asks_for_them() -> None:
    known = {metric.name: metric for metric in load_catalog().metrics}
    assert read_texts([known["empathy_rate"]])
    assert not read_texts([known["first_response_time"], known["transfer_rate"]])
    assert query_reads_texts("SELECT * FROM Message_Signals")
    assert not query_reads_texts("SELECT * FROM messages")
    assert {"message_signals", "agent_talks", "emotion_turns"} <= text_tables()
    assert "qa_grades" not in text_tables()


def test_a_quoted_text_says_in_words_what_was_taken_out() -> None:
    assert readable("打{mobile}也行{smile}{x}") == "打〔手机号〕也行〔笑〕{x}"
