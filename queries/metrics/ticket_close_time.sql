/* metric
label       = { zh = "工单闭环时长", en = "Ticket close time" }
description = { zh = "期间内关闭的工单从创建到关闭的时长。", en = "Created to closed, of tickets closed in the period." }
formula     = { zh = "Σ 关闭秒数 ÷ 已关闭工单数", en = "sum of seconds to close ÷ closed tickets" }
group       = "resolution"
type        = "mean"
unit        = "duration"
direction   = "down"
grain       = "ticket"
sources     = ["counted_tickets"]
origin      = "seed 1 §1; exact reading 1"
clock       = { from = "created_at", to = "closed_at" }
min_sample  = 20
version     = 1
[target]
good = 86400
warn = 172800
*/
SELECT
    ticket_id,
    shop_id,
    agent_id,
    channel,
    closed_at AS occurred_at,
    created_at,
    closed_at,
    (epoch_ms(closed_at) - epoch_ms(created_at)) / 1000.0 AS measure
FROM counted_tickets
WHERE closed_at IS NOT NULL AND closed_at >= created_at
