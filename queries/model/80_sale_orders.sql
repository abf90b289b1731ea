/* model
target = "sale_orders"
needs = ["orders"]
[params]
excluded_flags = "sales.excluded_flags"
own_accounts = "sales.own_accounts"
include_freight = "sales.include_freight"
cancel_days = "attribution.cancel_days"
*/
-- A closed order is cancelled at its last refund; where no export names that time, it counts as
-- cancelled in time. Settings of several words hold them with commas between.
WITH refunded AS (
    SELECT
        shop_id,
        order_id,
        sum(refund_amount) AS refund_amount,
        max(coalesce(refunded_at, finished_at, agreed_at, applied_at)) AS refunded_at
    FROM refunds
    WHERE status = 'success'
    GROUP BY shop_id, order_id
),

loaded AS (
    SELECT count(*) > 0 AS has_refunds
    FROM refunds
),

items AS (
    SELECT
        shop_id,
        order_id,
        CASE WHEN count(*) = count(quantity) THEN sum(quantity) END AS item_count
    FROM order_items
    GROUP BY shop_id, order_id
),

named AS (
    SELECT
        orders.shop_id,
        orders.order_id,
        order_customers.customer_no,
        coalesce(customers.customer_id, orders.customer_id) AS customer_id,
        orders.customer_id AS order_name,
        orders.channel,
        orders.status,
        orders.seller_flag,
        orders.created_at,
        orders.paid_at,
        orders.paid_amount,
        CASE
            WHEN $include_freight OR orders.paid_amount IS NULL THEN orders.paid_amount
            ELSE
                greatest(
                    orders.paid_amount - coalesce(orders.freight, 0), CAST(0 AS DECIMAL(18, 2))
                )
        END AS sale_amount,
        coalesce(refunded.refund_amount, 0) AS refund_amount,
        refunded.refunded_at,
        coalesce(orders.item_count, items.item_count) AS item_count,
        NOT coalesce(orders.time_inferred, FALSE) AS has_clock,
        loaded.has_refunds
        AND (
            coalesce(orders.status = 'closed', FALSE)
            OR coalesce(refunded.refund_amount >= orders.paid_amount, FALSE)
        ) AS is_refunded
    FROM orders
    CROSS JOIN loaded
    LEFT JOIN order_customers
        ON
            orders.shop_id = order_customers.shop_id
            AND orders.order_id = order_customers.order_id
    LEFT JOIN customers ON order_customers.customer_no = customers.customer_no
    LEFT JOIN refunded
        ON orders.shop_id = refunded.shop_id AND orders.order_id = refunded.order_id
    LEFT JOIN items ON orders.shop_id = items.shop_id AND orders.order_id = items.order_id
),

judged AS (
    SELECT
        *,
        CASE WHEN NOT contains(customer_id, '*') THEN customer_id END AS buyer_id,
        CASE
            WHEN
                contains(',' || $excluded_flags || ',', ',' || nullif(seller_flag, '') || ',')
                THEN 'flag'
            WHEN
                contains(',' || $own_accounts || ',', ',' || nullif(customer_id, '') || ',')
                OR contains(',' || $own_accounts || ',', ',' || nullif(order_name, '') || ',')
                THEN 'own_account'
            WHEN
                $cancel_days > 0
                AND status = 'closed'
                AND coalesce(
                    refunded_at <= coalesce(created_at, paid_at) + $cancel_days * INTERVAL 1 DAY,
                    TRUE
                )
                THEN 'cancelled'
        END AS left_out
    FROM named
),

payments AS (
    SELECT DISTINCT
        shop_id,
        buyer_id,
        paid_at
    FROM judged
    WHERE left_out IS NULL AND buyer_id IS NOT NULL AND paid_at IS NOT NULL
),

followed AS (
    SELECT
        shop_id,
        buyer_id,
        paid_at,
        lead(paid_at) OVER (PARTITION BY shop_id, buyer_id ORDER BY paid_at) AS next_paid_at
    FROM payments
)

SELECT
    CAST(row_number() OVER (ORDER BY judged.shop_id, judged.order_id) AS INTEGER) AS order_no,
    judged.shop_id,
    judged.order_id,
    judged.customer_no,
    judged.customer_id,
    judged.buyer_id,
    judged.channel,
    judged.created_at,
    judged.paid_at,
    CASE WHEN judged.left_out IS NULL THEN followed.next_paid_at END AS next_paid_at,
    judged.paid_amount,
    judged.sale_amount,
    CASE
        WHEN judged.sale_amount IS NOT NULL
            THEN greatest(judged.sale_amount - judged.refund_amount, CAST(0 AS DECIMAL(18, 2)))
    END AS net_amount,
    judged.item_count,
    judged.has_clock,
    judged.is_refunded,
    judged.left_out
FROM judged
LEFT JOIN followed
    ON
        judged.shop_id = followed.shop_id
        AND judged.buyer_id = followed.buyer_id
        AND judged.paid_at = followed.paid_at
