"""Customers' messages of many sessions, and the ratings they gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cskpi.sentiment.lines import line_features
from cskpi.store.frames import offered, read_frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb
    import polars as pl

MESSAGES_AT_ONCE = 2_000_000

_COUNTED = "SELECT session_no FROM session_facts WHERE is_customer_session AND has_human_reply"

# Only what customers, humans and bots wrote shows whether a message was left without a reply.
_LINES = """
WITH placed AS (
    SELECT
        session_no, form_no, actor, occurred_ms, occurred_at, row_key,
        row_number() OVER talk AS place,
        coalesce(lag(actor) OVER talk = 1, false) AS is_after_silence
    FROM message_forms
    WHERE actor <= 3 AND session_no IN ({sessions})
    WINDOW talk AS (
        PARTITION BY session_no
        ORDER BY coalesce(occurred_ms, epoch_ms(occurred_at)), occurred_at, row_key
    )
)
SELECT session_no AS session, CAST(place AS INTEGER) AS place, is_after_silence, form_no
FROM placed
WHERE actor = 1 AND form_no IS NOT NULL
ORDER BY session, place
"""

_FORMS = """
SELECT form_no, form, sentiment, emotion
FROM message_signals
WHERE form_no IN (SELECT DISTINCT form_no FROM message_forms WHERE actor = 1)
ORDER BY form_no
"""

_RATED = f"""
WITH ranked AS (
    SELECT
        session_ratings.session_no, CAST(session_ratings.score AS DOUBLE) AS rating,
        row_number() OVER (
            PARTITION BY session_ratings.session_no
            ORDER BY ratings.rated_at DESC, ratings.rating_key DESC
        ) AS place
    FROM session_ratings
    INNER JOIN ratings ON session_ratings.rating_key = ratings.rating_key
    WHERE session_ratings.score IS NOT NULL
)
SELECT
    ranked.session_no, ranked.rating,
    facts.shop_no || '/' || coalesce(facts.customer_id, 'session ' || facts.session_no) AS customer
FROM ranked
INNER JOIN session_facts AS facts ON ranked.session_no = facts.session_no
WHERE ranked.place = 1 AND ranked.session_no IN ({_COUNTED})
ORDER BY ranked.session_no
"""


def customer_forms(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return form_no, form and `line_features` of all that customers said, a row a form."""
    forms = read_frame(con, _FORMS)
    read = line_features(forms["form"], told=forms.select("sentiment", "emotion"))
    return forms.select("form_no", "form").hstack(read.select("mood", "score", "emotion", "length"))


def rated_sessions(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return session_no, rating and customer of rated sessions with a human reply, in order."""
    return read_frame(con, _RATED)


def lines_of(con: duckdb.DuckDBPyConnection, sessions: pl.DataFrame) -> pl.DataFrame:
    """Return the customer's messages of these sessions (column `session_no`)."""
    with offered(con, "wanted_sessions", sessions.select("session_no")):
        return read_frame(con, _LINES.format(sessions="SELECT session_no FROM wanted_sessions"))


def all_lines(con: duckdb.DuckDBPyConnection) -> Iterator[pl.DataFrame]:
    """Yield the customer's messages of all customer's sessions with a human reply, part by part."""
    row = con.execute("SELECT count(*) FROM message_forms").fetchone()
    parts = (row[0] if row else 0) // MESSAGES_AT_ONCE + 1
    for part in range(parts):
        chosen = f"{_COUNTED} AND hash(session_no) % {parts} = {part}"
        yield read_frame(con, _LINES.format(sessions=chosen))
