/* model
target = "product_mentions"
needs = ["order_items"]
[params]
window_seconds = "attribution.window_seconds"
recommendation_word = "sales.recommendation_word"
*/
-- A product is named by its id standing alone (in a link or card) or by its full title; ids of
-- fewer than six characters and titles of fewer than four would be found in ordinary talk.
-- Texts are read only of customers whose orders have such products.
WITH products AS (
    SELECT DISTINCT
        sale_orders.order_no,
        sale_orders.customer_no,
        sale_orders.created_at,
        coalesce(sale_orders.paid_at, sale_orders.created_at) AS paid_at,
        CASE
            WHEN regexp_matches(order_items.goods_id, '^[0-9A-Za-z_-]{6,}$')
                THEN order_items.goods_id
        END AS goods_id,
        CASE WHEN length(trim(order_items.title)) >= 4 THEN trim(order_items.title) END AS title
    FROM order_items
    INNER JOIN sale_orders
        ON
            order_items.shop_id = sale_orders.shop_id
            AND order_items.order_id = sale_orders.order_id
    WHERE
        sale_orders.customer_no IS NOT NULL
        AND sale_orders.created_at IS NOT NULL
        AND sale_orders.left_out IS NULL
        AND (
            regexp_matches(order_items.goods_id, '^[0-9A-Za-z_-]{6,}$')
            OR length(trim(order_items.title)) >= 4
        )
),

product_customers AS (
    SELECT
        customer_no,
        min(least(created_at, paid_at)) AS first_at,
        max(greatest(created_at, paid_at)) AS last_at
    FROM products
    GROUP BY customer_no
),

chats AS (
    SELECT
        session_messages.customer_no,
        session_messages.session_no,
        session_messages.account_no,
        session_messages.actor,
        session_messages.occurred_at,
        session_messages.row_key
    FROM session_messages
    INNER JOIN product_customers
        ON session_messages.customer_no = product_customers.customer_no
    WHERE
        session_messages.actor IN (1, 2)
        AND session_messages.occurred_ms IS NOT NULL
        AND session_messages.occurred_at <= product_customers.last_at
        AND session_messages.occurred_at
        >= product_customers.first_at - $window_seconds * INTERVAL 1 SECOND
),

texts AS (
    SELECT
        chats.customer_no,
        chats.session_no,
        chats.account_no,
        chats.actor,
        chats.occurred_at,
        chats.row_key,
        messages.text
    FROM chats
    INNER JOIN messages ON chats.row_key = messages.source_row * 1000000 + messages.file_id
    WHERE length(messages.text) >= 4
),

named AS (
    SELECT
        products.order_no,
        products.created_at,
        texts.row_key,
        texts.session_no,
        texts.account_no,
        texts.actor,
        texts.occurred_at,
        max(
            CASE
                WHEN
                    $recommendation_word = ''
                    OR strpos(texts.text, $recommendation_word) BETWEEN 1
                    AND coalesce(
                        nullif(strpos(texts.text, products.goods_id), 0),
                        strpos(texts.text, products.title)
                    )
                    THEN 1
                ELSE 0
            END
        ) AS word_mark
    FROM texts
    INNER JOIN products ON texts.customer_no = products.customer_no
    WHERE
        texts.occurred_at <= greatest(products.created_at, products.paid_at)
        AND texts.occurred_at
        >= least(products.created_at, products.paid_at) - $window_seconds * INTERVAL 1 SECOND
        AND (
            contains(texts.text, products.title)
            OR CASE
                WHEN contains(texts.text, products.goods_id)
                    THEN
                        list_contains(
                            regexp_extract_all(texts.text, '[0-9A-Za-z_-]{6,}'),
                            products.goods_id
                        )
                ELSE FALSE
            END
        )
    GROUP BY
        products.order_no,
        products.created_at,
        texts.row_key,
        texts.session_no,
        texts.account_no,
        texts.actor,
        texts.occurred_at
),

ordered AS (
    SELECT
        *,
        count(CASE WHEN actor = 1 THEN 1 END)
            OVER (PARTITION BY order_no ORDER BY occurred_at, row_key) AS customer_count
    FROM named
),

answers AS (
    SELECT
        ordered.order_no,
        ordered.row_key,
        arg_min(
            coalesce(session_messages.account_no, 0),
            CAST(coalesce(session_messages.occurred_ms, 0) AS DECIMAL(38, 0)) * 1000000000000000000
            + session_messages.row_key
        ) AS account_no,
        min(session_messages.occurred_at) AS occurred_at
    FROM ordered
    INNER JOIN session_messages ON ordered.session_no = session_messages.session_no
    WHERE
        ordered.actor = 1
        AND session_messages.actor = 2
        AND (
            session_messages.occurred_at > ordered.occurred_at
            OR (
                session_messages.occurred_at = ordered.occurred_at
                AND session_messages.row_key > ordered.row_key
            )
        )
    GROUP BY ordered.order_no, ordered.row_key
)

SELECT
    ordered.order_no,
    ordered.row_key,
    ordered.session_no,
    CASE WHEN ordered.actor = 1 THEN nullif(answers.account_no, 0) ELSE ordered.account_no END
        AS account_no,
    ordered.actor = 1 AS is_customer,
    ordered.actor = 2
    AND ordered.word_mark = 1
    AND ordered.customer_count = 0
    AND ordered.occurred_at <= ordered.created_at AS is_recommendation,
    ordered.occurred_at,
    CASE WHEN ordered.actor = 1 THEN answers.occurred_at END AS answered_at
FROM ordered
LEFT JOIN answers
    ON
        ordered.order_no = answers.order_no
        AND ordered.row_key = answers.row_key
