"""Views laid out once for a report: the numbers stay, and a join is left out only for what is shown."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from transcripts import part_shop

from cskpi.metrics import shared_facts as module
from cskpi.metrics.catalog import load_catalog
from cskpi.metrics.evaluate import evaluate, filled_tables
from cskpi.metrics.shared_facts import shared_facts, without_joins
from cskpi.periods import month_period
from cskpi.settings import load_settings

if TYPE_CHECKING:
    import duckdb

SHOP = Path(__file__).parent / "metrics" / "_shops" / "speed_asked_again"
OCTOBER = month_period(date(2026, 10, 1))


KPIS = [
    *("first_response_time", "average_response_interval", "reply_in_target", "session_duration"),
    "invalid_reply_rate",
]


def _temporary(con: duckdb.DuckDBPyConnection) -> set[str]:
    found = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE temporary"
        " UNION ALL SELECT view_name FROM duckdb_views() WHERE database_name = 'temp'"
        " AND NOT internal"
    )
    return {name for (name,) in found.fetchall()}


def test_numbers_from_laid_out_views_are_those_of_the_views(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = load_settings({}, environment={})
    metrics = load_catalog().select(KPIS)
    groupings = [(), ("agent",), ("day",), ("shop", "hour")]
    monkeypatch.setattr(module, "LARGE_ROWS", 0)
    monkeypatch.setattr(module, "LEAST_USES", 2)
    with part_shop(SHOP, settings) as con:
        plain, before = evaluate(con, metrics, OCTOBER, groupings, settings), _temporary(con)
        with shared_facts(con, metrics):
            made = _temporary(con)
            assert {"sessions", "turns", "accounts", "agent_replies"} <= made
            assert evaluate(con, metrics, OCTOBER, groupings, settings) == plain
        assert _temporary(con) == before
        assert filled_tables(con, ["sessions"]) == {"sessions": True}
    assert sum(finding.value is not None for finding in plain) > len(KPIS)


JOINED = (
    "SELECT replies.session_no, questions.form AS question, accounts.agent_id FROM replies"
    " LEFT JOIN message_signals AS questions ON ((replies.question_no = questions.form_no))"
    " LEFT JOIN accounts ON ((replies.account_no = accounts.account_no))"
)


def test_a_join_is_left_out_where_nobody_needs_what_it_fetches() -> None:
    slim = without_joins(JOINED, {"question"})
    assert "(SELECT * FROM message_signals LIMIT 0) AS questions" in slim
    assert "LEFT JOIN accounts ON" in slim


@pytest.mark.parametrize(
    "body",
    [
        JOINED.replace("questions.form AS question", "coalesce(questions.form, '') AS question"),
        JOINED + " WHERE questions.form IS NOT NULL",
        JOINED.replace("questions.form_no))", "questions.topic_no))"),
    ],
)
def test_a_join_stays_where_it_does_more_than_fetch(body: str) -> None:
    assert without_joins(body, {"question"}) == body
