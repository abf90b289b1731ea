/* metric
label       = { zh = "咨询后复购率", en = "Repurchase after contact" }
description = { zh = "已经付过款的老买家来咨询的人天中，当天首句之后 30 天内（精确到秒）又下单并付款的比例，售前售后都算。", en = "Of customer-days of customers who had paid an order before, those followed by another order placed after the day's first message and paid within 30 days of it, to the second; presale and aftersale alike." }
formula     = { zh = "咨询后 30 天内再次付款的人天 ÷ 老买家咨询人天", en = "customer-days followed by a paid order within 30 days ÷ customer-days of earlier buyers" }
group       = "sales"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "customer-day"
sources     = ["contact_purchases", "orders"]
origin      = "seed 1; catalogue E"
min_sample  = 20
matures_after_days = 30
version     = 1
[params]
days = 30
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
    CASE WHEN paid_at <= first_asked_at + $days * INTERVAL 1 DAY THEN 1 ELSE 0 END AS numerator,
    1 AS denominator
FROM contact_purchases
WHERE bought_before
