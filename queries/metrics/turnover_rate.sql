/* metric
label       = { zh = "人员流动率", en = "Turnover rate" }
description = { zh = "离职人数除以平均在职人数，折成每月：一个月就是当月离职人数 ÷ 当月逐日平均在职人数，几个月的期间是月均。入职当天和离职当天都算在职；入职日期不详的一直算在职；机器人账号不算。只看有数据的日子。", en = "Agents who left ÷ mean head count, per month: for one month its leavers ÷ its mean daily head count, for several their monthly average. The days of joining and of leaving are both employed; without a date of joining always employed; bots stay out. Days within the loaded data only." }
formula     = { zh = "离职人数 ÷ 平均在职人数（月）", en = "agents who left ÷ mean head count, per month" }
group       = "workload"
type        = "ratio"
unit        = "percent"
direction   = "down"
grain       = "agent-day"
sources     = ["employment_days"]
origin      = "seed 0, seed 3; catalogue F"
interval    = "none"
version     = 1
*/
SELECT
    shop_id,
    agent_id,
    CAST(NULL AS VARCHAR) AS channel,
    employed_at AS occurred_at,
    CASE WHEN is_leaving THEN 1 ELSE 0 END AS numerator,
    day_share AS denominator
FROM employment_days
