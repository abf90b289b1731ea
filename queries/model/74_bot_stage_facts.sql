/* model
target = "bot_stage_facts"
scope = "session"
needs = ["session_messages WHERE actor = 3"]
[params]
handoff_words = "bot.handoff_words"
no_handoff_words = "bot.no_handoff_words"
transfer_words = "bot.transfer_words"
repeat_characters = "bot.repeat_characters"
repeat_digits = "bot.repeat_digits"
*/
-- Texts are read only of customers and systems in sessions with a bot, stripped of all but letters
-- and digits; so are the words, which leaves nothing in them a pattern could trip over. A word
-- written =word is the whole message. = stands in no text: where no word is set, nothing matches.
-- The patterns stand in the call itself, so that they are compiled once and not for every row.
WITH bot_sessions AS (
    SELECT DISTINCT session_no
    FROM session_messages
    WHERE actor = 3
),

placed AS (
    SELECT
        session_messages.session_no,
        session_messages.actor,
        session_messages.account_no,
        session_messages.occurred_at,
        session_messages.occurred_ms,
        session_messages.is_transfer,
        session_messages.row_key,
        row_number() OVER (
            PARTITION BY session_messages.session_no
            ORDER BY session_messages.occurred_at, session_messages.row_key
        ) AS place,
        lag(
            CASE WHEN session_messages.actor IN (1, 3) THEN session_messages.actor END IGNORE NULLS
        ) OVER (
            PARTITION BY session_messages.session_no
            ORDER BY session_messages.occurred_at, session_messages.row_key
        ) AS previous_actor
    FROM session_messages
    INNER JOIN bot_sessions ON session_messages.session_no = bot_sessions.session_no
),

bounds AS (
    SELECT
        session_no,
        min(CASE WHEN actor = 1 THEN place END) AS asked_place,
        min(CASE WHEN actor = 3 THEN place END) AS bot_place,
        coalesce(min(CASE WHEN actor = 2 THEN place END), 2147483647) AS human_place,
        count(CASE WHEN actor = 2 THEN 1 END) > 0 AS has_human
    FROM placed
    GROUP BY session_no
),

stage AS (
    SELECT
        placed.session_no,
        placed.actor,
        placed.account_no,
        placed.occurred_at,
        placed.occurred_ms,
        placed.is_transfer,
        placed.row_key,
        placed.place,
        placed.previous_actor,
        bounds.asked_place,
        bounds.bot_place,
        bounds.human_place,
        bounds.has_human
    FROM placed
    INNER JOIN bounds ON placed.session_no = bounds.session_no
    WHERE bounds.asked_place IS NOT NULL AND bounds.bot_place < bounds.human_place
),

exchanged AS (
    SELECT
        session_no,
        count(CASE WHEN actor = 3 THEN 1 END) AS bot_message_count,
        count(CASE WHEN actor = 3 AND previous_actor = 1 THEN 1 END) AS bot_turn_count,
        max(CASE WHEN actor = 3 THEN place END) AS last_bot_place,
        max(CASE WHEN actor = 1 AND previous_actor = 3 THEN place END) AS last_asked_place
    FROM stage
    WHERE actor IN (1, 3) AND place < human_place
    GROUP BY session_no
),

turns_taken AS (
    SELECT
        session_no,
        bot_message_count,
        bot_turn_count,
        last_bot_place,
        greatest(last_bot_place, coalesce(last_asked_place, last_bot_place)) AS waiting_place
    FROM exchanged
),

written AS (
    SELECT
        stage.session_no,
        stage.actor,
        stage.place,
        stage.human_place,
        coalesce(messages.text, '') AS wording
    FROM stage
    INNER JOIN messages
        ON stage.row_key = messages.source_row * 1000000 + messages.file_id
    WHERE stage.actor IN (1, 5) AND messages.sender_role IN ('customer', 'system')
),

-- Chat text repeats: each text is read once.
plain AS (
    SELECT
        actor,
        wording,
        regexp_replace(lower(wording), '[^\p{L}\p{N}]+', '', 'g') AS words
    FROM written
    GROUP BY actor, wording
),

judged AS (
    SELECT
        actor,
        wording,
        words,
        actor = 5
        AND regexp_matches(
            words,
            coalesce(
                nullif(
                    trim(
                        regexp_replace(
                            regexp_replace(lower($transfer_words), '[^\p{L}\p{N}|]+', '', 'g'),
                            '\|+', '|', 'g'
                        ),
                        '|'
                    ),
                    ''
                ),
                '='
            )
        ) AS is_event,
        actor = 1
        AND regexp_matches(
            regexp_replace(
                words,
                coalesce(
                    nullif(
                        trim(
                            regexp_replace(
                                regexp_replace(
                                    lower($no_handoff_words), '[^\p{L}\p{N}|]+', '', 'g'
                                ),
                                '\|+', '|', 'g'
                            ),
                            '|'
                        ),
                        ''
                    ),
                    '='
                ),
                '', 'g'
            ),
            coalesce(
                nullif(
                    regexp_replace(
                        trim(
                            regexp_replace(
                                regexp_replace(
                                    lower($handoff_words), '[^\p{L}\p{N}|=]+', '', 'g'
                                ),
                                '\|[|=]*\|', '|', 'g'
                            ),
                            '|'
                        ),
                        '=([^|]+)', '^\1$', 'g'
                    ),
                    ''
                ),
                '='
            )
        ) AS is_request
    FROM plain
),

