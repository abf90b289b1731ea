/* metric
label       = { zh = "接待会话数", en = "Sessions received" }
description = { zh = "买家写过消息的会话数；按客服看算在会话归属的客服名下，一个会话只算一次。", en = "Sessions in which the customer wrote; by agent each stands once, with its owner." }
formula     = { zh = "买家写过消息的会话数", en = "sessions in which the customer wrote" }
group       = "workload"
type        = "count"
unit        = "count"
direction   = "neutral"
grain       = "session"
sources     = ["sessions"]
origin      = "seed 0 §3, seed 3; exact reading 8"
rank        = 2
version     = 1
*/
SELECT
    session_no,
    session_id,
    shop_id,
    agent_id,
    channel,
    started_at AS occurred_at
FROM sessions
WHERE is_customer_session
