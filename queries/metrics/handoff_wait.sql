/* metric
label       = { zh = "转人工等待", en = "Handoff wait" }
description = { zh = "从买家第一次要人工（或导出标出转接，取先发生者）到第一条人工消息的时长；两者都没有时，从机器人没再回答的那句买家消息（没有则机器人最后一句）算起并标注。等不到人工的会话不进均值，见转人工未响应率。", en = "From the customer's first request for a human, or the export's transfer mark, whichever came first, to the first human message; without either, from the customer's first message the bot left unanswered (else the bot's last), flagged. Sessions no human came to stay out of the mean, see ignored handoff requests." }
formula     = { zh = "Σ 等待秒数 ÷ 由机器人转到人工的会话数", en = "sum of seconds waited ÷ sessions handed from bot to human" }
group       = "bot"
type        = "mean"
unit        = "duration"
direction   = "down"
grain       = "session"
sources     = ["bot_stages"]
origin      = "seed 2; bug 4 of the field (a handoff loses the wait)"
min_sample  = 20
clock       = { from = "waiting_from", to = "human_at" }
flag        = { zh = "没有转人工请求或转接标记，从机器人没再回答的那句算起", en = "neither request nor transfer mark: counted from the message the bot left unanswered" }
version     = 1
*/
SELECT
    session_no,
    session_id,
    shop_id,
    agent_id,
    channel,
    started_at AS occurred_at,
    has_request,
    has_transfer_mark,
    coalesce(handoff_at, waiting_at) AS waiting_from,
    human_at,
    coalesce(handoff_seconds, waiting_seconds) AS measure,
    CASE WHEN handoff_seconds IS NULL THEN 1 ELSE 0 END AS is_flagged
FROM bot_stages
WHERE coalesce(handoff_seconds, waiting_seconds) IS NOT NULL
