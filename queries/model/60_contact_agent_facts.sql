/* model
target = "contact_agent_facts"
scope = "customer"
*/
-- order_key is time, then place in the file, as one number: what came first is exact for equal
-- times too. A file that knows only days has no time, so the place in the file decides.
WITH ordered AS (
    SELECT
        session_no,
        customer_no,
        CAST(occurred_at AS DATE) AS contact_on,
        account_no,
        channel_no,
        actor,
        occurred_at,
        occurred_ms,
        CAST(coalesce(occurred_ms, 0) AS DECIMAL(38, 0)) * 1000000000000000000 + row_key
            AS order_key
    FROM session_messages
    WHERE actor IN (1, 2) AND customer_no IS NOT NULL
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

days AS (
    SELECT
        customer_no,
        contact_on,
        min(occurred_at) AS first_asked_at,
        min(order_key) AS first_asked_key,
        min(channel_no) AS channel_no,
        count(DISTINCT session_no) AS session_count,
        max(CASE WHEN occurred_ms IS NULL THEN 1 ELSE 0 END) AS clock_gap_mark
    FROM ordered
    WHERE actor = 1
    GROUP BY customer_no, contact_on
),

replied AS (
    SELECT
        days.customer_no,
        days.contact_on,
        ordered.account_no,
        min(ordered.order_key) AS first_reply_key,
        min(ordered.occurred_at) AS first_replied_at
    FROM days
    INNER JOIN ordered
        ON days.customer_no = ordered.customer_no AND days.contact_on = ordered.contact_on
    WHERE ordered.actor = 2 AND ordered.order_key > days.first_asked_key
    GROUP BY days.customer_no, days.contact_on, ordered.account_no
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
    days.clock_gap_mark = 0 AS has_clock
FROM counted
INNER JOIN days
    ON counted.customer_no = days.customer_no AND counted.contact_on = days.contact_on
WHERE
    counted.account_no IS NOT NULL
    OR counted.answered_mark = 1
    OR counted.named_count = 0
