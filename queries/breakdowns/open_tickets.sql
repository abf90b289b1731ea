/* breakdown
label       = { zh = "未结工单", en = "Open tickets by age" }
description = { zh = "期末时还没有关闭的工单，按已开天数分档（满下限、不满上限）；已超时指超过 24 小时。重新打开过的看最后一次关闭。", en = "Tickets not closed at the end of the period, by age in days (from the lower bound, below the upper); overdue means older than 24 h. Reopened ones go by their last closing." }
group       = "resolution"
sources     = ["counted_tickets"]
origin      = "seed 1 §1"
[params]
sla_hours = 24
[[column]]
name  = "shop_id"
label = { zh = "店铺", en = "Shop" }
rank  = 2
[[column]]
name  = "days_from"
label = { zh = "已开满（天）", en = "Days from" }
unit  = "count"
[[column]]
name  = "days_below"
label = { zh = "不满（天）", en = "Days below" }
unit  = "count"
[[column]]
name  = "ticket_count"
label = { zh = "工单数", en = "Tickets" }
unit  = "count"
[[column]]
name  = "overdue_count"
label = { zh = "已超时", en = "Overdue" }
unit  = "count"
[[column]]
name  = "oldest_created_at"
label = { zh = "最早创建于", en = "Oldest created" }
rank  = 1
*/
WITH bands AS (
    SELECT
        0 AS days_from,
        1 AS days_below
    UNION ALL
    SELECT
        1 AS days_from,
        3 AS days_below
    UNION ALL
    SELECT
        3 AS days_from,
        7 AS days_below
    UNION ALL
    SELECT
        7 AS days_from,
        30 AS days_below
    UNION ALL
    SELECT
        30 AS days_from,
        CAST(NULL AS INTEGER) AS days_below
),

open_then AS (
    SELECT
        shop_id,
        created_at
    FROM counted_tickets
    WHERE
        created_at < $period_end
        AND (closed_at IS NULL OR closed_at >= $period_end)
)

SELECT
    open_then.shop_id,
    bands.days_from,
    bands.days_below,
    count(*) AS ticket_count,
    count(
        CASE
            WHEN open_then.created_at < $period_end - $sla_hours * INTERVAL 1 HOUR THEN 1
        END
    ) AS overdue_count,
    min(open_then.created_at) AS oldest_created_at
FROM open_then
INNER JOIN bands
    ON
        open_then.created_at <= $period_end - bands.days_from * INTERVAL 1 DAY
        AND (
            bands.days_below IS NULL
            OR open_then.created_at > $period_end - bands.days_below * INTERVAL 1 DAY
        )
GROUP BY open_then.shop_id, bands.days_from, bands.days_below
ORDER BY open_then.shop_id, bands.days_from
