/* metric
label       = { zh = "回复率", en = "Reply rate" }
description = { zh = "当天写过消息的买家中，当天得到人工回复的比例（人·天）。", en = "Of customer-days with a message, those on which a human replied after the first one." }
formula     = { zh = "得到人工回复的买家人天 ÷ 写过消息的买家人天", en = "customer-days with a human reply ÷ customer-days" }
group       = "speed"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "customer-day"
sources     = ["contacts"]
origin      = "kpi-definitions #52; exact reading 5"
measures    = "response_time"
reading     = { clock = "none", unanswered = "missed", window = "none" }
headline    = true
rank        = 3
min_sample  = 20
version     = 1
[target]
good = 0.98
warn = 0.95
*/
SELECT
    shop_id,
    agent_id,
    channel,
    CAST(contact_on AS TIMESTAMP) AS occurred_at,
    customer_id,
    CAST(has_human_reply AS INTEGER) AS numerator,
    1 AS denominator
FROM contacts