heard AS (
    SELECT
        written.session_no,
        written.actor,
        written.place,
        written.human_place,
        written.wording,
        judged.words,
        judged.is_event,
        judged.is_request
    FROM written
    INNER JOIN judged ON written.actor = judged.actor AND written.wording = judged.wording
),

telling AS (
    SELECT
        session_no,
        place,
        is_event,
        is_request
    FROM heard
    WHERE is_event OR is_request
),

handoffs AS (
    SELECT
        stage.session_no,
        min(CASE WHEN telling.is_request AND stage.place < stage.human_place THEN stage.place END)
            AS request_place,
        min(CASE
            WHEN
                (stage.is_transfer OR telling.is_event)
                AND stage.place > stage.bot_place
                AND stage.place < stage.human_place
                THEN stage.place
        END) AS transfer_place
    FROM stage
    LEFT JOIN telling ON stage.session_no = telling.session_no AND stage.place = telling.place
    GROUP BY stage.session_no
),

-- What was said up to the handoff and is said after it. A request is no content.
told AS (
    SELECT
        heard.session_no,
        heard.place
        > coalesce(least(handoffs.request_place, handoffs.transfer_place), heard.human_place)
            AS is_after,
        heard.wording,
        CASE WHEN NOT heard.is_request THEN heard.words END AS words
    FROM heard
    INNER JOIN handoffs ON heard.session_no = handoffs.session_no
    WHERE heard.actor = 1 AND heard.human_place < 2147483647
),

items AS (
    SELECT
        session_no,
        is_after,
        words AS item
    FROM told
    WHERE length(words) >= $repeat_characters
    UNION ALL
    SELECT
        session_no,
        is_after,
        unnest(regexp_extract_all(wording, '[0-9]+')) AS item
    FROM told
    WHERE regexp_matches(wording, '[0-9]')
),

-- A short number says nothing, alone or inside a message.
repeated AS (
    SELECT DISTINCT session_no
    FROM (
        SELECT
            session_no,
            item
        FROM items
        WHERE length(item) >= $repeat_digits OR NOT regexp_matches(item, '^[0-9]+$')
        GROUP BY session_no, item
        HAVING count(DISTINCT is_after) = 2
    ) AS both_sides
)

SELECT
    stage.session_no,
    max(CASE WHEN stage.place = stage.bot_place THEN stage.account_no END) AS bot_account_no,
    max(CASE WHEN stage.place = stage.human_place THEN stage.account_no END) AS human_account_no,
    max(CASE WHEN stage.place = stage.bot_place THEN stage.occurred_ms END) AS bot_ms,
    max(CASE
        WHEN stage.place = least(handoffs.request_place, handoffs.transfer_place)
            THEN stage.occurred_at
    END) AS handoff_at,
    max(CASE
        WHEN stage.place = least(handoffs.request_place, handoffs.transfer_place)
            THEN stage.occurred_ms
    END) AS handoff_ms,
    max(CASE WHEN stage.place = turns_taken.waiting_place THEN stage.occurred_at END) AS waiting_at,
    max(CASE WHEN stage.place = turns_taken.waiting_place THEN stage.occurred_ms END) AS waiting_ms,
    max(CASE WHEN stage.place = stage.human_place THEN stage.occurred_at END) AS human_at,
    max(CASE WHEN stage.place = stage.human_place THEN stage.occurred_ms END) AS human_ms,
    max(turns_taken.bot_message_count) AS bot_message_count,
    max(turns_taken.bot_turn_count) AS bot_turn_count,
    max(turns_taken.last_bot_place) > max(stage.asked_place) AS has_bot_reply,
    max(handoffs.request_place) IS NOT NULL AS has_request,
    max(handoffs.transfer_place) IS NOT NULL AS has_transfer_mark,
    max(stage.human_place) < 2147483647 AS has_human,
    CASE
        WHEN max(stage.human_place) < 2147483647 THEN count(repeated.session_no) > 0
    END AS is_context_repeated
FROM stage
INNER JOIN turns_taken ON stage.session_no = turns_taken.session_no
INNER JOIN handoffs ON stage.session_no = handoffs.session_no
LEFT JOIN repeated ON stage.session_no = repeated.session_no
GROUP BY stage.session_no
