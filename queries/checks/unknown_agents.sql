/* check
label    = { zh = "聊天里的客服账号不在客服名单里", en = "an account in the chats is not in the list of agents" }
severity = "warn"
*/
WITH known AS (
    SELECT
        shop_id,
        agent_id
    FROM agents
    UNION
    SELECT
        agent_names.shop_id,
        agent_names.agent_id
    FROM agents
    INNER JOIN agent_names
        ON
            agents.agent_id = agent_names.alias
            AND (agents.shop_id = agent_names.shop_id OR agents.shop_id = '')
),

listed AS (
    SELECT count(*) AS agent_count
    FROM agents
)

SELECT
    accounts.agent_id AS subject,
    accounts.shop_id AS detail
FROM accounts
LEFT JOIN known
    ON
        accounts.agent_id = known.agent_id
        AND (accounts.shop_id = known.shop_id OR known.shop_id = '')
CROSS JOIN listed
WHERE
    known.agent_id IS NULL
    AND NOT accounts.is_bot
    AND listed.agent_count > 0
ORDER BY accounts.shop_id, accounts.agent_id
