/* model
target = "payment_chases"
needs = ["sale_orders"]
[params]
after_minutes = "sales.chase_after_minutes"
within_minutes = "sales.chase_within_minutes"
*/
-- Sooner than after_minutes most customers are still about to pay. A time read from the order id
-- is midnight of its day and starts no such clock.
WITH unpaid AS (
    SELECT
        order_no,
        customer_no,
        paid_at,
        created_at + $after_minutes * INTERVAL 1 MINUTE AS from_at,
        created_at + $within_minutes * INTERVAL 1 MINUTE AS to_at
    FROM sale_orders
    WHERE
        customer_no IS NOT NULL
        AND has_clock
        AND coalesce(left_out, 'cancelled') = 'cancelled'
        AND created_at IS NOT NULL
        AND (paid_at IS NULL OR paid_at > created_at + $after_minutes * INTERVAL 1 MINUTE)
),

talks AS (
    SELECT
        unpaid.order_no,
        coalesce(session_messages.account_no, 0) AS account_no,
        session_messages.session_no,
        session_messages.occurred_at,
        CAST(session_messages.occurred_ms AS DECIMAL(38, 0)) * 1000000000000000000
        + session_messages.row_key AS order_key
    FROM unpaid
    INNER JOIN session_messages ON unpaid.customer_no = session_messages.customer_no
    WHERE
        session_messages.actor = 2
        AND session_messages.occurred_ms IS NOT NULL
        AND session_messages.occurred_at >= unpaid.from_at
        AND session_messages.occurred_at <= unpaid.to_at
        AND (unpaid.paid_at IS NULL OR session_messages.occurred_at < unpaid.paid_at)
)

SELECT
    order_no,
    nullif(arg_min(account_no, order_key), 0) AS account_no,
    arg_min(session_no, order_key) AS session_no,
    min(occurred_at) AS chased_at
FROM talks
GROUP BY order_no
