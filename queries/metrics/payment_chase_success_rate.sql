/* metric
label       = { zh = "催付成功率", en = "Payment chase success rate" }
description = { zh = "下单 5 分钟后仍未付款的订单中，客服在下单后 24 小时内、付款之前给买家发过消息的算催付；首条这样的消息之后 24 小时内付款算成功。算在发这条消息的客服名下。时间从订单号推出的订单不算。", en = "An order unpaid five minutes after it was placed is chased if a human wrote to its customer within 24 hours of the order and before any payment; it succeeded if paid within 24 hours of the first such message. It stands with who wrote that message. Orders whose time was read from their id stay out." }
formula     = { zh = "催付后付款的订单 ÷ 催付的订单", en = "chased orders that were paid ÷ chased orders" }
group       = "sales"
type        = "ratio"
unit        = "percent"
direction   = "up"
grain       = "order"
sources     = ["orders", "sessions"]
optional    = ["payment_chases", "sale_orders", "session_facts", "channels", "accounts"]
origin      = "kpi-definitions #91 (5 minutes: JD 魔方; once in 24 hours: 千牛)"
min_sample  = 20
matures_after_days = 2
version     = 1
[params]
hours_to_pay = 24
*/
SELECT
    sale_orders.order_id,
    payment_chases.session_no,
    sale_orders.shop_id,
    accounts.agent_id,
    coalesce(sale_orders.channel, channels.channel) AS channel,
    sale_orders.created_at AS occurred_at,
    payment_chases.chased_at,
    sale_orders.paid_at,
    CASE
        WHEN
            sale_orders.paid_at
            <= payment_chases.chased_at + $hours_to_pay * INTERVAL 1 HOUR
            THEN 1
        ELSE 0
    END AS numerator,
    1 AS denominator
FROM payment_chases
INNER JOIN sale_orders ON payment_chases.order_no = sale_orders.order_no
LEFT JOIN session_facts ON payment_chases.session_no = session_facts.session_no
LEFT JOIN channels ON session_facts.channel_no = channels.channel_no
LEFT JOIN accounts ON payment_chases.account_no = accounts.account_no
