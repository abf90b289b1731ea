/* gaming
label       = { zh = "跟进马上要付款的订单", en = "Follow-ups of orders about to be paid" }
description = { zh = "静默下单（下单前两天没聊过）、还没付款的订单，客服主动发去消息：下单后 30 分钟内就发，或买家收到消息 2 分钟内就付了款——多半本来就要付，业绩却会算给客服。与全店其他客服的主动跟进相比。", en = "Unpaid orders of customers who had not talked in the two days before: the agent wrote within 30 minutes of the order, or the customer paid within two minutes of the message. Most would have been paid anyway, yet the sale is credited. Compared with the other agents' follow-ups in the shop." }
what        = { zh = "订单 {order_id}：下单后 {after_order_seconds}发消息，再过 {until_paid_seconds}付款", en = "order {order_id}: written to {after_order_seconds} after it was placed, paid {until_paid_seconds} later" }
sources     = ["orders", "sessions"]
optional    = ["sale_orders", "session_messages", "session_facts", "shops", "accounts"]
origin      = "kpi-definitions §6 no. 5 and 10 (silent-order guards of 1 to 60 min)"
min_sample  = 10
[params]
guard_seconds   = 1800
payment_seconds = 120
window_seconds  = { setting = "attribution.window_seconds" }
*/
WITH placed AS (
    SELECT
        order_no,
        order_id,
        customer_no,
        created_at,
        paid_at
    FROM sale_orders
    WHERE
        customer_no IS NOT NULL
        AND has_clock
        AND created_at >= $period_start
        AND created_at < $period_end
        AND (paid_at IS NULL OR paid_at > created_at)
),

talks AS (
    SELECT
        placed.order_no,
        session_messages.session_no,
        session_messages.account_no,
        session_messages.actor,
        session_messages.occurred_at,
        session_messages.row_key,
        session_messages.occurred_at <= placed.created_at AS is_before
    FROM placed
    INNER JOIN session_messages ON placed.customer_no = session_messages.customer_no
    WHERE
        session_messages.actor IN (1, 2)
        AND session_messages.occurred_ms IS NOT NULL
        AND session_messages.occurred_at
        >= placed.created_at - $window_seconds * INTERVAL 1 SECOND
        AND session_messages.occurred_at <= placed.created_at + INTERVAL 1 DAY
        AND (placed.paid_at IS NULL OR session_messages.occurred_at < placed.paid_at)
),

talked AS (
    SELECT DISTINCT order_no
    FROM talks
    WHERE is_before
),

numbered AS (
    SELECT
        talks.order_no,
        talks.session_no,
        talks.account_no,
        talks.actor,
        talks.occurred_at,
        row_number() OVER (
            PARTITION BY talks.order_no ORDER BY talks.occurred_at, talks.row_key
        ) AS place
    FROM talks
    LEFT JOIN talked ON talks.order_no = talked.order_no
    WHERE talked.order_no IS NULL
)

SELECT
    numbered.session_no,
    shops.shop_id,
    accounts.agent_id,
    placed.created_at AS occurred_at,
    CASE
        WHEN placed.paid_at IS NULL THEN 0
        WHEN
            epoch_ms(numbered.occurred_at) - epoch_ms(placed.created_at) <= $guard_seconds * 1000
            THEN 1
        WHEN
            epoch_ms(placed.paid_at) - epoch_ms(numbered.occurred_at) <= $payment_seconds * 1000
            THEN 1
        ELSE 0
    END AS is_hit,
    CAST(NULL AS DOUBLE) AS expected,
    placed.order_id,
    (epoch_ms(numbered.occurred_at) - epoch_ms(placed.created_at)) / 1000.0
        AS after_order_seconds,
    (epoch_ms(placed.paid_at) - epoch_ms(numbered.occurred_at)) / 1000.0 AS until_paid_seconds
FROM numbered
INNER JOIN placed ON numbered.order_no = placed.order_no
INNER JOIN session_facts ON numbered.session_no = session_facts.session_no
INNER JOIN shops ON session_facts.shop_no = shops.shop_no
LEFT JOIN accounts ON numbered.account_no = accounts.account_no
WHERE numbered.place = 1 AND numbered.actor = 2
