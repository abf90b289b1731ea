"""Who speaks in the lines that look like headers of a transcript, and which of them to believe.

A shop's account has a colon in its name (`某旗舰店:小美: 亲`), so which colon ends the name is
learnt from the whole file. Then a name seen once, or one that reads like a label (`订单创建于
2024-01-01 10:00:00`), is believed only where its time fits between the headers around it that are
beyond doubt; where those jump back themselves, another conversation begins, and fitting one side
is enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cskpi.ingest.transcript_lines import RECALL, RECALLED, SYSTEM, find_stamps, join_lone_stamps

if TYPE_CHECKING:
    import duckdb

SYSTEM_NAME = r"^(?i:system assistant|system|系统|系统消息|系统提示|系统通知)$"
SHOP = r"(?:店|商城|公司|官方|自营)$"
LABEL = (
    r"(?:时间|日期|时刻|期限|于|至|到|截止|预计|订单|下单|拍下|付款|发货|签收|送达|退款)$"
    r"|^已|[，。！？；、,!?;】]|\d{15}|.{31}"
)
"""Names that read like a word before a time rather than like somebody."""

LONGEST_JITTER = 300
"""Seconds by which messages of one conversation may at most stand in the wrong order."""

TABLES = (
    "transcript_stamps",
    "transcript_speech",
    "transcript_shops",
    "transcript_candidates",
    "transcript_timed",
    "transcript_heads",
)

_SPEECH = r"""
    CREATE OR REPLACE TEMP TABLE transcript_speech AS
    WITH spoken AS (
        SELECT *, length(parts[1]) BETWEEN 1 AND 40 AND length(parts[2]) BETWEEN 1 AND 40
            AND NOT regexp_matches(parts[1], '\s') AND NOT regexp_matches(parts[2], '\s') AS has_names
        FROM (SELECT conversation, line_no, last_line,
                  string_split(replace(rest, '：', ':'), ':') AS parts
              FROM transcript_stamps
              WHERE form = 'time' AND rest IS NOT NULL AND NOT regexp_matches(rest, '^\w{2,10}://'))
    )
    SELECT spoken.line_no,
        {'name': CASE WHEN len(parts) > 1 AND length(parts[1]) BETWEEN 1 AND 60 THEN parts[1] ELSE '' END,
            'gap': left(parts[2], 1) IN (' ', chr(9))} AS said,
        {'shop': CASE WHEN len(parts) > 2 AND has_names THEN parts[1] ELSE '' END,
            'account': parts[2], 'gap': left(parts[3], 1) IN (' ', chr(9))} AS pair,
        {'shop': CASE WHEN len(parts) = 2 AND has_names THEN parts[1] ELSE '' END,
            'account': parts[2]} AS alone,
        below.line IS NOT NULL AND stamped.first_line IS NULL AS is_followed
    FROM spoken
    LEFT JOIN transcript_lines AS below
        ON below.line_no = spoken.last_line + 1 AND below.conversation = spoken.conversation
    LEFT JOIN (SELECT first_line FROM transcript_stamps) AS stamped
        ON stamped.first_line = spoken.last_line + 1
"""
_SHOPS = r"""
    CREATE OR REPLACE TEMP TABLE transcript_shops AS
    WITH named AS (
        SELECT given_name AS name FROM transcript_stamps WHERE form = 'name'
        UNION ALL SELECT name FROM transcript_known
    ), plain AS (
        SELECT said.name AS shop, count(*) AS lines, avg(CAST(said.gap AS INTEGER)) AS spaced
        FROM transcript_speech
        WHERE said.name <> '' AND pair.shop = '' AND NOT (alone.shop <> '' AND is_followed)
        GROUP BY ALL
    ), style AS (
        SELECT coalesce(sum(spaced * lines) * 2 >= sum(lines), true) AS is_spaced FROM plain
    ), paired AS (
        SELECT pair.shop AS shop, count(*) AS lines, count(DISTINCT pair.account) AS accounts,
            avg(CAST(pair.gap AS INTEGER)) AS spaced
        FROM transcript_speech WHERE pair.shop <> '' GROUP BY ALL
    )
    SELECT regexp_extract(trim(name), '^[\[【]?([^:：]{1,40})[:：]', 1) AS shop FROM named
    WHERE regexp_matches(trim(name), '^[\[【]?[^:：]{1,40}[:：][^:：]{1,40}$')
    UNION
    SELECT shop FROM paired LEFT JOIN plain USING (shop) CROSS JOIN style
    WHERE coalesce(plain.lines, 0) * 10 <= paired.lines
        AND (regexp_matches(shop, $shop) OR (style.is_spaced AND paired.spaced > 0.5)
            OR accounts * 2 <= paired.lines)
