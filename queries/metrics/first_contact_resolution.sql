/* metric
label       = { zh = "一次解决率", en = "First contact resolution" }
description = { zh = "首次咨询（此前 24 小时内该买家没有同一问题的会话）中，结束后 24 小时内未就同一问题再来、未转接、7 天内未投诉（导入了投诉时）的比例。问题类型不同的会话不算同一问题；任一方类型未知时按同一问题算并标注。没有得到回复的会话同样计入；脱敏昵称的买家与无时刻的会话不计入。", en = "Of first contacts (no session of that customer on the same issue in the 24 h before), those with none on it in the 24 h after the end, not transferred and with no complaint within 7 days (where complaints are loaded). Sessions of different issue types are different issues; where one is not known they count as the same, flagged. Unanswered sessions are in; customers known by a masked nick and sessions without times of day are out." }
formula     = { zh = "一次解决的首次咨询会话数 ÷ 首次咨询会话数", en = "first contacts resolved ÷ first contacts" }
group       = "resolution"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "session"
sources     = ["session_outcomes"]
optional    = ["complaints"]
origin      = "seed 1 §1, seed 2; kpi-definitions #108; exact reading 14"
measures    = "first_contact_resolution"
headline    = true
rank        = 1
min_sample  = 20
matures_after_days = 7
flag        = { zh = "问题类型未知，前后 24 小时内的任何会话都按同一问题算", en = "issue type not known: any session within the window counted as the same issue" }
version     = 1
[params]
hours_before = 24
hours_after = 24
complaint_days = 7
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
        is_transferred,
        coalesce(
            same_before_at >= started_at - $hours_before * INTERVAL 1 HOUR, FALSE
        ) AS came_before,
        coalesce(
            unknown_before_at >= started_at - $hours_before * INTERVAL 1 HOUR, FALSE
        ) AS may_have_come_before,
        coalesce(
            same_after_at <= ended_at + $hours_after * INTERVAL 1 HOUR, FALSE
        ) AS came_back,
        coalesce(
            unknown_after_at <= ended_at + $hours_after * INTERVAL 1 HOUR, FALSE
        ) AS may_have_come_back,
        coalesce(
            complained_at <= ended_at + $complaint_days * INTERVAL 1 DAY, FALSE
        ) AS has_complained
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
    came_back OR may_have_come_back AS has_come_back,
    is_transferred,
    has_complained,
    CASE
        WHEN came_back OR may_have_come_back OR is_transferred OR has_complained THEN 0
        ELSE 1
    END AS numerator,
    1 AS denominator,
    CASE WHEN may_have_come_back AND NOT came_back THEN 1 ELSE 0 END AS is_flagged
FROM windows
WHERE NOT came_before AND NOT may_have_come_before
