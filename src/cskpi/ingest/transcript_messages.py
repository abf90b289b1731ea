"""Messages put together from the lines of a transcript, every line accounted for."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from cskpi.errors import InputError
from cskpi.ingest.transcript_lines import NOISE, RECALL, RECALLED, SYSTEM

if TYPE_CHECKING:
    import duckdb

GOODS = r"^\s*(?:https?://\S+|[¥￥]\s*\d[\d,.]*(?:\s*[-~]\s*[¥￥]?\s*\d[\d,.]*)?)\s*$"
NOBODY = r"^(?:你|您|我|对方|You|you)$"
TABLES = ("transcript_lines", "transcript_known", "transcript_parts", "transcript_messages")

_INVISIBLE = r"[\x{feff}\x{200b}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]"
"""Marks of direction and the like; the joiner inside emoji is none of them."""
_PARTS = """
    CREATE OR REPLACE TEMP TABLE transcript_parts AS
    WITH opened AS (
        SELECT line_no, first_line AS head FROM (
            SELECT first_line, unnest([first_line, last_line]) AS line_no FROM transcript_heads)
        GROUP BY ALL
    ), followed AS (
        SELECT conversation, line_no, line, opened.head IS NOT NULL AS is_head,
            last_value(opened.head IGNORE NULLS) OVER in_order AS head,
            line_no - lag(line_no) OVER in_order - 1 AS blanks
        FROM transcript_lines LEFT JOIN opened USING (line_no) WHERE line IS NOT NULL
        WINDOW in_order AS (PARTITION BY conversation ORDER BY line_no)
    )
    SELECT *, CASE WHEN is_head THEN 'head' WHEN head IS NULL THEN 'before'
            WHEN regexp_matches(line, $noise) THEN 'noise'
            WHEN regexp_matches(line, $recalled) AND regexp_matches(line, $recall)
                THEN 'recall'
            WHEN regexp_matches(line, $system) THEN 'system' ELSE 'text' END AS part
    FROM followed
"""
_MESSAGES = r"""
    CREATE OR REPLACE TEMP TABLE transcript_messages AS
    WITH counted AS (
        SELECT head, count(*) AS lines, bool_and(regexp_matches(line, $goods)) AS is_goods,
            any_value(repeat(chr(10), CAST(blanks AS INTEGER)) || line) AS text
        FROM transcript_parts WHERE part = 'text' GROUP BY head
    ), longer AS (
        -- Putting lines in order is dear, and most messages have one.
        SELECT head, string_agg(repeat(chr(10), CAST(blanks AS INTEGER)) || line, chr(10)
            ORDER BY line_no) AS text
        FROM transcript_parts
        WHERE part = 'text' AND head IN (SELECT head FROM counted WHERE lines > 1)
        GROUP BY head
    ), said AS (
        SELECT head, lines, is_goods, coalesce(longer.text, counted.text) AS text
        FROM counted LEFT JOIN longer USING (head)
    ), events AS (
        SELECT head, line_no, line, part, row_number() OVER (
            PARTITION BY head ORDER BY line_no) AS nth
        FROM transcript_parts WHERE part IN ('recall', 'system')
    )
    SELECT heads.conversation, heads.first_line AS line_no, stamp, sender, addressee,
        CASE WHEN body IS NULL THEN ltrim(said.text, chr(10))
            ELSE concat_ws(chr(10), body, said.text) END AS text,
        CASE WHEN kind IS NOT NULL THEN kind
            WHEN coalesce(said.is_goods, true) AND coalesce(regexp_matches(body, $goods), true)
                AND coalesce(body, said.text) IS NOT NULL THEN 'goods' END AS kind,
        1 + last_line - first_line + coalesce(said.lines, 0) AS lines,
        body IS NULL AND said.text IS NULL AND events.head IS NOT NULL AS is_empty
    FROM transcript_heads AS heads
    LEFT JOIN said ON said.head = heads.first_line
    LEFT JOIN events ON events.head = heads.first_line AND events.nth = 1
    UNION ALL
    SELECT heads.conversation, events.line_no, stamp,
        CASE WHEN events.part = 'recall' THEN coalesce(
            nullif(regexp_replace(regexp_extract(line, $recall, 1), $nobody, ''), ''), sender)
            ELSE sender END, NULL, line, events.part, 1, false
    FROM events JOIN transcript_heads AS heads ON heads.first_line = events.head
