/* breakdown
label       = { zh = "重新打开的工单", en = "Reopened tickets" }
description = { zh = "期间内最后一次关闭、此前关闭过或导出记有重开次数的工单：首次关闭与最后关闭相差多久。首次关闭来自较早的导出，只有一份导出时不知道。", en = "Tickets last closed in the period that had been closed before, or whose reopenings the export counts: first and last closing. The first is known from earlier exports only." }
group       = "resolution"
most_rows   = 50
sources     = ["ticket_closings"]
origin      = "bug 10 of the field; kpi-definitions #116 (first and full resolution)"
[[column]]
name  = "shop_id"
label = { zh = "店铺", en = "Shop" }
rank  = 3
[[column]]
name  = "ticket_id"
label = { zh = "工单", en = "Ticket" }
[[column]]
name  = "agent_id"
label = { zh = "客服", en = "Agent" }
[[column]]
name  = "ticket_kind"
label = { zh = "类型", en = "Kind" }
rank  = 2
[[column]]
name  = "reopen_count"
label = { zh = "重开次数", en = "Reopenings" }
unit  = "count"
[[column]]
name  = "created_at"
label = { zh = "创建", en = "Created" }
rank  = 4
[[column]]
name  = "first_closed_at"
label = { zh = "首次关闭", en = "First closed" }
[[column]]
name  = "closed_at"
label = { zh = "最后关闭", en = "Last closed" }
[[column]]
name  = "seconds_between"
label = { zh = "相隔", en = "Between" }
unit  = "duration"
rank  = 1
*/
SELECT
    shop_id,
    ticket_id,
    agent_id,
    ticket_kind,
    reopen_count,
    created_at,
    CASE WHEN first_closed_at < closed_at THEN first_closed_at END AS first_closed_at,
    closed_at,
    CASE
        WHEN first_closed_at < closed_at
            THEN (epoch_ms(closed_at) - epoch_ms(first_closed_at)) / 1000.0
    END AS seconds_between
FROM ticket_closings
WHERE is_reopened AND closed_at >= $period_start AND closed_at < $period_end
ORDER BY seconds_between DESC NULLS LAST, shop_id ASC, ticket_id ASC
