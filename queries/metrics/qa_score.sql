/* metric
label       = { zh = "质检得分", en = "Inspection score" }
description = { zh = "人工评分的平均（0–100）：按抽中概率加权，每个被评会话代表与它同类的会话，所以代表期间内有抽样计划的各周的全部会话。一个会话有几人评分时取平均；申诉成立的按复核得分。没有评分的抽样会话不计入。", en = "Mean of people's grades (0 to 100), each weighted by the inverse of the probability with which its session was drawn: an estimate for all sessions of the weeks with a plan. Several graders of a session are averaged; after an appeal upheld the revised score counts. Drawn sessions nobody graded are out." }
formula     = { zh = "Σ 得分 ÷ 抽中概率 ÷ Σ 1 ÷ 抽中概率（被评会话）", en = "sum of score ÷ probability, over sum of 1 ÷ probability, of graded sessions" }
group       = "quality"
type        = "ratio"
interval    = "delta"
unit        = "count"
direction   = "up"
grain       = "session"
sources     = ["qa_planned_sessions"]
origin      = "seed 1 (人工每周抽检 20%); catalogue D; kpi-definitions #135"
min_sample  = 20
version     = 1
*/
SELECT
    session_no,
    session_id,
    shop_id,
    agent_id,
    channel,
    started_at AS occurred_at,
    stratum,
    score,
    grader_count,
    score * weight AS numerator,
    weight AS denominator
FROM qa_planned_sessions
WHERE score IS NOT NULL
