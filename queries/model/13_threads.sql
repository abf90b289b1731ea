/* model
target = "threads"
*/
-- Numbered by place in the file first: sorting numbers is several times cheaper than sorting ids.
WITH conversations AS (
    SELECT
        shop_id,
        conversation_id,
        max(customer_id) AS customer_id,
        min(source_row) AS first_row
    FROM messages
    WHERE conversation_id IS NOT NULL
    GROUP BY shop_id, conversation_id
),

people AS (
    SELECT
        shop_id,
        CAST(NULL AS VARCHAR) AS conversation_id,
        customer_id,
        min(source_row) AS first_row
    FROM messages
    WHERE conversation_id IS NULL
    GROUP BY shop_id, customer_id
),

united AS (
    SELECT
        shop_id,
        conversation_id,
        customer_id,
        first_row
    FROM conversations
    UNION ALL
    SELECT
        shop_id,
        conversation_id,
        customer_id,
        first_row
    FROM people
)

SELECT
    CAST(
        row_number() OVER (
            ORDER BY
                first_row, shop_id, conversation_id NULLS LAST, customer_id NULLS LAST
        ) AS INTEGER
    ) AS thread_no,
    shop_id,
    conversation_id,
    customer_id
FROM united
