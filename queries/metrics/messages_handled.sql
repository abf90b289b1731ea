/* metric
label       = { zh = "客服消息数", en = "Messages written by agents" }
description = { zh = "人工客服写出的消息数，按写的那一天和写的人算；机器人和自动回复不算，辅助机器人按设置。", en = "Messages humans wrote, by the day they were written and who wrote them; bots and auto-replies stay out, assist bots as the setting says." }
formula     = { zh = "人工客服消息数", en = "messages by humans" }
group       = "workload"
type        = "sum"
unit        = "count"
direction   = "neutral"
grain       = "message"
sources     = ["agent_messages"]
origin      = "seed 0 §3, seed 3; kpi-definitions #145"
rank        = 3
version     = 1
*/
SELECT
    session_no,
    shop_id,
    agent_id,
    channel,
    first_at AS occurred_at,
    message_count AS measure
FROM agent_messages
