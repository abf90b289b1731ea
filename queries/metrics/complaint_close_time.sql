/* metric
label       = { zh = "投诉处理时长", en = "Complaint close time" }
description = { zh = "期间内办结的投诉从提出到办结的时长；未办结的不进均值。", en = "Filed to closed, of complaints closed in the period; open ones stay out of the mean." }
formula     = { zh = "Σ 办结秒数 ÷ 已办结投诉数", en = "sum of seconds to close ÷ closed complaints" }
group       = "satisfaction"
type        = "mean"
unit        = "duration"
direction   = "down"
grain       = "complaint"
sources     = ["counted_complaints"]
origin      = "seed 3; exact reading 1"
min_sample  = 20
clock       = { from = "filed_at", to = "closed_at" }
version     = 1
*/
SELECT
    complaint_id,
    shop_id,
    agent_id,
    channel,
    closed_at AS occurred_at,
    complaint_kind,
    filed_at,
    closed_at,
    (epoch_ms(closed_at) - epoch_ms(filed_at)) / 1000.0 AS measure
FROM counted_complaints
WHERE closed_at IS NOT NULL AND closed_at >= filed_at
