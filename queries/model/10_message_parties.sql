/* model
target = "message_parties"
scope = "passing"
*/
-- Who talks in which conversation, as the messages say it: ids are gone through once, and customers,
-- threads and sessions are numbered from these few rows.
SELECT
    shop_id,
    conversation_id,
    customer_id,
    min(source_row * 1000000 + file_id) AS first_key,
    min(occurred_ms) AS first_ms,
    max(occurred_ms) AS last_ms
FROM messages
GROUP BY shop_id, conversation_id, customer_id
