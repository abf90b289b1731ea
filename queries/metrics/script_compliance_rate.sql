/* metric
label       = { zh = "话术合规率", en = "Script compliance rate" }
description = { zh = "客服会话（一位人工客服在一个会话里写的全部消息）中，没有违禁词（引流、极限词、敷衍拒答、辱骂、虚假宣传）也没有泄露个人信息的比例。一个会话里有两位客服就是两个客服会话，各算各的；机器人和自动回复不算。", en = "Of agents' sessions (all that one human wrote in one session), those without a banned word (drawing off the platform, superlatives, brushing off, abuse, false claims) and without leaked personal data. A session with two humans counts once for each; bots and auto-replies are out." }
formula     = { zh = "无违禁词且无泄露的客服会话 ÷ 客服会话", en = "agents' sessions without either ÷ agents' sessions" }
group       = "quality"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "agent session"
sources     = ["agent_talks"]
origin      = "seed 1 §1 (话术合规率); kpi-definitions #131, #133"
headline    = true
rank        = 1
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
    banned_count,
    leak_count,
    CASE WHEN banned_count = 0 AND leak_count = 0 THEN 1 ELSE 0 END AS numerator,
    1 AS denominator
FROM agent_talks
