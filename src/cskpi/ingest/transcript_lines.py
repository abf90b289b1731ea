"""Lines of a chat transcript that have the form of a header: a time, with a name before or after it.

A transcript is lines of one or many conversations, in `transcript_lines(conversation, line_no,
line)`; `line_no` runs from 0 without a gap over all of them and a blank line is NULL. Patterns are
RE2, so what a line must not end with is spelled out as a class of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

_WIDE = "\u3000\u00a0\u202f：（）【】［］，"
_NARROW = "   :()[][],"
"""Headers are matched in half width; both forms are of one length, so texts are cut as written."""

_DATE = r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{4}年\d{1,2}月\d{1,2}日?)"
_FOREIGN_DATE = r"(\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2}))"
_GAP = r"(?:\s*(?:星期|周)[一二三四五六日天])?(?:\s+|T|,\s?)?"
_CLOCK = (
    r"(上午|下午)?\s*(\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,6})?)?)"
    r"(?:\s?([AaPp])\.?[Mm]\.?)?(Z|\s?(?:UTC|GMT)?[+-]\d{2}:?\d{2})?"
)
_REST = r"(?:[\])]:?\s*|\s+(?:[-–]\s+)?|$)(\S.*)?$"
_NAME_END = r"[)\]]?\s*(?:已读|未读)?(?:(:)\s*(.*))?$"

TIME_FIRST = rf"^\s*[\[(]?{_DATE}{_GAP}{_CLOCK}{_REST}"
CLOCK_FIRST = rf"^\s*[\[(]?(){_CLOCK}{_REST}"
FOREIGN_FIRST = rf"^\s*\[?{_FOREIGN_DATE},?\s+{_CLOCK}(?:\]\s*|\s[-–]\s)(\S.*)$"
NAME_FIRST = rf"(([(\[]?){_DATE}{_GAP}{_CLOCK}{_NAME_END[:-1]})$"
NAME_THEN_CLOCK = rf"((\s[(\[]?|[(\[])(){_CLOCK}{_NAME_END[:-1]})$"
NO_NAME = r"[:,，。、;；|(\[<\"=]$"
"""What stands before a time is no name if it ends so: `预计送达时间：2024-01-01 10:00:00`."""

RECALL = r"^[\"“「]?(.{0,60}?)[\"”」]?\s*(?:已?撤回了?(?:一条|1条|一則|该条|此)?(?:消息|信息|讯息)|recalled a message|deleted this message)[。.]?$"
RECALLED = "撤回|recalled|deleted"
"""What a recall holds: a pattern that is much cheaper than `RECALL`."""
SYSTEM = (
    r"^(?:当前用户来自|商品详情页(?:$|[:：\s【\[])|商品推荐(?:$|[:：\s【\[])"
    r"|由\s*\S.{0,60}?\s*转交给|原因[:：]\s*【)"
)
NOISE = r"^\s*(?:已读|未读|发送中|[-=_*~—]{6,})\s*$"
LONGEST_NAME = 80

_FIRST_GROUPS = "['date', 'half', 'clock', 'ampm', 'zone', 'rest']"
_NAME_GROUPS = "['whole', 'bracket', 'date', 'half', 'clock', 'ampm', 'zone', 'colon', 'rest']"

_FORMS = rf"""
    CREATE OR REPLACE TEMP TABLE transcript_forms AS
    WITH timed AS (
        SELECT *, regexp_matches(form_line, '\d{{4}}[-/.年]\d{{1,2}}[-/.月]\d{{1,2}}.*\d:\d\d')
            AS is_dated
        FROM (SELECT *, CASE WHEN regexp_matches(line, '[{_WIDE}]')
                THEN translate(line, '{_WIDE}', '{_NARROW}') ELSE line END AS form_line
              FROM transcript_lines WHERE regexp_matches(line, '\d[:：]\d\d'))
    ), by_time AS (
        SELECT *, CASE
            WHEN regexp_matches(form_line, '^\s*[\[(]?\d') THEN CASE
                WHEN is_dated THEN regexp_extract(form_line, $time_first, {_FIRST_GROUPS})
                WHEN regexp_matches(form_line, '^\s*[\[(]?\d{{1,2}}:') THEN
                    regexp_extract(form_line, $clock_first, {_FIRST_GROUPS})
                ELSE regexp_extract(form_line, $foreign, {_FIRST_GROUPS}) END
        END AS f FROM timed
    )
    SELECT *, CASE
            WHEN f.clock <> '' THEN NULL
            WHEN is_dated THEN regexp_extract(form_line, $name_first, {_NAME_GROUPS})
            ELSE regexp_extract(form_line, $name_then_clock, {_NAME_GROUPS})
        END AS n FROM by_time
