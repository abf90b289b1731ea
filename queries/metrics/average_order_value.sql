/* metric
label       = { zh = "客单价", en = "Average order value" }
description = { zh = "已付金额除以付款买家数；按客服看时是归属到该客服的订单，静默订单在“未知”一行。客服、静默、全店并排见“客服、静默与全店销售”。", en = "Paid amount per paying customer; by agent, of the orders credited to that agent, silent orders in the row of the unknown. Agents, silent orders and the shop stand side by side under sales of agents, silent orders and the shop." }
formula     = { zh = "已付金额 ÷ 付款买家数", en = "paid amount ÷ distinct paying customers" }
group       = "sales"
type        = "ratio"
unit        = "money"
direction   = "up"
grain       = "order"
sources     = ["order_attribution"]
origin      = "kpi-definitions #89; exact reading 12"
min_sample  = 20
distinct    = ["denominator"]
interval    = "people"
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
    customer_id,
    CASE
        WHEN $deduct_refunds AND $deduct_partial_refunds THEN net_amount
        ELSE sale_amount
    END AS numerator,
    concat(shop_id, '/', coalesce(customer_id, order_id)) AS denominator
FROM order_attribution
WHERE
    rule = $rule
    AND basis = $basis
    AND paid_at IS NOT NULL
    AND paid_amount IS NOT NULL
    AND NOT (is_refunded AND $deduct_refunds)
