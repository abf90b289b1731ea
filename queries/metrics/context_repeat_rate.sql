/* metric
label       = { zh = "重复描述率", en = "Told again after the handoff" }
description = { zh = "由机器人转到人工的会话里，转接之后买家把之前说过的又说一遍的比例：去掉空格标点后相同、至少 4 个字的话，或同一个至少 10 位的号码（订单号、单号、电话）。转接指第一次要人工或转接标记，都没有时指第一条人工消息；要人工的话本身不算描述。", en = "Of sessions that went from bot to human, those in which the customer repeats after the handoff what he had said before it: a text equal but for blanks and punctuation, of 4 characters or more, or the same number of 10 digits or more. The handoff is the first request or transfer mark, without either the first human message; asking for a human is no content." }
formula     = { zh = "转接后重复描述的会话数 ÷ 由机器人转到人工的会话数", en = "sessions with something told again ÷ sessions handed from bot to human" }
group       = "bot"
type        = "ratio"
unit        = "percent"
direction   = "down"
grain       = "session"
sources     = ["bot_stages"]
origin      = "seed 2 (bot and human do not connect); kpi-definitions #130 (the buyer made to repeat)"
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
    CAST(is_context_repeated AS INTEGER) AS numerator,
    1 AS denominator
FROM bot_stages
WHERE is_context_repeated IS NOT NULL
