"""The weekly grading plan: a stratified sample with known inclusion probabilities.

Within a shop and stratum every session is drawn with the same probability (simple random sampling
by the order of a seeded hash), so means weighted by its inverse are unbiased for all sessions of
the week (Horvitz and Thompson 1952), however much the strata differ in how many are drawn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    import duckdb

    from cskpi.periods import Period
    from cskpi.settings import Settings

Stratum = Literal["complaint", "high_value", "new_agent", "risk", "rest"]
STRATA: tuple[Stratum, ...] = get_args(Stratum)
"""The first that fits is a session's stratum; the last takes what is left."""

CANDIDATES = "qa_candidates"
_BASE_PART = 0.5
"""Of its proportional part every stratum gets at least this; the priority strata share the rest."""

_FIND = f"""
CREATE OR REPLACE TEMP TABLE {CANDIDATES} AS
WITH buyers AS (
    SELECT shop_id, customer_no,
        percent_rank() OVER (PARTITION BY shop_id ORDER BY sum(paid_amount) DESC) AS place
    FROM sale_orders
    WHERE customer_no IS NOT NULL AND left_out IS NULL AND paid_at < $end
    GROUP BY shop_id, customer_no
    HAVING sum(paid_amount) > 0
),

high_value AS (SELECT customer_no FROM buyers WHERE place < $high_value_share),

complaining AS (
    SELECT session_no FROM session_outcomes
    WHERE complained_at <= started_at + INTERVAL 7 DAY
),

newcomers AS (
    SELECT DISTINCT shop_id, agent_id, hired_on FROM agents WHERE hired_on IS NOT NULL
),

risky AS (SELECT session_no FROM qa_auto_scores WHERE is_risk),

customer_of AS (
    SELECT session_no, min(customer_no) AS customer_no
    FROM session_messages
    WHERE occurred_at >= $start AND occurred_at < $end + INTERVAL 2 DAY
    GROUP BY session_no
),

placed AS (
    SELECT
        sessions.session_no, sessions.shop_id, sessions.session_id,
        CASE
            WHEN complaining.session_no IS NOT NULL THEN 'complaint'
            WHEN high_value.customer_no IS NOT NULL THEN 'high_value'
            WHEN newcomers.agent_id IS NOT NULL THEN 'new_agent'
            WHEN risky.session_no IS NOT NULL THEN 'risk'
            ELSE 'rest'
        END AS stratum
    FROM sessions
    LEFT JOIN complaining USING (session_no)
    LEFT JOIN customer_of USING (session_no)
    LEFT JOIN high_value ON customer_of.customer_no = high_value.customer_no
    LEFT JOIN newcomers ON sessions.shop_id = newcomers.shop_id
        AND sessions.agent_id = newcomers.agent_id
        AND CAST(sessions.started_at AS DATE) < newcomers.hired_on + CAST($new_days AS INTEGER)
    LEFT JOIN risky ON sessions.session_no = risky.session_no
    WHERE sessions.started_at >= $start AND sessions.started_at < $end
        AND sessions.is_customer_session AND sessions.has_human_message
)

SELECT DISTINCT ON (session_no) * FROM placed ORDER BY session_no, stratum
"""

_DRAW = f"""
INSERT INTO qa_plan_sessions
SELECT $week, shop_id, session_id, stratum, planned_count / session_count
FROM (
    SELECT shop_id, session_id, stratum,
        row_number() OVER (
            PARTITION BY shop_id, stratum
            ORDER BY md5(concat_ws(chr(31), $seed, shop_id, session_id)), session_id
        ) AS place
    FROM {CANDIDATES}
)
INNER JOIN qa_plan_strata USING (shop_id, stratum)
WHERE week = $week AND place <= planned_count
"""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One shop and stratum of a plan."""

    shop_id: str
    stratum: Stratum
    session_count: int
    planned_count: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A week's plan; `is_kept` tells that it was made before and grades hold it."""

    week: str
    share: float
    seed: int
    rows: tuple[PlanRow, ...]
    is_kept: bool


