/* breakdown
label       = { zh = "协助服务", en = "Assists" }
description = { zh = "时限内回复过买家、但订单没有归到自己名下的客服：下单前（协助下单）、付款前（协助付款）、静默付款后（协助跟进）。同一单可以既协助下单又协助付款，各算一次。", en = "Agents who replied to the customer in the window and did not get the order: before the order, before the payment, after a silent payment. One order may be an assist both before the order and before the payment, in a row each." }
group       = "sales"
sources     = ["order_attribution"]
optional    = ["order_candidates", "sale_orders", "order_credits", "accounts"]
origin      = "kpi-definitions #84"
[params]
rule = { setting = "attribution.rule" }
basis = { setting = "attribution.basis" }
deduct_refunds = { setting = "sales.deduct_refunds" }
deduct_partial_refunds = { setting = "sales.deduct_partial_refunds" }
[[column]]
name  = "shop_id"
label = { zh = "店铺", en = "Shop" }
[[column]]
name  = "agent_id"
label = { zh = "客服", en = "Agent" }
[[column]]
name  = "assist_kind"
label = { zh = "协助", en = "Assist" }
[[column]]
name  = "order_count"
label = { zh = "订单数", en = "Orders" }
unit  = "count"
[[column]]
name  = "buyer_count"
label = { zh = "买家数", en = "Customers" }
unit  = "count"
[[column]]
name  = "amount"
label = { zh = "金额", en = "Amount" }
unit  = "money"
*/
WITH sold AS (
    SELECT
        order_no,
        shop_id,
        coalesce(customer_id, order_id) AS buyer,
        CASE
            WHEN $deduct_refunds AND $deduct_partial_refunds THEN net_amount
            ELSE sale_amount
        END AS amount
    FROM sale_orders
    WHERE
        left_out IS NULL
        AND paid_amount IS NOT NULL
        AND paid_at >= $period_start
        AND paid_at < $period_end
        AND NOT (is_refunded AND $deduct_refunds)
),

credited AS (
    SELECT
        order_no,
        coalesce(account_no, 0) AS account_no
    FROM order_credits
    WHERE rule = $rule AND basis = $basis
)

SELECT
    sold.shop_id,
    accounts.agent_id,
    order_candidates.occasion AS assist_kind,
    count(*) AS order_count,
    count(DISTINCT sold.buyer) AS buyer_count,
    sum(sold.amount) AS amount
FROM order_candidates
INNER JOIN sold ON order_candidates.order_no = sold.order_no
LEFT JOIN credited ON order_candidates.order_no = credited.order_no
LEFT JOIN accounts ON order_candidates.account_no = accounts.account_no
WHERE
    credited.account_no IS NULL
    OR (
        credited.account_no <> coalesce(order_candidates.account_no, 0)
        AND order_candidates.occasion <> 'followed'
    )
GROUP BY sold.shop_id, accounts.agent_id, order_candidates.occasion
ORDER BY sold.shop_id ASC, accounts.agent_id ASC NULLS LAST, assist_kind ASC
