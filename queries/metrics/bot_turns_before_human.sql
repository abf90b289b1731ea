/* metric
label       = { zh = "转人工前轮数", en = "Bot turns before a human" }
description = { zh = "由机器人转到人工的会话里，第一条人工消息之前机器人回答过几轮（菜单层数）：买家说、机器人答算一轮，连续几条算一次；“正在为您转接”也是一轮，买家开口前的欢迎不算。", en = "In sessions that went from bot to human: how often the bot answered before the first human message (layers of menu). The customer's messages and the bot's answer are one turn; 'connecting you' is one too, a greeting before the customer wrote is none." }
formula     = { zh = "Σ 机器人轮数 ÷ 由机器人转到人工的会话数", en = "sum of bot turns ÷ sessions handed from bot to human" }
group       = "bot"
type        = "mean"
unit        = "count"
direction   = "down"
grain       = "session"
sources     = ["bot_stages"]
origin      = "seed 2 (layers of menu before a human)"
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
    bot_message_count,
    bot_turn_count AS measure
FROM bot_stages
WHERE has_human
