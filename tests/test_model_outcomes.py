"""What came before and after a session, where sessions touch, overlap or are about two things."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transcripts import Shop, make_shop

QUERY = """
SELECT session_id, CAST({} AS VARCHAR) FROM session_outcomes ORDER BY session_id
"""


def told(shop: Shop, column: str) -> dict[str, Any]:
    """Return one column of `session_outcomes` by session, without the day."""
    rows = shop.rows(QUERY.format(column))
    return {session: moment and moment.removeprefix("2026-10-01 ") for session, moment in rows}


TOUCHING = """
# session=S1 customer=c1
2026-10-01 10:00:00 客户→A 在吗
2026-10-01 10:05:00 客服 A 在
# session=S2 customer=c1
2026-10-01 10:05:00 客户→A 还有
# session=S3 customer=c1
2026-10-01 10:05:00 客户→A 还有
# session=S4 customer=c1
2026-10-01 10:05:00 客户→A 还有
2026-10-01 10:06:00 客服 A 好
"""


def test_a_session_follows_one_that_ends_in_the_same_moment_and_never_itself(
    tmp_path: Path,
) -> None:
    shop = make_shop(tmp_path, TOUCHING)
    after = told(shop, "unknown_after_at")
    assert after == {"S1": "10:05:00", "S2": "10:05:00", "S3": "10:05:00", "S4": None}
    before = told(shop, "unknown_before_at")
    assert before == {"S1": None, "S2": "10:05:00", "S3": "10:05:00", "S4": "10:05:00"}


OVERLAPPING = """
# session=S1 customer=c1
2026-10-01 10:00:00 客户→A 在吗
2026-10-01 11:00:00 客服 A 在
# session=S2 customer=c1
2026-10-01 10:30:00 客户→A 这边
2026-10-01 10:31:00 客服 A 好
# session=S3 customer=c1
2026-10-01 12:00:00 客户→A 还有
2026-10-01 12:01:00 客服 A 好
"""


def test_a_session_begun_while_another_runs_does_not_follow_it(tmp_path: Path) -> None:
    shop = make_shop(tmp_path, OVERLAPPING)
    assert told(shop, "unknown_after_at") == {"S1": "12:00:00", "S2": "12:00:00", "S3": None}
    assert told(shop, "unknown_before_at") == {"S1": None, "S2": "11:00:00", "S3": "11:00:00"}


def test_known_issues_are_told_apart_from_unknown_ones(tmp_path: Path) -> None:
    listed = tmp_path / "sessions.csv"
    listed.write_text(
        "shop,session_id,customer_id,started_at,closed_by,topic\n"
        "旗舰店,S1,c1,2026-10-01 10:00:00,客服,物流\n"
        "旗舰店,S3,c1,2026-10-01 12:00:00,客服,物流\n",
        encoding="utf-8",
    )
    shop = make_shop(tmp_path, OVERLAPPING, listed)
    assert told(shop, "topic") == {"S1": "物流", "S2": None, "S3": "物流"}
    assert told(shop, "same_after_at") == {"S1": "12:00:00", "S2": None, "S3": None}
    assert told(shop, "unknown_after_at") == {"S1": None, "S2": "12:00:00", "S3": None}
    assert told(shop, "same_before_at") == {"S1": None, "S2": None, "S3": "11:00:00"}
    assert told(shop, "unknown_before_at") == {"S1": None, "S2": "11:00:00", "S3": "10:31:00"}


def test_sessions_without_times_of_day_have_no_outcome(tmp_path: Path) -> None:
    export = tmp_path / "days.csv"
    export.write_text(
        "shop,session_id,sent_at,sender_role,customer_id,agent_id,content\n"
        "旗舰店,S9,2026-10-01,customer,c1,A,在吗\n",
        encoding="utf-8",
    )
    shop = make_shop(tmp_path, OVERLAPPING, export)
    assert set(told(shop, "topic")) == {"S1", "S2", "S3"}
    assert shop.rows("SELECT session_id FROM sessions WHERE NOT has_clock") == [("S9",)]
