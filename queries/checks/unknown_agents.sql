/* check
label    = { zh = "聊天里的客服账号不在客服名单里", en = "an account in the chats is not in the list of agents" }
severity = "warn"
*/
WITH listed AS (
    SELECT count(*) AS agent_count
    FROM agents
)

SELECT
    accounts.agent_id AS subject,
    accounts.shop_id AS detail
FROM accounts
LEFT JOIN agents
    ON accounts.shop_id = agents.shop_id AND accounts.agent_id = agents.agent_id
CROSS JOIN listed
WHERE
    agents.agent_id IS NULL
    AND NOT accounts.is_bot
    AND listed.agent_count > 0
ORDER BY accounts.shop_id, accounts.agent_id
