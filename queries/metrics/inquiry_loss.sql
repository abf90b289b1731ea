/* metric
label       = { zh = "询单流失", en = "Lost inquiries" }
description = { zh = "售前买家人天中，首句之后到次日结束没有下单、买家也没有再来的人天数；连着几天聊的只在最后一天算一次。计入值 1 是流失；会话是离开前的最后一次，主题取自客服系统的会话表。", en = "Presale customer-days with no order placed from the first message to the end of the next day, and no return of the customer in that time: a chat over several days is lost once, on its last day. Measure 1 is a loss; the session is the last before he left, the topic what the help desk's session list names." }
formula     = { zh = "未下单的售前人天数", en = "presale customer-days without an order" }
group       = "sales"
type        = "sum"
unit        = "count"
direction   = "down"
grain       = "customer-day"
sources     = ["contact_purchases", "orders"]
origin      = "catalogue E; kpi-definitions #69, #85; exact reading 11"
matures_after_days = 1
version     = 1
[params]
days_to_order = 1
*/
SELECT
    session_no,
    shop_id,
    agent_id,
    channel,
    CAST(contact_on AS TIMESTAMP) AS occurred_at,
    customer_id,
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
    END AS measure
FROM contact_purchases
WHERE NOT is_aftersale
