-- Customers still waiting at the end of the data, of those who asked in the period: nobody answered,
-- here or in a later session. Thanks and goodbyes wait for nothing; nor does who a bot alone served,
-- but an automatic greeting serves nobody.
WITH last_seen AS (
    SELECT max(ended_at) AS data_until FROM session_facts
),

asked AS (
    SELECT
        turn_facts.session_no,
        turn_facts.shop_no,
        turn_facts.addressed_account_no,
        turn_facts.asked_at,
        session_facts.session_id,
        session_facts.customer_id,
        session_facts.conversation_id,
        session_facts.has_clock,
        session_facts.has_human_message
    FROM turn_facts
    INNER JOIN session_facts ON turn_facts.session_no = session_facts.session_no
    WHERE
        NOT turn_facts.is_answered
        AND turn_facts.asked_at >= $period_start
        AND turn_facts.asked_at < $period_end
),

bot_sessions AS (
    SELECT asked.session_no
    FROM asked
    INNER JOIN session_messages
        ON asked.session_no = session_messages.session_no AND session_messages.actor = 3
    WHERE NOT asked.has_human_message
    GROUP BY asked.session_no
),

written AS (
    SELECT
        asked.session_no,
        asked.asked_at,
        min(CASE WHEN message_signals.is_filler OR message_signals.is_closing THEN 1 ELSE 0 END)
            AS is_idle
    FROM asked
    INNER JOIN message_forms
        ON
            asked.session_no = message_forms.session_no
            AND asked.asked_at <= message_forms.occurred_at
            AND message_forms.actor = 1
    LEFT JOIN message_signals ON message_forms.form_no = message_signals.form_no
    GROUP BY asked.session_no, asked.asked_at
),

served AS (
    SELECT
        shop_no,
        customer_id,
        max(ended_at) AS served_until
    FROM session_facts
    WHERE has_human_message AND ended_at >= $period_start
    GROUP BY shop_no, customer_id
)

SELECT
    shops.shop_id,
    asked.session_id,
    CASE WHEN asked.conversation_id IS NULL THEN asked.customer_id END AS customer_id,
    accounts.agent_id,
    min(asked.asked_at) AS asked_at,
    CASE
        WHEN bool_and(asked.has_clock)
            THEN
                (epoch_ms(min(last_seen.data_until)) - epoch_ms(min(asked.asked_at))) / 1000.0
    END AS seconds
FROM asked
CROSS JOIN last_seen
INNER JOIN shops ON asked.shop_no = shops.shop_no
LEFT JOIN accounts ON asked.addressed_account_no = accounts.account_no
LEFT JOIN written
    ON asked.session_no = written.session_no AND asked.asked_at = written.asked_at
LEFT JOIN served
    ON asked.shop_no = served.shop_no AND asked.customer_id = served.customer_id
LEFT JOIN bot_sessions ON asked.session_no = bot_sessions.session_no
WHERE
    bot_sessions.session_no IS NULL
    AND coalesce(written.is_idle, 0) = 0
    AND (served.served_until IS NULL OR served.served_until <= asked.asked_at)
GROUP BY
    shops.shop_id, asked.session_id, asked.conversation_id, asked.customer_id, accounts.agent_id
ORDER BY asked_at ASC, shops.shop_id ASC, asked.session_id ASC
