-- What the platforms' own definitions leave out.
CREATE VIEW bot_only_sessions AS
SELECT DISTINCT session_facts.session_no
FROM session_facts
INNER JOIN session_messages ON session_facts.session_no = session_messages.session_no
WHERE
    session_messages.actor = 3
    AND NOT session_facts.has_human_message
    AND session_facts.addressed_account_no IS NULL;
COMMENT ON VIEW bot_only_sessions IS 'Sessions a fully automatic bot kept to itself: no human wrote, none was addressed';
COMMENT ON COLUMN bot_only_sessions.session_no IS 'The session, as in sessions';

CREATE VIEW staffed_spans AS
WITH clocked AS (
    SELECT
        shop_id,
        work_on,
        first_in_at,
        last_out_at,
        max(last_out_at) OVER (
            PARTITION BY shop_id
            ORDER BY first_in_at, last_out_at
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS staffed_until
    FROM attendance
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
    SELECT DISTINCT
        shop_id,
        work_on
    FROM attendance
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
COMMENT ON COLUMN session_staffing.is_staffed IS 'NULL where no attendance of that day is loaded';
