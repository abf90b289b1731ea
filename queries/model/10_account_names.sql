/* model
target = "account_names"
scope = "names"
counts = ["message_count", "first_at", "last_at"]
[params]
count_assist_bots = "session.count_assist_bots"
*/
-- Messages are gone over twice only for names that change hands.
WITH written AS (
    SELECT
        shop_id,
        agent_id AS account_name,
        max(CASE
            WHEN sender_role = 'bot' THEN 1
            WHEN sender_role = 'assist_bot' AND NOT $count_assist_bots THEN 1
            ELSE 0
        END) AS wrote_as_bot,
        max(CASE
            WHEN sender_role = 'agent' THEN 1
            WHEN sender_role = 'assist_bot' AND $count_assist_bots THEN 1
            ELSE 0
        END) AS wrote_as_human,
        count(*) AS message_count,
        min(occurred_at) AS first_at,
        max(occurred_at) AS last_at
    FROM messages
    WHERE agent_id IS NOT NULL
    GROUP BY shop_id, agent_id
),

dated_names AS (
    SELECT
        shop_id,
        alias,
        agent_id,
        starts_at,
        ends_at
    FROM agent_names
    WHERE is_dated
),

written_in_span AS (
    SELECT
        dated_names.shop_id,
        dated_names.alias AS account_name,
        dated_names.agent_id,
        dated_names.starts_at,
        dated_names.ends_at,
        max(CASE
            WHEN messages.sender_role = 'bot' THEN 1
            WHEN messages.sender_role = 'assist_bot' AND NOT $count_assist_bots THEN 1
            ELSE 0
        END) AS wrote_as_bot,
        max(CASE
            WHEN messages.sender_role = 'agent' THEN 1
            WHEN messages.sender_role = 'assist_bot' AND $count_assist_bots THEN 1
            ELSE 0
        END) AS wrote_as_human,
        count(*) AS message_count,
        min(messages.occurred_at) AS first_at,
        max(messages.occurred_at) AS last_at
    FROM messages
    INNER JOIN dated_names
        ON
            messages.shop_id = dated_names.shop_id
            AND messages.agent_id = dated_names.alias
            AND messages.occurred_at >= dated_names.starts_at
            AND messages.occurred_at < dated_names.ends_at
    GROUP BY
        dated_names.shop_id,
        dated_names.alias,
        dated_names.agent_id,
        dated_names.starts_at,
        dated_names.ends_at
),

named AS (
    SELECT
        written.shop_id,
        written.account_name,
        coalesce(agent_names.agent_id, written.account_name) AS agent_id,
        TIMESTAMP '0001-01-01 00:00:00' AS starts_at,
        TIMESTAMP '9999-12-31 00:00:00' AS ends_at,
        FALSE AS is_dated,
        written.wrote_as_bot,
        written.wrote_as_human,
        written.message_count,
        written.first_at,
        written.last_at
    FROM written
    LEFT JOIN agent_names
        ON written.shop_id = agent_names.shop_id AND written.account_name = agent_names.alias
    WHERE agent_names.alias IS NULL OR NOT agent_names.is_dated
    UNION ALL
    SELECT
        shop_id,
        account_name,
        agent_id,
        starts_at,
        ends_at,
        TRUE AS is_dated,
        wrote_as_bot,
        wrote_as_human,
        message_count,
        first_at,
        last_at
    FROM written_in_span
)

SELECT
    CAST(dense_rank() OVER (ORDER BY shop_id, agent_id) AS INTEGER) AS account_no,
    shop_id,
    account_name,
    agent_id,
    starts_at,
    ends_at,
    is_dated,
    max(wrote_as_bot) OVER (PARTITION BY shop_id, agent_id) = 1
    AND max(wrote_as_human) OVER (PARTITION BY shop_id, agent_id) = 0 AS is_bot,
    message_count,
    first_at,
    last_at
FROM named
