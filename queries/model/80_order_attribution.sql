/* model
target = "order_attribution"
[params]
window_seconds = "attribution.window_seconds"
*/
-- Credit goes to the last human who replied to the customer inside the window before the event; a
-- message nobody asked for takes no order away. Messages without a time of day cannot be placed before or after an order and give no credit.
WITH buyers AS (
    SELECT
        orders.shop_id,
        orders.order_id,
        orders.created_at,
        orders.paid_at,
        order_customers.customer_no
    FROM order_customers
    INNER JOIN orders
        ON
            order_customers.shop_id = orders.shop_id
            AND order_customers.order_id = orders.order_id
    WHERE order_customers.customer_no IS NOT NULL
),

talks AS (
    SELECT
        buyers.shop_id,
        buyers.order_id,
        buyers.created_at,
        buyers.paid_at,
        session_messages.account_no,
        session_messages.session_no,
        session_messages.occurred_at,
        session_messages.row_key
    FROM buyers
    INNER JOIN session_messages ON buyers.customer_no = session_messages.customer_no
    INNER JOIN session_facts ON session_messages.session_no = session_facts.session_no
    WHERE
        session_messages.actor = 2
        AND session_messages.occurred_ms IS NOT NULL
        AND (
            session_messages.occurred_at > session_facts.first_asked_at
            OR (
                session_messages.occurred_at = session_facts.first_asked_at
                AND session_messages.row_key > session_facts.first_asked_key
            )
        )
),

events AS (
    SELECT
        *,
        'created' AS credited_for,
        created_at AS event_at
    FROM talks
    WHERE created_at IS NOT NULL
    UNION ALL
    SELECT
        *,
        'paid' AS credited_for,
        paid_at AS event_at
    FROM talks
    WHERE paid_at IS NOT NULL
),

ranked AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY shop_id, order_id, credited_for
            ORDER BY occurred_at DESC, row_key DESC
        ) AS place
    FROM events
    WHERE
        occurred_at <= event_at
        AND occurred_at >= event_at - $window_seconds * INTERVAL 1 SECOND
),

credits AS (
    SELECT
        ranked.shop_id,
        ranked.order_id,
        ranked.credited_for,
        accounts.agent_id,
        ranked.session_no,
        ranked.occurred_at AS last_chat_at
    FROM ranked
    LEFT JOIN accounts ON ranked.account_no = accounts.account_no
    WHERE ranked.place = 1
),

rules AS (
    SELECT
        'created' AS rule,
        'created' AS credited_for,
        1 AS priority
    UNION ALL
    SELECT
        'paid' AS rule,
        'paid' AS credited_for,
        1 AS priority
    UNION ALL
    SELECT
        'created_first' AS rule,
        'created' AS credited_for,
        1 AS priority
    UNION ALL
    SELECT
        'created_first' AS rule,
        'paid' AS credited_for,
        2 AS priority
),

chosen AS (
    SELECT
        rules.rule,
        credits.shop_id,
        credits.order_id,
        credits.credited_for,
        credits.agent_id,
        credits.session_no,
        credits.last_chat_at,
        row_number() OVER (
            PARTITION BY rules.rule, credits.shop_id, credits.order_id ORDER BY rules.priority
        ) AS place
    FROM credits
    INNER JOIN rules ON credits.credited_for = rules.credited_for
),

rule_names AS (
    SELECT DISTINCT rule
    FROM rules
),

refunded AS (
    SELECT
        shop_id,
        order_id,
        sum(refund_amount) AS refund_amount
    FROM refunds
    WHERE status = 'success'
    GROUP BY shop_id, order_id
),

loaded AS (
    SELECT count(*) > 0 AS has_refunds
    FROM refunds
)

SELECT
    orders.shop_id,
    orders.order_id,
    rule_names.rule,
    chosen.agent_id,
    chosen.credited_for,
    chosen.last_chat_at,
    chosen.session_no,
    coalesce(customers.customer_id, orders.customer_id) AS customer_id,
    coalesce(orders.channel, sessions.channel) AS channel,
    orders.created_at,
    orders.paid_at,
    orders.paid_amount,
    loaded.has_refunds
    AND (
        coalesce(orders.status = 'closed', FALSE)
        OR coalesce(refunded.refund_amount >= orders.paid_amount, FALSE)
    ) AS is_refunded
FROM orders
CROSS JOIN rule_names
CROSS JOIN loaded
LEFT JOIN order_customers
    ON orders.shop_id = order_customers.shop_id AND orders.order_id = order_customers.order_id
LEFT JOIN customers ON order_customers.customer_no = customers.customer_no
LEFT JOIN chosen
    ON
        orders.shop_id = chosen.shop_id
        AND orders.order_id = chosen.order_id
        AND rule_names.rule = chosen.rule
        AND chosen.place = 1
LEFT JOIN sessions ON chosen.session_no = sessions.session_no
LEFT JOIN refunded
    ON orders.shop_id = refunded.shop_id AND orders.order_id = refunded.order_id
