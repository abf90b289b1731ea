/* metric
label       = { zh = "质检得分", en = "Inspection score" }
description = { zh = "人工评分的平均（0–100）：按抽中概率加权，每个被评会话代表与它同类的会话，所以代表期间内有抽样计划的各周的全部会话。一个会话有几人评分时取平均；申诉成立的以复核得分为准，其他人的评分不再算。抽中而没评的会话由同一周、同一店、同一类中评过的会话代表；一类里一个也没评时，这一类不在内。", en = "Mean of people's grades (0 to 100), each weighted by the inverse of the probability with which its session was drawn: an estimate for all sessions of the weeks with a plan. Several graders of a session are averaged; after an appeal upheld the revised score alone counts. Drawn sessions nobody graded are stood for by the graded ones of the same week, shop and stratum; a stratum without any is out." }
formula     = { zh = "Σ 得分 × 权重 ÷ Σ 权重；权重 = 1 ÷ 抽中概率 × 同类抽中数 ÷ 同类评过数", en = "sum of score × weight ÷ sum of weights; weight = 1 ÷ probability × drawn ÷ graded of the stratum" }
group       = "quality"
type        = "ratio"
interval    = "delta"
scale       = [0, 100]
unit        = "count"
direction   = "up"
grain       = "session"
sources     = ["qa_planned_sessions"]
origin      = "seed 1 (人工每周抽检 20%); catalogue D; kpi-definitions #135"
min_sample  = 20
version     = 2
*/
WITH planned AS (
    SELECT
        session_no,
        session_id,
        shop_id,
        agent_id,
        channel,
        started_at,
        stratum,
        score,
        grader_count,
        weight,
        count(*) OVER (PARTITION BY week, shop_id, stratum) AS drawn_count,
        count(score) OVER (PARTITION BY week, shop_id, stratum) AS graded_count
    FROM qa_planned_sessions
)

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
    CAST(score * weight * drawn_count / graded_count AS DECIMAL(18, 9)) AS numerator,
    CAST(weight * drawn_count / graded_count AS DECIMAL(18, 9)) AS denominator
FROM planned
WHERE score IS NOT NULL
