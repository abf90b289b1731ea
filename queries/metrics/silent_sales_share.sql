/* metric
label       = { zh = "静默成交占比", en = "Silent sales share" }
description = { zh = "全店已付金额中不归任何客服的部分：时限内没有客服回复过买家。客服 + 静默 = 全店。它属于店铺，不分客服。", en = "Part of the shop's paid amount credited to nobody: no human replied to the customer in the window. Agents + silent = shop. It belongs to the shop, not to an agent." }
formula     = { zh = "Σ 静默订单实付金额 ÷ Σ 全店订单实付金额", en = "paid amount of silent orders ÷ paid amount of all orders" }
group       = "sales"
type        = "ratio"
unit        = "percent"
direction   = "neutral"
grain       = "order"
sources     = ["order_attribution"]
origin      = "kpi-definitions #80; catalogue E"
interval    = "delta"
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
    CAST(NULL AS VARCHAR) AS agent_id,
    agent_id AS credited_agent_id,
    channel,
    paid_at AS occurred_at,
    credited_for,
    CASE
        WHEN credited_for IS NOT NULL THEN 0
        WHEN $deduct_refunds AND $deduct_partial_refunds THEN net_amount
        ELSE sale_amount
    END AS numerator,
    CASE
        WHEN $deduct_refunds AND $deduct_partial_refunds THEN net_amount
        ELSE sale_amount
    END AS denominator
FROM order_attribution
WHERE
    rule = $rule
    AND basis = $basis
    AND paid_at IS NOT NULL
    AND paid_amount IS NOT NULL
    AND NOT (is_refunded AND $deduct_refunds)
