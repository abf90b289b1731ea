/* metric
label       = { zh = "高峰小时量", en = "Peak hour volume" }
description = { zh = "期间内一个钟点里开始的买家会话的最大数。", en = "The largest number of customer's sessions begun in one clock hour of the period." }
formula     = { zh = "max（每小时开始的买家会话数）", en = "max of customer's sessions begun per clock hour" }
group       = "workload"
type        = "max"
unit        = "count"
direction   = "neutral"
grain       = "hour"
sources     = ["sessions"]
origin      = "seed 3; exact reading 13"
bucket      = "hour"
version     = 1
*/
SELECT
    session_no,
    session_id,
    shop_id,
    agent_id,
    channel,
    started_at AS occurred_at
FROM sessions
WHERE is_customer_session AND has_clock
