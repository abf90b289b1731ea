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
-- Numbered by the place of its first message, which no two share: numbers sort faster than ids.
WITH united AS (
    SELECT
        shop_id,
        conversation_id,
        max(customer_id) AS customer_id,
        min(first_key) AS first_key,
        max(last_ms) - min(first_ms) AS longest_ms
    FROM message_parties
    WHERE conversation_id IS NOT NULL
    GROUP BY shop_id, conversation_id
    UNION ALL
    SELECT
        shop_id,
        conversation_id,
        customer_id,
        first_key,
        last_ms - first_ms AS longest_ms
    FROM message_parties
    WHERE conversation_id IS NULL
)

SELECT
    CAST(row_number() OVER (ORDER BY united.first_key) AS INTEGER) AS thread_no,
    shops.shop_no,
    united.shop_id,
    united.conversation_id,
    united.customer_id,
    united.longest_ms
FROM united
INNER JOIN shops ON united.shop_id = shops.shop_id
