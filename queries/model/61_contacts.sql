/* model
target = "contacts"
[params]
aftersale_days = "presale.aftersale_days"
*/
WITH days AS (
    SELECT
        shop_id,
        customer_id,
        contact_on,
        min(channel) AS channel,
        min(first_asked_at) AS first_asked_at,
        max(session_count) AS session_count,
        coalesce(
            arg_min(
                agent_id,
                CASE WHEN agent_id IS NOT NULL THEN first_replied_at END
            ),
            min(CASE WHEN is_addressed THEN agent_id END)
        ) AS agent_id,
        max(CASE WHEN has_replied THEN 1 ELSE 0 END) AS replied_mark,
        min(CASE WHEN has_clock THEN 1 ELSE 0 END) AS clock_mark
    FROM contact_agents
    GROUP BY shop_id, customer_id, contact_on
),

order_signs AS (
    SELECT
        days.shop_id,
        days.customer_id,
        days.contact_on,
        max(CASE
            WHEN
                orders.paid_at >= days.first_asked_at - $aftersale_days * INTERVAL 1 DAY
                AND orders.paid_at < days.first_asked_at
                THEN 1
            ELSE 0
        END) AS paid_before,
        max(CASE
            WHEN
                orders.created_at >= days.first_asked_at
                AND orders.created_at < CAST(days.contact_on AS TIMESTAMP) + INTERVAL 2 DAY
                THEN 1
            ELSE 0
        END) AS orders_after
    FROM days
    INNER JOIN orders
        ON days.shop_id = orders.shop_id AND days.customer_id = orders.customer_id
    GROUP BY days.shop_id, days.customer_id, days.contact_on
)

SELECT
    days.shop_id,
    days.customer_id,
    days.contact_on,
    days.channel,
    days.agent_id,
    days.first_asked_at,
    days.session_count,
    days.replied_mark = 1 AS has_human_reply,
    days.clock_mark = 1 AS has_clock,
    coalesce(order_signs.paid_before = 1 AND order_signs.orders_after = 0, FALSE) AS is_aftersale
FROM days
LEFT JOIN order_signs
    ON
        days.shop_id = order_signs.shop_id
        AND days.customer_id = order_signs.customer_id
        AND days.contact_on = order_signs.contact_on
