/* metric
label       = { zh = "咨询转化率", en = "Inquiry conversion rate" }
description = { zh = "售前买家人天中，首句之后下单并在次日结束前付款的比例（询单→次日付款）。", en = "Of presale customer-days, those with an order placed after the first message and paid by the end of the next day." }
formula     = { zh = "次日前付款的售前人天 ÷ 售前人天", en = "presale customer-days paid by the next day ÷ presale customer-days" }
group       = "sales"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "customer-day"
sources     = ["contact_purchases", "orders"]
origin      = "seed 0 §2; kpi-definitions #67; exact reading 11"
headline    = true
min_sample  = 20
matures_after_days = 1
version     = 1
[params]
days_to_pay = 1
[target]
good = 0.45
warn = 0.35
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
