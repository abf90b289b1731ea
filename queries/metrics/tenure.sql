/* metric
label       = { zh = "司龄", en = "Tenure" }
description = { zh = "在职客服自入职起的天数（平均、中位），按月末当天在职的人算；当月数据没到月末的按数据的最后一天。入职日期不详的不算，机器人账号不算。", en = "Days since joining of the agents employed on the last day of the month, or on the last day of the data. Agents without a date of joining and bots stay out." }
formula     = { zh = "Σ 入职至月末的时长 ÷ 月末在职人数", en = "sum of time since joining ÷ agents employed at the end of the month" }
group       = "workload"
type        = "mean"
unit        = "duration"
direction   = "neutral"
grain       = "agent-month"
sources     = ["employment_days"]
origin      = "seed 0, seed 3; catalogue F"
version     = 1
*/
SELECT
    shop_id,
    agent_id,
    CAST(NULL AS VARCHAR) AS channel,
    employed_at AS occurred_at,
    tenure_seconds AS measure
FROM employment_days
WHERE is_month_end AND tenure_seconds IS NOT NULL
