/* metric
label       = { zh = "首次响应时间", en = "First response time" }
description = { zh = "买家第一句话到人工客服第一次回复的时长；自动回复与机器人不算，客服先开口的会话不算，没等到回复的会话不进均值。", en = "Customer's first message to the first human reply. Auto-replies and bots do not count, nor do sessions the agent opened; unanswered sessions stay out of the mean." }
formula     = { zh = "Σ 首次响应秒数 ÷ 有人工回复的会话数", en = "sum of first reply seconds ÷ sessions with a human reply" }
group       = "speed"
type        = "mean"
unit        = "duration"
direction   = "down"
grain       = "session"
sources     = ["sessions"]
origin      = "seed 0 §2, seed 1 §1, seed 3; exact reading 3"
measures    = "response_time"
reading     = { clock = "first_message", unanswered = "left_out", window = "none" }
clock       = { from = "first_asked_at", to = "first_replied_at" }
headline    = true
rank        = 1
min_sample  = 20
version     = 1
[target]
good = 30
warn = 60
*/
SELECT
    session_no,
    session_id,
    shop_id,
    first_reply_agent_id AS agent_id,
    channel,
    started_at AS occurred_at,
    first_asked_at,
    first_replied_at,
    first_reply_seconds AS measure
FROM sessions
WHERE first_reply_seconds IS NOT NULL
