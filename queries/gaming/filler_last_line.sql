/* gaming
label       = { zh = "最后一句只是表情或客套", en = "Last lines that are only an emoji or filler" }
description = { zh = "会话最后一句是客服的，只有表情或客套话，而买家最后一个真正的问题没有得到回答。这样会话看上去“已回复”。买家说“谢谢”后回个表情不算。", en = "The session ends with the agent's emoji or filler while the customer's last real message got no answer, so that the session looks answered. An emoji after the customer's thanks does not count." }
what        = { zh = "最后一句“{last_line}”，买家的“{question}”没有得到回答", en = "ends with \"{last_line}\", the customer's \"{question}\" got no answer" }
sources     = ["sessions"]
optional    = ["messages", "session_messages", "session_facts", "shops", "accounts"]
origin      = "kpi-definitions §3 no. 17, §6 no. 10"
min_sample  = 20
[params]
greetings        = { setting = "gaming.greetings" }
closers          = { setting = "gaming.closers" }
acknowledgements = { setting = "gaming.acknowledgements" }
most_characters  = 40
marks            = '''[^\p{L}\p{N}]|\[[^\[\]]{1,8}\]|/:[a-z0-9^_$@!~*]{1,8}|#e-[a-z][0-9]+'''
attachments      = '''\[(图片|视频|语音|文件|链接|商品|订单|卡片)'''
*/
-- One pattern for fillers, emoji codes and everything that is no letter or digit. Only sessions that
-- end with such a line are read any further.
WITH talked AS (
    SELECT
        session_no,
        shop_no,
        started_at
    FROM session_facts
    WHERE
        started_at >= $period_start
        AND started_at < $period_end
        AND is_customer_session
        AND has_human_message
),

said AS (
    SELECT
        session_messages.session_no,
        session_messages.row_key,
        session_messages.actor,
        session_messages.account_no,
        session_messages.occurred_at
    FROM session_messages
    INNER JOIN talked ON session_messages.session_no = talked.session_no
    WHERE session_messages.actor IN (1, 2)
),

ended AS (
    SELECT
        session_no,
        max(occurred_at) AS ended_at
    FROM said
    GROUP BY session_no
),

last_keys AS (
    SELECT
        said.session_no,
        max(said.row_key) AS row_key
    FROM said
    INNER JOIN ended ON said.session_no = ended.session_no AND said.occurred_at = ended.ended_at
    GROUP BY said.session_no
),

last_lines AS (
    SELECT
        said.session_no,
        said.row_key,
        said.account_no
    FROM said
    INNER JOIN last_keys
        ON said.session_no = last_keys.session_no AND said.row_key = last_keys.row_key
    WHERE said.actor = 2
),

closed AS (
    SELECT
        last_lines.session_no,
        messages.text AS last_line
    FROM last_lines
    INNER JOIN messages
        ON last_lines.row_key = messages.source_row * 1000000 + messages.file_id
    WHERE
        length(messages.text) <= $most_characters
        AND regexp_matches(
            messages.text, '(?i)^(' || $marks || '|' || $greetings || '|' || $closers || ')*$'
        )
        AND NOT regexp_matches(messages.text, $attachments)
),

judged AS (
    SELECT
        said.session_no,
        said.actor,
        said.occurred_at,
        coalesce(
            length(messages.text) <= $most_characters
            AND CASE
                WHEN said.actor = 2
                    THEN
                        regexp_matches(
                            messages.text,
                            '(?i)^(' || $marks || '|' || $greetings || '|' || $closers || ')*$'
                        )
                ELSE
                    regexp_matches(
                        messages.text,
                        '(?i)^(' || $marks || '|'
                        || $greetings || '|' || $closers || '|' || $acknowledgements || ')*$'
                    )
            END
            AND NOT regexp_matches(messages.text, $attachments),
            FALSE
        ) AS is_filler
    FROM said
    INNER JOIN closed ON said.session_no = closed.session_no
    INNER JOIN messages ON said.row_key = messages.source_row * 1000000 + messages.file_id
),

places AS (
    SELECT
        session_no,
        max(CASE WHEN actor = 1 THEN occurred_at END) AS asked_at,
        max(CASE WHEN actor = 2 THEN occurred_at END) AS answered_at
    FROM judged
    WHERE NOT is_filler
    GROUP BY session_no
),

unanswered AS (
    SELECT
        said.session_no,
        max(said.row_key) AS row_key
    FROM said
    INNER JOIN places
        ON said.session_no = places.session_no AND said.occurred_at = places.asked_at
    WHERE
        said.actor = 1
        AND (places.answered_at IS NULL OR places.answered_at < places.asked_at)
    GROUP BY said.session_no
),

questions AS (
    SELECT
        unanswered.session_no,
        messages.text AS question
    FROM unanswered
    INNER JOIN messages
        ON unanswered.row_key = messages.source_row * 1000000 + messages.file_id
)

SELECT
    last_lines.session_no,
    shops.shop_id,
    accounts.agent_id,
    talked.started_at AS occurred_at,
    CASE WHEN questions.session_no IS NULL THEN 0 ELSE 1 END AS is_hit,
    CAST(NULL AS DOUBLE) AS expected,
    closed.last_line,
    questions.question
FROM last_lines
INNER JOIN talked ON last_lines.session_no = talked.session_no
INNER JOIN shops ON talked.shop_no = shops.shop_no
LEFT JOIN closed ON last_lines.session_no = closed.session_no
LEFT JOIN questions ON last_lines.session_no = questions.session_no
LEFT JOIN accounts ON last_lines.account_no = accounts.account_no
