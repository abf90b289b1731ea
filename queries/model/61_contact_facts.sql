/* model
target = "contact_facts"
[params]
aftersale_days = "presale.aftersale_days"
*/
WITH days AS (
    SELECT
        customer_no,
        contact_on,
        min(channel_no) AS channel_no,
        min(first_asked_at) AS first_asked_at,
        max(session_count) AS session_count,
        min(CASE WHEN is_main THEN account_no END) AS account_no,
        max(CASE WHEN has_replied THEN 1 ELSE 0 END) AS replied_mark,
        min(CASE WHEN has_clock THEN 1 ELSE 0 END) AS clock_mark
    FROM contact_agent_facts
    GROUP BY customer_no, contact_on
),

buyers AS (
    SELECT
        order_customers.customer_no,
        orders.created_at,
        orders.paid_at
    FROM order_customers
    INNER JOIN orders
        ON
            order_customers.shop_id = orders.shop_id
            AND order_customers.order_id = orders.order_id
    WHERE order_customers.customer_no IS NOT NULL
),

order_signs AS (
    SELECT
        days.customer_no,
        days.contact_on,
        max(CASE
            WHEN
                buyers.paid_at >= days.first_asked_at - $aftersale_days * INTERVAL 1 DAY
                AND buyers.paid_at < days.first_asked_at
                THEN 1
            ELSE 0
        END) AS paid_before,
        max(CASE
            WHEN
                buyers.created_at >= days.first_asked_at
                AND buyers.created_at < CAST(days.contact_on AS TIMESTAMP) + INTERVAL 2 DAY
                THEN 1
            ELSE 0
        END) AS orders_after
    FROM days
    INNER JOIN buyers ON days.customer_no = buyers.customer_no
    GROUP BY days.customer_no, days.contact_on
)

SELECT
    days.customer_no,
    days.contact_on,
    days.channel_no,
    days.account_no,
    days.first_asked_at,
    days.session_count,
    days.replied_mark = 1 AS has_human_reply,
    days.clock_mark = 1 AS has_clock,
    coalesce(order_signs.paid_before = 1 AND order_signs.orders_after = 0, FALSE) AS is_aftersale
FROM days
LEFT JOIN order_signs
    ON days.customer_no = order_signs.customer_no AND days.contact_on = order_signs.contact_on
