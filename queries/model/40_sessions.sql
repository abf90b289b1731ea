/* model
target = "sessions"
[params]
owner = "session.owner"
*/
WITH totals AS (
    SELECT
        session_no,
        min(thread_no) AS thread_no,
        min(customer_no) AS customer_no,
        arg_min(channel_no, position) AS channel_no,
        min(occurred_at) AS started_at,
        max(occurred_at) AS ended_at,
        (max(occurred_ms) - min(occurred_ms)) / 1000.0 AS duration_seconds,
        count(*) AS message_count,
        count(CASE WHEN actor = 1 THEN 1 END) AS customer_message_count,
        count(CASE WHEN actor = 2 THEN 1 END) AS human_message_count,
        min(CASE WHEN actor = 1 THEN position END) AS first_customer_position,
        min(CASE WHEN actor = 2 THEN position END) AS first_human_position,
        min(CASE WHEN actor < 3 AND account_no IS NOT NULL THEN position END)
            AS first_named_position,
        min(CASE WHEN actor = 2 THEN account_no END) AS lowest_human_no,
        max(CASE WHEN actor = 2 THEN account_no END) AS highest_human_no,
        min(CASE WHEN actor < 3 THEN account_no END) AS lowest_account_no,
        max(CASE WHEN actor < 3 THEN account_no END) AS highest_account_no,
        max(CASE WHEN actor = 1 THEN account_no END) AS addressed_account_no,
        max(CASE WHEN is_transfer THEN 1 ELSE 0 END) AS transfer_mark,
        max(CASE WHEN actor IN (3, 4) THEN 1 ELSE 0 END) AS bot_mark,
        max(CASE WHEN occurred_ms IS NULL THEN 1 ELSE 0 END) AS clock_gap_mark
    FROM session_messages
    GROUP BY session_no
),

-- Most sessions have one human: only the others need their messages counted per account.
shares AS (
    SELECT
        session_messages.session_no,
        session_messages.account_no,
        count(*) AS message_count,
        min(session_messages.position) AS first_position,
        max(session_messages.position) AS last_position
    FROM session_messages
    INNER JOIN totals ON session_messages.session_no = totals.session_no
    WHERE
        session_messages.actor = 2
        AND session_messages.account_no IS NOT NULL
        AND totals.lowest_human_no <> totals.highest_human_no
    GROUP BY session_messages.session_no, session_messages.account_no
),

ranked AS (
    SELECT
        session_no,
        account_no,
        row_number() OVER (
            PARTITION BY session_no
            ORDER BY
                CASE WHEN $owner = 'last' THEN last_position ELSE message_count END DESC,
                first_position
        ) AS place,
        count(*) OVER (PARTITION BY session_no) AS human_count
    FROM shares
),

first_named AS (
    SELECT
        session_messages.session_no,
        session_messages.account_no
    FROM session_messages
    INNER JOIN totals
        ON
            session_messages.session_no = totals.session_no
            AND session_messages.position = totals.first_named_position
    WHERE totals.lowest_account_no <> totals.highest_account_no
),

first_asked AS (
    SELECT
        session_no,
        account_no,
        asked_at,
        asked_ms,
        human_account_no,
        human_at,
        human_ms
    FROM session_runs
    WHERE opens_turn
    QUALIFY row_number() OVER (PARTITION BY session_no ORDER BY position) = 1
),

bots AS (
    SELECT
        session_messages.session_no,
        min(session_messages.occurred_ms) AS bot_ms
    FROM session_messages
    INNER JOIN totals ON session_messages.session_no = totals.session_no
    WHERE
        session_messages.actor IN (3, 4)
        AND totals.bot_mark = 1
        AND session_messages.position > totals.first_customer_position
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
    threads.shop_id,
    channels.channel,
    customers.customer_id,
    threads.conversation_id,
    coalesce(owners.agent_id, addressed.agent_id) AS agent_id,
    openers.agent_id AS first_agent_id,
    addressed.agent_id AS addressed_agent_id,
    repliers.agent_id AS first_reply_agent_id,
    totals.started_at,
    totals.ended_at,
    totals.duration_seconds,
    first_asked.asked_at AS first_asked_at,
    first_asked.human_at AS first_replied_at,
    CASE
        WHEN totals.first_human_position < totals.first_customer_position THEN NULL
        ELSE (first_asked.human_ms - first_asked.asked_ms) / 1000.0
    END AS first_reply_seconds,
    (bots.bot_ms - first_asked.asked_ms) / 1000.0 AS first_bot_reply_seconds,
    totals.message_count,
    totals.customer_message_count,
    totals.human_message_count,
    coalesce(
        ranked.human_count, CASE WHEN totals.lowest_human_no IS NULL THEN 0 ELSE 1 END
    ) AS human_count,
    totals.customer_message_count > 0 AS is_customer_session,
    totals.customer_message_count > 0
    AND coalesce(totals.first_human_position < totals.first_customer_position, FALSE)
        AS is_proactive,
    totals.human_message_count > 0 AS has_human_message,
    first_asked.human_at IS NOT NULL AS has_human_reply,
    totals.human_message_count > 0
    AND (
        totals.transfer_mark = 1
        OR coalesce(totals.lowest_account_no <> totals.highest_account_no, FALSE)
    ) AS is_transferred,
    totals.clock_gap_mark = 0 AS has_clock
FROM totals
INNER JOIN threads ON totals.thread_no = threads.thread_no
LEFT JOIN customers ON totals.customer_no = customers.customer_no
LEFT JOIN channels ON totals.channel_no = channels.channel_no
LEFT JOIN first_asked ON totals.session_no = first_asked.session_no
LEFT JOIN ranked ON totals.session_no = ranked.session_no AND ranked.place = 1
LEFT JOIN first_named ON totals.session_no = first_named.session_no
LEFT JOIN bots ON totals.session_no = bots.session_no
LEFT JOIN accounts AS owners
    ON coalesce(ranked.account_no, totals.lowest_human_no) = owners.account_no
LEFT JOIN accounts AS openers
    ON coalesce(first_named.account_no, totals.lowest_account_no) = openers.account_no
LEFT JOIN accounts AS addressed
    ON coalesce(first_asked.account_no, totals.addressed_account_no) = addressed.account_no
LEFT JOIN accounts AS repliers ON first_asked.human_account_no = repliers.account_no
