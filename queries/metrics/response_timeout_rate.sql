/* metric
label       = { zh = "响应超时率", en = "Response timeout rate" }
description = { zh = "首次人工回复超过时限或一直没有的买家会话占比；客服先开口的会话不算。", en = "Customer's sessions whose first human reply took longer than the limit or never came; sessions the agent opened stay out." }
formula     = { zh = "超时或未回复的会话数 ÷ 买家会话数", en = "late or unanswered sessions ÷ customer's sessions" }
group       = "speed"
type        = "ratio"
unit        = "percent"
direction   = "down"
grain       = "session"
sources     = ["sessions"]
origin      = "seed 1 §1 and §3 (12 % to 3 %); exact reading 6"
measures    = "response_time"
reading     = { clock = "first_message", unanswered = "missed", window = "none" }
min_sample  = 20
version     = 1
[params]
timeout_seconds = 60
[target]
good = 0.03
warn = 0.12
*/
SELECT
    session_no,
    session_id,
    shop_id,
    CASE WHEN has_human_reply THEN first_reply_agent_id ELSE addressed_agent_id END AS agent_id,
    channel,
    started_at AS occurred_at,
    first_reply_seconds,
    CASE
        WHEN NOT has_human_reply THEN 1
        WHEN first_reply_seconds > $timeout_seconds THEN 1
        ELSE 0
    END AS numerator,
    1 AS denominator
FROM sessions
WHERE is_customer_session AND NOT is_proactive AND has_clock
