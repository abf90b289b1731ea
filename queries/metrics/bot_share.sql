/* metric
label       = { zh = "机器人占比", en = "Bot share" }
description = { zh = "全部买家会话中由全自动机器人独自接待（机器人回复过、没有任何人工消息）的比例，解决与否不论；只有欢迎语或自动回复的会话不算机器人接待。", en = "Of all customer's sessions, those a fully automatic bot carried alone: it replied and no human wrote, resolved or not; sessions with welcome texts or auto-replies only are not the bot's." }
formula     = { zh = "机器人独自接待的会话数 ÷ 买家会话数", en = "sessions the bot carried alone ÷ customer's sessions" }
group       = "bot"
type        = "ratio"
unit        = "percent"
direction   = "neutral"
grain       = "session"
sources     = ["sessions", "bot_stages"]
origin      = "seed 3; numerator: kpi-definitions #124"
min_sample  = 20
version     = 1
*/
WITH carried AS (
    SELECT session_no
    FROM bot_stages
    WHERE has_bot_reply AND NOT has_human
)

SELECT
    sessions.session_no,
    sessions.session_id,
    sessions.shop_id,
    sessions.agent_id,
    sessions.channel,
    sessions.started_at AS occurred_at,
    CASE WHEN carried.session_no IS NULL THEN 0 ELSE 1 END AS numerator,
    1 AS denominator
FROM sessions
LEFT JOIN carried ON sessions.session_no = carried.session_no
WHERE sessions.is_customer_session
