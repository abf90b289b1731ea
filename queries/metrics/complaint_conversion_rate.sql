/* metric
label       = { zh = "客诉转化率", en = "Sessions turned into complaints" }
description = { zh = "买家会话开始之后、结束后 7 天之内该买家提出投诉的会话占比；一次投诉前的每个会话都算。不知道买家是谁的会话与无时刻的会话不计入。", en = "Customer's sessions with a complaint of that customer filed after the start and within 7 days of the end; every session before a complaint counts. Sessions whose customer is not named and sessions without times of day are out." }
formula     = { zh = "7 天内变成投诉的会话数 ÷ 买家会话数", en = "sessions followed by a complaint ÷ customer's sessions" }
group       = "satisfaction"
type        = "ratio"
unit        = "percent"
direction   = "down"
grain       = "session"
sources     = ["session_outcomes", "complaints"]
origin      = "seed 1 §1"
min_sample  = 20
matures_after_days = 7
version     = 1
[params]
days_after = 7
*/
SELECT
    session_no,
    session_id,
    shop_id,
    agent_id,
    channel,
    started_at AS occurred_at,
    customer_id,
    ended_at,
    complained_at,
    CASE WHEN complained_at <= ended_at + $days_after * INTERVAL 1 DAY THEN 1 ELSE 0 END
        AS numerator,
    1 AS denominator
FROM session_outcomes
