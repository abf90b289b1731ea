/* metric
label       = { zh = "咨询下单率", en = "Inquiry order rate" }
description = { zh = "售前买家人天中，首句之后、次日结束前下单的比例，付没付款都算（询单→下单）。", en = "Of presale customer-days, those with an order placed after the first message and by the end of the next day, paid or not." }
formula     = { zh = "次日前下单的售前人天 ÷ 售前人天", en = "presale customer-days with an order by the next day ÷ presale customer-days" }
group       = "sales"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "customer-day"
sources     = ["contact_purchases", "orders"]
origin      = "catalogue E; kpi-definitions #70; exact reading 11"
min_sample  = 20
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
    first_asked_at,
    ordered_at,
    CASE
        WHEN
            ordered_at < CAST(contact_on AS TIMESTAMP) + ($days_to_order + 1) * INTERVAL 1 DAY
            THEN 1
        ELSE 0
    END AS numerator,
    1 AS denominator
FROM contact_purchases
WHERE NOT is_aftersale
