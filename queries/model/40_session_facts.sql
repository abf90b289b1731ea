/* model
target = "session_facts"
scope = "session"
[params]
owner = "session.owner"
*/
WITH totals AS (
    SELECT
        session_no,
        min(customer_no) AS customer_no,
        min(channel_no) AS lowest_channel_no,
        max(channel_no) AS highest_channel_no,
        min(occurred_at) AS started_at,
        max(occurred_at) AS ended_at,
        (max(occurred_ms) - min(occurred_ms)) / 1000.0 AS duration_seconds,
        count(*) AS message_count,
        count(CASE WHEN actor = 1 THEN 1 END) AS customer_message_count,
        count(CASE WHEN actor = 2 THEN 1 END) AS human_message_count,
        min(CASE WHEN actor = 2 THEN account_no END) AS lowest_human_no,
        max(CASE WHEN actor = 2 THEN account_no END) AS highest_human_no,
        min(CASE WHEN actor < 3 THEN account_no END) AS lowest_account_no,
        max(CASE WHEN actor < 3 THEN account_no END) AS highest_account_no,
        count(CASE WHEN is_transfer THEN 1 END) AS transfer_count,
        count(occurred_ms) AS clock_count,
        min(CASE WHEN actor IN (3, 4) THEN occurred_ms END) AS bot_ms
    FROM session_messages
    GROUP BY session_no
),

-- Most sessions have one human and one account: only the others need a closer look.
mixed AS (
    SELECT
        session_messages.session_no,
        session_messages.account_no,
        session_messages.actor,
        session_messages.occurred_at,
        session_messages.occurred_ms,
        session_messages.row_key
    FROM session_messages
    INNER JOIN totals ON session_messages.session_no = totals.session_no
    WHERE
        session_messages.actor IN (1, 2)
        AND session_messages.account_no IS NOT NULL
        AND totals.lowest_account_no <> totals.highest_account_no
),

placed AS (
    SELECT
        session_no,
        account_no,
        actor,
        row_number() OVER (
            PARTITION BY session_no
            ORDER BY coalesce(occurred_ms, epoch_ms(occurred_at)), occurred_at, row_key
        ) AS place
    FROM mixed
),

first_named AS (
    SELECT
        session_no,
        account_no
    FROM placed
    WHERE place = 1
),

shares AS (
    SELECT
        session_no,
        account_no,
        count(*) AS message_count,
        min(place) AS first_place,
        max(place) AS last_place
    FROM placed
    WHERE actor = 2
    GROUP BY session_no, account_no
),

ranked AS (
    SELECT
        session_no,
        account_no,
        count(*) OVER (PARTITION BY session_no) AS human_count
    FROM shares
    QUALIFY
        row_number() OVER (
            PARTITION BY session_no
            ORDER BY
                CASE WHEN $owner = 'last' THEN last_place ELSE message_count END DESC,
                first_place
        ) = 1
),

first_channel AS (
    SELECT
        session_messages.session_no,
        session_messages.channel_no
    FROM session_messages
    INNER JOIN totals ON session_messages.session_no = totals.session_no
    WHERE
        session_messages.channel_no IS NOT NULL
        AND totals.lowest_channel_no <> totals.highest_channel_no
    QUALIFY
        row_number() OVER (
            PARTITION BY session_messages.session_no
            ORDER BY
                coalesce(
                    session_messages.occurred_ms, epoch_ms(session_messages.occurred_at)
                ),
                session_messages.occurred_at,
                session_messages.row_key
        ) = 1
),

first_asked AS (
    SELECT
        session_no,
        row_key,
        account_no,
        asked_at,
        asked_ms,
        opens_session,
        human_account_no,
        human_at,
        human_ms
    FROM session_runs
    WHERE is_first
),

-- Only where a machine spoke before the customer did, or at the same moment.
late_bots AS (
    SELECT
        session_messages.session_no,
        min(session_messages.occurred_ms) AS bot_ms
    FROM session_messages
    INNER JOIN first_asked ON session_messages.session_no = first_asked.session_no
    INNER JOIN totals ON session_messages.session_no = totals.session_no
    WHERE
        session_messages.actor IN (3, 4)
        AND totals.bot_ms <= first_asked.asked_ms
        AND (
            session_messages.occurred_ms > first_asked.asked_ms
            OR (
                session_messages.occurred_ms = first_asked.asked_ms
                AND (
                    session_messages.occurred_at > first_asked.asked_at
                    OR (
                        session_messages.occurred_at = first_asked.asked_at
                        AND session_messages.row_key > first_asked.row_key
                    )
                )
            )
        )
    GROUP BY session_messages.session_no
)

SELECT
    totals.session_no,
    CASE
        WHEN threads.conversation_id IS NULL
            THEN
                coalesce(threads.customer_id, '?')
                || '@' || strftime(totals.started_at, '%Y%m%dT%H%M%S')
        WHEN totals.session_no % 1000000 = 0 THEN threads.conversation_id
        ELSE
            threads.conversation_id
            || '#' || CAST(totals.session_no % 1000000 + 1 AS VARCHAR)
    END AS session_id,
    threads.shop_no,
    coalesce(first_channel.channel_no, totals.lowest_channel_no) AS channel_no,
    customers.customer_id,
    threads.conversation_id,
    coalesce(
        ranked.account_no,
        totals.lowest_human_no,
        first_asked.account_no,
        first_named.account_no,
        totals.lowest_account_no
    ) AS owner_account_no,
    coalesce(first_named.account_no, totals.lowest_account_no) AS first_account_no,
    coalesce(
        first_asked.account_no, first_named.account_no, totals.lowest_account_no
    ) AS addressed_account_no,
    first_asked.human_account_no AS replying_account_no,
    totals.started_at,
    totals.ended_at,
    totals.duration_seconds,
    first_asked.asked_at AS first_asked_at,
    first_asked.row_key AS first_asked_key,
    first_asked.human_at AS first_replied_at,
    CASE
        WHEN first_asked.opens_session
            THEN (first_asked.human_ms - first_asked.asked_ms) / 1000.0
    END AS first_reply_seconds,
    (
        CASE
            WHEN totals.bot_ms > first_asked.asked_ms THEN totals.bot_ms
            ELSE late_bots.bot_ms
        END - first_asked.asked_ms
    ) / 1000.0 AS first_bot_reply_seconds,
    totals.message_count,
    totals.customer_message_count,
    totals.human_message_count,
    coalesce(
        ranked.human_count, CASE WHEN totals.lowest_human_no IS NULL THEN 0 ELSE 1 END
    ) AS human_count,
    totals.customer_message_count > 0 AS is_customer_session,
    coalesce(NOT first_asked.opens_session, FALSE) AS is_proactive,
    totals.human_message_count > 0 AS has_human_message,
    first_asked.human_at IS NOT NULL AS has_human_reply,
    totals.human_message_count > 0
    AND (
        totals.transfer_count > 0
        OR coalesce(totals.lowest_account_no <> totals.highest_account_no, FALSE)
    ) AS is_transferred,
    totals.clock_count = totals.message_count AS has_clock
FROM totals
INNER JOIN threads
    ON CAST(floor(totals.session_no / 1000000) AS INTEGER) = threads.thread_no
LEFT JOIN customers ON totals.customer_no = customers.customer_no
LEFT JOIN first_asked ON totals.session_no = first_asked.session_no
LEFT JOIN ranked ON totals.session_no = ranked.session_no
LEFT JOIN first_named ON totals.session_no = first_named.session_no
LEFT JOIN first_channel ON totals.session_no = first_channel.session_no
LEFT JOIN late_bots ON totals.session_no = late_bots.session_no
