/* breakdown
label       = { zh = "询单流失主题", en = "Topics of lost inquiries" }
description = { zh = "售前买家离开前最后一次会话的主题（客服系统会话表里的），流失多少、占该主题询单多少；口径同询单流失。", en = "The topic of the last session before a presale customer left, as the help desk's list names it: how many were lost, and of how many inquiries; counted as lost inquiries are." }
group       = "sales"
sources     = ["contact_purchases", "orders", "exported_sessions"]
origin      = "catalogue E; kpi-definitions #85"
most_rows   = 20
[params]
days_to_order = 1
[[column]]
name  = "topic"
label = { zh = "主题", en = "Topic" }
[[column]]
name  = "lost_count"
label = { zh = "流失", en = "Lost" }
unit  = "count"
[[column]]
name  = "inquiry_count"
label = { zh = "询单人天", en = "Inquiries" }
unit  = "count"
[[column]]
name  = "loss_rate"
label = { zh = "流失率", en = "Share lost" }
unit  = "percent"
*/
WITH inquiries AS (
    SELECT
        topic,
        CASE
            WHEN
                ordered_at < CAST(contact_on AS TIMESTAMP) + ($days_to_order + 1) * INTERVAL 1 DAY
                THEN 0
            WHEN
                CAST(next_contact_on AS TIMESTAMP)
                <= CAST(contact_on AS TIMESTAMP) + $days_to_order * INTERVAL 1 DAY
                THEN 0
            ELSE 1
        END AS lost_mark
    FROM contact_purchases
    WHERE
        NOT is_aftersale
        AND CAST(contact_on AS TIMESTAMP) >= $period_start
        AND CAST(contact_on AS TIMESTAMP) < $period_end
)

SELECT
    topic,
    sum(lost_mark) AS lost_count,
    count(*) AS inquiry_count,
    CAST(sum(lost_mark) AS DOUBLE) / count(*) AS loss_rate
FROM inquiries
GROUP BY topic
ORDER BY lost_count DESC, inquiry_count DESC, topic ASC NULLS LAST