"""
_WAYS = """
    WITH typed AS (
        SELECT stamp.*, said.name AS said_name, is_followed,
            regexp_matches(coalesce(rest, given_name), $recalled)
                AND regexp_matches(coalesce(rest, given_name), $recall) AS is_recall,
            regexp_matches(coalesce(rest, ''), $system) AS is_system,
            pair, pair.shop IN (SELECT shop FROM transcript_shops) AS is_account,
            coalesce(alone.shop, '') <> '' AS is_pair_alone,
            is_followed AND (alone.shop IN (SELECT shop FROM transcript_shops)
                OR regexp_matches(alone.shop, $shop)) AS is_account_alone
        FROM transcript_stamps AS stamp LEFT JOIN transcript_speech AS speech USING (line_no)
    ), style AS (
        SELECT count(*) FILTER (coalesce(said_name, '') <> '' AND NOT (is_pair_alone AND is_followed))
            > count(*) FILTER (coalesce(said_name, '') = '' OR (is_pair_alone AND is_followed))
            AS has_colons
        FROM typed WHERE form = 'time' AND NOT is_recall AND NOT is_system
    )
    SELECT typed.*, CASE
            WHEN form <> 'time' THEN form
            WHEN is_recall OR is_system THEN 'event'
            WHEN is_account THEN 'account'
            WHEN is_account_alone OR (is_pair_alone AND NOT has_colons) THEN 'name_alone'
            WHEN coalesce(said_name, '') <> '' THEN 'said'
            WHEN has_colons AND rest NOT IN (
                SELECT said_name FROM typed WHERE said_name IS NOT NULL) THEN 'event'
            ELSE 'name_alone'
        END AS way
    FROM typed CROSS JOIN style
"""
_CANDIDATES = rf"""
    CREATE OR REPLACE TEMP TABLE transcript_candidates AS
    WITH split AS (
        SELECT *, CASE way
                WHEN 'account' THEN pair.shop || ':' || pair.account
                WHEN 'name_alone' THEN rest
                WHEN 'said' THEN said_name
                WHEN 'event' THEN nullif(regexp_extract(rest, $recall, 1), '')
                ELSE given_name
            END AS speaker,
            CASE way
                WHEN 'account' THEN ltrim(
                    substr(rest, length(pair.shop) + length(pair.account) + 3), ' ' || chr(9))
                WHEN 'said' THEN ltrim(substr(rest, length(said_name) + 2), ' ' || chr(9))
                WHEN 'name_alone' THEN NULL
                ELSE rest
            END AS said
        FROM ({_WAYS})
    ), addressed AS (
        SELECT *, CASE WHEN regexp_matches(speaker, '->|→|=>') THEN regexp_extract(
            speaker, '^(.+?)\s*(?:-->|->|→|=>)\s*(.+)$', ['sender', 'addressee']) END AS arrow
        FROM split
    )
    SELECT conversation, line_no, first_line, last_line, is_dated, is_foreign, day_text, half, clock,
        ampm, zone, nullif(arrow.addressee, '') AS addressee,
        CASE WHEN arrow.sender <> '' OR regexp_matches(speaker, '^[\[【]|：|[-–—\s]$') THEN
            nullif(regexp_replace(regexp_replace(regexp_replace(
                trim(coalesce(nullif(arrow.sender, ''), speaker)), '^[\[【](.*)[\]】]$', '\1'),
                '\s+[-–—]+$', ''), '^([^:：]+)：([^:：]+)$', '\1:\2'), '')
            ELSE nullif(speaker, '') END AS sender,
        nullif(said, '') AS body,
        CASE WHEN way = 'event' AND is_recall THEN 'recall'
            WHEN way = 'event' OR regexp_matches(speaker, $system_name) THEN 'system' END AS kind,
        way IN ('name', 'lone', 'name_alone')
            OR (way = 'event' AND NOT is_recall AND NOT is_system) AS is_bare,
        coalesce(is_marked, false) OR is_foreign OR is_recall OR is_system
            OR coalesce(arrow.addressee, '') <> '' AS is_marked
    FROM addressed
