"""The stage "replies": which replies are invalid, as repeated scripts, filler only or off topic.

A reply is all a human writes between two messages of the customer.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cskpi.quality.off_topic import off_topic, spoken_of_before
from cskpi.quality.reply_runs import Marks, replies
from cskpi.quality.sessions import batches, read_lines
from cskpi.store.ahead import ahead
from cskpi.store.frames import offered, read_frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb
    import polars as pl
    from numpy.typing import NDArray

    from cskpi.settings import Settings

# What is asked of each text is found out once for all messages that say it.
_MARKS = """
SELECT form_no, topic, is_greeting,
    -- Signs alone say nothing, either.
    is_filler OR NOT regexp_matches(form, '[0-9a-z\u4e00-\u9fff]') AS is_filler,
    length(form) AS size,
    -- The same script with another softener at its end is the same.
    md5_number_lower(regexp_replace(form, '[哦哈呢呀啊噢亲的了~。!,. ]+$', '')) AS script,
    CASE
        WHEN is_filler OR is_greeting THEN FALSE
        WHEN is_question
            OR regexp_matches(form, '几(?:个|天|号|时|点|件|次|岁|月|人|克|斤|孔|码|寸|层|片|包|瓶|盒|米|升|瓦|折|年|周|双|种)|多少|哪(?:个|种|款|天|里|家|些)|啥|还是|为什么|为啥|怎么|帮我(?:选|看|推荐)')
            OR regexp_matches(form, '干不干|带不带|是不是|有没有|能不能|会不会|要不要|好不好|用不用|包不包|送不送|可不可以|大不大|厚不厚|重不重|甜不甜|贵不贵|.{4}不[?。,]?$')
            THEN NOT regexp_matches(form, '人呢|在吗|在不在|有人|人在|客服呢|还在|怎么不回|没人|hello|^[?]+$')
        ELSE FALSE
    END AS asks,
    CASE WHEN attends THEN regexp_matches(form, '稍等|稍候|稍后|等一下|等下|查一下|看一下|一分钟|hold on|wait') ELSE FALSE END AS holds,
    CASE WHEN attends THEN regexp_matches(form, '还有(?:其他|其它|别的|什么).{0,10}(?:帮|问题|需要|咨询)|效劳|帮助您|帮到您|为您服务|久等') ELSE FALSE END AS offers_help,
    CASE WHEN attends THEN regexp_matches(form, '转接|转给|转到|转售|帮您转|给[您你]转|专员|transfer') ELSE FALSE END AS hands_over,
    regexp_matches(form, '可以|没问题|支持|等等|没关系|^(?:亲+|亲爱的|嗯+)?,?(?:有|没有|能|行|是|对|会|不)') AS says_yes_or_no
FROM (
    -- Most texts hold none of what these three look for: one look tells.
    SELECT *, regexp_matches(form, '稍等|稍候|稍后|等一下|等下|查一下|看一下|一分钟|hold on|wait|还有|效劳|帮助您|帮到您|为您服务|久等|转接|转给|转到|转售|帮您转|给[您你]转|专员|transfer') AS attends
    FROM message_signals
)
-- What is sorted is read on all cores.
ORDER BY form_no
"""

_MORE = ", placed.shop_no, placed.occurred_at"
_RUNS = """
CREATE OR REPLACE TEMP TABLE reply_runs (
    session_no BIGINT, shop_no INTEGER, row_key BIGINT, account_no INTEGER, form_no INTEGER,
    question_key BIGINT, question_form_no INTEGER, occurred_at TIMESTAMP, asks BOOLEAN,
    is_empty BOOLEAN, is_repeated BOOLEAN, is_filler BOOLEAN
)
"""
_ADD = """
INSERT INTO reply_runs BY NAME
SELECT * REPLACE (
    nullif(account_no, -1) AS account_no, nullif(form_no, -1) AS form_no,
    nullif(question_form_no, -1) AS question_form_no
)
FROM found_replies
"""
_FILL = """
INSERT INTO reply_facts BY NAME
SELECT session_no, row_key, account_no, form_no, question_key, question_form_no, occurred_at,
    is_repeated, is_filler, FALSE AS is_off_topic
