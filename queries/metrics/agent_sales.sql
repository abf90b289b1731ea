/* metric
label       = { zh = "客服落实销售额", en = "Agent sales" }
description = { zh = "按下单优先判定归到客服名下的已付金额；静默订单不算。扣退款时取消和全额退款的订单不算，部分退款的订单按全额算，除非设置里要求扣减。", en = "Paid amount of orders credited to an agent (who talked last before the order, else before the payment); silent orders stay out. Where refunds are deducted, cancelled and fully refunded orders stay out; one refunded in part counts whole unless the settings deduct those too." }
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
basis = { setting = "attribution.basis" }
deduct_refunds = { setting = "sales.deduct_refunds" }
deduct_partial_refunds = { setting = "sales.deduct_partial_refunds" }
*/
SELECT
    order_id,
    session_no,
    shop_id,
    agent_id,
    channel,
    paid_at AS occurred_at,
    credited_for,
    CASE
        WHEN credited_for IS NULL THEN 0
        WHEN $deduct_refunds AND $deduct_partial_refunds THEN net_amount
        ELSE sale_amount
    END AS measure
FROM order_attribution
WHERE
    rule = $rule
    AND basis = $basis
    AND paid_at IS NOT NULL
    AND paid_amount IS NOT NULL
    AND NOT (is_refunded AND $deduct_refunds)
