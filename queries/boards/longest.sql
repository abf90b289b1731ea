-- The sessions of the period with the longest waits for an answer that came, each with its longest.
WITH waits AS (
    SELECT
        session_no,
        shop_no,
        account_no,
        asked_at,
        reply_seconds,
        row_number() OVER (
            PARTITION BY session_no ORDER BY reply_seconds DESC, asked_at ASC
        ) AS place
    FROM turn_facts
    WHERE
        asked_at >= $period_start
        AND asked_at < $period_end
        AND reply_seconds IS NOT NULL
)

SELECT
    shops.shop_id,
    session_facts.session_id,
    CASE WHEN session_facts.conversation_id IS NULL THEN session_facts.customer_id END
        AS customer_id,
    accounts.agent_id,
    waits.asked_at,
    waits.reply_seconds AS seconds
FROM waits
INNER JOIN session_facts ON waits.session_no = session_facts.session_no
INNER JOIN shops ON waits.shop_no = shops.shop_no
LEFT JOIN accounts ON waits.account_no = accounts.account_no
WHERE waits.place = 1
ORDER BY
    waits.reply_seconds DESC,
    waits.asked_at ASC,
    shops.shop_id ASC,
    session_facts.session_id ASC
LIMIT 10
