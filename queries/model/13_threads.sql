/* model
target = "threads"
scope = "numbers"
number = "thread_no"
key = [
    "shop_id",
    "conversation_id",
    "CASE WHEN conversation_id IS NULL THEN customer_id END",
]
*/
-- Numbered by place in the file first: sorting numbers is several times cheaper than sorting ids.
WITH united AS (
    SELECT
        shop_id,
        conversation_id,
        max(customer_id) AS customer_id,
        min(source_row) AS first_row,
        max(occurred_ms) - min(occurred_ms) AS longest_ms
    FROM messages
    WHERE conversation_id IS NOT NULL
    GROUP BY shop_id, conversation_id
    UNION ALL
    SELECT
        shop_id,
        CAST(NULL AS VARCHAR) AS conversation_id,
        customer_id,
        min(source_row) AS first_row,
        max(occurred_ms) - min(occurred_ms) AS longest_ms
    FROM messages
    WHERE conversation_id IS NULL
    GROUP BY shop_id, customer_id
)

SELECT
    CAST(
        row_number() OVER (
            ORDER BY
                united.first_row,
                united.shop_id,
                united.conversation_id NULLS LAST,
                united.customer_id NULLS LAST
        ) AS INTEGER
    ) AS thread_no,
    shops.shop_no,
    united.shop_id,
    united.conversation_id,
    united.customer_id,
    united.longest_ms
FROM united
INNER JOIN shops ON united.shop_id = shops.shop_id
