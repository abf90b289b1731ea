/* metric
label       = { zh = "满意度评分", en = "Satisfaction score" }
description = { zh = "买家评分的平均（1–5 分）；同一买家对同一客服同一天只取最后一次。", en = "Mean of ratings (1 to 5); the last one per customer, agent and day." }
formula     = { zh = "Σ 评分 ÷ 评分数", en = "sum of scores ÷ ratings" }
group       = "satisfaction"
type        = "mean"
unit        = "score"
direction   = "up"
grain       = "rating"
sources     = ["counted_ratings"]
origin      = "seed 0 §2, seed 3; exact reading 9"
headline    = true
rank        = 1
min_sample  = 20
matures_after_days = 2
version     = 1
[target]
good = 4.6
warn = 4.3
*/
SELECT
    rating_key,
    session_id,
    shop_id,
    agent_id,
    channel,
    rated_at AS occurred_at,
    CAST(score AS DOUBLE) AS measure
FROM counted_ratings
