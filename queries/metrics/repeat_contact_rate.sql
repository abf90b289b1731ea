/* metric
label       = { zh = "二次咨询率", en = "Repeat contact rate" }
description = { zh = "买家会话结束后 24 小时内，同一买家就同一问题又开始另一会话的比例。两次的问题类型都已知且不同的不算；任一方类型未知时按同一问题算并标注。脱敏昵称的买家与无时刻的会话不计入。", en = "Customer's sessions followed by another of the same customer on the same issue, begun within 24 h after the end. Two known and different issue types are different issues; where one is not known they count as the same, flagged. Customers known by a masked nick and sessions without times of day are out." }
formula     = { zh = "24 小时内再次咨询的会话数 ÷ 买家会话数", en = "sessions followed by another within 24 h ÷ customer's sessions" }
group       = "resolution"
type        = "ratio"
unit        = "percent"
direction   = "down"
grain       = "session"
sources     = ["session_outcomes"]
origin      = "seed 1 §1; kpi-definitions #114; exact reading 14"
min_sample  = 20
matures_after_days = 1
flag        = { zh = "问题类型未知，24 小时内的任何会话都按同一问题算", en = "issue type not known: any session within the window counted as a repeat" }
version     = 1
[params]
hours_after = 24
*/
WITH windows AS (
    SELECT
        session_no,
        session_id,
        shop_id,
        agent_id,
        channel,
        customer_id,
        started_at,
        ended_at,
        topic,
        least(same_after_at, unknown_after_at) AS next_started_at,
        coalesce(
            same_after_at <= ended_at + $hours_after * INTERVAL 1 HOUR, FALSE
        ) AS came_back,
        coalesce(
            unknown_after_at <= ended_at + $hours_after * INTERVAL 1 HOUR, FALSE
        ) AS may_have_come_back
    FROM session_outcomes
    WHERE is_identified
)

SELECT
    session_no,
    session_id,
    shop_id,
    agent_id,
    channel,
    started_at AS occurred_at,
    customer_id,
    topic,
    next_started_at,
    CASE WHEN came_back OR may_have_come_back THEN 1 ELSE 0 END AS numerator,
    1 AS denominator,
    CASE WHEN may_have_come_back AND NOT came_back THEN 1 ELSE 0 END AS is_flagged
FROM windows
