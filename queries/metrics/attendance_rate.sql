/* metric
label       = { zh = "出勤率", en = "Attendance rate" }
description = { zh = "应出勤的客服日中实际出勤的比例。应出勤按排班（没有排班的按考勤要求的日子）；休息日不算，请假默认也不算（可在设置里改）。出勤按考勤，旷工半天算半天；没有考勤的看班次内有没有发过消息。", en = "Agent-days to be worked that were worked: by the roster, without one the days attendance asks for. Days of rest are out, and leave unless the settings count it. Worked by attendance, half a day absent counts half; without attendance, whether he wrote inside the shift." }
formula     = { zh = "出勤天数 ÷ 应出勤天数", en = "days worked ÷ days rostered" }
group       = "workload"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "agent-day"
sources     = ["staff_days"]
origin      = "seed 0 §2; kpi-definitions #143; catalogue F"
min_sample  = 20
flag        = { zh = "没有考勤，看班次内有没有发过消息", en = "no attendance: whether he wrote inside the shift" }
version     = 1
[params]
count_leave = 0
*/
SELECT
    shop_id,
    agent_id,
    CAST(NULL AS VARCHAR) AS channel,
    CAST(work_on AS TIMESTAMP) AS occurred_at,
    is_leave,
    evidence,
    CASE WHEN evidence = 'messages' THEN 1 ELSE 0 END AS is_flagged,
    worked_share AS numerator,
    1 AS denominator
FROM staff_days
WHERE worked_share IS NOT NULL AND (NOT is_leave OR $count_leave = 1)
