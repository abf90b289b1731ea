/* check
label    = { zh = "工单关闭早于创建", en = "a ticket closed before it was created" }
severity = "warn"
*/
SELECT
    ticket_id AS subject,
    concat(created_at, ' > ', closed_at) AS detail
FROM tickets
WHERE closed_at < created_at
ORDER BY shop_id, ticket_id
