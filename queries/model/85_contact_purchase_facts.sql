/* model
target = "contact_purchase_facts"
[params]
own_accounts = "sales.own_accounts"
*/
-- An order cancelled later was an order all the same; flagged and own-team orders are none.
WITH days AS (
    SELECT
        contact_facts.customer_no,
        contact_facts.contact_on,
        contact_facts.channel_no,
        contact_facts.account_no,
        contact_facts.first_asked_at,
        contact_facts.is_aftersale,
        lead(contact_facts.contact_on) OVER (
            PARTITION BY contact_facts.customer_no ORDER BY contact_facts.contact_on
        ) AS next_contact_on
    FROM contact_facts
    INNER JOIN customers ON contact_facts.customer_no = customers.customer_no
    WHERE NOT contains(',' || $own_accounts || ',', ',' || customers.customer_id || ',')
),

purchases AS (
    SELECT
        customer_no,
        created_at,
        paid_at
    FROM sale_orders
    WHERE customer_no IS NOT NULL AND coalesce(left_out, 'cancelled') = 'cancelled'
),

bought AS (
    SELECT
        days.customer_no,
        days.contact_on,
        min(CASE WHEN purchases.created_at > days.first_asked_at THEN purchases.created_at END)
            AS ordered_at,
        min(CASE WHEN purchases.created_at > days.first_asked_at THEN purchases.paid_at END)
            AS paid_at,
        max(CASE WHEN purchases.paid_at < days.first_asked_at THEN 1 ELSE 0 END) AS bought_mark
    FROM days
    INNER JOIN purchases ON days.customer_no = purchases.customer_no
    GROUP BY days.customer_no, days.contact_on
),

asked AS (
    SELECT
        customer_no,
        CAST(asked_at AS DATE) AS contact_on,
        min(session_no) AS lowest_session_no,
        max(session_no) AS highest_session_no
    FROM session_runs
    WHERE customer_no IS NOT NULL
    GROUP BY customer_no, CAST(asked_at AS DATE)
),

-- Most customers have one session a day: only the other days need a closer look.
last_sessions AS (
    SELECT
        asked.customer_no,
        asked.contact_on,
        arg_max(
            session_runs.session_no,
            CAST(coalesce(session_runs.asked_ms, 0) AS DECIMAL(38, 0)) * 1000000000000000000
            + session_runs.row_key
        ) AS session_no
    FROM asked
    INNER JOIN session_runs
        ON
            asked.customer_no = session_runs.customer_no
            AND asked.contact_on = CAST(session_runs.asked_at AS DATE)
    WHERE asked.lowest_session_no < asked.highest_session_no
    GROUP BY asked.customer_no, asked.contact_on
    UNION ALL
    SELECT
        customer_no,
        contact_on,
        lowest_session_no AS session_no
    FROM asked
    WHERE lowest_session_no = highest_session_no
),

topics AS (
    SELECT
        shops.shop_no,
        exported_sessions.conversation_id,
        max(exported_sessions.topic) AS topic
    FROM exported_sessions
    INNER JOIN shops ON exported_sessions.shop_id = shops.shop_id
    WHERE exported_sessions.topic IS NOT NULL
    GROUP BY shops.shop_no, exported_sessions.conversation_id
)

SELECT
    days.customer_no,
    days.contact_on,
    days.channel_no,
    days.account_no,
    last_sessions.session_no,
    topics.topic,
    days.first_asked_at,
    days.is_aftersale,
    bought.ordered_at,
    bought.paid_at,
    coalesce(bought.bought_mark = 1, FALSE) AS bought_before,
    days.next_contact_on
FROM days
LEFT JOIN bought
    ON days.customer_no = bought.customer_no AND days.contact_on = bought.contact_on
LEFT JOIN last_sessions
    ON days.customer_no = last_sessions.customer_no AND days.contact_on = last_sessions.contact_on
LEFT JOIN session_facts ON last_sessions.session_no = session_facts.session_no
LEFT JOIN topics
    ON
        session_facts.shop_no = topics.shop_no
        AND session_facts.conversation_id = topics.conversation_id
