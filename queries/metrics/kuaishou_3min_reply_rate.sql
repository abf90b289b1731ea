/* metric
label       = { zh = "人工3分钟回复率（快手）", en = "Kuaishou 3-minute reply rate" }
description = { zh = "快手口径：08:00–23:00 咨询到人工的买家（一天一人算一次）中，没有一次等待超过 3 分钟的比例；全自动机器人独自接待的会话没有到人工，不算，机器人先接待的从转到人工起算。", en = "Kuaishou's reading: of customers who reached a human from 08:00 to 23:00 (once a day each), those who never waited longer than 3 minutes; sessions a fully automatic bot kept did not reach a human and are out, one it began counts from the handoff." }
formula     = { zh = "（咨询到人工人数 − 3 分钟未回复人数）÷ 咨询到人工人数", en = "(customers reaching a human − those not answered within 3 minutes) ÷ customers reaching a human" }
group       = "speed"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "customer-day"
sources     = ["session_runs"]
optional    = ["asks", "contact_facts", "customers", "channels", "accounts", "bot_only_sessions", "bot_stage_facts"]
origin      = "kpi-definitions #50; http://snsmcma.cn/article-15550-1.html; earlier until 24:00 and with bots, on days not published"
profile     = "kuaishou"
measures    = "response_time"
evidence    = "B"
differs     = { zh = "按人天算，一次超时整天不达标，只看 8–23 点，机器人独自接待的不算；我们的响应达标率按轮算，全天都算。", en = "Counts customer-days, one late reply fails the whole day, asked 08–23 only, without sessions a bot kept; our replies within target count turns, around the clock." }
reading     = { clock = "turn", unanswered = "missed", window = "asked" }
version     = 1
[params]
target_seconds = 180
first_hour = 8
last_hour = 23
*/
WITH handed AS (
    SELECT
        session_no,
        human_at,
        coalesce(handoff_at, waiting_at) AS waiting_at,
        coalesce(handoff_ms, waiting_ms) AS waiting_ms
    FROM bot_stage_facts
),

reached AS (
    SELECT
        asks.customer_no,
        greatest(asks.asked_at, coalesce(handed.waiting_at, asks.asked_at)) AS asked_at,
        asks.human_ms
        - greatest(asks.asked_ms, coalesce(handed.waiting_ms, asks.asked_ms)) AS waited_ms
    FROM asks
    LEFT JOIN bot_only_sessions ON asks.session_no = bot_only_sessions.session_no
    LEFT JOIN handed ON asks.session_no = handed.session_no AND asks.human_at = handed.human_at
    WHERE bot_only_sessions.session_no IS NULL
),

days AS (
    SELECT
        customer_no,
        CAST(asked_at AS DATE) AS contact_on,
        max(CASE WHEN waited_ms <= $target_seconds * 1000 THEN 0 ELSE 1 END) AS missed
    FROM reached
    WHERE extract(HOUR FROM asked_at) >= $first_hour AND extract(HOUR FROM asked_at) < $last_hour
    GROUP BY customer_no, CAST(asked_at AS DATE)
)

SELECT
    customers.shop_id,
    accounts.agent_id,
    channels.channel,
    CAST(days.contact_on AS TIMESTAMP) AS occurred_at,
    customers.customer_id,
    1 - days.missed AS numerator,
    1 AS denominator
FROM days
INNER JOIN customers ON days.customer_no = customers.customer_no
INNER JOIN contact_facts
    ON days.customer_no = contact_facts.customer_no AND days.contact_on = contact_facts.contact_on
LEFT JOIN channels ON contact_facts.channel_no = channels.channel_no
LEFT JOIN accounts ON contact_facts.account_no = accounts.account_no
