/* model
target = "contact_agent_facts"
scope = "customer"
*/
-- Most customers talk to one account a day, ask first and are answered the same day: only the other
-- days need a closer look.
WITH spoken AS (
    SELECT
        session_no,
        customer_no,
        CAST(occurred_at AS DATE) AS contact_on,
        min(coalesce(account_no, 0)) AS lowest_account_no,
        max(coalesce(account_no, 0)) AS highest_account_no,
        min(CASE WHEN actor = 1 THEN occurred_at END) AS first_asked_at,
        min(CASE WHEN actor = 1 THEN occurred_ms END) AS first_asked_ms,
        min(CASE WHEN actor = 1 THEN channel_no END) AS channel_no,
        min(CASE WHEN actor = 2 THEN occurred_at END) AS first_wrote_at,
        min(CASE WHEN actor = 2 THEN occurred_ms END) AS first_wrote_ms,
        max(CASE WHEN occurred_ms IS NULL THEN 3 - actor ELSE 0 END) AS gap_mark
    FROM session_messages
    WHERE actor IN (1, 2) AND customer_no IS NOT NULL
    GROUP BY session_no, customer_no, CAST(occurred_at AS DATE)
),

-- Asked before midnight, answered after: received by that agent, though no reply of that day.
answered_later AS (
    SELECT DISTINCT
        customer_no,
        CAST(asked_at AS DATE) AS contact_on,
        nullif(human_account_no, 0) AS account_no
    FROM session_runs
    WHERE
        customer_no IS NOT NULL
        AND human_at IS NOT NULL
        AND CAST(human_at AS DATE) > CAST(asked_at AS DATE)
),

days AS (
    SELECT
        customer_no,
        contact_on,
        min(first_asked_at) AS first_asked_at,
        min(channel_no) AS channel_no,
        count(first_asked_at) AS session_count,
        max(gap_mark) < 2 AS has_clock,
        nullif(min(lowest_account_no), 0) AS account_no,
        min(first_wrote_at) AS first_wrote_at,
        min(lowest_account_no) = max(highest_account_no)
        AND max(gap_mark) = 0
        AND coalesce(min(first_wrote_ms) > min(first_asked_ms), TRUE) AS is_plain
    FROM spoken
    GROUP BY customer_no, contact_on
    HAVING count(first_asked_at) > 0
),

mixed AS (
    SELECT
        customer_no,
        contact_on
    FROM days
    WHERE NOT is_plain
    UNION
    SELECT
        customer_no,
        contact_on
    FROM answered_later
),

-- order_key is time, then place in the file, as one number: what came first is exact for equal
-- times too. A file that knows only days has no time, so the place in the file decides.
ordered AS (
    SELECT
        mixed.customer_no,
        mixed.contact_on,
        session_messages.account_no,
        session_messages.actor,
        session_messages.occurred_at,
        CAST(coalesce(session_messages.occurred_ms, 0) AS DECIMAL(38, 0)) * 1000000000000000000
        + session_messages.row_key AS order_key
    FROM session_messages
    INNER JOIN mixed
        ON
            session_messages.customer_no = mixed.customer_no
            AND CAST(session_messages.occurred_at AS DATE) = mixed.contact_on
    WHERE session_messages.actor IN (1, 2)
),

addressed AS (
    SELECT
        customer_no,
        contact_on,
        account_no,
        min(order_key) AS first_addressed_key
    FROM ordered
    WHERE actor = 1
    GROUP BY customer_no, contact_on, account_no
),

asked AS (
    SELECT
        customer_no,
        contact_on,
        min(first_addressed_key) AS first_asked_key
    FROM addressed
    GROUP BY customer_no, contact_on
),

replied AS (
    SELECT
        asked.customer_no,
        asked.contact_on,
        ordered.account_no,
        min(ordered.order_key) AS first_reply_key,
        min(ordered.occurred_at) AS first_replied_at
    FROM asked
    INNER JOIN ordered
        ON asked.customer_no = ordered.customer_no AND asked.contact_on = ordered.contact_on
    WHERE ordered.actor = 2 AND ordered.order_key > asked.first_asked_key
    GROUP BY asked.customer_no, asked.contact_on, ordered.account_no
),

united AS (
    SELECT
        customer_no,
        contact_on,
        account_no,
        first_addressed_key,
        CAST(NULL AS DECIMAL(38, 0)) AS first_reply_key,
        CAST(NULL AS TIMESTAMP) AS first_replied_at,
        0 AS answered_mark
    FROM addressed
    UNION ALL
    SELECT
        customer_no,
        contact_on,
        account_no,
        CAST(NULL AS DECIMAL(38, 0)) AS first_addressed_key,
        first_reply_key,
        first_replied_at,
        1 AS answered_mark
    FROM replied
    UNION ALL
    SELECT
        customer_no,
        contact_on,
        account_no,
        CAST(NULL AS DECIMAL(38, 0)) AS first_addressed_key,
        CAST(NULL AS DECIMAL(38, 0)) AS first_reply_key,
        CAST(NULL AS TIMESTAMP) AS first_replied_at,
        1 AS answered_mark
    FROM answered_later
),

involved AS (
    SELECT
        customer_no,
        contact_on,
        account_no,
        min(first_addressed_key) AS first_addressed_key,
        min(first_reply_key) AS first_reply_key,
        min(first_replied_at) AS first_replied_at,
        max(answered_mark) AS answered_mark
    FROM united
    GROUP BY customer_no, contact_on, account_no
),

counted AS (
    SELECT
        *,
        count(account_no) OVER (PARTITION BY customer_no, contact_on) AS named_count,
        row_number() OVER (
            PARTITION BY customer_no, contact_on
            ORDER BY
                first_reply_key NULLS LAST,
                CASE WHEN account_no IS NULL THEN 1 ELSE 0 END,
                first_addressed_key NULLS LAST,
                account_no
        ) AS place
    FROM involved
)

SELECT
    counted.customer_no,
    counted.contact_on,
    days.channel_no,
    counted.account_no,
    days.first_asked_at,
    days.session_count,
    counted.first_replied_at,
    counted.first_addressed_key IS NOT NULL AS is_addressed,
    counted.first_reply_key IS NOT NULL AS has_replied,
    counted.place = 1 AS is_main,
    days.has_clock
FROM counted
INNER JOIN days
    ON counted.customer_no = days.customer_no AND counted.contact_on = days.contact_on
WHERE
    counted.account_no IS NOT NULL
    OR counted.answered_mark = 1
    OR counted.named_count = 0
UNION ALL
SELECT
    days.customer_no,
    days.contact_on,
    days.channel_no,
    days.account_no,
    days.first_asked_at,
    days.session_count,
    days.first_wrote_at AS first_replied_at,
    TRUE AS is_addressed,
    days.first_wrote_at IS NOT NULL AS has_replied,
    TRUE AS is_main,
    days.has_clock
FROM days
LEFT JOIN mixed ON days.customer_no = mixed.customer_no AND days.contact_on = mixed.contact_on
WHERE mixed.customer_no IS NULL
