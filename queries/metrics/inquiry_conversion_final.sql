/* metric
label       = { zh = "咨询最终转化率", en = "Final inquiry conversion" }
description = { zh = "售前买家人天中，首句之后下单并在第四天结束前付款的比例（询单→最终付款）；四天后才算定。", en = "Of presale customer-days, those with an order placed after the first message and paid by the end of the fourth day; settled only then." }
formula     = { zh = "第四天前付款的售前人天 ÷ 售前人天", en = "presale customer-days paid by the fourth day ÷ presale customer-days" }
group       = "sales"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "customer-day"
sources     = ["contact_purchases", "orders"]
origin      = "kpi-definitions #68; exact reading 11"
min_sample  = 20
matures_after_days = 4
version     = 1
[params]
days_to_pay = 4
*/
SELECT
    session_no,
    shop_id,
    agent_id,
    channel,
    CAST(contact_on AS TIMESTAMP) AS occurred_at,
    customer_id,
    first_asked_at,
    paid_at,
    CASE
        WHEN
            paid_at < CAST(contact_on AS TIMESTAMP) + ($days_to_pay + 1) * INTERVAL 1 DAY
            THEN 1
        ELSE 0
    END AS numerator,
    1 AS denominator
FROM contact_purchases
WHERE NOT is_aftersale
