/* metric
label       = { zh = "会话时长", en = "Session duration" }
description = { zh = "买家会话第一条到最后一条消息的时长（任何发送者）。", en = "First to last message of a customer's session, of any sender." }
formula     = { zh = "Σ 会话秒数 ÷ 买家会话数", en = "sum of session seconds ÷ customer's sessions" }
group       = "speed"
type        = "mean"
unit        = "duration"
direction   = "neutral"
grain       = "session"
sources     = ["sessions"]
origin      = "seed 0 §2, seed 1 §1; exact reading 7"
clock       = { from = "started_at", to = "ended_at" }
min_sample  = 20
version     = 1
*/
SELECT
    session_no,
    session_id,
    shop_id,
    agent_id,
    channel,
    started_at AS occurred_at,
    started_at,
    ended_at,
    duration_seconds AS measure
FROM sessions
WHERE is_customer_session AND duration_seconds IS NOT NULL
