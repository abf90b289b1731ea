/* model
target = "agent_message_facts"
*/
SELECT
    session_no,
    shop_no,
    min(channel_no) AS channel_no,
    account_no,
    CAST(occurred_at AS DATE) AS wrote_on,
    min(occurred_at) AS first_at,
    CAST(count(*) AS INTEGER) AS message_count
FROM session_messages
WHERE actor = 2
GROUP BY session_no, shop_no, account_no, CAST(occurred_at AS DATE)
