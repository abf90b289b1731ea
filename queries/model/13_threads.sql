/* model
target = "threads"
*/
WITH conversations AS (
    SELECT
        shop_id,
        conversation_id,
        max(customer_id) AS customer_id
    FROM messages
    WHERE conversation_id IS NOT NULL
    GROUP BY shop_id, conversation_id
),

people AS (
    SELECT DISTINCT
        shop_id,
        CAST(NULL AS VARCHAR) AS conversation_id,
        customer_id
    FROM messages
    WHERE conversation_id IS NULL
),

united AS (
    SELECT
        shop_id,
        conversation_id,
        customer_id
    FROM conversations
    UNION ALL
    SELECT
        shop_id,
        conversation_id,
        customer_id
    FROM people
)

SELECT
    CAST(
        row_number() OVER (
            ORDER BY shop_id, conversation_id NULLS LAST, customer_id NULLS LAST
        ) AS INTEGER
    ) AS thread_no,
    shop_id,
    conversation_id,
    customer_id
FROM united