"""

_DATE_ORDERS = {
    "day": "century || c || '-' || b || '-' || a",
    "month": "century || c || '-' || a || '-' || b",
    "year": "CASE WHEN length(a) = 2 AND length(c) = 2 THEN '20' || a || '-' || b || '-' || c END",
}
_FOREIGN_PARTS = """
    SELECT conversation, line_no, day_text, CASE WHEN length(c) = 2 THEN '20' ELSE '' END AS century,
        a, b, c
    FROM (SELECT *, parts[1] AS a, parts[2] AS b, parts[3] AS c
          FROM (SELECT *, string_split_regex(day_text, '[-/.]') AS parts FROM transcript_candidates
                WHERE is_foreign))
"""
_ORDER_FITS = """
    WITH dated AS (
        SELECT conversation, line_no, day_text, TRY_CAST({iso} AS DATE) AS day FROM ({parts})
    ), steps AS (
        SELECT day_text, day, day < lag(day) OVER (PARTITION BY conversation ORDER BY line_no) AS is_back
        FROM dated
    )
    SELECT count(*) = count(day) FILTER (day >= DATE '2009-01-01' AND day < DATE '2100-01-01')
            AND count(*) FILTER (is_back) * 100 <= count(*),
        count(*) = count(*) FILTER (regexp_full_match(day_text, '\\d+[.]\\d+[.]\\d{{4}}'))
    FROM steps
"""

_TIMED = """
    CREATE OR REPLACE TEMP TABLE transcript_timed AS
    WITH clocked AS (
        SELECT candidate.*, CASE
                WHEN half = '' AND ampm = '' OR {hour} > 12 THEN clock
                ELSE lpad(CAST({hour} % 12 + CASE WHEN half = '下午' OR ampm = 'P' THEN 12
                    ELSE 0 END AS VARCHAR), 2, '0') || regexp_extract(clock, ':.*')
            END AS day_clock,
            CASE WHEN is_foreign THEN foreign_day.iso ELSE day_text END AS known_day
        FROM transcript_candidates AS candidate LEFT JOIN (
            SELECT line_no, CAST(TRY_CAST({iso} AS DATE) AS VARCHAR) AS iso
            FROM ({parts})) AS foreign_day USING (line_no)
    )
    SELECT * EXCLUDE (day_text, half, clock, ampm, zone, day_clock, known_day),
        TRY_CAST(translate(known_day, '年月/.日', '----') || ' ' || day_clock AS TIMESTAMP) AS moment,
        -- A comma keeps a date whose order is unknown from being read as one.
        CASE WHEN NOT is_dated THEN day_clock
            WHEN known_day IS NULL THEN day_text || ', ' || day_clock
            ELSE known_day || ' ' || day_clock || zone END AS stamp,
        count(*) OVER (PARTITION BY sender) AS times_seen,
        regexp_matches(coalesce(sender, body, ''), $label) AS is_label
    FROM clocked
