/* metric
label       = { zh = "首次响应时间中位数（Gorgias）", en = "Gorgias first response time" }
description = { zh = "Gorgias 口径：买家第一句到人工首次回复的中位时长，按首次回复的时间归期；规则自动发的消息、客服先开口的会话不算，下班时间照算。", en = "Gorgias' reading: median from the customer's first message to the first human reply, placed in the period of that reply; messages sent by rules and sessions an agent opened are out, hours off duty are in." }
formula     = { zh = "首次响应秒数的中位数", en = "median of first reply seconds" }
group       = "speed"
type        = "median"
unit        = "duration"
direction   = "down"
grain       = "session"
sources     = ["sessions"]
origin      = "kpi-definitions #32; https://docs.gorgias.com/en-US/how-metrics-are-calculated-406747"
profile     = "gorgias"
measures    = "response_time"
evidence    = "A"
differs     = { zh = "取中位数，按首次回复的时间归期；我们取均值，按会话开始归期。", en = "The median, placed by the reply; ours is the mean, placed by the session's start." }
reading     = { clock = "first_message", unanswered = "left_out", window = "none" }
clock       = { from = "first_asked_at", to = "first_replied_at" }
version     = 1
*/
SELECT
    session_no,
    session_id,
    shop_id,
    first_reply_agent_id AS agent_id,
    channel,
    first_replied_at AS occurred_at,
    first_asked_at,
    first_replied_at,
    first_reply_seconds AS measure
FROM sessions
WHERE first_reply_seconds IS NOT NULL
