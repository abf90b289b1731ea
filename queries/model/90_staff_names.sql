/* model
target = "staff_names"
*/
-- Rosters and attendance write real names, or leave the shop out. A name means the one account that
-- bears it; an account's own name in its own shop needs no entry here.
WITH told AS (
    SELECT
        shop_id,
        agent_name AS staff_name,
        agent_id
    FROM agents
    WHERE agent_name IS NOT NULL AND shop_id <> ''
    UNION
    SELECT
        shop_id,
        agent_id AS staff_name,
        agent_id
    FROM agents
    WHERE shop_id <> ''
    UNION
    SELECT
        shop_id,
        account_name AS staff_name,
        account_name AS agent_id
    FROM account_names
),

own AS (
    SELECT
        shop_id,
        staff_name,
        min(agent_id) AS agent_id,
        max(CASE WHEN agent_id = staff_name THEN 1 ELSE 0 END) AS account_mark
    FROM told
    GROUP BY shop_id, staff_name
    HAVING count(DISTINCT agent_id) = 1
)

SELECT
    shop_id,
    staff_name,
    shop_id AS home_shop_id,
    agent_id
FROM own
WHERE account_mark = 0
UNION ALL
SELECT
    '' AS shop_id,
    staff_name,
    min(shop_id) AS home_shop_id,
    min(agent_id) AS agent_id
FROM told
GROUP BY staff_name
HAVING count(DISTINCT shop_id) = 1 AND count(DISTINCT agent_id) = 1
