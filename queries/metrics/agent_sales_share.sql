/* metric
label       = { zh = "客服落实销售额占比", en = "Agent sales share" }
description = { zh = "全店已付金额中归到客服名下的部分，与静默成交占比之和为 100%。它属于店铺，不分客服；各客服占全店多少见“客服、静默与全店销售”。", en = "Part of the shop's paid amount that is credited to agents; with the silent share it makes 100 %. It belongs to the shop, not to an agent: each agent's part of the shop stands under sales of agents, silent orders and the shop." }
formula     = { zh = "Σ 归属客服的订单实付金额 ÷ Σ 全店订单实付金额", en = "paid amount of credited orders ÷ paid amount of all orders" }
group       = "sales"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "order"
sources     = ["order_attribution"]
origin      = "kpi-definitions #80, #90; catalogue E; exact reading 12"
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
        WHEN credited_for IS NULL THEN 0
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