FROM reply_runs
"""

_ANSWERS = """
SELECT shop_no, question_form_no, form_no, asks, count(*) AS times
FROM reply_runs
WHERE NOT is_empty AND form_no IS NOT NULL AND question_form_no IS NOT NULL
GROUP BY ALL
ORDER BY ALL
"""
_FORMS = """
SELECT form_no, form FROM message_signals
WHERE form_no IN (SELECT form_no FROM reply_runs UNION SELECT question_form_no FROM reply_runs)
ORDER BY form_no
"""
_CANDIDATES = """
CREATE OR REPLACE TEMP TABLE off_topic_replies AS
SELECT row_key, session_no, question_key, told
FROM reply_runs
INNER JOIN off_topic USING (shop_no, question_form_no, form_no, asks)
WHERE NOT is_empty
"""
_EARLIER = """
SELECT off_topic_replies.row_key, off_topic_replies.told, message_signals.form AS earlier
FROM off_topic_replies
INNER JOIN message_forms AS question ON off_topic_replies.question_key = question.row_key
INNER JOIN message_forms AS other
    ON off_topic_replies.session_no = other.session_no
    AND other.actor = 1 AND other.occurred_at <= question.occurred_at
INNER JOIN message_signals ON other.form_no = message_signals.form_no
"""
_MARK_OFF_TOPIC = """
UPDATE reply_facts SET is_off_topic = TRUE
WHERE row_key IN (SELECT row_key FROM off_topic_replies)
    AND row_key NOT IN (SELECT row_key FROM taken_up)
"""


_FILES = ("replies.py", "reply_runs.py", "off_topic.py", "matters.py", "matters.txt")


@cache
def recipe() -> str:
    """Return a digest of the rules by which replies are judged."""
    folder = Path(__file__).parent
    parts = [(folder / name).read_bytes() for name in _FILES]
    return sha256(b"".join(parts)).hexdigest()


def settings_recipe(settings: Settings) -> list[object]:
    """Return all the stage depends on besides messages and signals."""
    names = ("rare_share", "least_replies", "shortest_script")
    return [recipe(), *(settings.values[f"replies.{name}"] for name in names)]


def judge_replies(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Fill `reply_facts` anew; call it inside a transaction."""
    con.execute("DELETE FROM reply_facts")
    _find_replies(con, settings.whole("replies.shortest_script"))
    con.execute(_FILL)
    answers, forms = read_frame(con, _ANSWERS), read_frame(con, _FORMS)
    least, rare = settings.whole("replies.least_replies"), settings.number("replies.rare_share")
    found = off_topic(answers, forms, least, rare)
    with offered(con, "off_topic", found):
        con.execute(_CANDIDATES)
    taken_up = spoken_of_before(read_frame(con, _EARLIER)).to_frame()
    with offered(con, "taken_up", taken_up):
        con.execute(_MARK_OFF_TOPIC)
    for table in ("off_topic_replies", "reply_runs"):
        con.execute(f"DROP TABLE {table}")


def _find_replies(con: duckdb.DuckDBPyConnection, shortest: int) -> None:
    con.execute(_RUNS)
    with ahead(con) as database:
        # While replies are told apart in one batch, the database reads the next and takes up the last.
        reading = _read(con)
        following = database.submit(next, reading, None)
        marks = Marks.of(database.submit(read_frame, con, _MARKS).result())
        stored = None
        while (lines := following.result()) is not None:
            following = database.submit(next, reading, None)
            found = replies(lines, marks, shortest)
            if stored is not None:
                stored.result()
            stored = database.submit(_add, con, found)
        if stored is not None:
            stored.result()


def _read(con: duckdb.DuckDBPyConnection) -> Iterator[dict[str, NDArray[Any]]]:
    for low, high in batches(con):
        lines = read_lines(con, low, high, more=_MORE, where=" AND placed.actor IN (1, 2)")
        if len(lines["actor"]):
            yield lines


def _add(con: duckdb.DuckDBPyConnection, found: pl.DataFrame) -> None:
    with offered(con, "found_replies", found):
        con.execute(_ADD)
