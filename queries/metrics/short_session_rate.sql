/* metric
label       = { zh = "过短会话率", en = "Short session rate" }
description = { zh = "有人工回复、却不到 30 秒就结束的买家会话占全部买家会话的比例：可能是敷衍，也可能是一句话就解决。", en = "Customer's sessions with a human reply that were over in less than 30 seconds, of all customer's sessions: brushed off, or solved in a word." }
formula     = { zh = "有回复且时长小于下限的会话数 ÷ 买家会话数", en = "answered sessions shorter than the limit ÷ customer's sessions" }
group       = "speed"
type        = "ratio"
unit        = "percent"
direction   = "neutral"
grain       = "session"
sources     = ["sessions"]
origin      = "seed 1; catalogue: under 30 s with a reply; exact reading 7"
min_sample  = 20
version     = 1
[params]
short_seconds = 30
*/
SELECT
    session_no,
    session_id,
    shop_id,
    agent_id,
    channel,
    started_at AS occurred_at,
    duration_seconds,
    CASE WHEN has_human_reply AND duration_seconds < $short_seconds THEN 1 ELSE 0 END AS numerator,
    1 AS denominator
FROM sessions
WHERE is_customer_session AND has_clock
