/* metric
label       = { zh = "满意率", en = "Satisfaction rate" }
description = { zh = "4–5 分占全部评分的比例；同一买家对同一客服同一天只取最后一次。", en = "Ratings of 4 or 5 of all ratings; the last one per customer, agent and day." }
formula     = { zh = "4–5 分的评分数 ÷ 评分数", en = "ratings of 4 or 5 ÷ ratings" }
group       = "satisfaction"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "rating"
sources     = ["counted_ratings"]
origin      = "seed 1 §1; exact reading 9"
min_sample  = 20
matures_after_days = 2
version     = 1
[params]
satisfied_score = 4
[target]
good = 0.9
warn = 0.85
*/
SELECT
    rating_key,
    session_id,
    shop_id,
    agent_id,
    channel,
    rated_at AS occurred_at,
    score,
    CAST(score >= $satisfied_score AS INTEGER) AS numerator,
    1 AS denominator
FROM counted_ratings
