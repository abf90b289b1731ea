/* metric
label       = { zh = "答问比", en = "Answers per question" }
description = { zh = "人工客服消息数与买家消息数之比，只算有人工消息的买家会话；按客服看算会话归属的客服。机器人和自动回复不算。", en = "Messages by humans to messages by customers, in customer's sessions with a human message; by agent with the session's owner. Bots and auto-replies stay out." }
formula     = { zh = "人工消息数 ÷ 买家消息数", en = "messages by humans ÷ messages by customers" }
group       = "workload"
type        = "ratio"
unit        = "percent"
direction   = "neutral"
grain       = "session"
sources     = ["sessions"]
origin      = "kpi-definitions #59"
interval    = "delta"
version     = 1
*/
SELECT
    session_no,
    session_id,
    shop_id,
    agent_id,
    channel,
    started_at AS occurred_at,
    human_message_count AS numerator,
    customer_message_count AS denominator
FROM sessions
WHERE is_customer_session AND has_human_message
