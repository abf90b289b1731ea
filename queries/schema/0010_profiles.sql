-- What the platforms' own definitions leave out.
CREATE VIEW bot_only_sessions AS
SELECT bot_stage_facts.session_no
FROM bot_stage_facts
INNER JOIN session_facts ON bot_stage_facts.session_no = session_facts.session_no
WHERE
    bot_stage_facts.has_bot_reply
    AND NOT bot_stage_facts.has_human
    AND NOT bot_stage_facts.has_request
    AND NOT bot_stage_facts.has_transfer_mark
    AND session_facts.addressed_account_no IS NULL;
COMMENT ON VIEW bot_only_sessions IS 'Sessions a fully automatic bot kept to itself: it replied, and no human wrote, was addressed or asked for';
COMMENT ON COLUMN bot_only_sessions.session_no IS 'The session, as in sessions';

CREATE VIEW platform_turns AS
SELECT
    turns.session_no,
    turns.shop_id,
    turns.channel,
    turns.addressed_agent_id,
    turns.agent_id,
    greatest(
        turns.asked_at,
        coalesce(bot_stage_facts.handoff_at, bot_stage_facts.waiting_at, turns.asked_at)
    ) AS asked_at,
    turns.replied_at,
    CASE
        WHEN bot_stage_facts.session_no IS NULL THEN turns.reply_seconds
        ELSE
            least(
                turns.reply_seconds,
                (
                    bot_stage_facts.human_ms
                    - coalesce(bot_stage_facts.handoff_ms, bot_stage_facts.waiting_ms)
                )
                / 1000.0
            )
    END AS reply_seconds,
    turns.is_answered,
    turns.session_started_at
FROM turns
INNER JOIN session_facts ON turns.session_no = session_facts.session_no
LEFT JOIN bot_only_sessions ON turns.session_no = bot_only_sessions.session_no
LEFT JOIN bot_stage_facts
    ON
        turns.session_no = bot_stage_facts.session_no
        AND turns.replied_at = bot_stage_facts.human_at
WHERE session_facts.has_clock AND bot_only_sessions.session_no IS NULL;
COMMENT ON VIEW platform_turns IS 'Turns as platforms count them: where a bot answered first, the wait for a human begins with the handoff, where none is asked for or marked with the first message it left unanswered; sessions a bot kept are not here, nor days without clock';
COMMENT ON COLUMN platform_turns.agent_id IS 'Who replied; NULL while unanswered or where the export does not name agents';
COMMENT ON COLUMN platform_turns.addressed_agent_id IS 'Whom the customer wrote to when the turn opened';

CREATE VIEW asks AS
WITH waits AS (
    SELECT
        session_runs.session_no,
        session_runs.row_key,
        session_runs.customer_no,
        session_runs.asked_at,
        session_runs.asked_ms,
        session_runs.human_at,
        session_runs.human_ms
    FROM session_runs
    INNER JOIN session_facts ON session_runs.session_no = session_facts.session_no
    WHERE session_runs.opens_turn AND session_facts.has_clock
),

lasting AS (
    SELECT DISTINCT session_no
    FROM waits
    WHERE human_at IS NULL OR date_trunc('hour', human_at) > date_trunc('hour', asked_at)
),

followed AS (
    SELECT
        waits.session_no,
        waits.asked_at,
        waits.human_at,
        waits.human_ms,
        lead(waits.asked_ms) OVER following AS next_ms,
        lead(waits.row_key) OVER following AS next_row_key
    FROM waits
    INNER JOIN lasting ON waits.session_no = lasting.session_no
    WINDOW
        following AS (PARTITION BY waits.session_no ORDER BY waits.asked_ms, waits.row_key)
)

SELECT
    session_no,
    row_key,
    customer_no,
    asked_at,
    asked_ms,
    human_at,
    human_ms
