/* metric
label       = { zh = "90 天复购率", en = "Repurchase rate, 90 days" }
description = { zh = "期间内付款的买家中，付款后 90 天内（精确到秒）又付款另一笔订单的比例；同一时刻付款的几笔是一次购买。按客服看时是归属到该客服的订单的买家。打码或没有名字的买家不算。", en = "Of customers who paid in the period, those who paid another order within 90 days, to the second; orders paid at the same moment are one purchase. By agent, the customers of the orders credited to him. Masked and nameless buyers stay out." }
formula     = { zh = "90 天内再次付款的买家数 ÷ 付款买家数", en = "customers who paid again within 90 days ÷ paying customers" }
group       = "sales"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "customer"
sources     = ["order_attribution"]
origin      = "seed 0, seed 1; catalogue E"
min_sample  = 20
distinct    = ["numerator", "denominator"]
matures_after_days = 90
version     = 1
[params]
rule = { setting = "attribution.rule" }
basis = { setting = "attribution.basis" }
days = 90
*/
SELECT
    order_id,
    session_no,
    shop_id,
    agent_id,
    channel,
    paid_at AS occurred_at,
    buyer_id AS customer_id,
    next_paid_at,
    CASE
        WHEN next_paid_at <= paid_at + $days * INTERVAL 1 DAY THEN concat(shop_id, '/', buyer_id)
    END AS numerator,
    concat(shop_id, '/', buyer_id) AS denominator
FROM order_attribution
WHERE rule = $rule AND basis = $basis AND paid_at IS NOT NULL AND buyer_id IS NOT NULL
