/* breakdown
label       = { zh = "休息提醒", en = "Rest reminders" }
description = { zh = "不休息的连续回复或夜间在岗达到上限的客服日（上限都是设置：连续 2 小时，夜间 2 小时），时间长的在前。相邻两条消息相隔 15 分钟以上（设置）算休息。", en = "Agent-days whose longest run without a break, or whose time at work at night, reached its limit (settings: 2 hours each), the longest first. A gap of 15 minutes (setting) between two messages is a break." }
group       = "workload"
sources     = ["stress_days"]
origin      = "seed 1, seed 3; catalogue F (workload_stress)"
most_rows   = 20
[params]
long_run_minutes = { setting = "workload.long_run_minutes" }
late_minutes = { setting = "workload.late_minutes" }
[[column]]
name  = "work_on"
label = { zh = "日期", en = "Day" }
[[column]]
name  = "shop_id"
label = { zh = "店铺", en = "Shop" }
rank  = 3
[[column]]
name  = "agent_id"
label = { zh = "客服", en = "Agent" }
[[column]]
name  = "longest_run_seconds"
label = { zh = "最长连续回复", en = "Longest without a break" }
unit  = "duration"
[[column]]
name  = "longest_run_at"
label = { zh = "从几时起", en = "Since" }
rank  = 1
[[column]]
name  = "late_seconds"
label = { zh = "夜间在岗", en = "At work at night" }
unit  = "duration"
[[column]]
name  = "message_count"
label = { zh = "当天消息数", en = "Messages that day" }
unit  = "count"
rank  = 2
*/
SELECT
    work_on,
    shop_id,
    agent_id,
    longest_run_seconds,
    longest_run_at,
    late_seconds,
    message_count
FROM stress_days
WHERE
    CAST(work_on AS TIMESTAMP) >= $period_start
    AND CAST(work_on AS TIMESTAMP) < $period_end
    AND (
        longest_run_seconds >= $long_run_minutes * 60
        OR late_seconds >= $late_minutes * 60
    )
ORDER BY longest_run_seconds DESC, late_seconds DESC, work_on ASC, shop_id ASC, agent_id ASC
