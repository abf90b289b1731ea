"""The stage "replies": which replies are invalid, as repeated scripts, filler only or off topic.

A reply is all a human writes between two messages of the customer.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from cskpi.quality.off_topic import off_topic, spoken_of_before
from cskpi.store.frames import offered, read_frame

if TYPE_CHECKING:
    import duckdb

    from cskpi.settings import Settings

_ORDER = "coalesce(talk.occurred_ms, epoch_ms(talk.occurred_at)), talk.occurred_at, talk.row_key"

# What is asked of each text is found out once for all messages that say it.
_MARKS = """
CREATE OR REPLACE TEMP TABLE reply_marks AS
SELECT form_no, topic, is_greeting,
    -- Signs alone say nothing, either.
    is_filler OR NOT regexp_matches(form, '[0-9a-z\u4e00-\u9fff]') AS is_filler,
    length(form) AS size,
    -- The same script with another softener at its end is the same.
    hash(regexp_replace(form, '[哦哈呢呀啊噢亲的了~。!,. ]+$', '')) AS script,
    (is_question OR regexp_matches(form, '几(?:个|天|号|时|点|件|次|岁|月|人|克|斤)|多少|哪(?:个|种|款|天|里|家|些)|啥|还是|为什么|为啥|怎么|帮我(?:选|看|推荐)')
        OR regexp_matches(form, '干不干|带不带|是不是|有没有|能不能|会不会|要不要|好不好|用不用|包不包|送不送|可不可以|大不大|厚不厚|重不重|甜不甜|贵不贵|.{4}不[?。,]?$'))
        AND NOT is_filler AND NOT is_greeting
        AND NOT regexp_matches(form, '人呢|在吗|在不在|有人|人在|客服呢|还在|怎么不回|没人|hello|^[?]+$')
        AS asks,
    regexp_matches(form, '稍等|稍候|稍后|等一下|等下|查一下|看一下|一分钟|hold on|wait') AS holds,
    regexp_matches(form, '还有(?:其他|其它|别的|什么).{0,10}(?:帮|问题|需要|咨询)|效劳|帮助您|帮到您|为您服务|久等') AS offers_help,
    regexp_matches(form, '转接|转给|转到|转售|帮您转|给[您你]转|专员|transfer') AS hands_over,
    regexp_matches(form, '可以|没问题|支持|等等|没关系|^(?:亲+|亲爱的|嗯+)?,?(?:有|没有|能|行|是|对|会|不)') AS says_yes_or_no
FROM message_signals
"""

_RUNS = f"""
CREATE OR REPLACE TEMP TABLE reply_runs AS
WITH talk AS (
    SELECT session_no, shop_no, row_key, actor, form_no, occurred_at, occurred_ms,
        CASE WHEN actor = 2 THEN account_no END AS account_no
    FROM message_forms
    WHERE actor IN (1, 2)
),

steps AS (
    SELECT talk.*,
        row_number() OVER ordered AS place,
        CASE WHEN actor = lag(actor) OVER ordered
            AND account_no IS NOT DISTINCT FROM lag(account_no) OVER ordered
            THEN 0 ELSE 1 END AS begins
    FROM talk
    WINDOW ordered AS (PARTITION BY session_no ORDER BY {_ORDER})
),

numbered AS (
    SELECT steps.*,
        sum(begins) OVER (
            PARTITION BY session_no ORDER BY place ROWS UNBOUNDED PRECEDING
        ) AS run
    FROM steps
),

read AS (
    SELECT numbered.*, marks.* EXCLUDE (form_no)
    FROM numbered
    LEFT JOIN reply_marks AS marks ON numbered.form_no = marks.form_no
),

