/* metric
label       = { zh = "排班遵从率", en = "Shift adherence" }
description = { zh = "排班时间里人真正在的比例：按打卡；没有打卡的从班次内首条消息到末条消息。早到晚走不加分，迟到、早退和没来的扣。请假的班不算。", en = "Rostered time in which the agent was there: by punches, without them from the first to the last message inside the shift. Coming early or staying on earns nothing; late, early and missed shifts cost. Shifts on leave stay out." }
formula     = { zh = "Σ 在班秒数 ÷ Σ 排班秒数", en = "sum of rostered seconds present ÷ sum of rostered seconds" }
group       = "workload"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "shift"
sources     = ["shift_facts"]
origin      = "seed 0; kpi-definitions #143; exact reading 1"
interval    = "delta"
flag        = { zh = "没有打卡，由班次内的消息推算", en = "no punches: taken from messages inside the shift" }
version     = 1
*/
SELECT
    shop_id,
    agent_id,
    CAST(NULL AS VARCHAR) AS channel,
    started_at AS occurred_at,
    ended_at,
    shift_code,
    came_at,
    went_at,
    late_seconds,
    early_seconds,
    evidence,
    CASE WHEN evidence = 'messages' THEN 1 ELSE 0 END AS is_flagged,
    there_seconds AS numerator,
    rostered_seconds AS denominator
FROM shift_facts
WHERE there_seconds IS NOT NULL
