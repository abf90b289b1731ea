/* metric
label       = { zh = "咨询后退款率", en = "Refund after contact rate" }
description = { zh = "买家人天中，当天首句之后 7 天内该买家申请退款的比例；换货、补寄、维修、价保不算退款。退款按订单认买家，认不出订单时按退款单上的买家。无时刻的咨询不计入。", en = "Customer-days followed by a refund request of that customer within 7 days of the day's first message; exchanges, reshipments, repairs and price protection are no refunds. A refund is the customer's who placed the order, else of him it names. Contacts without times of day are out." }
formula     = { zh = "7 天内申请退款的买家人天 ÷ 买家人天", en = "customer-days followed by a refund request ÷ customer-days" }
group       = "resolution"
type        = "ratio"
unit        = "percent"
direction   = "down"
grain       = "customer-day"
sources     = ["contact_outcomes", "refunds"]
origin      = "seed 1 §1"
min_sample  = 20
matures_after_days = 7
version     = 1
[params]
days_after = 7
*/
SELECT
    shop_id,
    agent_id,
    channel,
    CAST(contact_on AS TIMESTAMP) AS occurred_at,
    customer_id,
    first_asked_at,
    refund_requested_at,
    CASE
        WHEN refund_requested_at <= first_asked_at + $days_after * INTERVAL 1 DAY THEN 1
        ELSE 0
    END AS numerator,
    1 AS denominator
FROM contact_outcomes
WHERE has_clock
