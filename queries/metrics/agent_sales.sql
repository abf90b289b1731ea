/* metric
label       = { zh = "客服落实销售额", en = "Agent sales" }
description = { zh = "按下单优先判定归到客服名下的已付金额；静默订单不算。", en = "Paid amount of orders credited to an agent (who talked last before the order, else before the payment); silent orders stay out." }
formula     = { zh = "Σ 归属客服的订单实付金额", en = "sum of the paid amount of credited orders" }
group       = "sales"
type        = "sum"
unit        = "money"
direction   = "up"
grain       = "order"
sources     = ["order_attribution"]
origin      = "kpi-definitions #73–#78; exact reading 12"
version     = 1
[params]
rule = { setting = "attribution.rule" }
deduct_refunds = { setting = "sales.deduct_refunds" }
*/
SELECT
    order_id,
    session_no,
    shop_id,
    agent_id,
    channel,
    paid_at AS occurred_at,
    credited_for,
    CASE WHEN credited_for IS NULL THEN 0 ELSE paid_amount END AS measure
FROM order_attribution
WHERE
    rule = $rule
    AND paid_at IS NOT NULL
    AND paid_amount IS NOT NULL
    AND NOT (is_refunded AND $deduct_refunds)
