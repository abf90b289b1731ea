/* metric
label       = { zh = "情绪正向率", en = "Empathy rate" }
description = { zh = "人工客服有文字的消息中，带安抚、理解类话术的比例，按会话开始时间归期。只有“抱歉”“不好意思”几个字、没有说到买家处境的不算；机器人和自动回复不算。", en = "Of the messages with words that humans wrote, those that soothe or show understanding, by the session's start. A bare \"sorry\" that says nothing of the customer's situation is none; bots and auto-replies are out." }
formula     = { zh = "安抚、理解类消息 ÷ 客服消息", en = "messages that soothe or understand ÷ messages by humans" }
group       = "quality"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "message"
sources     = ["agent_talks"]
origin      = "seed 1 §1 (客服回复中安抚、理解类话术占比), seed 2"
headline    = true
rank        = 2
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
    empathy_count AS numerator,
    message_count AS denominator
FROM agent_talks