"""


def keep_lines(con: duckdb.DuckDBPyConnection, lines: str) -> None:
    """Fill `transcript_lines` from a SELECT of `conversation` and `line` in order.

    Also makes `transcript_known(conversation, name)`, without names.
    """
    clean = f"rtrim(regexp_replace(line, '{_INVISIBLE}', '', 'g'), chr(13) || chr(9) || ' ')"
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE transcript_lines AS
        SELECT conversation, row_number() OVER () - 1 AS line_no,
            CASE WHEN NOT regexp_matches(line, '\\S') THEN NULL
                WHEN regexp_matches(line, '{_INVISIBLE}|\\s$') THEN {clean} ELSE line END AS line
        FROM ({lines})
        """
    )
    con.execute("CREATE OR REPLACE TEMP TABLE transcript_known (conversation BIGINT, name VARCHAR)")


def decode_entities(con: duckdb.DuckDBPyConnection) -> None:
    """Decode HTML entities once: what `&amp;lt;` decodes to is text, and no entity."""
    found = con.execute(
        r"""
        SELECT DISTINCT unnest(regexp_extract_all(line, '&#?\w{1,31};')) FROM transcript_lines
        WHERE contains(line, '&')
        """
    ).fetchall()
    if not found:
        return
    entities = [str(row[0]) for row in found]
    con.execute(
        r"""
        UPDATE transcript_lines AS target SET line = decoded.line FROM (
            SELECT line_no, string_agg(
                CASE WHEN place = 1 THEN piece
                    ELSE coalesce(plain || substr(piece, length(coded) + 1), '&' || piece) END,
                '' ORDER BY place) AS line
            FROM (
                SELECT line_no, unnest(string_split(line, '&')) AS piece,
                    generate_subscripts(string_split(line, '&'), 1) AS place
                FROM transcript_lines WHERE contains(line, '&'))
            LEFT JOIN (SELECT unnest($coded) AS coded, unnest($plain) AS plain)
                ON coded = regexp_extract(piece, '^#?\w{1,31};')
            GROUP BY line_no) AS decoded
        WHERE decoded.line_no = target.line_no
        """,
        {
            "coded": [entity[1:] for entity in entities],
            "plain": [html.unescape(entity).replace("\n", " ") for entity in entities],
        },
    )


def make_messages(con: duckdb.DuckDBPyConnection, filled: int) -> None:
    """Fill `transcript_parts` with the use of each line and `transcript_messages` from them.

    Args:
        con: the database connection, with `transcript_lines` and `transcript_heads`.
        filled: the lines that are not blank, counted from the source.

    Raises:
        InputError: a line is part of no message or of two.
    """
    con.execute(_PARTS, {"noise": NOISE, "recall": RECALL, "recalled": RECALLED, "system": SYSTEM})
    con.execute(_MESSAGES, {"goods": GOODS, "recall": RECALL, "nobody": NOBODY})
    row = con.execute(
        """
        SELECT (SELECT coalesce(sum(lines), 0) FROM transcript_messages)
            + (SELECT count(*) FROM transcript_parts WHERE part IN ('noise', 'before'))
        """
    ).fetchone()
    if row is None or int(row[0]) != filled:
        raise InputError("rows_unaccounted")


def reject_before(con: duckdb.DuckDBPyConnection, places: str, key: str) -> None:
    """Keep what stands before the first message of a conversation as malformed.

    Args:
        con: the database connection.
        places: SELECT of `source_row` by `key`.
        key: line_no or conversation.
    """
    con.execute(
        f"""
        INSERT INTO malformed_rows
        SELECT source_row, line, 'before_first_message'
        FROM transcript_parts JOIN ({places}) USING ({key})
        WHERE part = 'before' AND conversation IN (SELECT conversation FROM transcript_heads)
        ORDER BY line_no
        """
    )


def drop_messages(con: duckdb.DuckDBPyConnection) -> None:
    """Drop the tables of this module."""
    for table in TABLES:
        con.execute(f"DROP TABLE IF EXISTS temp.{table}")
