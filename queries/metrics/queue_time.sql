/* metric
label       = { zh = "排队时长", en = "Queue time" }
description = { zh = "平台的会话列表写明的排队秒数：要求人工到分配客服；0 秒就是没有排队，也算；没有这一列的导出没有数据。", en = "Seconds in the queue as the platform's list of sessions gives them: asked for a human until one was assigned. 0 seconds is no queue and counts; exports without the column have no data." }
formula     = { zh = "Σ 排队秒数 ÷ 写明排队时长的会话数", en = "sum of queue seconds ÷ sessions that name them" }
group       = "speed"
type        = "mean"
unit        = "duration"
direction   = "down"
grain       = "exported session"
sources     = ["exported_sessions"]
optional    = ["agent_names"]
origin      = "seed 2; kpi-definitions #66"
min_sample  = 20
version     = 1
*/
SELECT
    exported_sessions.conversation_id,
    exported_sessions.shop_id,
    coalesce(agent_names.agent_id, exported_sessions.agent_id) AS agent_id,
    exported_sessions.channel,
    exported_sessions.started_at AS occurred_at,
    exported_sessions.queue_seconds AS measure
FROM exported_sessions
LEFT JOIN agent_names
    ON
        exported_sessions.shop_id = agent_names.shop_id
        AND exported_sessions.agent_id = agent_names.alias
        AND exported_sessions.started_at >= agent_names.starts_at
        AND exported_sessions.started_at < agent_names.ends_at
WHERE exported_sessions.queue_seconds >= 0
