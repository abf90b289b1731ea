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
*/
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

placed AS (
    SELECT
        session_messages.session_no,
        session_messages.row_key,
        session_messages.actor,
        session_messages.occurred_ms,
        row_number() OVER (
            PARTITION BY session_messages.session_no, session_messages.actor
            ORDER BY session_messages.occurred_ms, session_messages.row_key
        ) AS place
    FROM session_messages
    INNER JOIN opened ON session_messages.session_no = opened.session_no
    WHERE session_messages.actor IN (1, 2)
),

worded AS (
    SELECT
        placed.session_no,
        placed.actor,
        placed.occurred_ms,
        placed.place,
        messages.text,
        CASE
            WHEN length(messages.text) <= $most_characters
                THEN regexp_replace(
                    regexp_replace(
                        lower(messages.text), '\[[^\[\]]{1,8}\]|/:[^ ]{1,6}|#e-s[0-9]+', '', 'g'
                    ),
                    '[^\p{L}\p{N}]+', '', 'g'
                )
        END AS words,
        coalesce(
            regexp_matches(messages.text, '\[(图片|视频|语音|文件|链接|商品|订单|卡片)'), TRUE
        ) AS is_attachment
    FROM placed
    INNER JOIN messages ON placed.row_key = messages.source_row * 1000000 + messages.file_id
),

judged AS (
    SELECT
        session_no,
        actor,
        occurred_ms,
        place,
        text,
        NOT is_attachment
        AND coalesce(
            regexp_matches(
                words,
                CASE
                    WHEN actor = 2 THEN '^(' || $greetings || ')*$'
                    ELSE '^(' || $greetings || '|' || $acknowledgements || ')*$'
                END
            ),
            FALSE
        ) AS is_filler
    FROM worded
),

openings AS (
    SELECT
        session_no,
        max(CASE WHEN actor = 2 AND place = 1 AND is_filler THEN text END) AS first_line,
        max(CASE WHEN actor = 2 AND place = 1 AND is_filler THEN occurred_ms END) AS replied_ms,
        min(CASE WHEN actor = 1 AND NOT is_filler THEN occurred_ms END) AS asked_ms
    FROM judged
    GROUP BY session_no
),

answers AS (
    SELECT
        judged.session_no,
        min(judged.occurred_ms) AS answered_ms
    FROM judged
    INNER JOIN openings ON judged.session_no = openings.session_no
    WHERE
        judged.actor = 2
        AND NOT judged.is_filler
        AND judged.occurred_ms >= greatest(openings.replied_ms, openings.asked_ms)
    GROUP BY judged.session_no
)

SELECT
    opened.session_no,
    shops.shop_id,
    accounts.agent_id,
    opened.started_at AS occurred_at,
    CASE
        WHEN openings.replied_ms IS NULL OR openings.asked_ms IS NULL THEN 0
        WHEN answers.answered_ms IS NULL THEN 1
        WHEN
            answers.answered_ms - greatest(openings.replied_ms, openings.asked_ms)
            > $wait_seconds * 1000
            THEN 1
        ELSE 0
    END AS is_hit,
    CAST(NULL AS DOUBLE) AS expected,
    openings.first_line,
    (answers.answered_ms - greatest(openings.replied_ms, openings.asked_ms)) / 1000.0
        AS wait_seconds
FROM opened
INNER JOIN openings ON opened.session_no = openings.session_no
INNER JOIN shops ON opened.shop_no = shops.shop_no
LEFT JOIN answers ON opened.session_no = answers.session_no
LEFT JOIN accounts ON opened.replying_account_no = accounts.account_no
