/* metric
label       = { zh = "质检覆盖率", en = "Inspection coverage" }
description = { zh = "每周抽检计划（默认抽 20% 的会话）抽中的会话中，至少一人评过分的比例。没有做计划的周不计入。", en = "Of the sessions drawn by the weekly grading plan (20 % by default), those that at least one person graded. Weeks without a plan are out." }
formula     = { zh = "已评分的抽样会话数 ÷ 抽样会话数", en = "drawn sessions graded ÷ sessions drawn" }
group       = "quality"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "session"
sources     = ["qa_planned_sessions"]
origin      = "seed 1 (人工每周抽检 20%); catalogue D"
version     = 1
*/
SELECT
    session_no,
    session_id,
    shop_id,
    agent_id,
    channel,
    started_at AS occurred_at,
    week,
    stratum,
    CASE WHEN grader_count > 0 THEN 1 ELSE 0 END AS numerator,
    1 AS denominator
FROM qa_planned_sessions