def allocate(counts: Mapping[Stratum, int], share: float) -> dict[Stratum, int]:
    """Return how many sessions of each stratum to draw: in all `share` of them, at least one each.

    Every stratum gets half of its proportional part. What then remains goes in equal parts to
    complaints, high-value customers, new agents and risk until each is drawn whole, and last to the
    rest.

    Args:
        counts: sessions by stratum.
        share: part of all sessions to draw, above 0 and up to 1.
    """
    present = {stratum: counts[stratum] for stratum in STRATA if counts.get(stratum)}
    planned = {
        stratum: min(count, max(1, math.floor(count * share * _BASE_PART)))
        for stratum, count in present.items()
    }
    left = max(0, math.ceil(sum(present.values()) * share - 1e-9) - sum(planned.values()))
    first = [stratum for stratum in present if stratum != "rest"]
    for group in (first, [stratum for stratum in present if stratum == "rest"]):
        while left and (open_ones := [s for s in group if planned[s] < present[s]]):
            part = max(1, left // len(open_ones))
            for stratum in open_ones:
                more = min(part, left, present[stratum] - planned[stratum])
                planned[stratum] += more
                left -= more
    return planned


def make_plan(
    con: duckdb.DuckDBPyConnection, week: Period, settings: Settings, *, share: float
) -> Plan:
    """Draw the sessions of a week that people are to grade, and store the plan.

    The same sessions, share and seed give the same sample. Once grades of the week are imported its
    plan stays as it is: another draw would make their weights wrong.

    Args:
        con: a writable database whose facts and findings are current.
        week: an ISO week.
        settings: the seed, and who is a high-value customer or a new agent.
        share: part of the sessions to draw.
    """
    if _is_graded(con, week.label):
        return stored_plan(con, week.label, is_kept=True)
    seed = settings.whole("grading.seed")
    con.execute(
        _FIND,
        {
            "start": week.start,
            "end": week.end,
            "high_value_share": settings.number("grading.high_value_share"),
            "new_days": settings.whole("grading.new_agent_days"),
        },
    )
    draw(con, week.label, seed, share)
    return stored_plan(con, week.label, is_kept=False)


def draw(con: duckdb.DuckDBPyConnection, week: str, seed: int, share: float) -> None:
    """Put a sample of the temporary table `qa_candidates` in place of the week's plan."""
    counts: dict[str, dict[Stratum, int]] = {}
    for shop, stratum, count in con.execute(
        f"SELECT shop_id, stratum, count(*) FROM {CANDIDATES} GROUP BY ALL ORDER BY ALL"
    ).fetchall():
        counts.setdefault(shop, {})[stratum] = count
    rows = [
        (week, shop, stratum, by_stratum[stratum], planned, share, seed)
        for shop, by_stratum in counts.items()
        for stratum, planned in allocate(by_stratum, share).items()
    ]
    for table in ("qa_plan_strata", "qa_plan_sessions"):
        con.execute(f"DELETE FROM {table} WHERE week = ?", [week])
    if rows:
        con.executemany("INSERT INTO qa_plan_strata VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        con.execute(_DRAW, {"week": week, "seed": str(seed)})


def stored_plan(con: duckdb.DuckDBPyConnection, week: str, *, is_kept: bool) -> Plan:
    """Return the plan of a week as it is stored."""
    rows = con.execute(
        "SELECT shop_id, stratum, session_count, planned_count, share, seed FROM qa_plan_strata"
        " WHERE week = ? ORDER BY shop_id",
        [week],
    ).fetchall()
    found = [PlanRow(*row[:4]) for row in rows]
    found.sort(key=lambda row: (row.shop_id, STRATA.index(row.stratum)))
    share, seed = rows[0][4:] if rows else (0.0, 0)
    return Plan(week, share, seed, tuple(found), is_kept)


def _is_graded(con: duckdb.DuckDBPyConnection, week: str) -> bool:
    row = con.execute(
        "SELECT 1 FROM qa_plan_sessions SEMI JOIN qa_grades USING (shop_id, session_id)"
        " WHERE week = ? LIMIT 1",
        [week],
    ).fetchone()
    return row is not None