"""
# A table of its own, because DuckDB would work the patterns out again for each condition.
_STAMPS = rf"""
    CREATE OR REPLACE TEMP TABLE transcript_stamps AS
    WITH cut AS (
        SELECT *, coalesce(n.whole, '') <> '' AS is_name,
            rtrim(left(line, length(line) - length(n.whole)), ' ' || chr(9) || chr(12288)) AS front
        FROM transcript_forms WHERE f.clock <> '' OR n.clock <> ''
    )
    SELECT conversation, line_no, line_no AS first_line, line_no AS last_line,
        is_dated OR coalesce(f.date, '') <> '' AS is_dated,
        NOT is_dated AND coalesce(f.date, '') <> '' AS is_foreign,
        CASE WHEN is_name THEN 'name' WHEN f.rest <> '' THEN 'time' ELSE 'lone' END AS form,
        CASE WHEN is_name THEN trim(front) END AS given_name,
        is_name AND n.bracket <> '' AND n.colon <> '' AS is_marked,
        nullif(right(line, length(CASE WHEN is_name THEN n.rest ELSE f.rest END)), '') AS rest,
        CASE WHEN is_name THEN n.date ELSE f.date END AS day_text,
        CASE WHEN is_name THEN n.half ELSE f.half END AS half,
        CASE WHEN is_name THEN n.clock ELSE f.clock END AS clock,
        upper(CASE WHEN is_name THEN n.ampm ELSE f.ampm END) AS ampm,
        CASE WHEN is_name THEN n.zone ELSE f.zone END AS zone
    FROM cut
    WHERE (is_dated OR f.date <> '' OR CASE WHEN is_name THEN n.clock ELSE f.clock END LIKE '%:%:%')
        AND (NOT is_name OR (length(front) BETWEEN 1 AND {2 * LONGEST_NAME}
            AND NOT regexp_matches(translate(front, '{_WIDE}', '{_NARROW}'), $no_name)
            AND NOT regexp_matches(form_line, '\d:\d\d:\d(?:\D|$)')))
"""
_AROUND = """
    SELECT lone.conversation, lone.line_no, before.line AS before, after.line AS after,
        stamp_before.line_no IS NOT NULL AS is_after_stamp,
        stamp_after.line_no IS NOT NULL AS is_before_stamp
    FROM transcript_stamps AS lone
    LEFT JOIN transcript_lines AS before
        ON before.line_no = lone.line_no - 1 AND before.conversation = lone.conversation
    LEFT JOIN transcript_lines AS after
        ON after.line_no = lone.line_no + 1 AND after.conversation = lone.conversation
    LEFT JOIN transcript_stamps AS stamp_before ON stamp_before.line_no = lone.line_no - 1
    LEFT JOIN transcript_stamps AS stamp_after ON stamp_after.line_no = lone.line_no + 1
    WHERE lone.form = 'lone'
"""


def find_stamps(con: duckdb.DuckDBPyConnection) -> None:
    """Fill `transcript_stamps` with the lines that have the form of a header.

    A stamp is `form` (name: `given_name` stands before the time; time: `rest` stands behind it;
    lone: nothing does), the pieces of the time as written, and the lines it spans.
    """
    con.execute(
        _FORMS,
        {
            "time_first": TIME_FIRST,
            "foreign": FOREIGN_FIRST,
            "clock_first": CLOCK_FIRST,
            "name_first": NAME_FIRST,
            "name_then_clock": NAME_THEN_CLOCK,
        },
    )
    con.execute(_STAMPS, {"no_name": NO_NAME})
    con.execute("DROP TABLE transcript_forms")


def join_lone_stamps(con: duckdb.DuckDBPyConnection) -> None:
    """Give times that stand alone on a line the line with the name, before or after them."""
    place = _place_of_names(con)
    if place is None:
        con.execute("DELETE FROM transcript_stamps WHERE form = 'lone'")
        return
    side, line = ("is_after_stamp", "before") if place == "before" else ("is_before_stamp", "after")
    found = (
        f"SELECT line_no, {line} AS line FROM ({_AROUND}) WHERE {line} IS NOT NULL AND NOT {side}"
    )
    found += f" AND NOT regexp_matches({line}, '{NOISE}')"
    found += f" AND length({line}) <= {LONGEST_NAME}" if place != "after_with_text" else ""
    edge = "first_line = line_no - 1" if place == "before" else "last_line = line_no + 1"
    column = "rest" if place == "after_with_text" else "given_name"
    form = "time" if place == "after_with_text" else "name"
    con.execute(
        f"""
        UPDATE transcript_stamps AS stamp SET {edge.replace("line_no", "stamp.line_no")},
            {column} = trim(found.line), form = '{form}'
        FROM ({found}) AS found
        WHERE found.line_no = stamp.line_no AND stamp.form = 'lone'
        """
    )
    if place == "before":
        con.execute("DELETE FROM transcript_stamps WHERE form = 'lone'")


def _place_of_names(con: duckdb.DuckDBPyConnection) -> str | None:
    """Tell where the names of lone times stand: before, after, or after_with_text.

    The first line of a conversation is a time only where names come after; else the side whose
    lines repeat more is the one with the names.
    """
    stats = con.execute(
        f"""
        SELECT count(*), count(DISTINCT conversation),
            count(*) FILTER (first_line = line_no),
            count(DISTINCT before), count(before),
            count(DISTINCT coalesce(nullif(regexp_extract(after, '^([^:：]+)[:：]', 1), ''), after)),
            count(after) FILTER (regexp_matches(after, '^[^:：]{{1,60}}[:：]')
                AND NOT regexp_matches(after, '^[^:：]+[:：][^:：\\s]{{1,40}}$')),
            count(DISTINCT after), count(after)
        FROM ({_AROUND}) JOIN (
            SELECT conversation, min(line_no) AS first_line FROM transcript_lines
            WHERE line IS NOT NULL GROUP BY conversation) USING (conversation)
        """
    ).fetchone()
    if stats is None or not stats[0]:
        return None
    lone, conversations, leading, names_before, before, speakers, spoken, names_after, after = stats
    is_after = 2 * leading >= conversations or 2 * before < lone
    if not is_after and before > 1 and speakers < names_before:
        is_after = 5 * spoken >= 4 * after
    if not is_after:
        return "before"
    repeats = after > 1 and 2 * names_after <= after
    return "after" if repeats and 2 * spoken < after else "after_with_text"
