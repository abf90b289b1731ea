/* metric
label       = { zh = "在线时长（小时）", en = "Hours online" }
description = { zh = "客服在岗的小时数：考勤的工作时长；没有考勤的是班次内首条到末条消息，没有排班的是连续回复时段之和。应到没来的算 0；没写客服名的消息不算。", en = "Hours agents were at work: worked time of attendance; without it, first to last message inside the shift; without a roster, the sum of unbroken runs of messages. A shift nobody came to counts 0; messages without an agent's name count nowhere." }
formula     = { zh = "Σ 在岗秒数 ÷ 3600", en = "sum of seconds at work ÷ 3600" }
group       = "workload"
type        = "sum"
unit        = "count"
direction   = "neutral"
grain       = "stretch"
sources     = ["online_facts"]
origin      = "seed 0; kpi-definitions #143"
flag        = { zh = "没有考勤，由消息推算", en = "no attendance: taken from messages" }
version     = 1
*/
SELECT
    shop_id,
    agent_id,
    CAST(NULL AS VARCHAR) AS channel,
    CAST(online_on AS TIMESTAMP) AS occurred_at,
    started_at,
    ended_at,
    evidence,
    CASE WHEN evidence = 'attendance' THEN 0 ELSE 1 END AS is_flagged,
    online_seconds / 3600.0 AS measure
FROM online_facts
