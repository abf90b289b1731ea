/* metric
label       = { zh = "主动服务率", en = "Proactive service rate" }
description = { zh = "有人工消息的会话中，客服先于买家开口的比例（买家一直没有写的也算）。算在先开口的客服名下；机器人和自动回复先开口的不算主动。", en = "Of sessions with a human message, those in which a human wrote before the customer did, or the customer never wrote. It stands with the first human; a bot or auto-reply that comes first makes none." }
formula     = { zh = "客服先开口的会话 ÷ 有人工消息的会话", en = "sessions opened by a human ÷ sessions with a human message" }
group       = "quality"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "session"
sources     = ["sessions"]
origin      = "seed 2; exact reading 2; the other reading: late_order_notice_rate"
min_sample  = 20
version     = 1
*/
SELECT
    session_no,
    session_id,
    shop_id,
    first_agent_id AS agent_id,
    channel,
    started_at AS occurred_at,
    CASE WHEN is_proactive OR NOT is_customer_session THEN 1 ELSE 0 END AS numerator,
    1 AS denominator
FROM sessions
WHERE has_human_message
