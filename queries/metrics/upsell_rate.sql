/* metric
label       = { zh = "推荐成交率", en = "Upsell rate" }
description = { zh = "归属客服且有商品明细的已付订单中，含有该客服推荐商品的比例：下单前时限内，他的消息里有商品编号（链接、卡片）或完整标题，而买家此前没有提过这件商品。", en = "Of paid orders credited to an agent and with their items loaded, those with an item he recommended: in the window before the order his message held the product id (a link or card) or its full title, and the customer had not named it before." }
formula     = { zh = "含推荐商品的订单 ÷ 归属客服的有明细订单", en = "orders with a recommended item ÷ credited orders with items" }
group       = "sales"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "order"
sources     = ["order_attribution", "order_items"]
optional    = ["product_mentions", "sale_orders", "accounts"]
origin      = "seed 1, seed 3; kpi-definitions #92"
min_sample  = 20
version     = 1
[params]
rule = { setting = "attribution.rule" }
basis = { setting = "attribution.basis" }
deduct_refunds = { setting = "sales.deduct_refunds" }
*/
WITH recommended AS (
    SELECT DISTINCT
        sale_orders.shop_id,
        sale_orders.order_id,
        accounts.agent_id
    FROM product_mentions
    INNER JOIN sale_orders ON product_mentions.order_no = sale_orders.order_no
    LEFT JOIN accounts ON product_mentions.account_no = accounts.account_no
    WHERE product_mentions.is_recommendation
),

itemised AS (
    SELECT DISTINCT
        shop_id,
        order_id
    FROM order_items
)

SELECT
    order_attribution.order_id,
    order_attribution.session_no,
    order_attribution.shop_id,
    order_attribution.agent_id,
    order_attribution.channel,
    order_attribution.paid_at AS occurred_at,
    order_attribution.customer_id,
    CASE WHEN recommended.order_id IS NULL THEN 0 ELSE 1 END AS numerator,
    1 AS denominator
FROM order_attribution
INNER JOIN itemised
    ON
        order_attribution.shop_id = itemised.shop_id
        AND order_attribution.order_id = itemised.order_id
LEFT JOIN recommended
    ON
        order_attribution.shop_id = recommended.shop_id
        AND order_attribution.order_id = recommended.order_id
        AND coalesce(order_attribution.agent_id, '') = coalesce(recommended.agent_id, '')
WHERE
    order_attribution.rule = $rule
    AND order_attribution.basis = $basis
    AND order_attribution.credited_for IS NOT NULL
    AND order_attribution.paid_at IS NOT NULL
    AND NOT (order_attribution.is_refunded AND $deduct_refunds)
