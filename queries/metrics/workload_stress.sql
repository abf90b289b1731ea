/* metric
label       = { zh = "压力指数", en = "Workload stress" }
description = { zh = "每个客服日两部分的加权平均，0 到 100%：最长一段不休息的连续回复占上限（默认 2 小时）的比例，和夜间在岗时间（默认 22 点到次日 6 点）占上限（默认 2 小时）的比例，各自封顶 100%。相邻两条消息相隔 15 分钟以上（设置）算休息；没写客服名的消息不算。当天听到买家愤怒的会话另外加分：每个 6 分，最多 30 分（5 个）；合计封顶 100%。愤怒由文字读出，见 docs/text-quality.md。", en = "Per agent-day the weighted mean of two parts, 0 to 100 %: the longest run without a break against its limit (2 hours), and time at work at night (22 to 6) against its limit (2 hours), each at most 100 %. A gap of 15 minutes (setting) between two messages is a break; messages without an agent's name count nowhere. Sessions in which he met an angry customer that day come on top: 6 points each, 30 at most (5 sessions), 100 % in all. Anger is read from texts, see docs/text-quality.md." }
formula     = { zh = "（连续接待分 × 权重 + 夜间分 × 权重）÷ 权重之和 + 愤怒会话加分，按客服日平均", en = "(unbroken part × weight + night part × weight) ÷ sum of weights + points for angry sessions, mean over agent-days" }
group       = "workload"
type        = "mean"
unit        = "percent"
direction   = "down"
grain       = "agent-day"
sources     = ["stress_days"]
optional    = ["emotion_turns"]
origin      = "seed 1, seed 3; catalogue F; limits and weights are this program's own"
min_sample  = 20
version     = 1
[params]
long_run_minutes = { setting = "workload.long_run_minutes" }
late_minutes = { setting = "workload.late_minutes" }
run_weight = 0.6
late_weight = 0.4
angry_sessions = 5
angry_weight = 0.3
*/
WITH angry AS (
    SELECT
        shop_id,
        agent_id,
        CAST(occurred_at AS DATE) AS work_on,
        count(DISTINCT session_no) AS angry_session_count
    FROM emotion_turns
    WHERE emotion = 'angry' AND agent_id IS NOT NULL
    GROUP BY shop_id, agent_id, CAST(occurred_at AS DATE)
),

parts AS (
    SELECT
        stress_days.*,
        coalesce(angry.angry_session_count, 0) AS angry_session_count,
        least(1, stress_days.longest_run_seconds / ($long_run_minutes * 60.0)) AS run_part,
        least(1, stress_days.late_seconds / ($late_minutes * 60.0)) AS late_part,
        least(1, coalesce(angry.angry_session_count, 0) * 1.0 / $angry_sessions) AS angry_part
    FROM stress_days
    LEFT JOIN angry
        ON
            stress_days.shop_id = angry.shop_id
            AND stress_days.agent_id = angry.agent_id
            AND stress_days.work_on = angry.work_on
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
    angry_session_count,
    run_part,
    late_part,
    angry_part,
    least(
        1,
        (run_part * $run_weight + late_part * $late_weight) / ($run_weight + $late_weight)
        + angry_part * $angry_weight
    ) AS measure
FROM parts