runs AS (
    SELECT session_no, run,
        min(shop_no) AS shop_no,
        min(actor) AS actor,
        min(account_no) AS account_no,
        min(occurred_at) AS occurred_at,
        max(size) AS size,
        min(topic) AS topic,
        min(topic) IS DISTINCT FROM max(topic) AS has_topics,
        bool_and(coalesce(is_filler, FALSE)) AS is_filler,
        bool_and(coalesce(is_greeting, FALSE)) AS is_greeting,
        coalesce(bool_or(asks), FALSE) AS asks,
        coalesce(bool_or(holds), FALSE) AS holds,
        coalesce(bool_or(hands_over), FALSE) AS hands_over,
        coalesce(bool_or(offers_help), FALSE) AS offers_help,
        coalesce(bool_or(says_yes_or_no), FALSE) AS says_yes_or_no,
        -- The longest text; of equals the first.
        max_by(form_no, coalesce(size, 0) * 1000000 - place) AS form_no,
        min_by(row_key, place) AS first_key,
        max_by(row_key, place) AS last_key,
        max_by(form_no, place) AS last_form_no,
        max_by(script, coalesce(size, 0) * 1000000 - place) AS script,
        max_by(coalesce(asks, FALSE), place) AS asks_last
    FROM read
    GROUP BY session_no, run
),

whole AS (
    SELECT runs.*,
        row_number() OVER (PARTITION BY session_no, actor ORDER BY run) AS nth
    FROM runs
)

SELECT
    reply.session_no, reply.shop_no, reply.first_key AS row_key, reply.account_no, reply.form_no,
    question.last_key AS question_key, question.form_no AS question_form_no, reply.occurred_at,
    question.last_form_no, reply.run, reply.size, question.asks, reply.script,
    question.is_filler OR question.size < 4 OR reply.offers_help AS is_thanked,
    CASE WHEN NOT question.has_topics THEN question.topic END AS question_topic,
    CASE WHEN NOT reply.has_topics THEN reply.topic END AS topic,
    question.asks_last AND reply.is_filler AND NOT (reply.holds OR reply.says_yes_or_no)
        AND NOT (reply.nth = 1 AND reply.is_greeting) AS is_filler,
    reply.is_filler OR reply.holds OR reply.hands_over OR reply.offers_help AS is_empty
FROM whole AS reply
INNER JOIN whole AS question
    ON reply.session_no = question.session_no AND question.run = reply.run - 1
WHERE reply.actor = 2 AND question.actor = 1
"""

_FILL = """
INSERT INTO reply_facts BY NAME
SELECT session_no, row_key, account_no, form_no, question_key, question_form_no, occurred_at,
    NOT is_empty AND size >= $shortest AND (
        row_number() OVER (
            PARTITION BY session_no, account_no, form_no, question_form_no ORDER BY run) > 1
        OR row_number() OVER (
            PARTITION BY session_no, account_no, form_no, last_form_no ORDER BY run) > 1
        -- To the customer's very next message, whatever words he asks again in.
        OR (NOT is_thanked AND coalesce(script = lag(script) OVER (
            PARTITION BY session_no, account_no ORDER BY run), FALSE))
        OR (asks AND question_topic IS NOT NULL AND row_number() OVER (
            PARTITION BY session_no, account_no, form_no, question_topic, asks ORDER BY run) > 1)
    ) AS is_repeated,
    is_filler,
    FALSE AS is_off_topic
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


_FILES = ("replies.py", "off_topic.py", "matters.py", "matters.txt")


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
    con.execute(_MARKS)
    con.execute(_RUNS)
    con.execute(_FILL, {"shortest": settings.whole("replies.shortest_script")})
    answers, forms = read_frame(con, _ANSWERS), read_frame(con, _FORMS)
    least, rare = settings.whole("replies.least_replies"), settings.number("replies.rare_share")
    found = off_topic(answers, forms, least, rare)
    with offered(con, "off_topic", found):
        con.execute(_CANDIDATES)
    taken_up = spoken_of_before(read_frame(con, _EARLIER)).to_frame()
    with offered(con, "taken_up", taken_up):
        con.execute(_MARK_OFF_TOPIC)
    for table in ("off_topic_replies", "reply_runs", "reply_marks"):
        con.execute(f"DROP TABLE {table}")
