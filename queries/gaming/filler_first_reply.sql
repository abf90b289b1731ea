/* gaming
label       = { zh = "首句只是客套", en = "First replies that are only filler" }
description = { zh = "首次回复只有“您好”“在的”“请问有什么可以帮您”一类的话（设置 gaming.greetings），买家已经说了事情，实质回复却又等了一分钟以上，或一直没有。首响因此好看，买家并没有更快得到答案。忙时先招呼一声本是好事，所以与全店其他客服相比。", en = "The first reply is only a greeting or the like (setting gaming.greetings), the customer has said what it is about, and a real reply took more than another minute or never came. The first response looks fast, the answer is not. A greeting in a rush is kind, hence the comparison with the other agents of the shop." }
what        = { zh = "首句“{first_line}”，实质回复又等了 {wait_seconds}", en = "first reply \"{first_line}\", a real one after another {wait_seconds}" }
sources     = ["sessions"]
optional    = ["messages", "session_messages", "session_facts", "shops", "accounts"]
origin      = "kpi-definitions §3 no. 18, §6 no. 10"
min_sample  = 20
[params]
greetings        = { setting = "gaming.greetings" }
acknowledgements = { setting = "gaming.acknowledgements" }
most_characters  = 40
wait_seconds     = 60
marks            = '''[^\p{L}\p{N}]|\[[^\[\]]{1,8}\]|/:[a-z0-9^_$@!~*]{1,8}|#e-[a-z][0-9]+'''
attachments      = '''\[(图片|视频|语音|文件|链接|商品|订单|卡片)'''
*/
-- One pattern for greetings, emoji codes and everything that is no letter or digit. Only sessions that
-- begin with such a reply are read any further.
WITH opened AS (
    SELECT
        session_no,
        shop_no,
        replying_account_no,
        started_at
    FROM session_facts
    WHERE
        started_at >= $period_start
        AND started_at < $period_end
        AND has_clock
        AND has_human_reply
        AND NOT is_proactive
),

said AS (
    SELECT
        opened.session_no,
        session_messages.actor,
        session_messages.row_key,
        session_messages.occurred_ms
    FROM session_messages
    INNER JOIN opened ON session_messages.session_no = opened.session_no
    WHERE session_messages.actor IN (1, 2)
),

replied AS (
    SELECT
        session_no,
        min(occurred_ms) AS replied_ms
    FROM said
    WHERE actor = 2
    GROUP BY session_no
),

first_lines AS (
    SELECT
        said.session_no,
        replied.replied_ms,
        min(said.row_key) AS row_key
    FROM said
    INNER JOIN replied
        ON said.session_no = replied.session_no AND said.occurred_ms = replied.replied_ms
    WHERE said.actor = 2
    GROUP BY said.session_no, replied.replied_ms
),

greeted AS (
    SELECT
        first_lines.session_no,
        first_lines.replied_ms,
        messages.text AS first_line
    FROM first_lines
    INNER JOIN messages
        ON first_lines.row_key = messages.source_row * 1000000 + messages.file_id
    WHERE
        length(messages.text) <= $most_characters
        AND regexp_matches(messages.text, '(?i)^(' || $marks || '|' || $greetings || ')*$')
        AND NOT regexp_matches(messages.text, $attachments)
),

judged AS (
    SELECT
        said.session_no,
        said.actor,
        said.occurred_ms,
        greeted.replied_ms,
        coalesce(
            length(messages.text) <= $most_characters
            AND CASE
                WHEN said.actor = 2
                    THEN
                        regexp_matches(
                            messages.text, '(?i)^(' || $marks || '|' || $greetings || ')*$'
                        )
                ELSE
                    regexp_matches(
                        messages.text,
                        '(?i)^(' || $marks || '|'
                        || $greetings || '|' || $acknowledgements || ')*$'
                    )
            END
            AND NOT regexp_matches(messages.text, $attachments),
            FALSE
        ) AS is_filler
    FROM said
    INNER JOIN greeted ON said.session_no = greeted.session_no
    INNER JOIN messages ON said.row_key = messages.source_row * 1000000 + messages.file_id
),

asked AS (
    SELECT
        session_no,
        greatest(min(occurred_ms), min(replied_ms)) AS waits_from_ms
    FROM judged
    WHERE actor = 1 AND NOT is_filler
    GROUP BY session_no
),

answers AS (
    SELECT
        judged.session_no,
        min(judged.occurred_ms) AS answered_ms
    FROM judged
    INNER JOIN asked ON judged.session_no = asked.session_no
    WHERE
        judged.actor = 2
        AND NOT judged.is_filler
        AND judged.occurred_ms >= asked.waits_from_ms
    GROUP BY judged.session_no
)

SELECT
    opened.session_no,
    shops.shop_id,
    accounts.agent_id,
    opened.started_at AS occurred_at,
    CASE
        WHEN asked.waits_from_ms IS NULL THEN 0
        WHEN answers.answered_ms IS NULL THEN 1
        WHEN answers.answered_ms - asked.waits_from_ms > $wait_seconds * 1000 THEN 1
        ELSE 0
    END AS is_hit,
    CAST(NULL AS DOUBLE) AS expected,
    greeted.first_line,
    (answers.answered_ms - asked.waits_from_ms) / 1000.0 AS wait_seconds
FROM opened
INNER JOIN shops ON opened.shop_no = shops.shop_no
LEFT JOIN greeted ON opened.session_no = greeted.session_no
LEFT JOIN asked ON opened.session_no = asked.session_no
LEFT JOIN answers ON opened.session_no = answers.session_no
LEFT JOIN accounts ON opened.replying_account_no = accounts.account_no
