/* model
target = "contact_agents"
*/
WITH asked AS (
    SELECT
        customer_no,
        CAST(occurred_at AS DATE) AS contact_on,
        min(occurred_at) AS first_asked_at,
        min(channel_no) AS channel_no,
        count(DISTINCT session_no) AS session_count,
        max(CASE WHEN occurred_ms IS NULL THEN 1 ELSE 0 END) AS lacks_clock
    FROM session_messages
    WHERE actor = 1 AND customer_no IS NOT NULL
    GROUP BY customer_no, CAST(occurred_at AS DATE)
),

opened AS (
    SELECT
        asked.customer_no,
        asked.contact_on,
        asked.first_asked_at,
        asked.channel_no,
        asked.session_count,
        asked.lacks_clock,
        min(session_messages.source_row) AS first_source_row
    FROM asked
    INNER JOIN session_messages
        ON
            asked.customer_no = session_messages.customer_no
            AND asked.first_asked_at = session_messages.occurred_at
    WHERE session_messages.actor = 1
    GROUP BY
        asked.customer_no, asked.contact_on, asked.first_asked_at,
        asked.channel_no, asked.session_count, asked.lacks_clock
),

involved AS (
    SELECT
        opened.customer_no,
        opened.contact_on,
        opened.first_asked_at,
        opened.channel_no,
        opened.session_count,
        opened.lacks_clock,
        session_messages.account_no,
        min(CASE WHEN session_messages.actor = 2 THEN session_messages.occurred_at END)
            AS first_replied_at,
        max(CASE WHEN session_messages.actor = 1 THEN 1 ELSE 0 END) AS addressed_mark
    FROM opened
    INNER JOIN session_messages
        ON
            opened.customer_no = session_messages.customer_no
            AND opened.contact_on = CAST(session_messages.occurred_at AS DATE)
    WHERE
        session_messages.actor = 1
        OR (
            session_messages.actor = 2
            AND (
                session_messages.occurred_at > opened.first_asked_at
                OR (
                    session_messages.occurred_at = opened.first_asked_at
                    AND session_messages.source_row > opened.first_source_row
                )
            )
        )
    GROUP BY
        opened.customer_no, opened.contact_on, opened.first_asked_at, opened.channel_no,
        opened.session_count, opened.lacks_clock, session_messages.account_no
),

counted AS (
    SELECT
        *,
        count(account_no) OVER (PARTITION BY customer_no, contact_on) AS named_count
    FROM involved
)

SELECT
    customers.shop_id,
    customers.customer_id,
    counted.contact_on,
    channels.channel,
    accounts.agent_id,
    counted.first_asked_at,
    counted.session_count,
    counted.first_replied_at,
    counted.addressed_mark = 1 AS is_addressed,
    counted.first_replied_at IS NOT NULL AS has_replied,
    counted.lacks_clock = 0 AS has_clock
FROM counted
INNER JOIN customers ON counted.customer_no = customers.customer_no
LEFT JOIN channels ON counted.channel_no = channels.channel_no
LEFT JOIN accounts ON counted.account_no = accounts.account_no
WHERE
    counted.account_no IS NOT NULL
    OR counted.first_replied_at IS NOT NULL
    OR counted.named_count = 0
