/* metric
label       = { zh = "接待饱和度", en = "Saturation" }
description = { zh = "在岗时间里平均同时接待数占接待上限的比例，按时间加权；上限取客服名单里的「接待上限」，没有的用统一的设定值（默认 15）。在岗时间按考勤，没有考勤的按班次内首末消息，没有排班的按连续回复时段。超过 100% 是超负荷。", en = "Receptions open on average while the agent was at work, against his capacity: the one in the list of agents, else the one set for all (default 15). At work by attendance, else from the first to the last message inside the shift, without a roster by unbroken runs of messages. Above 100 % is overload." }
formula     = { zh = "Σ 接待进行秒数 ÷ Σ（在岗秒数 × 接待上限）", en = "sum of open reception seconds ÷ sum of (seconds at work × capacity)" }
group       = "workload"
type        = "ratio"
unit        = "percent"
direction   = "neutral"
grain       = "stretch"
sources     = ["online_facts"]
origin      = "kpi-definitions #141, #49; catalogue F"
interval    = "delta"
flag        = { zh = "在岗时间不是考勤，由消息推算", en = "time at work taken from messages, not from attendance" }
version     = 1
[params]
capacity = { setting = "workload.capacity" }
*/
SELECT
    shop_id,
    agent_id,
    CAST(NULL AS VARCHAR) AS channel,
    CAST(online_on AS TIMESTAMP) AS occurred_at,
    started_at,
    ended_at,
    evidence,
    coalesce(capacity, $capacity) AS capacity,
    CASE WHEN evidence = 'attendance' THEN 0 ELSE 1 END AS is_flagged,
    open_seconds AS numerator,
    online_seconds * coalesce(capacity, $capacity) AS denominator
FROM online_facts
