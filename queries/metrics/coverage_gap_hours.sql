/* metric
label       = { zh = "排班缺口小时数", en = "Understaffed hours" }
description = { zh = "有排班的日子里，来了买家会话而在班人数少于需要人数的钟点数。需要人数 = 该钟点开始的会话数 × 当月平均接待秒数 ÷（3600 × 接待上限），进位取整，至少 1 人；在班人数按在班时间折算（半小时算半个人）。只由机器人回复的会话不算。", en = "Clock hours of rostered days with customer's sessions and fewer agents on shift than needed. Needed: sessions begun in the hour × mean reception seconds of the month ÷ (3600 × capacity), rounded up, at least 1; staffed: by time on shift, half an hour is half an agent. Sessions only a bot answered stay out." }
formula     = { zh = "在班人数 < 需要人数的小时数", en = "hours with fewer agents on shift than needed" }
group       = "workload"
type        = "sum"
unit        = "count"
direction   = "down"
grain       = "hour"
sources     = ["staff_hours"]
origin      = "seed 0, seed 1; kpi-definitions #146, #147; catalogue F"
version     = 1
[params]
capacity = { setting = "workload.capacity" }
*/
WITH weighed AS (
    SELECT
        shop_id,
        hour_at,
        arrival_count,
        handling_seconds,
        rostered_seconds / 3600.0 AS staffed,
        greatest(
            1, ceil(arrival_count * coalesce(handling_seconds, 0) / (3600.0 * $capacity))
        ) AS needed
    FROM staff_hours
    WHERE has_roster AND arrival_count > 0
)

SELECT
    shop_id,
    CAST(NULL AS VARCHAR) AS agent_id,
    CAST(NULL AS VARCHAR) AS channel,
    hour_at AS occurred_at,
    arrival_count,
    handling_seconds,
    staffed,
    needed,
    CASE WHEN staffed < needed THEN 1 ELSE 0 END AS measure
FROM weighed
