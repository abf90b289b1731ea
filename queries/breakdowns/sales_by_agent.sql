/* breakdown
label       = { zh = "客服、静默与全店销售", en = "Sales of agents, silent orders and the shop" }
description = { zh = "按付款时间，每家店铺每个客服、静默订单和全店的销售额、客单价、客件数、件均价；客服与静默相加等于全店。", en = "By time of payment, each shop's agents, its silent orders and the whole shop: sales, per customer, pieces per customer, per piece. Agents and silent orders add up to the shop." }
group       = "sales"
sources     = ["order_attribution"]
origin      = "kpi-definitions #80, #89, #90"
[params]
rule = { setting = "attribution.rule" }
basis = { setting = "attribution.basis" }
deduct_refunds = { setting = "sales.deduct_refunds" }
deduct_partial_refunds = { setting = "sales.deduct_partial_refunds" }
[[column]]
name  = "shop_id"
label = { zh = "店铺", en = "Shop" }
[[column]]
name  = "sale_owner"
label = { zh = "归属", en = "Credited to" }
[[column]]
name  = "agent_id"
label = { zh = "客服", en = "Agent" }
[[column]]
name  = "amount"
label = { zh = "销售额", en = "Sales" }
unit  = "money"
[[column]]
name  = "shop_share"
label = { zh = "占全店", en = "Share of the shop" }
unit  = "percent"
[[column]]
name  = "order_count"
label = { zh = "订单数", en = "Orders" }
unit  = "count"
rank  = 1
[[column]]
name  = "buyer_count"
label = { zh = "买家数", en = "Customers" }
unit  = "count"
rank  = 2
[[column]]
name  = "amount_per_buyer"
label = { zh = "客单价", en = "Per customer" }
unit  = "money"
[[column]]
name  = "items_per_buyer"
label = { zh = "客件数", en = "Pieces per customer" }
unit  = "count"
rank  = 3
[[column]]
name  = "amount_per_item"
label = { zh = "件均价", en = "Per piece" }
unit  = "money"
rank  = 4
*/
WITH sold AS (
    SELECT
        shop_id,
        CASE WHEN credited_for IS NULL THEN 2 ELSE 1 END AS owner_no,
        agent_id,
        coalesce(customer_id, order_id) AS buyer,
        item_count,
        CASE
            WHEN $deduct_refunds AND $deduct_partial_refunds THEN net_amount
            ELSE sale_amount
        END AS amount
    FROM order_attribution
    WHERE
        rule = $rule
        AND basis = $basis
        AND paid_at >= $period_start
        AND paid_at < $period_end
        AND NOT (is_refunded AND $deduct_refunds)
),

summed AS (
    SELECT
        shop_id,
        agent_id,
        CASE WHEN grouping(owner_no) = 1 THEN 3 ELSE owner_no END AS owner_no,
        sum(amount) AS amount,
        count(*) AS order_count,
        count(DISTINCT buyer) AS buyer_count,
        sum(item_count) AS item_count,
        count(DISTINCT CASE WHEN amount IS NOT NULL THEN buyer END) AS paying_count,
        count(DISTINCT CASE WHEN item_count IS NOT NULL THEN buyer END) AS counted_count,
        sum(CASE WHEN item_count IS NOT NULL THEN amount END) AS itemised_amount,
        sum(CASE WHEN amount IS NOT NULL THEN item_count END) AS priced_items
    FROM sold
    GROUP BY GROUPING SETS ((shop_id), (shop_id, owner_no, agent_id))
)

SELECT
    shop_id,
    CASE owner_no WHEN 1 THEN 'agent' WHEN 2 THEN 'silent' ELSE 'shop' END AS sale_owner,
    agent_id,
    amount,
    CAST(amount AS DOUBLE)
    / nullif(max(CASE WHEN owner_no = 3 THEN amount END) OVER (PARTITION BY shop_id), 0)
        AS shop_share,
    order_count,
    buyer_count,
    CAST(amount AS DOUBLE) / nullif(paying_count, 0) AS amount_per_buyer,
    CAST(item_count AS DOUBLE) / nullif(counted_count, 0) AS items_per_buyer,
    CAST(itemised_amount AS DOUBLE) / nullif(priced_items, 0) AS amount_per_item
FROM summed
ORDER BY shop_id ASC, owner_no ASC, amount DESC NULLS LAST, agent_id ASC NULLS LAST
