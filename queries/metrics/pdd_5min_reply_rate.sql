/* metric
label       = { zh = "5分钟回复率（拼多多旧版）", en = "PDD 5-minute reply rate, older text" }
description = { zh = "拼多多旧版口径：08:00–23:00 咨询的买家（一天一人算一次）中，当天首次咨询在 5 分钟内得到人工或机器人首次回复的比例；自动回复不算，满意度抵扣（每条 0.2）没有数据，不计。起止日期没有公布。", en = "An older text of PDD: of customers who asked from 08:00 to 23:00 (once a day each), those whose first question of the day got a first reply of a human or bot within 5 minutes. Auto-replies do not count, its credits for well rated bot replies (0.2 each) are in no export. Its first and last day are not published." }
formula     = { zh = "5 分钟内首次回复的买家人天 ÷ 咨询的买家人天", en = "customer-days first answered within 5 minutes ÷ customer-days" }
group       = "speed"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "customer-day"
sources     = ["session_runs"]
optional    = ["asks", "session_messages", "contact_facts", "customers", "channels", "accounts"]
origin      = "kpi-definitions #45 (the version between 1 hour and 3 minutes); http://www.cymth.com/post/141552.html"
profile     = "pdd"
measures    = "response_time"
evidence    = "C"
differs     = { zh = "按人天只看当天首问，机器人回复也算，5 分钟，只看 8–23 点；我们的首响达标率按会话，只算人工，30 秒，全天都算。", en = "Counts customer-days by the first question only, a bot's reply counts too, 5 minutes, asked 08–23; our first replies within target count sessions, humans only, 30 s, around the clock." }
reading     = { clock = "first_message", unanswered = "missed", window = "asked" }
version     = 1
[params]
target_seconds = 300
first_hour = 8
last_hour = 23
*/
WITH asked AS (
    SELECT
        customer_no,
        CAST(asked_at AS DATE) AS contact_on,
        session_no,
        row_key,
        asked_ms,
        human_ms
    FROM asks
    WHERE extract(HOUR FROM asked_at) >= $first_hour AND extract(HOUR FROM asked_at) < $last_hour
    QUALIFY
        rank() OVER (
            PARTITION BY customer_no, CAST(asked_at AS DATE)
            ORDER BY asked_ms, row_key
        ) = 1
),

bots AS (
    SELECT
        asked.session_no,
        asked.asked_ms,
        min(session_messages.occurred_ms) AS bot_ms
    FROM session_messages
    INNER JOIN asked ON session_messages.session_no = asked.session_no
    WHERE
        session_messages.actor = 3
        AND (
            session_messages.occurred_ms > asked.asked_ms
            OR (
                session_messages.occurred_ms = asked.asked_ms
                AND session_messages.row_key > asked.row_key
            )
        )
    GROUP BY asked.session_no, asked.asked_ms
),

days AS (
    SELECT
        asked.customer_no,
        asked.contact_on,
        max(CASE
            WHEN asked.human_ms - asked.asked_ms <= $target_seconds * 1000 THEN 1
            WHEN bots.bot_ms - asked.asked_ms <= $target_seconds * 1000 THEN 1
            ELSE 0
        END) AS answered
    FROM asked
    LEFT JOIN bots ON asked.session_no = bots.session_no AND asked.asked_ms = bots.asked_ms
    GROUP BY asked.customer_no, asked.contact_on
)

SELECT
    customers.shop_id,
    accounts.agent_id,
    channels.channel,
    CAST(days.contact_on AS TIMESTAMP) AS occurred_at,
    customers.customer_id,
    days.answered AS numerator,
    1 AS denominator
FROM days
INNER JOIN customers ON days.customer_no = customers.customer_no
INNER JOIN contact_facts
    ON days.customer_no = contact_facts.customer_no AND days.contact_on = contact_facts.contact_on
LEFT JOIN channels ON contact_facts.channel_no = channels.channel_no
LEFT JOIN accounts ON contact_facts.account_no = accounts.account_no
