/* model
target = "reception_facts"
*/
-- An agent has a reception open from the customer's first message to him until his own last one.
-- Rows that name nobody go to who answers, else to who was there before: a last thank-you opens
-- nothing with nobody. What an agent wrote before the customer did is no reception yet.
WITH asked AS (
    SELECT
        session_no,
        coalesce(account_no, human_account_no, previous_account_no, 0) AS account_no,
        min(asked_at) AS first_asked_at,
        min(asked_ms) AS first_asked_ms,
        max(asked_ms) AS last_asked_ms,
        max(CASE WHEN account_no IS NULL AND human_account_no IS NULL THEN 1 ELSE 0 END)
            AS open_mark
    FROM session_runs
    WHERE asked_ms IS NOT NULL
    GROUP BY session_no, coalesce(account_no, human_account_no, previous_account_no, 0)
),

first_asked AS (
    SELECT
        session_no,
        min(first_asked_ms) AS first_asked_ms
    FROM asked
    GROUP BY session_no
),

spoken AS (
    SELECT
        session_messages.session_no,
        coalesce(session_messages.account_no, 0) AS account_no,
        min(CASE WHEN session_messages.actor = 2 THEN session_messages.occurred_at END)
            AS first_wrote_at,
        min(CASE WHEN session_messages.actor = 2 THEN session_messages.occurred_ms END)
            AS first_wrote_ms,
        max(CASE WHEN session_messages.actor = 2 THEN session_messages.occurred_ms END)
            AS last_wrote_ms,
        max(CASE WHEN session_messages.actor = 1 THEN session_messages.occurred_ms END)
            AS last_named_ms,
        count(CASE WHEN session_messages.actor = 2 THEN 1 END) AS message_count
    FROM session_messages
    INNER JOIN first_asked ON session_messages.session_no = first_asked.session_no
    WHERE
        session_messages.actor IN (1, 2)
        AND session_messages.occurred_ms >= first_asked.first_asked_ms
    GROUP BY session_messages.session_no, coalesce(session_messages.account_no, 0)
),

unnamed AS (
    SELECT
        session_no,
        last_named_ms
    FROM spoken
    WHERE account_no = 0 AND last_named_ms IS NOT NULL
),

waits AS (
    SELECT
        asked.session_no,
        asked.account_no,
        asked.first_asked_at,
        asked.first_asked_ms,
        asked.last_asked_ms,
        CASE WHEN asked.open_mark = 1 THEN unnamed.last_named_ms END AS last_open_ms
    FROM asked
    LEFT JOIN unnamed ON asked.session_no = unnamed.session_no
),

parts AS (
    SELECT
        coalesce(waits.session_no, spoken.session_no) AS session_no,
        nullif(coalesce(waits.account_no, spoken.account_no), 0) AS account_no,
        least(waits.first_asked_at, spoken.first_wrote_at) AS opened_at,
        least(waits.first_asked_ms, spoken.first_wrote_ms) AS opened_ms,
        coalesce(
            spoken.last_wrote_ms,
            greatest(
                spoken.last_named_ms,
                waits.last_asked_ms,
                waits.last_open_ms
            )
        ) AS closed_ms,
        coalesce(spoken.message_count, 0) AS message_count
    FROM waits
    FULL JOIN spoken
        ON waits.session_no = spoken.session_no AND waits.account_no = spoken.account_no
    WHERE waits.session_no IS NOT NULL OR spoken.message_count > 0
),

named AS (
    SELECT
        parts.session_no,
        session_facts.shop_no,
        session_facts.channel_no,
        parts.account_no,
        parts.opened_at,
        parts.opened_ms,
        parts.closed_ms,
        parts.message_count
    FROM parts
    INNER JOIN session_facts ON parts.session_no = session_facts.session_no
    WHERE parts.account_no IS NOT NULL OR session_facts.has_human_message
),

-- At one instant ends come before starts, and a reception without length ends after all starts. Each
-- account's and each shop's steps add up to nothing, so that one running sum serves them all.
steps AS (
    SELECT
        session_no,
        shop_no,
        coalesce(account_no, -shop_no) AS party_no,
        opened_ms * 4 + 1 AS place,
        1 AS step
    FROM named
    UNION ALL
    SELECT
        session_no,
        shop_no,
        coalesce(account_no, -shop_no) AS party_no,
        closed_ms * 4 + CASE WHEN closed_ms > opened_ms THEN 0 ELSE 2 END AS place,
        -1 AS step
    FROM named
),

swept AS (
    SELECT
        session_no,
        party_no,
        step,
        sum(step) OVER (ORDER BY party_no, place) AS agent_open,
        sum(step) OVER (ORDER BY shop_no, place) AS shop_open,
        sum(step) OVER (ORDER BY place) AS all_open
    FROM steps
)

SELECT
    named.session_no,
    named.shop_no,
    named.channel_no,
    named.account_no,
    named.opened_at,
    named.opened_ms,
    named.closed_ms,
    CAST(named.message_count AS INTEGER) AS message_count,
    CAST(swept.agent_open AS INTEGER) AS agent_open,
    CAST(swept.shop_open AS INTEGER) AS shop_open,
    CAST(swept.all_open AS INTEGER) AS all_open
FROM named
INNER JOIN swept
    ON
        named.session_no = swept.session_no
        AND coalesce(named.account_no, -named.shop_no) = swept.party_no
WHERE swept.step = 1
