/* model
target = "session_messages"
scope = "session"
[params]
idle_gap_ms = "session.idle_gap_seconds * 1000"
reopen_gap_ms = "session.reopen_gap_seconds * 1000"
count_assist_bots = "session.count_assist_bots"
*/
-- An idle gap cuts threads that are only "this customer"; a conversation id of the export stands,
-- unless the customer comes back to it after days (the clock must not run from the first visit).
-- Only threads longer than the gap can be cut, so only they are put in order here: by the clock
-- that never jumps, because a local hour comes twice when daylight saving ends.
WITH whole_names AS (
    SELECT
        shop_id,
        account_name,
        account_no,
        is_bot
    FROM account_names
    WHERE NOT is_dated
),

dated_names AS (
    SELECT
        shop_id,
        account_name,
        account_no,
        is_bot,
        starts_at,
        ends_at
    FROM account_names
    WHERE is_dated
),

parties AS (
    SELECT
        message_parties.shop_id,
        message_parties.conversation_id,
        message_parties.customer_id,
        threads.thread_no,
        threads.shop_no,
        customers.customer_no,
        coalesce(
            threads.longest_ms
            >= CASE
                WHEN threads.conversation_id IS NULL THEN $idle_gap_ms ELSE $reopen_gap_ms
            END,
            FALSE
        ) AS may_be_cut
    FROM message_parties
    INNER JOIN threads
        ON
            message_parties.shop_id = threads.shop_id
            AND message_parties.conversation_id IS NOT DISTINCT FROM threads.conversation_id
            AND CASE
                WHEN message_parties.conversation_id IS NULL
                    THEN coalesce(message_parties.customer_id, '')
                ELSE ''
            END = CASE
                WHEN threads.conversation_id IS NULL THEN coalesce(threads.customer_id, '')
                ELSE ''
            END
    LEFT JOIN customers
        ON
            message_parties.shop_id = customers.shop_id
            AND CASE
                WHEN
                    message_parties.conversation_id IS NOT NULL
                    AND contains(coalesce(message_parties.customer_id, threads.customer_id), '*')
                    THEN
                        coalesce(message_parties.customer_id, threads.customer_id)
                        || '@' || message_parties.conversation_id
                ELSE coalesce(message_parties.customer_id, threads.customer_id)
            END = customers.customer_id
),

compared AS (
    SELECT
        parties.thread_no,
        messages.conversation_id,
        messages.sender_role,
        messages.occurred_at,
        messages.occurred_ms,
        messages.source_row * 1000000 + messages.file_id AS row_key,
        messages.occurred_ms - lag(messages.occurred_ms) OVER thread AS gap_ms,
        lag(messages.sender_role) OVER thread AS previous_role
    FROM messages
    INNER JOIN parties
        ON
            messages.shop_id = parties.shop_id
            AND messages.conversation_id IS NOT DISTINCT FROM parties.conversation_id
            AND messages.customer_id IS NOT DISTINCT FROM parties.customer_id
    WHERE parties.may_be_cut
    WINDOW thread AS (
        PARTITION BY parties.thread_no
        ORDER BY
            coalesce(messages.occurred_ms, epoch_ms(messages.occurred_at)),
            messages.occurred_at,
            messages.source_row * 1000000 + messages.file_id
    )
),

cut AS (
    SELECT
        row_key,
        count(
            CASE
                WHEN conversation_id IS NULL THEN CASE WHEN gap_ms >= $idle_gap_ms THEN 1 END
                WHEN
                    gap_ms >= $reopen_gap_ms
                    AND sender_role = 'customer'
                    AND previous_role <> 'customer'
                    THEN 1
            END
        ) OVER (
            PARTITION BY thread_no
            ORDER BY coalesce(occurred_ms, epoch_ms(occurred_at)), occurred_at, row_key
        ) AS cut_count
    FROM compared
),

later AS (
    SELECT
        row_key,
        cut_count
    FROM cut
    WHERE cut_count > 0
)

SELECT
    CAST(parties.thread_no AS BIGINT) * 1000000 + coalesce(later.cut_count, 0) AS session_no,
    parties.shop_no,
    parties.customer_no,
    CASE
        WHEN
            messages.sender_role = 'customer'
            AND coalesce(whole_names.is_bot, dated_names.is_bot)
            THEN NULL
        ELSE coalesce(whole_names.account_no, dated_names.account_no)
    END AS account_no,
    channels.channel_no,
    CAST(CASE
        WHEN messages.sender_role = 'customer' THEN 1
        WHEN messages.sender_role = 'agent' THEN 2
        WHEN messages.sender_role = 'assist_bot' AND $count_assist_bots THEN 2
        WHEN messages.sender_role IN ('bot', 'assist_bot') THEN 3
        WHEN messages.sender_role = 'auto_reply' THEN 4
        ELSE 5
    END AS TINYINT) AS actor,
    messages.occurred_at,
    messages.occurred_ms,
    messages.is_transfer,
    messages.source_row * 1000000 + messages.file_id AS row_key
FROM messages
INNER JOIN parties
    ON
        messages.shop_id = parties.shop_id
        AND messages.conversation_id IS NOT DISTINCT FROM parties.conversation_id
        AND messages.customer_id IS NOT DISTINCT FROM parties.customer_id
LEFT JOIN whole_names
    ON
        messages.shop_id = whole_names.shop_id
        AND messages.agent_id = whole_names.account_name
LEFT JOIN dated_names
    ON
        messages.shop_id = dated_names.shop_id
        AND messages.agent_id = dated_names.account_name
        AND messages.occurred_at >= dated_names.starts_at
        AND messages.occurred_at < dated_names.ends_at
LEFT JOIN channels ON messages.channel = channels.channel
LEFT JOIN later ON messages.source_row * 1000000 + messages.file_id = later.row_key
