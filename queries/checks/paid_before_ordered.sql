/* check
label    = { zh = "订单付款早于下单", en = "an order paid before it was placed" }
severity = "warn"
*/
SELECT
    order_id AS subject,
    concat(created_at, ' > ', paid_at) AS detail
FROM orders
WHERE paid_at < created_at
ORDER BY shop_id, order_id
