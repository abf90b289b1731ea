/* metric
label       = { zh = "过长会话率", en = "Long session rate" }
description = { zh = "第一条到最后一条消息超过 30 分钟的买家会话占比。", en = "Customer's sessions with more than 30 minutes from the first to the last message." }
formula     = { zh = "时长大于上限的会话数 ÷ 买家会话数", en = "sessions longer than the limit ÷ customer's sessions" }
group       = "speed"
type        = "ratio"
unit        = "percent"
direction   = "down"
grain       = "session"
sources     = ["sessions"]
origin      = "seed 1; catalogue: over 30 min; exact reading 7"
min_sample  = 20
version     = 1
[params]
long_seconds = 1800
*/
SELECT
    session_no,
    session_id,
    shop_id,
    agent_id,
    channel,
    started_at AS occurred_at,
    duration_seconds,
    CASE WHEN duration_seconds > $long_seconds THEN 1 ELSE 0 END AS numerator,
    1 AS denominator
FROM sessions
WHERE is_customer_session AND has_clock
