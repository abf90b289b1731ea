/* metric
label       = { zh = "响应达标率", en = "Replies within target" }
description = { zh = "买家的每一次等待（连续几句算一次）中，人工客服在目标秒数内回复的比例；一直没有回复的算未达标。", en = "Of all waits of customers (consecutive messages are one), those a human ended within the target seconds; one that was never answered missed it." }
formula     = { zh = "目标秒数内回复的轮数 ÷ 全部轮数", en = "turns answered within target ÷ turns" }
group       = "speed"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "turn"
sources     = ["turns"]
optional    = ["session_facts"]
origin      = "kpi-definitions #40, 180 s by the catalogue; exact reading 4"
measures    = "response_time"
reading     = { clock = "turn", unanswered = "missed", window = "none" }
min_sample  = 20
version     = 1
[params]
target_seconds = 180
*/
SELECT
    turns.session_no,
    turns.shop_id,
    CASE WHEN turns.is_answered THEN turns.agent_id ELSE turns.addressed_agent_id END AS agent_id,
    turns.channel,
    turns.session_started_at AS occurred_at,
    turns.asked_at,
    turns.replied_at,
    turns.reply_seconds,
    CASE WHEN turns.reply_seconds <= $target_seconds THEN 1 ELSE 0 END AS numerator,
    1 AS denominator
FROM turns
INNER JOIN session_facts ON turns.session_no = session_facts.session_no
WHERE session_facts.has_clock
