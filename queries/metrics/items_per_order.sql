/* metric
label       = { zh = "连带率", en = "Items per buyer" }
description = { zh = "已付订单的商品件数除以付款买家数（客件数）；设置为按订单平均时除以订单数。件数不明的订单不算；按客服看时是归属到该客服的订单，静默订单在“未知”一行。", en = "Pieces in paid orders per paying customer; per order where that is set. Orders without a known number of pieces stay out; by agent, of the orders credited to that agent, silent orders in the row of the unknown." }
formula     = { zh = "商品件数 ÷ 付款买家数", en = "pieces ÷ distinct paying customers" }
group       = "sales"
type        = "ratio"
unit        = "count"
direction   = "up"
grain       = "order"
sources     = ["order_attribution"]
origin      = "kpi-definitions #89 (items ÷ buyers, the 连带率 figure)"
min_sample  = 20
distinct    = ["denominator"]
interval    = "people"
version     = 1
[params]
rule = { setting = "attribution.rule" }
basis = { setting = "attribution.basis" }
deduct_refunds = { setting = "sales.deduct_refunds" }
per = "buyer"
*/
SELECT
    order_id,
    session_no,
    shop_id,
    agent_id,
    channel,
    paid_at AS occurred_at,
    customer_id,
    item_count AS numerator,
    CASE
        WHEN $per = 'order' THEN concat(shop_id, '/', order_id)
        ELSE concat(shop_id, '/', coalesce(customer_id, order_id))
    END AS denominator
FROM order_attribution
WHERE
    rule = $rule
    AND basis = $basis
    AND paid_at IS NOT NULL
    AND item_count IS NOT NULL
    AND NOT (is_refunded AND $deduct_refunds)
