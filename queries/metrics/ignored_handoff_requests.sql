/* metric
label       = { zh = "转人工未响应率", en = "Ignored handoff requests" }
description = { zh = "买家在机器人接待中要人工（词表可在设置里改）的会话里，同一会话一直没有人工来的比例；按客服看，来了的归第一位人工，没来的无人。", en = "Of sessions in which the customer asked the bot for a human (the list of words can be set), those no human came to in that session; by agent, those answered stand with the first human, the others with nobody." }
formula     = { zh = "没有人工来的会话数 ÷ 要过人工的会话数", en = "sessions without a human ÷ sessions with a request for one" }
group       = "bot"
type        = "ratio"
unit        = "percent"
direction   = "down"
grain       = "session"
sources     = ["bot_stages"]
origin      = "seed 2; kpi-definitions #123 (recognised by words)"
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
    CASE WHEN has_human THEN 0 ELSE 1 END AS numerator,
    1 AS denominator
FROM bot_stages
WHERE has_request
