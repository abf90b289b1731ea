/* metric
label       = { zh = "未回复会话数", en = "Unanswered sessions" }
description = { zh = "买家写过消息、之后没有任何人工消息的会话数。", en = "Customer's sessions without any human message after the customer's first." }
formula     = { zh = "未回复的买家会话数", en = "customer's sessions without a human reply" }
group       = "speed"
type        = "sum"
unit        = "count"
direction   = "down"
grain       = "session"
sources     = ["sessions"]
origin      = "kpi-definitions #54; exact reading 7"
version     = 1
*/
SELECT
    session_no,
    session_id,
    shop_id,
    CASE WHEN has_human_reply THEN agent_id ELSE addressed_agent_id END AS agent_id,
    channel,
    started_at AS occurred_at,
    CASE WHEN has_human_reply THEN 0 ELSE 1 END AS measure
FROM sessions
WHERE is_customer_session
