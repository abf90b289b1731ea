/* metric
label       = { zh = "转人工率", en = "Bot to human rate" }
description = { zh = "机器人先接待的买家会话中，买家要过人工（说出或点击“转人工”一类的话，词表可在设置里改）、导出标有转接（或有“转交给”一类的系统消息），或后来有人工说话的比例；没转成的也算。", en = "Of sessions a bot opened, those in which the customer asked for a human (words or button; the list of words can be set), the export marks a transfer (a marked row or a system message), or a human wrote later; failed transfers count too." }
formula     = { zh = "要过或转到人工的会话数 ÷ 机器人先接待的会话数", en = "sessions handed or to be handed to a human ÷ sessions a bot opened" }
group       = "bot"
type        = "ratio"
unit        = "percent"
direction   = "down"
grain       = "session"
sources     = ["bot_stages"]
origin      = "seed 2, seed 3; kpi-definitions #123 (counted at the trigger)"
min_sample  = 20
version     = 1
*/
SELECT
    session_no,
    session_id,
    shop_id,
    bot_agent_id AS agent_id,
    channel,
    started_at AS occurred_at,
    has_request,
    has_transfer_mark,
    has_human,
    CASE WHEN has_request OR has_transfer_mark OR has_human THEN 1 ELSE 0 END AS numerator,
    1 AS denominator
FROM bot_stages
