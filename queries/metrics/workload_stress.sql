/* metric
label       = { zh = "压力指数", en = "Workload stress" }
description = { zh = "每个客服日两部分的加权平均，0 到 100%：最长一段不休息的连续回复占上限（默认 2 小时）的比例，和夜间在岗时间（默认 22 点到次日 6 点）占上限（默认 2 小时）的比例，各自封顶 100%。相邻两条消息相隔 15 分钟以上（设置）算休息；没写客服名的消息不算。目前不含遇到愤怒买家的部分，等情绪识别有了再加。", en = "Per agent-day the weighted mean of two parts, 0 to 100 %: the longest run without a break against its limit (2 hours), and time at work at night (22 to 6) against its limit (2 hours), each at most 100 %. A gap of 15 minutes (setting) between two messages is a break; messages without an agent's name count nowhere. Angry customers are not in it yet: that part comes with the recognition of emotion." }
formula     = { zh = "（连续接待分 × 权重 + 夜间分 × 权重）÷ 权重之和，按客服日平均", en = "(unbroken part × weight + night part × weight) ÷ sum of weights, mean over agent-days" }
group       = "workload"
type        = "mean"
unit        = "percent"
direction   = "down"
grain       = "agent-day"
sources     = ["stress_days"]
origin      = "seed 1, seed 3; catalogue F; limits and weights are this program's own"
min_sample  = 20
version     = 1
[params]
long_run_minutes = { setting = "workload.long_run_minutes" }
late_minutes = { setting = "workload.late_minutes" }
run_weight = 0.6
late_weight = 0.4
*/
WITH parts AS (
    SELECT
        *,
        least(1, longest_run_seconds / ($long_run_minutes * 60.0)) AS run_part,
        least(1, late_seconds / ($late_minutes * 60.0)) AS late_part
    FROM stress_days
)

SELECT
    shop_id,
    agent_id,
    CAST(NULL AS VARCHAR) AS channel,
    CAST(work_on AS TIMESTAMP) AS occurred_at,
    longest_run_at,
    longest_run_seconds,
    late_seconds,
    message_count,
    run_part,
    late_part,
    (run_part * $run_weight + late_part * $late_weight) / ($run_weight + $late_weight) AS measure
FROM parts
