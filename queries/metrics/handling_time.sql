/* metric
label       = { zh = "人工处理时长", en = "Handling time" }
description = { zh = "客服的一次接待从买家对他说第一句起，到他自己说最后一句止的时长，只算他回复过的接待。先由机器人接待的，从要求人工（没有要求的从机器人没再回答的那句）算起；他说完以后的时间、断开会话的闲置都不算。从头到尾的时长看“会话时长”。", en = "An agent's reception from the customer's first message to him until his own last one, of receptions in which he wrote. Where a bot came first it runs from the request for a human (without one, from the message the bot left unanswered). What comes after his last word and idle time that cuts a session stay out; for the whole elapsed time see the session duration." }
formula     = { zh = "Σ 处理秒数 ÷ 有回复的接待数", en = "sum of handling seconds ÷ receptions with a reply" }
group       = "speed"
type        = "mean"
unit        = "duration"
direction   = "neutral"
grain       = "reception"
sources     = ["receptions"]
optional    = ["reception_facts", "bot_stage_facts", "shops", "accounts", "channels"]
origin      = "kpi-definitions #65; bug 5 of the field (bot and idle time counted as work)"
min_sample  = 20
version     = 1
*/
WITH stages AS (
    SELECT
        session_no,
        coalesce(handoff_ms, waiting_ms) AS handed_ms
    FROM bot_stage_facts
    WHERE has_human
)

SELECT
    reception_facts.session_no,
    shops.shop_id,
    accounts.agent_id,
    channels.channel,
    reception_facts.opened_at AS occurred_at,
    reception_facts.message_count,
    (
        reception_facts.closed_ms
        - greatest(
            reception_facts.opened_ms,
            least(coalesce(stages.handed_ms, reception_facts.opened_ms), reception_facts.closed_ms)
        )
    ) / 1000.0 AS measure
FROM reception_facts
INNER JOIN shops ON reception_facts.shop_no = shops.shop_no
LEFT JOIN accounts ON reception_facts.account_no = accounts.account_no
LEFT JOIN channels ON reception_facts.channel_no = channels.channel_no
LEFT JOIN stages ON reception_facts.session_no = stages.session_no
WHERE reception_facts.message_count > 0
