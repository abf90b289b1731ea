/* metric
label       = { zh = "全天覆盖率", en = "Cover around the clock" }
description = { zh = "一天 24 小时里有人工客服在班的比例，按排班算，几个人同时在班只算一次；没有排班的日子看该钟点有没有人工回复。多店时各店分别算。", en = "Share of the 24 hours with at least one agent on shift, by the roster; on days without a roster, clock hours with a human reply. Each shop counts for itself." }
formula     = { zh = "有人在班的小时数 ÷（24 × 天数）", en = "hours with an agent on shift ÷ (24 × days)" }
group       = "workload"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "hour"
sources     = ["staff_hours"]
origin      = "seed 3; catalogue F"
interval    = "none"
flag        = { zh = "没有排班，看该钟点有没有人工回复", en = "no roster: hours with a human reply" }
version     = 1
*/
SELECT
    shop_id,
    CAST(NULL AS VARCHAR) AS agent_id,
    CAST(NULL AS VARCHAR) AS channel,
    hour_at AS occurred_at,
    CASE WHEN has_roster THEN 0 ELSE 1 END AS is_flagged,
    CASE
        WHEN has_roster THEN covered_seconds / 3600.0
        WHEN has_reply THEN 1
        ELSE 0
    END AS numerator,
    1 AS denominator
FROM staff_hours
