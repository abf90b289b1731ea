/* metric
label       = { zh = "首响达标率", en = "First replies within target" }
description = { zh = "在目标秒数内首次回复的会话占有人工回复会话的比例。", en = "Sessions whose first human reply came within the target seconds, of sessions with a human reply." }
formula     = { zh = "首响不超过目标的会话数 ÷ 有人工回复的会话数", en = "sessions within target ÷ sessions with a human reply" }
group       = "speed"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "session"
sources     = ["sessions"]
origin      = "seed 0 §2"
measures    = "response_time"
reading     = { clock = "first_message", unanswered = "left_out", window = "none" }
min_sample  = 20
version     = 1
[params]
target_seconds = 30
[target]
good = 0.9
warn = 0.8
*/
SELECT
    session_no,
    session_id,
    shop_id,
    first_reply_agent_id AS agent_id,
    channel,
    started_at AS occurred_at,
    first_reply_seconds,
    CAST(first_reply_seconds <= $target_seconds AS INTEGER) AS numerator,
    1 AS denominator
FROM sessions
WHERE first_reply_seconds IS NOT NULL
