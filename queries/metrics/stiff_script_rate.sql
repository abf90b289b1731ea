/* metric
label       = { zh = "生硬话术率", en = "Stiff script rate" }
description = { zh = "人工客服有文字的消息中，生硬拒绝（“不可以”“没办法”）而买家再开口之前没有给出替代方案的比例，按会话开始时间归期。委婉的说法和反问不算。", en = "Of the messages with words that humans wrote, blunt refusals with no alternative named before the customer wrote again, by the session's start. Kind wordings and questions are none." }
formula     = { zh = "无替代方案的生硬拒绝 ÷ 客服消息", en = "blunt refusals without an alternative ÷ messages by humans" }
group       = "quality"
type        = "ratio"
unit        = "percent"
direction   = "down"
grain       = "message"
sources     = ["agent_talks"]
origin      = "seed 1 §2 (定期淘汰生硬话术)"
min_sample  = 20
version     = 2
*/
SELECT
    session_no,
    session_id,
    shop_id,
    agent_id,
    channel,
    started_at AS occurred_at,
    stiff_count AS numerator,
    message_count AS denominator
FROM agent_talks
