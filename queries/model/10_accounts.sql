/* model
target = "accounts"
[params]
count_assist_bots = "session.count_assist_bots"
*/
WITH named AS (
    SELECT
        shop_id,
        agent_id,
        max(CASE
            WHEN sender_role = 'bot' THEN 1
            WHEN sender_role = 'assist_bot' AND NOT $count_assist_bots THEN 1
            ELSE 0
        END) AS wrote_as_bot,
        max(CASE
            WHEN sender_role = 'agent' THEN 1
            WHEN sender_role = 'assist_bot' AND $count_assist_bots THEN 1
            ELSE 0
        END) AS wrote_as_human
    FROM messages
    WHERE agent_id IS NOT NULL
    GROUP BY shop_id, agent_id
)

SELECT
    CAST(row_number() OVER (ORDER BY shop_id, agent_id) AS INTEGER) AS account_no,
    shop_id,
    agent_id,
    wrote_as_bot = 1 AND wrote_as_human = 0 AS is_bot
FROM named