"""
_BEFORE = (
    "(PARTITION BY conversation ORDER BY line_no ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
)
_AFTER = (
    "(PARTITION BY conversation ORDER BY line_no ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)"
)
_HEADS = f"""
    CREATE OR REPLACE TEMP TABLE transcript_heads AS
    WITH followed AS (
        SELECT *, avg(CAST(moment < before AS INTEGER)) OVER (PARTITION BY sender) AS backs
        FROM (SELECT *, lag(moment) OVER (PARTITION BY conversation ORDER BY line_no) AS before
              FROM transcript_timed)
    ), anchored AS (
        SELECT followed.*, is_marked OR known.name IS NOT NULL
            OR (sender IS NOT NULL AND times_seen > 1 AND NOT is_label AND coalesce(backs, 0) <= 0.5)
            AS is_anchor
        FROM followed LEFT JOIN (SELECT DISTINCT conversation, name FROM transcript_known) AS known
            ON known.conversation = followed.conversation AND known.name = followed.sender
    ), placed AS (
        SELECT *, coalesce(
            last_value(CASE WHEN is_anchor THEN moment END IGNORE NULLS) OVER {_BEFORE},
            last_value(CASE WHEN NOT is_label THEN moment END IGNORE NULLS) OVER {_BEFORE}) AS earlier,
            first_value(CASE WHEN is_anchor THEN moment END IGNORE NULLS) OVER {_AFTER} AS later
        FROM anchored
    ), doubted AS (
        SELECT *, NOT is_anchor AND coalesce(CASE
            WHEN earlier > later THEN moment < earlier - slack AND moment > later + slack
            ELSE moment < earlier - slack OR moment > later + slack END, false) AS is_out
        FROM placed CROSS JOIN (
            SELECT to_seconds(coalesce(least(greatest(quantile_disc(
                epoch(earlier) - epoch(moment), 0.95), 0), {LONGEST_JITTER}), 0)) AS slack
            FROM placed WHERE is_anchor)
    )
    SELECT conversation, line_no, first_line, last_line, stamp, sender, addressee, body, kind
    FROM (SELECT *, avg(CAST(is_out AS INTEGER)) OVER (PARTITION BY sender, is_anchor) AS outs
          FROM doubted)
    WHERE is_anchor OR NOT (
        is_out OR (is_label AND outs >= 0.5) OR (is_bare AND is_label AND times_seen = 1)
        OR (NOT is_dated AND times_seen = 1))
"""


def find_heads(con: duckdb.DuckDBPyConnection) -> None:
    """Fill `transcript_heads` with the lines that open a message, and who speaks in them.

    Reads `transcript_lines`, and `transcript_known(conversation, name)`: names other columns of
    the file give. A head is `conversation, first_line, last_line` (name and time may stand on lines
    of their own), `stamp` (the time as written, a date in ISO form where its order of day and month
    could be told), `sender, addressee, body, kind`.
    """
    find_stamps(con)
    join_lone_stamps(con)
    con.execute(_SPEECH)
    con.execute(_SHOPS, {"shop": SHOP})
    con.execute(
        _CANDIDATES,
        {
            "recall": RECALL,
            "recalled": RECALLED,
            "system": SYSTEM,
            "shop": SHOP,
            "system_name": SYSTEM_NAME,
        },
    )
    order = _date_order(con)
    iso = _DATE_ORDERS[order] if order else "NULL"
    hour = "CAST(regexp_extract(clock, '^[0-9]+') AS INTEGER)"
    con.execute(_TIMED.format(iso=iso, hour=hour, parts=_FOREIGN_PARTS), {"label": LABEL})
    con.execute(_HEADS)


def drop_heads(con: duckdb.DuckDBPyConnection) -> None:
    """Drop what `find_heads` made."""
    for table in TABLES:
        con.execute(f"DROP TABLE IF EXISTS temp.{table}")


def _date_order(con: duckdb.DuckDBPyConnection) -> str | None:
    """Return which part of `15/01/20` comes first, None where the file leaves it open.

    An order is possible where it makes every date one that exists and does not let time run
    backwards; nobody exports chats of before 2009. Dates with dots and a year of four digits are
    written with the day first everywhere.
    """
    possible = []
    for name, iso in _DATE_ORDERS.items():
        query = _ORDER_FITS.format(iso=iso, parts=_FOREIGN_PARTS)
        fits, has_dots = con.execute(query).fetchone() or (False, False)
        if has_dots:
            return "day"
        possible += [name] if fits else []
    return possible[0] if len(possible) == 1 else None
