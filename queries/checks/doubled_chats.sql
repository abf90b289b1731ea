/* check
label    = { zh = "同一段聊天以不同的会话编号装入了两次，接待量会算两次：请只保留一种导出", en = "the same chat was loaded under two conversation ids and counts twice: keep one of the exports" }
severity = "warn"
*/
WITH repeated AS (
    SELECT
        text_hash,
        occurred_ms
    FROM messages
    WHERE occurred_ms IS NOT NULL AND customer_id IS NOT NULL AND text <> ''
    GROUP BY text_hash, occurred_ms
    HAVING count(*) > 1
),

candidates AS (
    SELECT
        messages.shop_id,
        messages.customer_id,
        messages.sender_role,
        messages.occurred_ms,
        messages.text_hash,
        coalesce(messages.conversation_id, '–') AS conversation_id
    FROM messages
    INNER JOIN repeated
        ON messages.text_hash = repeated.text_hash AND messages.occurred_ms = repeated.occurred_ms
    WHERE messages.customer_id IS NOT NULL
),

doubled AS (
    SELECT
        shop_id,
        customer_id,
        min(conversation_id) AS first_conversation,
        max(conversation_id) AS last_conversation
    FROM candidates
    GROUP BY shop_id, customer_id, sender_role, occurred_ms, text_hash
    HAVING min(conversation_id) <> max(conversation_id)
)

SELECT
    concat(first_conversation, ' = ', last_conversation) AS subject,
    CAST(count(*) AS VARCHAR) AS detail
FROM doubled
GROUP BY shop_id, customer_id, first_conversation, last_conversation
ORDER BY count(*) DESC, subject