FROM waits
UNION ALL
SELECT
    followed.session_no,
    session_messages.row_key,
    session_messages.customer_no,
    session_messages.occurred_at AS asked_at,
    session_messages.occurred_ms AS asked_ms,
    followed.human_at,
    followed.human_ms
FROM followed
INNER JOIN session_messages ON followed.session_no = session_messages.session_no
WHERE
    session_messages.actor = 1
    AND date_trunc('hour', session_messages.occurred_at) > date_trunc('hour', followed.asked_at)
    AND (
        followed.next_ms IS NULL
        OR session_messages.occurred_ms < followed.next_ms
        OR (
            session_messages.occurred_ms = followed.next_ms
            AND session_messages.row_key < followed.next_row_key
        )
    );
COMMENT ON VIEW asks IS 'Customer messages that tell whether everything asked within certain hours of a day was answered in time: the one that opened each wait, and those of later clock hours that still had no answer; days without clock are not here';
COMMENT ON COLUMN asks.row_key IS 'The message, as in session_messages';
COMMENT ON COLUMN asks.human_at IS 'The next human to write in the session';

CREATE VIEW staffed_spans AS
WITH clocked AS (
    SELECT
        shop_id,
        first_in_at,
        last_out_at,
        max(last_out_at) OVER (
            PARTITION BY shop_id
            ORDER BY first_in_at, last_out_at
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS staffed_until
    FROM attendance_facts
    WHERE first_in_at IS NOT NULL AND last_out_at > first_in_at
),

numbered AS (
    SELECT
        shop_id,
        first_in_at,
        last_out_at,
        sum(CASE WHEN first_in_at <= staffed_until THEN 0 ELSE 1 END) OVER (
            PARTITION BY shop_id
            ORDER BY first_in_at, last_out_at
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS span_no
    FROM clocked
)

SELECT
    shop_id,
    min(first_in_at) AS starts_at,
    max(last_out_at) AS ends_at
FROM numbered
GROUP BY shop_id, span_no;
COMMENT ON VIEW staffed_spans IS 'Stretches in which the attendance system has at least one agent of the shop clocked in';
COMMENT ON COLUMN staffed_spans.shop_id IS 'Empty where attendance names no shop: then it holds for all shops';
COMMENT ON COLUMN staffed_spans.ends_at IS 'The last clock-out; not part of the stretch';

CREATE VIEW session_staffing AS
WITH days AS (
    SELECT
        shop_id,
        work_on
    FROM attendance_facts
    GROUP BY shop_id, work_on
    HAVING
        max(CASE
            WHEN has_worked AND (first_in_at IS NULL OR last_out_at IS NULL) THEN 1
            ELSE 0
        END) = 0
),

known AS (
    SELECT DISTINCT session_facts.session_no
    FROM session_facts
    INNER JOIN shops ON session_facts.shop_no = shops.shop_no
    INNER JOIN days
        ON
            days.shop_id IN (shops.shop_id, '')
            AND CAST(session_facts.started_at AS DATE) = days.work_on
),

staffed AS (
    SELECT DISTINCT session_facts.session_no
    FROM session_facts
    INNER JOIN shops ON session_facts.shop_no = shops.shop_no
    INNER JOIN staffed_spans
        ON
            staffed_spans.shop_id IN (shops.shop_id, '')
            AND session_facts.started_at >= staffed_spans.starts_at
            AND session_facts.started_at < staffed_spans.ends_at
)

SELECT
    session_facts.session_no,
    CASE
        WHEN staffed.session_no IS NOT NULL THEN TRUE
        WHEN known.session_no IS NOT NULL THEN FALSE
    END AS is_staffed
FROM session_facts
LEFT JOIN known ON session_facts.session_no = known.session_no
LEFT JOIN staffed ON session_facts.session_no = staffed.session_no;
COMMENT ON VIEW session_staffing IS 'Whether anybody was clocked in when a session began';
COMMENT ON COLUMN session_staffing.is_staffed IS 'NULL where no attendance of that day is loaded, or a punch is missing';
